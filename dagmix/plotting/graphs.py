"""Drawings of graphs: heads over one another, and heads side by side into one sink."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dagmix._engine.adjacency.base import Adjacency, Floats
from dagmix._engine.adjacency.ranges import union
from dagmix._engine.exact.scalars import Field
from dagmix.errors import KindError, ShapeError
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.graphs.labels import Nodes, check_same_nodes
from dagmix.graphs.sinks import find_unique_sink
from dagmix.operators.base import Operator
from dagmix.operators.mixture import MultiHead
from dagmix.plotting.canvas import LARGEST_PART, Axes, axes_on, need, plain, style
from dagmix.plotting.layout import arcs, order
from dagmix.plotting.strokes import (
    DARK,
    SHORT,
    SIZE,
    Bundle,
    draw_arcs,
    draw_loops,
    draw_nodes,
    weighed,
)

MOST_NODES = 50  # of a line: on a figure of 16 inches more would touch one another
INCHES = 0.85  # from node to node, in a figure of our own
NARROWEST, WIDEST = 3.6, 16.0  # inches
MOST_COLUMNS = 3  # of the legend
NAMES, LETTER = 1.6, 0.08  # inches for names of heads, and for a letter of slanted labels
ENTRY, CHARACTER, ROW = 0.8, 0.09, 0.25  # inches of a legend: line and gap, a letter, a row
PAD = 0.45  # from the outermost edge or node to the frame, in nodes


@dataclass(frozen=True)
class Heads:
    """What is drawn: names of heads, their edges, the rows of the sinks, the weights of edges.

    The weights are n × n, receiver i and sender j in [i, j], none where only graphs are given.
    """

    nodes: Nodes
    adjacencies: Mapping[str, Adjacency]
    sinks: list[int]
    weights: Mapping[str, Floats]

    @property
    def unique_sink(self) -> int:
        """The row of the one sink; SinkError where there are several."""
        known = self.nodes[self.sinks[0]] if len(self.sinks) == 1 else None
        return find_unique_sink(union(list(self.adjacencies.values())), self.nodes, known).index


def graph(drawn: Any, *, least: Any = 0, self_loops: bool = False, ax: Axes | None = None) -> Axes:
    """Draw a graph, or the heads of a mixture over one another (Figure 1).

    The nodes stand on a line. Edges that go forward in it arc above it, and those that go
    backward, which only cycles of a union have, below. A head has its colour and line style. Of
    an operator, the width of an edge is its weight M[i, j], of a mixture β_h M_h[i, j].

    Parameters
    ----------
    drawn : FeedforwardDAG, operator, mixture, sequence or mapping of names to heads
        At most 50 nodes and 300 edges that are drawn. Heads are numbered from 0; those of
        weight 0 are left out.
    least : number
        Edges of operators that weigh less are left out, and the legend counts them.
    self_loops : bool
        Whether to draw the self-loops that are there.
    ax : matplotlib Axes, optional
        By default those of a new figure, as large as the graph asks for.

    Returns
    -------
    Axes
        An annotation with an arrow for each edge; sinks are dark.

    Raises
    ------
    KindError, HeadsError, EmptyError
        For what is no graph, for heads on different nodes, for no heads.
    ShapeError
        For more nodes or edges than can be distinguished: `plotting.tokens` draws the matrix.
    NumberError
        For a `least` that is no number, or one for graphs, whose edges have no weights.

    Examples
    --------
    >>> ax = graph(FeedforwardDAG([("u", "v"), ("u", "τ"), ("v", "τ")]))
    >>> [text.get_text() for text in ax.texts if text.get_text()]
    ['u', 'v', 'τ']

    References
    ----------
    arXiv:2507.02944, Definition 2.1 and Figure 1.
    """
    heads = _read(drawn)
    whole = union(list(heads.adjacencies.values()))
    line = {row: place for place, row in enumerate(order(whole))}
    named = {
        name: arcs(adjacency, line, level)
        for level, (name, adjacency) in enumerate(heads.adjacencies.items())
    }
    bundles = weighed(named, heads.weights, [line] * len(named), least)
    ax = _blank(ax, heads, *_extent(bundles))
    for k, bundle in enumerate(bundles):
        draw_arcs(ax, bundle, 0, style(k))
    draw_nodes(ax, heads.nodes, heads.sinks, line, 0)
    if self_loops:
        draw_loops(ax, whole, line, 0)
    left_out = sum(map(len, named.values())) - sum(map(len, bundles))
    _add_legend(ax, heads, f"not drawn: {left_out} edges of weight < {least}" if left_out else None)
    return ax


def shared_sink(
    drawn: Any, *, least: Any = 0, self_loops: bool = False, ax: Axes | None = None
) -> Axes:
    """Draw heads side by side, each in its own order, into the one sink they share (Figure 2).

    Parameters
    ----------
    drawn : FeedforwardDAG, operator, mixture, sequence or mapping of names to heads
        As for `graph`.
    least : number
        Edges that weigh less are left out.
    self_loops : bool
        Whether to draw the self-loops that are there.
    ax : matplotlib Axes, optional
        By default those of a new figure.

    Returns
    -------
    Axes
        An annotation with an arrow for each edge. The sink is the bar on the right.

    Raises
    ------
    KindError, HeadsError, EmptyError, ShapeError, NumberError
        As for `graph`.
    SinkError
        Where the heads together have no unique sink.

    Examples
    --------
    >>> ax = shared_sink([FeedforwardDAG(["uv", "vτ"]), FeedforwardDAG(["uτ"], nodes="uvτ")])
    >>> [text.get_text() for text in ax.texts if text.get_text()]
    ['head 0', 'u', 'v', 'τ', 'head 1', 'u', 'v', 'τ']

    References
    ----------
    arXiv:2507.02944, Definition 2.2 and Figure 2.
    """
    heads = _read(drawn)
    lines = [_ending(order(s), heads.unique_sink) for s in heads.adjacencies.values()]
    named = {
        name: arcs(adjacency, line)
        for (name, adjacency), line in zip(heads.adjacencies.items(), lines, strict=True)
    }
    bundles = weighed(named, heads.weights, lines, least)
    low, high = _extent(bundles)
    down = [k * (low - high - 1) for k in range(len(bundles))]
    ax = _blank(ax, heads, down[-1] + low, high)
    ends = [len(heads.nodes) - 1] * 2, [down[0], down[-1]]
    ax.plot(*ends, color=DARK, linewidth=SIZE, solid_capstyle="round")
    for k, (name, adjacency) in enumerate(heads.adjacencies.items()):
        ax.text(-0.5, down[k], plain(name), ha="right", va="center", color=style(k)["color"])
        draw_arcs(ax, bundles[k], down[k], style(k))
        draw_nodes(ax, heads.nodes, heads.sinks, lines[k], down[k])
        if self_loops:
            draw_loops(ax, adjacency, lines[k], down[k])
    return ax


def _ending(rows: list[int], sink: int) -> dict[int, int]:
    """Return the places of the rows, the sink moved to the end."""
    line = [row for row in rows if row != sink]
    return {row: place for place, row in enumerate([*line, sink])}


def _read(drawn: Any) -> Heads:
    heads = _read_any(drawn)
    if (n := len(heads.nodes)) > MOST_NODES:
        message = (
            f"{n} nodes on a line cannot be told apart, at most {MOST_NODES} are drawn:"
            " plotting.tokens draws the matrix of an operator"
        )
        raise ShapeError(message)
    return heads


def _read_any(drawn: Any) -> Heads:
    if isinstance(drawn, MultiHead):
        parts = [(h, *part) for h, part in enumerate(drawn.parts) if part[0] != 0]
        names = {h: f"head {h}, weight {_short(_brief(drawn.weights[h]))}" for h, *_ in parts}
        named = {names[h]: t.adjacency for h, _, t in parts}
        shares = {names[h]: (weight, t) for h, weight, t in parts}
        return Heads(drawn.nodes, named, [drawn.sink.index], _numbers(drawn, shares))
    if isinstance(drawn, Operator):
        weights = _numbers(drawn, {"": (1, drawn.transition)})
        return Heads(drawn.nodes, {"": drawn.adjacency}, [drawn.sink.index], weights)
    if isinstance(drawn, FeedforwardDAG):
        return Heads(drawn.nodes, {"": drawn.adjacency}, drawn.adjacency.sinks.tolist(), {})
    return _read_several(drawn)


def _numbers(drawn: Operator, shares: Mapping[str, tuple[Any, Any]]) -> dict[str, Floats]:
    """Return weight times matrix of each head, none of symbols and of what is not drawn anyway."""
    if drawn.field is Field.SYMBOLIC or len(drawn.nodes) > MOST_NODES:
        return {}
    return {name: float(w) * t.floats.kernel.dense() for name, (w, t) in shares.items()}


def _read_several(drawn: Any) -> Heads:
    if not isinstance(drawn, Iterable):
        message = f"a graph, an operator, or names or a sequence of them are drawn; got {drawn!r}"
        raise KindError(message)
    named = drawn if isinstance(drawn, Mapping) else {f"head {h}": x for h, x in enumerate(drawn)}
    for name, head in named.items():
        if not isinstance(head, FeedforwardDAG | Operator):
            message = f"a head is a graph or an operator; {name} is {head!r}"
            raise KindError(message)
    need(named, "head")
    labels = [head.nodes for head in named.values()]
    check_same_nodes(labels)
    adjacencies = {name: head.adjacency for name, head in named.items()}
    weights: dict[str, Floats] = {}
    if all(isinstance(head, Operator) for head in named.values()):
        for name, head in named.items():
            weights |= _numbers(head, {name: (1, head.transition)})
    sinks = union(list(adjacencies.values())).sinks.tolist()
    return Heads(labels[0], adjacencies, sinks, weights)


def _short(weight: Any) -> str:
    if isinstance(weight, tuple):
        return "by receiver"
    return f"{weight:.3g}" if isinstance(weight, float) else str(weight)


def _brief(weight: Any) -> Any:
    """Return a long fraction as a float, which is written shorter."""
    is_long = isinstance(weight, Fraction) and weight.denominator >= LARGEST_PART
    return float(weight) if is_long else weight


def _extent(bundles: Iterable[Bundle]) -> tuple[float, float]:
    """Return the depth of the lowest arc and the height of the highest, in nodes."""
    heights = [arc.bend * (arc.end - arc.start) / 2 for bundle in bundles for arc, _ in bundle]
    return min(heights, default=0.0), max(heights, default=0.0)


def _blank(ax: Axes | None, heads: Heads, low: float, high: float) -> Axes:
    """Return axes without frame whose unit, in both directions, is the distance of nodes."""
    n, length = len(heads.nodes), max(len(str(node)) for node in heads.nodes)
    width = INCHES * n + NAMES * (len(heads.adjacencies) > 1)
    width = min(max(width, NARROWEST), WIDEST)
    rows = 1 + (len(heads.adjacencies) + 1) // _columns(heads, width)
    height = INCHES * (high - low + 2 * PAD) + ROW * rows + LETTER * length * (length > SHORT)
    ax = axes_on(ax, width, height)
    ax.set(xlim=(-PAD, n - 1 + PAD), ylim=(low - PAD, high + PAD), aspect="equal")
    ax.set_axis_off()
    return ax


def _columns(heads: Heads, width: float) -> int:
    """Return how many columns of a legend are no wider than so many inches; 1 at least."""
    longest = max(map(len, heads.adjacencies), default=0)
    return max(1, min(MOST_COLUMNS, int(width / (ENTRY + CHARACTER * longest))))


def _add_legend(ax: Axes, heads: Heads, left_out: str | None) -> None:
    """Name the heads and the sink above the drawing, and say what it leaves out."""
    if len(heads.adjacencies) > 1:
        for k, name in enumerate(heads.adjacencies):
            ax.plot([], [], label=plain(name), **style(k))
    ax.plot([], [], "o", color=DARK, label="sink")
    columns = _columns(heads, ax.bbox.width / ax.figure.dpi)
    look: dict[str, Any] = {"ncols": columns, "frameon": False, "title": left_out}
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), **look)
