"""Drawings of graphs: heads over one another, and heads side by side into one sink."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dagmix._engine.adjacency.base import Adjacency
from dagmix._engine.adjacency.ranges import union
from dagmix.errors import KindError
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.graphs.labels import Nodes, check_same_nodes
from dagmix.graphs.sinks import find_unique_sink
from dagmix.operators.base import Operator
from dagmix.operators.mixture import MultiHead
from dagmix.plotting.canvas import Axes, axes_on, need, plain, style
from dagmix.plotting.layout import Arc, arcs, order

INCHES = 0.85  # from node to node, in a figure of our own
NARROWEST, WIDEST = 3.6, 16.0  # inches
NAMES, LEGEND, LETTER = 1.6, 0.4, 0.08  # inches for names of heads, legend, slanted labels
PAD = 0.45  # from the outermost edge or node to the frame, in nodes
SIZE = 22  # points across a node
GAP = 12  # points from the centre of a node to an arrow
SHORT = 3  # characters that fit into a node
LOOP = (0.13, 0.2)  # half the width of a self-loop and its distance to the centre, in nodes
DARK = "#333333"


@dataclass(frozen=True)
class Heads:
    """What is drawn: names of heads, their edges, and the rows of the sinks."""

    nodes: Nodes
    adjacencies: Mapping[str, Adjacency]
    sinks: list[int]

    @property
    def unique_sink(self) -> int:
        """The row of the one sink; SinkError where there are several."""
        known = self.nodes[self.sinks[0]] if len(self.sinks) == 1 else None
        return find_unique_sink(union(list(self.adjacencies.values())), self.nodes, known).index


def graph(drawn: Any, *, self_loops: bool = False, ax: Axes | None = None) -> Axes:
    """Draw a graph, or the heads of a mixture over one another (Figure 1).

    The nodes stand on a line. Edges that go forward in it arc above it, and those that go
    backward, which only cycles of a union have, below. A head has its colour and line style.

    Parameters
    ----------
    drawn : FeedforwardDAG, operator, mixture, sequence or mapping of names to heads
        Heads are numbered from 0; those of weight 0 are left out.
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
    bundles = [arcs(s, line, level) for level, s in enumerate(heads.adjacencies.values())]
    ax = _blank(ax, heads, *_extent(bundles))
    for k, bundle in enumerate(bundles):
        _draw_arcs(ax, bundle, 0, style(k))
    _draw_nodes(ax, heads, line, 0)
    if self_loops:
        _draw_loops(ax, whole, line, 0)
    _add_legend(ax, heads)
    return ax


