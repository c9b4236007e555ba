"""Curves over time: signals at the sink (Figure 3 of the paper), distances to stationarity."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from typing import Any, TypeVar

from dagmix._engine.adjacency.base import Vec
from dagmix._engine.exact.scalars import QUARTER, read_epsilon, read_steps
from dagmix._engine.fidelity.results import NodeFidelity
from dagmix.errors import NumberError
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.graphs.labels import Node
from dagmix.operators.base import check_kind
from dagmix.operators.diffusion import DiffusionOperator
from dagmix.operators.walk import WalkOperator
from dagmix.plotting.canvas import Axes, axes_on, count_along, need, number, plain, style

Kind = TypeVar("Kind", WalkOperator, DiffusionOperator)

CURVES = 8  # of a picture's own choice; more are drawn where they are asked for
DOTTED_UP_TO = 60  # steps; on more than these, dots run into one another
LONGEST = 2_000  # steps of a picture's own choice
SHORTEST, LONG_ENOUGH = 12, 120  # steps of signals: all, and those with a limit that is their φ
DEEPEST = 1e-4  # of ε: how small the distances are that are drawn
TIMES_NAMED = 4
WIDE = 7.4  # inches, with room for the legend of the signals beside them
THICKEST, THINNER, THINNEST = 2.9, 0.7, 1.5  # points
FILL = {True: "full", False: "none", "undecided": "left"}


def signals(
    diffusion: DiffusionOperator | FeedforwardDAG,
    steps: int | None = None,
    *,
    nodes: Iterable[Node] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the signals x_t[j] = (Δᵗ)[τ, j] for t = 0, …, `steps`, and their suprema (Figure 3).

    Parameters
    ----------
    diffusion : DiffusionOperator or FeedforwardDAG
        A mixture too.
    steps : int, optional
        The last time drawn; by default half as far again as the latest time at which a fidelity
        is first attained (2,000 at most), or twice the number of nodes (120 at most) where one
        is not, and 12 at least.
    nodes : iterable, optional
        By default all but the sink; where they are more than 8, those (up to 8) that have
        the minimax fidelity. The title of the legend then counts what is left out.
    ax : matplotlib Axes, optional
        By default those of a new figure.

    Returns
    -------
    Axes
        A line for each node's signal and, dotted, for its fidelity φ_j. Full marks are the
        times that attain φ_j; an empty one at the end says that none does, a half-full one
        that floats cannot tell.

    Raises
    ------
    KindError
        For another operator than a diffusion.
    StepError, UnknownNodeError, EmptyError
        For steps that are negative or fractional, an unknown node, no nodes.

    Examples
    --------
    >>> ax = signals(FeedforwardDAG(["ab", "bc"]), 6)
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['a: φ = 1, not attained', 'b: φ = 1/2 at t = 1, 2']

    References
    ----------
    arXiv:2507.02944, Definitions 3.2 and 3.3, Figure 3.
    """
    operator = _read(diffusion, DiffusionOperator)
    chosen, left_out = _chosen(operator) if nodes is None else (list(nodes), None)
    need(chosen, "node")
    fidelities = [operator.node_fidelity(node) for node in chosen]
    last = _until_attained(operator, fidelities) if steps is None else read_steps(steps, "steps")
    table = operator.signals(last).astype(float)
    ax = axes_on(ax, WIDE)
    for k, (node, fidelity) in enumerate(zip(chosen, fidelities, strict=True)):
        label = f"{plain(node)}: {in_words(fidelity)}"
        curve = table[:, operator.nodes.row(node)]
        ax.plot(range(last + 1), curve, label=label, **_look(k, last))
        _draw_supremum(ax, fidelity, last, style(k)["color"])
    look = {"loc": "upper left", "bbox_to_anchor": (1, 1), "title": left_out}
    _finish(ax, f"signal at {plain(operator.sink.node)}", **look)
    return ax


