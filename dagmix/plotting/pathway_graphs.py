"""Pictures of pathways, and of where head 1 helps head 0 (the extra `plot`).

Each function draws on the matplotlib axes given as `ax`, or on those of a new figure, and
returns them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dagmix.drift.cross import CrossDrift
from dagmix.graphs.labels import SHOWN, Node
from dagmix.pathways.results import Pathways
from dagmix.plotting.canvas import (
    WIDTH,
    Affine2D,
    Axes,
    MaxNLocator,
    axes_on,
    check_result,
    plain,
    style,
)

LANE, WIDEST = 0.12, 0.7  # between two pathways, and between the outermost, in positions
ROOM = 0.55  # inches for a position
THINNEST, THICKEST = 1.0, 4.0  # points
UNCROWDED = 8  # pathways; the lines of more are thinner
RISE = 0.6  # steps that a pathway is moved up for every position that it is moved to the side
MOST_STEPS = 20  # with a tick for each
LONG_NAMES = 5  # characters, above which names of positions are slanted


def pathways(found: Pathways, *, ax: Axes | None = None) -> Axes:
    """Draw the heaviest pathways over the positions, step by step, coloured by head.

    Positions go from left to right in node order and steps downwards, from the source to the
    sink. A pathway is a line of its own, the heaviest leftmost where several run together; its
    width says how much it weighs against the heaviest. A head has its colour and line style. Where
    there are more than 12 nodes, only those on the pathways are shown.

    Parameters
    ----------
    found : Pathways
        What `dagmix.pathways.heaviest` returns.
    ax : matplotlib Axes, optional
        By default those of a new figure.

    Returns
    -------
    Axes
        A line for each step of each pathway; heads are numbered from 0 in the legend.

    Raises
    ------
    KindError
        For anything but `Pathways`.

    Examples
    --------
    >>> from dagmix import MultiHeadDiffusion
    >>> from dagmix.pathways import heaviest
    >>> from dagmix.paper import example_3_13
    >>> ax = pathways(heaviest(MultiHeadDiffusion(example_3_13()), "v", 3, 2))
    >>> [line.get_xydata().tolist() for line in ax.lines[:3]]
    [[[1.0, 0.0], [1.0, 1.0]], [[1.0, 1.0], [2.0, 2.0]], [[2.0, 2.0], [3.0, 3.0]]]

    References
    ----------
    arXiv:2507.02944, Remark 3.7.
    """
    check_result(found, Pathways, "dagmix.pathways.heaviest")
    nodes = _shown_nodes(found)
    ax = axes_on(ax, width=max(WIDTH, ROOM * len(nodes)))
    lane = min(LANE, WIDEST / max(len(found), 1))
    place = {node: x for x, node in enumerate(nodes)}
    largest = max(found.shares, default=1.0)
    thinner = min(1.0, UNCROWDED / max(len(found), 1))
    for number, (pathway, share) in enumerate(zip(found, found.shares, strict=True)):
        shift = _aside(ax, lane * (number - (len(found) - 1) / 2))
        width = thinner * (THINNEST + (THICKEST - THINNEST) * share / largest)
        for step, head in enumerate(pathway.heads):
            x = [place[node] for node in pathway.nodes[step : step + 2]]
            look = {"linewidth": width, "transform": shift, **style(head)}
            ax.plot(x, [step, step + 1], solid_capstyle="round", clip_on=False, **look)
    _frame(ax, found, nodes)
    heads = sorted({head for one in found for head in one.heads})
    for head in heads:
        ax.plot([], [], label=f"head {head}", linewidth=2, **style(head))
    if heads:
        look = {"bbox_to_anchor": (1.01, 0.5), "frameon": False, "handlelength": 3}
        ax.legend(loc="center left", **look)
    return ax


def _shown_nodes(found: Pathways) -> list[Node]:
    """Return the nodes that the picture shows, in node order."""
    used = {found.source, found.sink}.union(*(one.nodes for one in found))
    return [node for node in found.order if len(found.order) <= SHOWN or node in used]


def _aside(ax: Axes, aside: float) -> Any:
    """Return the transform that moves a pathway aside, by so many positions."""
    return Affine2D().translate(aside, -RISE * aside) + ax.transData


def _frame(ax: Axes, found: Pathways, nodes: Sequence[Node]) -> None:
    """Name positions and steps, and say how much is shown."""
    names = [plain(node) for node in nodes]
    slanted: dict[str, Any] = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
    ax.set_xticks(range(len(nodes)), names, **slanted if _are_long(names) else {})
    ax.yaxis.set_major_locator(MaxNLocator(MOST_STEPS, integer=True, min_n_ticks=1))
    ax.set_xlim(-0.8, len(nodes) - 0.2)
    ax.set_ylim(found.steps + 0.4, -0.4)
    ax.grid(color="0.9", linewidth=0.8)
    ax.set_axisbelow(True)
    ax.set_xlabel("position" if len(nodes) == len(found.order) else "position (those visited)")
    ax.set_ylabel("step")
    steps = f"{found.steps} step{'' if found.steps == 1 else 's'}"
    carry = "1 pathway carries" if len(found) == 1 else f"{len(found)} pathways carry"
    ax.set_title(
        f"{plain(found.source)} → {plain(found.sink)} in {steps}:"
        f" {carry} {sum(found.shares):.3g} of the signal",
        fontsize="medium",
    )


def _are_long(names: Sequence[str]) -> bool:
    return max(map(len, names)) > LONG_NAMES


def cross_drift(drift: CrossDrift, *, ax: Axes | None = None) -> Axes:
    """Draw where head 1 helps head 0: the steps gained from each initial state, at each position.

    Row j and column i of the map show the part of the gain from j that is made at position i,
    `drift.terms[j, i]`; the bars beside it are the sums of the rows, the steps that mixing saves
    from each initial state. Blue is a gain and red a loss, by the scale below. The sink is left
    out. Up to 12 nodes the numbers are written into the map.

    Parameters
    ----------
    drift : CrossDrift
        What `dagmix.drift.cross_drift` returns.
    ax : matplotlib Axes, optional
        By default those of a new figure. The bars are an inset beside it.

    Returns
    -------
    Axes
        The map as its image, in steps.

    Raises
    ------
    KindError
        For anything but a `CrossDrift`.

    Examples
    --------
    >>> from dagmix import MultiHeadWalk
    >>> from dagmix.drift import cross_drift as measure
    >>> from dagmix.paper import example_3_13
    >>> ax = cross_drift(measure(MultiHeadWalk(example_3_13())))
    >>> ax.images[0].get_array().round(2).tolist()
    [[1.33, -1.33, 0.0], [0.67, -2.67, 0.0], [0.0, 0.0, 0.0]]

    References
    ----------
    The cross-drift theorem of the guide; the setting is that of arXiv:2507.02944, Theorem 2.8.
    """
    check_result(drift, CrossDrift, "dagmix.drift.cross_drift")
    ax = axes_on(ax)
    starts = drift.initial_rows
    terms = drift.terms[np.ix_(starts, starts)].astype(float)
    gain = drift.gain[starts].astype(float)
    reach = float(np.abs(terms).max(initial=0)) or 1.0
    image = ax.imshow(terms, cmap="RdBu", vmin=-reach, vmax=reach, aspect="auto")
    names = [plain(drift.nodes[row]) for row in starts]
    if len(names) <= SHOWN:
        _write_numbers(ax, terms, reach)
        ax.set_xticks(range(len(names)), names)
        ax.set_yticks(range(len(names)), names)
    ax.set_xlabel("at position i")
    ax.set_ylabel("from initial state j")
    ax.set_title("where head 1 helps head 0", fontsize="medium")
    bars = ax.inset_axes((1.03, 0, 0.25, 1), sharey=ax)
    bars.barh(range(len(gain)), gain, color=np.where(gain < 0, "#B2182B", "#2166AC"))
    bars.axvline(0, color="0.3", linewidth=0.8)
    bars.set_xlabel("gain, steps")
    bars.margins(x=0.1)
    bars.tick_params(labelleft=False, left=False)
    bars.spines[["top", "right", "left"]].set_visible(False)
    ax.figure.colorbar(image, ax=ax, location="bottom", label="part of the gain, steps")
    return ax


def _write_numbers(ax: Axes, terms: Any, reach: float) -> None:
    for (j, i), value in np.ndenumerate(terms):
        colour = "white" if abs(value) > reach / 2 else "black"
        ax.text(i, j, f"{value:.3g}", ha="center", va="center", color=colour, fontsize="small")