def shared_sink(drawn: Any, *, self_loops: bool = False, ax: Axes | None = None) -> Axes:
    """Draw heads side by side, each in its own order, into the one sink they share (Figure 2).

    Parameters
    ----------
    drawn : FeedforwardDAG, operator, mixture, sequence or mapping of names to heads
        Heads are numbered from 0; those of weight 0 are left out.
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
    KindError, HeadsError, EmptyError
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
    bundles = [arcs(*pair) for pair in zip(heads.adjacencies.values(), lines, strict=True)]
    low, high = _extent(bundles)
    down = [k * (low - high - 1) for k in range(len(bundles))]
    ax = _blank(ax, heads, down[-1] + low, high)
    ends = [len(heads.nodes) - 1] * 2, [down[0], down[-1]]
    ax.plot(*ends, color=DARK, linewidth=SIZE, solid_capstyle="round")
    for k, (name, adjacency) in enumerate(heads.adjacencies.items()):
        ax.text(-0.5, down[k], plain(name), ha="right", va="center", color=style(k)["color"])
        _draw_arcs(ax, bundles[k], down[k], style(k))
        _draw_nodes(ax, heads, lines[k], down[k])
        if self_loops:
            _draw_loops(ax, adjacency, lines[k], down[k])
    return ax


def _ending(rows: list[int], sink: int) -> dict[int, int]:
    """Return the places of the rows, the sink moved to the end."""
    line = [row for row in rows if row != sink]
    return {row: place for place, row in enumerate([*line, sink])}


def _read(drawn: Any) -> Heads:
    if isinstance(drawn, MultiHead):
        parts = [(h, *part) for h, part in enumerate(drawn.parts) if part[0] != 0]
        named = {f"head {h}, weight {_short(drawn.weights[h])}": t.adjacency for h, _, t in parts}
        return Heads(drawn.nodes, named, [drawn.sink.index])
    if isinstance(drawn, Operator):
        return Heads(drawn.nodes, {"": drawn.adjacency}, [drawn.sink.index])
    if isinstance(drawn, FeedforwardDAG):
        return Heads(drawn.nodes, {"": drawn.adjacency}, drawn.adjacency.sinks.tolist())
    return _read_several(drawn)


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
    return Heads(labels[0], adjacencies, union(list(adjacencies.values())).sinks.tolist())


def _short(weight: Any) -> str:
    if isinstance(weight, tuple):
        return "by receiver"
    return f"{weight:.3g}" if isinstance(weight, float) else str(weight)


def _extent(bundles: Iterable[Iterable[Arc]]) -> tuple[float, float]:
    """Return the depth of the lowest arc and the height of the highest, in nodes."""
    heights = [arc.bend * (arc.end - arc.start) / 2 for bundle in bundles for arc in bundle]
    return min(heights, default=0.0), max(heights, default=0.0)


def _blank(ax: Axes | None, heads: Heads, low: float, high: float) -> Axes:
    """Return axes without frame whose unit, in both directions, is the distance of nodes."""
    n, length = len(heads.nodes), max(len(str(node)) for node in heads.nodes)
    width = INCHES * n + NAMES * (len(heads.adjacencies) > 1)
    height = INCHES * (high - low + 2 * PAD) + LEGEND + LETTER * length * (length > SHORT)
    ax = axes_on(ax, min(max(width, NARROWEST), WIDEST), height)
    ax.set(xlim=(-PAD, n - 1 + PAD), ylim=(low - PAD, high + PAD), aspect="equal")
    ax.set_axis_off()
    return ax


def _draw_arcs(ax: Axes, bundle: Iterable[Arc], y: float, look: dict[str, Any]) -> None:
    for arc in bundle:
        _arrow(ax, (arc.start, y), (arc.end, y), arc.bend, gap=GAP, **look)


def _arrow(
    ax: Axes, tail: tuple[float, float], head: tuple[float, float], bend: float, **look: Any
) -> None:
    gap = look.pop("gap")
    arrow = {
        "arrowstyle": "-|>",
        "connectionstyle": f"arc3,rad={-bend}",
        "shrinkA": gap,
        "shrinkB": gap,
        **look,
    }
    ax.annotate("", head, tail, arrowprops=arrow, annotation_clip=False, zorder=1)


def _draw_loops(ax: Axes, adjacency: Adjacency, line: dict[int, int], y: float) -> None:
    """Suggest self-loops below their nodes."""
    half, below = LOOP
    for row, place in line.items():
        if adjacency.has_loop[row]:
            ends = (place - half, y - below), (place + half, y - below)
            _arrow(ax, *ends, -1.5, gap=0, color="grey", linewidth=1)


def _draw_nodes(ax: Axes, heads: Heads, line: dict[int, int], y: float) -> None:
    """Draw the nodes of a line, sinks dark; labels too long for a node stand below it."""
    fits = max(len(str(node)) for node in heads.nodes) <= SHORT
    for row, place in line.items():
        name = plain(heads.nodes[row])
        face, ink = (DARK, "white") if row in heads.sinks else ("white", DARK)
        ax.plot(place, y, "o", markersize=SIZE, markerfacecolor=face, markeredgecolor=DARK)
        if fits:
            ax.text(place, y, name, ha="center", va="center", color=ink)
        else:
            slanted: dict[str, Any] = {"rotation": 45, "ha": "right", "va": "top", "color": DARK}
            ax.annotate(name, (place, y), (0, -SIZE), textcoords="offset points", **slanted)


def _add_legend(ax: Axes, heads: Heads) -> None:
    """Name the heads and the sink above the drawing."""
    if len(heads.adjacencies) > 1:
        for k, name in enumerate(heads.adjacencies):
            ax.plot([], [], label=plain(name), **style(k))
    ax.plot([], [], "o", color=DARK, label="sink")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, frameon=False)
