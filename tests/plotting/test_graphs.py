"""Drawings of graphs: an arrow for every edge, in its place, in its head's colour and style."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import sympy as sp
from cases.pictures import data, legend
from cases.strategies import mixtures
from cases.subjects import mixed_diffusion
from hypothesis import given, settings
from matplotlib.colors import same_color, to_hex
from matplotlib.figure import Figure
from matplotlib.text import Annotation

from dagmix import (
    DagmixError,
    DiffusionOperator,
    FeedforwardDAG,
    MultiHeadDiffusion,
    MultiHeadWalk,
    WalkOperator,
    families,
)
from dagmix.errors import EmptyError, HeadsError, KindError, NumberError, ShapeError, SinkError
from dagmix.plotting import graph, shared_sink

if TYPE_CHECKING:
    from cases.zoo import Mixture
    from matplotlib.axes import Axes

EDGES = [[("u", "v"), ("v", "w"), ("w", "τ")], [("v", "u"), ("u", "w"), ("w", "τ")]]
HEADS = [FeedforwardDAG(e, nodes="uvwτ") for e in EDGES]
DARK = "#333333"
Point = tuple[float, float]


def arrows(ax: Axes) -> list[tuple[Point, Point, str, str]]:
    """Tail, head, colour and style of every arrow but the grey loops."""
    found = []
    for note in ax.texts:
        if isinstance(note, Annotation) and note.arrow_patch is not None:
            patch: Any = note.arrow_patch
            colour = to_hex(patch.get_edgecolor())
            if colour != to_hex("grey"):
                found.append((note.xyann, note.xy, colour, patch.get_linestyle()))
    return found


def loops(ax: Axes) -> list[Point]:
    """Middles of the self-loops."""
    grey = [n for n in ax.texts if isinstance(n, Annotation) and n.arrow_patch is not None]
    grey = [n for n in grey if same_color(n.arrow_patch.get_edgecolor(), "grey")]  # type: ignore[union-attr]
    return [((n.xyann[0] + n.xy[0]) / 2, n.xy[1]) for n in grey]


def words(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts if text.get_text()]


def bends(ax: Axes) -> list[float]:
    """Curvature of each arrow, positive above the line for one that goes right."""
    notes = [n for n in ax.texts if isinstance(n, Annotation) and n.arrow_patch is not None]
    return [-n.arrow_patch.get_connectionstyle().rad for n in notes]  # type: ignore[union-attr]


def test_figure_1() -> None:
    """Five nodes on a line in their order, ten edges, a dark sink."""
    ax = graph(families.complete(5))
    pairs = {((j, 0), (i, 0)) for j in range(5) for i in range(j + 1, 5)}
    assert {(tail, head) for tail, head, _, _ in arrows(ax)} == pairs
    assert len(arrows(ax)) == 10
    assert words(ax) == list("01234")
    assert [(text.get_position(), text.get_color()) for text in ax.texts if text.get_text()] == [
        ((k, 0), "white" if k == 4 else DARK) for k in range(5)
    ]
    faces = [line.get_markerfacecolor() for line in ax.lines if data(line)]
    assert faces == ["white"] * 4 + [DARK]
    assert legend(ax) == ["sink"]
    assert not loops(ax)
    assert ax.get_aspect() == 1
    assert not ax.axison


def test_self_loops_are_drawn_where_asked_for_and_there() -> None:
    some = FeedforwardDAG([("u", "v"), ("v", "v"), ("v", "τ")], self_loops=None)
    assert loops(graph(some, self_loops=True)) == [(1, -0.2)]
    assert len(loops(graph(HEADS[0], self_loops=True))) == 4
    assert len(loops(shared_sink(HEADS, self_loops=True))) == 8


def test_heads_that_disagree_are_drawn_over_one_another() -> None:
    """Example 3.13: one edge goes backward, below the line; colours and styles tell heads apart."""
    ax = graph({"one": HEADS[0], "two": HEADS[1]})
    blue, orange = ("#0072b2", "-"), ("#d55e00", "--")
    assert [arrow[2:] for arrow in arrows(ax)] == [blue] * 3 + [orange] * 3
    assert [(tail[0], head[0]) for tail, head, *_ in arrows(ax)] == [
        (0, 1), (1, 2), (2, 3), (0, 2), (1, 0), (2, 3),
    ]  # fmt: skip
    assert bends(ax) == pytest.approx([0, 0, 0, 0.46, 0.46, 0.46])
    assert legend(ax) == ["one", "two", "sink"]
    assert ax.get_ylim() == pytest.approx((-0.46 / 2 - 0.45, 0.46 + 0.45))
    assert ax.get_xlim() == pytest.approx((-0.45, 3.45))


def test_mixtures_name_their_weights_and_leave_out_heads_of_weight_0() -> None:
    mix = MultiHeadDiffusion([*HEADS, HEADS[0]], weights=["1/3", 0, "2/3"])
    assert legend(graph(mix)) == ["head 0, weight 1/3", "head 2, weight 2/3", "sink"]
    assert len(arrows(graph(mix))) == 6
    gated = MultiHeadDiffusion(HEADS, [["1/4"] * len(mix.nodes), ["3/4"] * len(mix.nodes)])
    assert legend(graph(gated))[1] == "head 1, weight by receiver"
    floats = MultiHeadWalk(HEADS, weights=[0.123456, 0.876544])
    assert legend(graph(floats))[:2] == ["head 0, weight 0.123", "head 1, weight 0.877"]
    b = sp.Symbol("b", positive=True)
    assert legend(graph(MultiHeadWalk(HEADS, weights=[b, 1 - b])))[1] == "head 1, weight 1 - b"


@pytest.mark.slow
@settings(max_examples=25)
@given(mixtures())
def test_every_edge_of_every_head_is_an_arrow(mix: Mixture) -> None:
    """Overlaid or side by side, heads have one arrow for each edge, and all sinks are dark."""
    operator = mixed_diffusion(mix)
    heads = sum(len(set(edges)) for edges in mix.heads)
    assert len(arrows(graph(operator))) == len(arrows(shared_sink(operator))) == heads
    assert words(graph(operator))[-1] == str(mix.n - 1)


def test_operators_mark_their_own_sink() -> None:
    """A head of Example 3.8 has two sinks; an operator was told which one counts."""
    head = FeedforwardDAG([("u", "v")], nodes="uvτ")
    dark = {k for k, line in enumerate(graph(head).lines) if line.get_markerfacecolor() == DARK}
    assert dark == {1, 2, 3}  # the last is the legend's
    named = graph(WalkOperator(head, sink="τ"))
    dark = {k for k, line in enumerate(named.lines) if line.get_markerfacecolor() == DARK}
    assert dark == {2, 3}


def test_figure_2() -> None:
    """Each head in its own order, a row each; a bar joins their ends."""
    ax = shared_sink(HEADS)
    assert words(ax) == ["head 0", *"uvwτ", "head 1", *"vuwτ"]
    rows = {tail[1] for tail, *_ in arrows(ax)}
    assert rows == {0, -1}
    assert all(tail[1] == head[1] and tail[0] < head[0] for tail, head, *_ in arrows(ax))
    bar = ax.lines[0]
    assert data(bar) == [(3, 0), (3, -1)]
    assert bar.get_linewidth() == ax.lines[1].get_markersize()


def test_rows_keep_clear_of_each_other() -> None:
    """The arcs of a row are as high as half its longest edge times their bend."""
    ax = shared_sink([families.complete(9)] * 2)
    assert min(tail[1] for tail, *_ in arrows(ax)) == pytest.approx(-(0.3 * 8 / 2 + 1))


def test_a_shared_sink_may_be_no_heads_last_node() -> None:
    heads = [FeedforwardDAG(e, nodes="uvτ") for e in ([("u", "v")], [("v", "τ")])]
    ax = shared_sink([DiffusionOperator(head, sink="τ") for head in heads])
    assert words(ax)[4:] == ["head 1", *"uvτ"]
    with pytest.raises(SinkError, match="the sinks are: 'v', 'τ'"):
        shared_sink(heads[0])
    assert words(shared_sink(WalkOperator(heads[0], sink="τ"))) == list("uvτ")
    late = FeedforwardDAG([("τ'", "a")], nodes=["τ'", "a", "b"])
    assert words(shared_sink(DiffusionOperator(late, sink="a")))[-1] == "a"


def test_long_names_stand_below_their_nodes() -> None:
    ax = graph(FeedforwardDAG([("long", "_"), ("_", "$")]))
    slanted = [text for text in ax.texts if text.get_text()]
    assert [text.get_text() for text in slanted] == ["long", " _", r"\$"]
    assert {text.get_rotation() for text in slanted} == {45}
    upright = graph(FeedforwardDAG([("abc", "_")])).texts
    assert {text.get_rotation() for text in upright} == {0}


def test_figures_of_their_own_fit_the_graph() -> None:
    def size(ax: Axes) -> list[float]:
        return [float(x) for x in ax.figure.get_size_inches()]  # type: ignore[union-attr]

    assert size(graph(HEADS[0]))[0] == pytest.approx(3.6)
    assert size(graph(families.line(10)))[0] == pytest.approx(8.5)
    assert size(graph(families.line(40)))[0] == 16
    assert size(graph(HEADS))[0] == pytest.approx(4 * 0.85 + 1.6)
    longer = FeedforwardDAG([("four", "five")])
    assert size(graph(longer))[1] == pytest.approx(size(graph(PAIR))[1] + 0.32)
    ax = Figure().subplots()
    assert graph(HEADS[0], ax=ax) is ax
    assert shared_sink(HEADS[0], ax=Figure().subplots()).figure is not ax.figure


@pytest.mark.slow
def test_edges_are_as_wide_as_they_weigh() -> None:
    """β_h M_h[i, j] against the greatest of them all; even weights have one width."""
    matrix = [[1, 0, 0], ["1/2", "1/2", 0], ["3/4", "1/4", 0]]
    widths = {
        (tail[0], head[0]): width
        for tail, head, width in weights(graph(DiffusionOperator.from_matrix(matrix, sink=2)))
    }
    assert widths == pytest.approx({(0, 1): 2.5 * 2 / 3 + 0.5, (0, 2): 3, (1, 2): 2.5 / 3 + 0.5})
    mix = MultiHeadDiffusion(HEADS, ["1/4", "3/4"])
    found = {width for *_, width in weights(graph(mix))}
    assert sorted(found) == pytest.approx([0.5 + 2.5 / 3, 3])
    even = [WalkOperator(HEADS[0]), WalkOperator(HEADS[1])]
    assert {width for *_, width in weights(graph(even))} == {1.5}
    assert {width for *_, width in weights(graph(MultiHeadDiffusion(HEADS)))} == {1.5}
    assert {width for *_, width in weights(graph(FeedforwardDAG([], nodes="a")))} == set()


def weights(ax: Axes) -> list[tuple[Point, Point, float]]:
    notes = [n for n in ax.texts if isinstance(n, Annotation) and n.arrow_patch is not None]
    return [(n.xyann, n.xy, n.arrow_patch.get_linewidth()) for n in notes]  # type: ignore[union-attr]


def uniform(heads: int, n: int) -> MultiHeadDiffusion:
    rows = np.tri(n) / np.arange(1, n + 1)[:, None]
    return MultiHeadDiffusion.from_attention(np.stack([rows] * heads))


@pytest.mark.parametrize("draw", [graph, shared_sink])
def test_more_than_can_be_read_is_refused_at_once(draw: Any) -> None:
    with pytest.raises(ShapeError, match=r"3000 nodes on a line.*at most 50.*plotting.tokens"):
        draw(families.complete(3000))
    with pytest.raises(ShapeError, match=r"9800 edges.*at most 300.*least="):
        draw(uniform(8, 50))
    with pytest.raises(ShapeError, match="1225 edges"):
        draw(families.complete(50))


def test_a_threshold_leaves_out_light_edges_and_says_so() -> None:
    """In row i every weight of a head is 1/(i + 1), and a third of that for the mixture."""
    ax = graph(uniform(3, 30), least=1 / 12)
    assert len(arrows(ax)) == 3 * (1 + 2 + 3)
    box = ax.get_legend()
    assert box is not None
    assert (
        box.get_title().get_text() == f"not drawn: {3 * (29 * 15 - 6)} edges of weight < {1 / 12}"
    )
    assert len(arrows(shared_sink(uniform(3, 30), least="1/12"))) == 3 * (1 + 2 + 3)


@pytest.mark.parametrize("least", [-1, "x", math.nan])
def test_thresholds_are_numbers(least: Any) -> None:
    with pytest.raises(NumberError, match="least"):
        graph(uniform(1, 3), least=least)


def test_thresholds_are_for_weights() -> None:
    b = sp.Symbol("b", positive=True)
    for drawn in (HEADS, MultiHeadWalk(HEADS, weights=[b, 1 - b])):
        with pytest.raises(NumberError, match="no weights"):
            graph(drawn, least=0.5)
    with pytest.raises(NumberError, match="least is a number"):
        graph(uniform(1, 3), least=b)


def test_the_legend_is_inside_of_what_is_kept() -> None:
    """As many columns as are no wider than the figure, and a figure high enough for its rows."""
    ax = graph(
        MultiHeadDiffusion([FeedforwardDAG([e], nodes="uvτ") for e in (("u", "v"), ("v", "τ"))])
    )
    figure = ax.figure
    assert isinstance(figure, Figure)
    figure.draw_without_rendering()
    box = ax.get_legend()
    assert box is not None
    assert figure.bbox.containsx(box.get_window_extent().x0)
    assert figure.bbox.containsx(box.get_window_extent().x1)
    assert figure.bbox.containsy(box.get_window_extent().y1)
    assert ax.get_window_extent().width > figure.bbox.width / 2
    long = MultiHeadDiffusion([*HEADS, HEADS[0]], ["5571011/46386618", "1/2", "17622298/46386618"])
    assert legend(graph(long))[0] == "head 0, weight 0.12"


PAIR = FeedforwardDAG([("a", "b")])
BAD = {
    "no graph": (3, KindError, "sequence of them are drawn; got 3"),
    "no head": ("ab", KindError, "head 0 is 'a'"),
    "no heads": ([], EmptyError, "at least one head"),
    "other nodes": ([HEADS[0], PAIR], HeadsError, "same nodes"),
}


@pytest.mark.parametrize(("drawn", "kind", "message"), BAD.values(), ids=BAD.keys())
@pytest.mark.parametrize("draw", [graph, shared_sink])
def test_bad_input(draw: Any, drawn: Any, kind: type[DagmixError], message: str) -> None:
    with pytest.raises(kind, match=message):
        draw(drawn)