def distances(
    walks: WalkOperator | FeedforwardDAG | Mapping[str, WalkOperator | FeedforwardDAG],
    epsilon: Any = QUARTER,
    *,
    steps: int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw d(t) = max_j P_j(T > t), total variation from the worst initial state, with ε and T(ε).

    Parameters
    ----------
    walks : WalkOperator, FeedforwardDAG, or mapping of names to them
        Mixtures too.
    epsilon : number
        The threshold, strictly between 0 and 1, taken exactly as it is passed.
    steps : int, optional
        The last time drawn; by default half as far again as the longest finite T(ε) for which
        this is no more than 2,000. A longer one is in the legend.
    ax : matplotlib Axes, optional
        By default those of a new figure.

    Returns
    -------
    Axes
        A line on a logarithmic axis, down to 10⁻⁴ ε, for each walk, and for ε; a mark at each
        T(ε).

    Raises
    ------
    KindError, EmptyError
        For another operator than a walk, for an empty mapping.
    EpsilonError, StepError
        For a threshold or `steps` out of range.
    NumberError
        Where every default for `steps` would be more than 2,000.

    Examples
    --------
    >>> ax = distances({"line": FeedforwardDAG(["ab", "bc"])}, "1/8")
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['ε = 1/8', 'line: T(ε) = 6']

    References
    ----------
    arXiv:2507.02944, Definition 2.7 and equation 2.
    """
    named = walks if isinstance(walks, Mapping) else {"": walks}
    need(named, "walk")
    operators = {name: _read(walk, WalkOperator) for name, walk in named.items()}
    times = {name: walk.mixing_time(epsilon) for name, walk in operators.items()}
    last = _far_enough(operators, times) if steps is None else read_steps(steps, "steps")
    ax = axes_on(ax)
    _draw_threshold(ax, epsilon)
    for k, (name, walk) in enumerate(operators.items()):
        values = walk.distances(last).astype(float)
        label = f"{plain(name)}: " if name else ""
        _draw_distances(ax, values, times[name], label, k)
    ax.set_yscale("log", nonpositive="mask")
    ax.set_ylim(bottom=max(ax.get_ylim()[0], DEEPEST * float(read_epsilon(epsilon))))
    _finish(ax, "distance d(t)")
    return ax


def in_words(fidelity: NodeFidelity) -> str:
    """Write a fidelity and when it is attained.

    >>> in_words(DiffusionOperator(FeedforwardDAG(["ab"], self_loops=False)).node_fidelity("a"))
    'φ = 1 at t = 1 and ever after'
    """
    value = f"φ {number(fidelity.value, exact=fidelity.exact)}"
    if fidelity.attained is not True:
        return f"{value}, {'attained or not' if fidelity.attained else 'not attained'}"
    times = list(map(str, fidelity.times[:TIMES_NAMED]))
    if len(fidelity.times) > TIMES_NAMED:
        times.append("…")
    listed = (", " if fidelity.exact else " or ").join(times)
    return f"{value} at t = {listed}{_ever_after(fidelity)}"


def _ever_after(fidelity: NodeFidelity) -> str:
    if not fidelity.onwards:
        return ""
    again = f" with period {fidelity.period}" if fidelity.period > 1 else ""
    return f" and ever after{again}"


def _read(given: Any, kind: type[Kind]) -> Kind:
    if isinstance(given, FeedforwardDAG):
        return kind(given)
    check_kind(given, kind)
    read: Kind = given
    return read


def _chosen(operator: DiffusionOperator) -> tuple[Sequence[Node], str | None]:
    """Return the nodes but the sink or, where they are many, some of minimum fidelity.

    Then a text says how many there are, and how many of greater fidelity.
    """
    others = [node for node in operator.nodes if node != operator.sink.node]
    if len(others) <= CURVES:
        return others or operator.nodes, None
    least = operator.minimax_fidelity().nodes
    more, shown = len(others) - len(least), least[:CURVES]
    return shown, f"least φ: {len(shown)} of {len(least)} nodes;\nnot drawn: {more} of greater φ"


def _until_attained(operator: DiffusionOperator, fidelities: Iterable[NodeFidelity]) -> int:
    n = len(operator.nodes)
    ends = (
        3 * one.times[0] // 2 if one.attained is True else min(2 * n, LONG_ENOUGH)
        for one in fidelities
    )
    return min(max(SHORTEST, *ends), LONGEST)


def _draw_supremum(ax: Axes, fidelity: NodeFidelity, last: int, colour: str) -> None:
    value = float(fidelity.value)
    ax.plot([0, last], [value, value], color=colour, linestyle=":", linewidth=1)
    times = [last]
    if fidelity.attained is True:
        times = list(takewhile(lambda t: t <= last, fidelity.times))
        if fidelity.onwards:
            later = range(fidelity.times[-1] + 1, last + 1)
            times.extend(t for t in later if fidelity.attained_at(t))
    ax.plot(
        times,
        [value] * len(times),
        color=colour,
        linestyle="none",
        marker="o",
        markersize=8,
        fillstyle=FILL[fidelity.attained],
        clip_on=False,
    )


def _look(k: int, last: int) -> dict[str, Any]:
    """Return the look of curve k: dots at whole steps, and wider where a later one may cover it."""
    dots = "." if last <= DOTTED_UP_TO else ""
    return {"marker": dots, "linewidth": max(THINNEST, THICKEST - k * THINNER), **style(k)}


def _finish(ax: Axes, what: str, **legend: Any) -> None:
    ax.set_xlabel("time t, steps")
    ax.set_ylabel(what)
    count_along(ax)
    ax.legend(**legend)


def _far_enough(walks: Mapping[str, WalkOperator], times: Mapping[str, int | float]) -> int:
    """Return half as far again as the longest T(ε) that can be drawn so; 1 step at least."""
    finite = [int(time) for time in times.values() if time < math.inf]
    if not finite:
        return min(max(len(walk.nodes) for walk in walks.values()), LONGEST)
    drawn = [-(-3 * time // 2) for time in finite if 3 * time <= 2 * LONGEST]
    if not drawn:
        message = f"T(ε) = {min(finite)} is too long to draw; say how far to draw with steps="
        raise NumberError(message)
    return max(1, *drawn)


def _draw_threshold(ax: Axes, epsilon: Any) -> None:
    threshold = read_epsilon(epsilon)
    label = f"ε {number(epsilon if isinstance(epsilon, float) else threshold)}"
    ax.axhline(float(threshold), color="grey", linewidth=1, label=label)


def _draw_distances(ax: Axes, values: Vec, time: float, label: str, k: int) -> None:
    last = len(values) - 1
    label += f"T(ε) = {'∞' if time == math.inf else time}"
    ax.plot(range(last + 1), values, label=label, **_look(k, last))
    if time <= last:
        ax.plot(time, values[int(time)], marker="o", markersize=8, color=style(k)["color"])
        ax.axvline(time, linewidth=1, alpha=0.5, **style(k))
