"""Pictures that compare: numbers of heads, layer by layer (Figure 4), kinds of graphs, masks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dagmix._engine.adjacency.base import Floats
from dagmix.errors import NumberError, ShapeError
from dagmix.families.compare import Comparison
from dagmix.families.measures import Measures, describe
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.plotting.canvas import (
    EDGE,
    Axes,
    axes_on,
    check_result,
    logarithmic,
    marker,
    need,
    outside,
    plain,
    plain_logarithm,
    style,
)

SEEDS = 2  # the axis of the seeds
DECADE = 10  # from the least to the greatest value, from which on an axis is logarithmic
MOST_ROWS = 6  # of a legend
IN_SIGHT = 1e-6  # of the greatest fidelity; a smaller one is written out at the lower edge
WIDE = 8.0  # inches, a legend beside the axes included


def head_counts(
    counts: Sequence[int],
    values: ArrayLike,
    measure: str,
    *,
    spread: ArrayLike | None = None,
    layers: Sequence[Any] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a measure of each layer over the number of heads (Figure 4).

    The number of heads has a logarithmic axis. So has the measure, where all of it is positive and
    some is ten times some other.

    Parameters
    ----------
    counts : sequence of int
        Numbers of heads, one for each row of `values`.
    values : array
        (counts, layers), or (counts, layers, seeds): then means are drawn, with a band of one
        sample standard deviation on either side.
    measure : str
        What was measured, and in which unit.
    spread : array, optional
        (counts, layers), half the width of the band where `values` holds means.
    layers : sequence, optional
        Names of the layers, such as the paper's L1 to L4; by default "layer 0" and so on.
    ax : matplotlib Axes, optional
        By default those of a new figure.

    Returns
    -------
    Axes
        A line for each layer, and its band.

    Raises
    ------
    ShapeError, NumberError
        For shapes other than these or another number of names, for values that are not finite
        and counts that are not positive.

    Examples
    --------
    >>> ax = head_counts([1, 4], [[9.0, 8.0], [3.0, 2.0]], "mixing time, steps")
    >>> [(line.get_label(), line.get_ydata().tolist()) for line in ax.lines]
    [('layer 0', [9.0, 3.0]), ('layer 1', [8.0, 2.0])]

    References
    ----------
    arXiv:2507.02944, Figure 4.
    """
    means, widths = _means(counts, values, spread)
    names = _layer_names(layers, means.shape[1])
    ax = axes_on(ax)
    for layer, line in enumerate(means.T):
        look = style(layer)
        ax.plot(counts, line, marker=marker(layer), label=plain(names[layer]), **look)
        if widths is not None:
            low, high = line - widths[:, layer], line + widths[:, layer]
            ax.fill_between(counts, low, high, color=look["color"], alpha=0.2, linewidth=0)
    if means.min() > 0 and means.max() >= DECADE * means.min():
        ax.set_yscale("log", nonpositive="clip")
        plain_logarithm(ax.yaxis)
    ax.set_xscale("log", base=2)
    ax.set_xticks(counts, list(map(str, counts)))
    ax.xaxis.minorticks_off()
    ax.set_xlabel("heads")
    ax.set_ylabel(measure)
    ax.legend(ncols=1 + (len(names) - 1) // MOST_ROWS)
    return ax


def _layer_names(layers: Sequence[Any] | None, count: int) -> Sequence[Any]:
    names = [f"layer {layer}" for layer in range(count)] if layers is None else layers
    if len(names) != count:
        message = f"one name for each of {count} layers; got {len(names)}"
        raise ShapeError(message)
    return names


def _means(
    counts: Sequence[int], values: ArrayLike, spread: ArrayLike | None
) -> tuple[Floats, Floats | None]:
    """Return means and half widths of bands, (counts, layers) each."""
    if not all(count > 0 for count in counts):
        message = f"numbers of heads are positive; got {list(counts)}"
        raise NumberError(message)
    array = _finite(values)
    if array.ndim not in (2, 3) or len(array) != len(counts) or 0 in array.shape:
        message = (
            f"values have shape (counts, layers) or (counts, layers, seeds) with {len(counts)}"
            f" counts, none of it 0; got {array.shape}"
        )
        raise ShapeError(message)
    if spread is not None:
        widths = _finite(spread)
        if array.ndim == SEEDS + 1 or widths.shape != array.shape:
            message = (
                "a spread goes with means, both of shape (counts, layers);"
                f" got {widths.shape} with {array.shape}"
            )
            raise ShapeError(message)
        return array, widths
    if array.ndim == SEEDS:
        return array, None
    several = array.shape[SEEDS] > 1
    return array.mean(axis=SEEDS), array.std(axis=SEEDS, ddof=1) if several else None


def _finite(values: ArrayLike) -> Floats:
    array = np.asarray(values, dtype=float)
    wrong = np.argwhere(~np.isfinite(array))
    if wrong.size:
        where = tuple(wrong[0].tolist())
        message = f"a mean needs finite numbers; got {array[where]} at {list(where)}"
        raise NumberError(message)
    return array


def trade_off(
    curves: Mapping[str, Iterable[FeedforwardDAG | Measures | tuple[Any, Any]]],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Scatter the normalised minimax fidelity n · φ_min over the mixing time T(¼), log-log.

    A fidelity of 0 is marked 0 near the lower edge.

    Parameters
    ----------
    curves : mapping
        Of names to points, which a thin line joins in their order: graphs with a unique
        sink, what `dagmix.families.describe` says of them, or pairs (T, n · φ_min).
    ax : matplotlib Axes, optional
        By default those of a new figure.

    Returns
    -------
    Axes
        A line with marks for each name; T in steps. Better is to the left and higher.

    Raises
    ------
    NumberError
        For a pair that is not finite, for a time of 0, a negative fidelity.
    EmptyError, SinkError
        For no names or no points, for a graph without a unique sink.

    Examples
    --------
    >>> from dagmix import families
    >>> ax = trade_off({"line": [families.line(4), families.line(8)]})
    >>> ax.lines[0].get_xydata()[0].tolist()
    [7.0, 1.5]

    References
    ----------
    arXiv:2502.06751, which compares graphs by these two measures.
    """
    points = {name: [_point(found) for found in curve] for name, curve in curves.items()}
    need(points, "name")
    ax = axes_on(ax)
    for k, (name, curve) in enumerate(points.items()):
        need(curve, f"point of {name}")
        times, fidelities = zip(*curve, strict=True)
        look = {"marker": marker(k), "linewidth": 1, **style(k)}
        ax.plot(times, fidelities, label=plain(name), **look)
        outside(ax, times, fidelities, color=style(k)["color"])
    logarithmic(ax)
    ax.set_xlabel("mixing time T(¼), steps")
    ax.set_ylabel("normalised minimax fidelity n · φ_min")
    ax.legend()
    return ax


def _point(found: FeedforwardDAG | Measures | tuple[Any, Any]) -> tuple[float, float]:
    if isinstance(found, FeedforwardDAG):
        found = describe(found)
    if isinstance(found, Measures):
        found = found.mixing_time, found.normalised_fidelity
    time, fidelity = map(float, found)
    if not (0 < time < np.inf and 0 <= fidelity < np.inf):
        message = (
            "a trade-off has a positive, finite time and a finite fidelity of at least 0;"
            f" got {(time, fidelity)}"
        )
        raise NumberError(message)
    return time, fidelity


def compare(found: Comparison, *, ax: Axes | None = None) -> Axes:
    """Draw a comparison of masks: n · φ_min over the mixing time, log-log, and the Pareto front.

    The masks that no other beats are joined by a line. A fidelity of less than a millionth of the
    greatest is marked by an arrow at the lower edge, and its value is in the legend.

    Parameters
    ----------
    found : Comparison
        What `dagmix.families.compare` returns.
    ax : matplotlib Axes, optional
        By default those of a new figure.

    Returns
    -------
    Axes
        A mark for each mask, the line of the front first; T in steps. Better is to the left and
        higher. The legend is beside the axes.

    Raises
    ------
    KindError
        For anything else.
    NumberError
        Where a mask has a time of 0 or ∞: no logarithmic axis has a place for it.

    Examples
    --------
    >>> from dagmix import families
    >>> ax = compare(families.compare(["line", "complete"], 8))
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['front', 'line', 'complete']

    References
    ----------
    arXiv:2502.06751, which compares graphs by these two measures.
    """
    check_result(found, Comparison, 'families.compare(["line"], 8)')
    points = [_point((row.mixing_time, row.normalised_fidelity)) for row in found.rows]
    floor = IN_SIGHT * max(fidelity for _, fidelity in points)
    ax = axes_on(ax, WIDE)
    front = [_point((row.mixing_time, row.normalised_fidelity)) for row in found.front()]
    front = [(time, fidelity) for time, fidelity in front if fidelity >= floor]
    ax.plot(*zip(*front, strict=True), color="0.6", linewidth=1, zorder=1, label="front")
    for k, (row, (time, fidelity)) in enumerate(zip(found.rows, points, strict=True)):
        color = style(k)["color"]
        if fidelity >= floor:
            ax.plot(
                time,
                fidelity,
                marker=marker(k),
                color=color,
                linestyle="none",
                label=plain(row.name),
            )
        else:
            label = f"{plain(row.name)}: {fidelity:.2g}"
            _at_lower_edge(ax, time, color=color, label=label, marker=marker(k))
    logarithmic(ax)
    if min(fidelity for _, fidelity in points) < floor:
        bottom, top = ax.get_ylim()
        ax.set_ylim(bottom * (bottom / top) ** (2 * EDGE), top)  # room for what is out of sight
    ax.set_xlabel(f"mixing time T({found.epsilon}), steps")
    ax.set_ylabel("normalised minimax fidelity n · φ_min")
    ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1), borderaxespad=0)
    return ax


def _at_lower_edge(ax: Axes, time: float, **look: Any) -> None:
    """Mark a time near the lower edge, an arrow below the mark."""
    across = ax.get_xaxis_transform()
    ax.plot(time, EDGE, linestyle="none", transform=across, **look)
    ax.plot(time, EDGE / 3, marker="$\\downarrow$", color=look["color"], transform=across)
