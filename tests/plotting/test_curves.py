"""Curves over time: each line's numbers against the oracle, what is marked, what legends say."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import oracle
import pytest
import sympy as sp
from cases.pictures import data, legend
from cases.strategies import mixtures
from cases.subjects import mixed_walk
from hypothesis import given
from matplotlib.colors import same_color
from matplotlib.figure import Figure

from dagmix import (
    DagmixError,
    DiffusionOperator,
    FeedforwardDAG,
    MultiHeadDiffusion,
    MultiHeadWalk,
    NodeFidelity,
    WalkOperator,
    families,
)
from dagmix.errors import EmptyError, EpsilonError, KindError, NumberError, SymbolicError
from dagmix.plotting import curves, distances, signals
from dagmix.plotting.curves import _until_attained, in_words

if TYPE_CHECKING:
    from cases.zoo import Mixture
    from matplotlib.axes import Axes

EDGES = [[("u", "v"), ("v", "w"), ("w", "τ")], [("v", "u"), ("u", "w"), ("w", "τ")]]
HEADS = [FeedforwardDAG(e, nodes="uvwτ") for e in EDGES]
MIXTURE = MultiHeadDiffusion(HEADS)
PAIR = FeedforwardDAG([("a", "b")])


def test_figure_3() -> None:
    """Head 1 of Example 3.13: a curve, a supremum and its marks for each of u, v and w."""
    ax = signals(HEADS[0], 6)
    assert legend(ax) == [
        "u: φ = 1, not attained",
        "v: φ = 3/8 at t = 3, 4",
        "w: φ = 1/2 at t = 1, 2",
    ]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("time t, steps", "signal at τ")
    (u, u_sup, u_mark, v, v_sup, v_marks, w, _, w_marks) = ax.lines
    edges = ((0, 1), (1, 2), (2, 3))
    table = list(islice(oracle.powers(oracle.diffusion_matrix(4, edges)), 7))
    for line, j in ((u, 0), (v, 1), (w, 2)):
        assert data(line) == [(t, float(table[t][3][j])) for t in range(7)]
        assert line.get_marker() == "."
    assert data(u_sup) == [(0, 1), (6, 1)]
    assert data(v_sup) == [(0, 0.375), (6, 0.375)]
    assert {u_sup.get_linestyle(), v_sup.get_linestyle()} == {":"}
    assert (data(u_mark), u_mark.get_fillstyle()) == ([(6, 1)], "none")
    assert (data(v_marks), v_marks.get_fillstyle()) == ([(3, 0.375), (4, 0.375)], "full")
    assert data(w_marks) == [(1, 0.5), (2, 0.5)]
    for k, lines in enumerate(((u, u_sup, u_mark), (v, v_sup, v_marks))):
        assert all(same_color(line.get_color(), ("#0072B2", "#D55E00")[k]) for line in lines)


def test_curves_differ_in_colour_and_style_and_the_first_is_widest() -> None:
    curves = signals(MIXTURE, 6).lines[::3]
    assert len({line.get_linestyle() for line in curves}) == 3
    assert len({line.get_color() for line in curves}) == 3
    assert [line.get_linewidth() for line in curves] == pytest.approx([2.9, 2.2, 1.5])


def test_signals_draw_where_they_are_told() -> None:
    ax = Figure().subplots()
    assert signals(MIXTURE, 3, nodes=iter("τw"), ax=ax) is ax
    assert legend(ax) == ["τ: φ = 1 at t = 0", "w: φ = 1/2 at t = 1, 2"]


def test_many_nodes_leave_those_heard_worst() -> None:
    """Nine nodes but the sink are too many, eight are not; the line hears node 1 worst."""
    assert legend(ax := signals(families.line(10), 1)) == ["1: φ ≈ 0.1964 at t = 15, 16"]
    assert title(ax) == "least φ: 1 of 1 nodes;\nnot drawn: 8 of greater φ"
    assert len(legend(ax := signals(families.line(9), 1))) == 8
    assert not title(ax)
    star = FeedforwardDAG([(j, 20) for j in range(20)], nodes=range(21))
    ax = signals(star, 1)
    assert [words[0] for words in legend(ax)] == list("01234567")
    assert title(ax) == "least φ: 8 of 20 nodes;\nnot drawn: 0 of greater φ"


def title(ax: Axes) -> str:
    box = ax.get_legend()
    assert box is not None
    return box.get_title().get_text()


@pytest.mark.parametrize(
    ("graph", "last"),
    [
        (PAIR, 12),
        (HEADS[0], 12),  # of 4 nodes, the limit of one is its supremum
        (families.line(16), 40),  # 27 or 28 steps from node 1, and half as far again
        (FeedforwardDAG([(j, 69) for j in range(69)], nodes=range(70), self_loops=False), 12),
        (FeedforwardDAG([(0, 69), *((j, 0) for j in range(1, 69))], nodes=range(70)), 120),
    ],
)
def test_curves_end_when_all_is_seen(graph: FeedforwardDAG, last: int) -> None:
    ax = signals(graph, nodes=[next(iter(graph.nodes)), list(graph.nodes)[1]])
    assert data(ax.lines[0])[-1][0] == last
    operator = DiffusionOperator(graph)
    assert _until_attained(operator, [fidelity((5000,))]) == 2_000


def test_a_single_node_is_its_own_sink() -> None:
    assert legend(signals(FeedforwardDAG([], nodes="a"), 2)) == ["a: φ = 1 at t = 0 and ever after"]


def test_long_curves_have_no_dots_and_marks_end_with_the_picture() -> None:
    ax = signals(families.line(16), 61, nodes=[1])
    assert ax.lines[0].get_marker() == ""
    assert data(signals(families.line(16), 27, nodes=[1]).lines[2])[0][0] == 27
    assert data(signals(families.line(16), 26, nodes=[1]).lines[2]) == []


def test_a_supremum_kept_for_ever_is_marked_for_ever() -> None:
    ax = signals(FeedforwardDAG([("a", "b")], self_loops=False), 3)
    assert data(ax.lines[2]) == [(1, 1), (2, 1), (3, 1)]


def test_a_supremum_attained_again_and_again_is_marked_so() -> None:
    turning = DiffusionOperator.from_matrix([[0, 1, 0], [1, 0, 0], [1, 0, 0]])
    ax = signals(turning, 6, nodes=[0])
    assert data(ax.lines[2]) == [(1, 1), (3, 1), (5, 1)]


def test_what_floats_cannot_tell_is_half_full() -> None:
    """A closed class of two nodes whose share tends to 1/2: attained or not?"""
    third = 1 / 3
    matrix = np.array([[1 - third, third, 0], [third, 1 - third, 0], [0.5, 0, 0.5]])
    operator = DiffusionOperator.from_matrix(matrix, nodes="abτ")
    assert operator.node_fidelity("b").attained == "undecided"
    ax = signals(operator, 4, nodes="b")
    assert legend(ax) == ["b: φ ≈ 0.5, attained or not"]
    assert (ax.lines[2].get_fillstyle(), data(ax.lines[2])[0][0]) == ("left", 4)


def test_names_are_shown_as_they_are() -> None:
    """Matplotlib hides labels that begin with an underscore, and reads dollars."""
    graph = FeedforwardDAG([("_", "$"), ("$", "x$y$")])
    ax = signals(graph, 1)
    assert legend(ax) == [" _: φ = 1, not attained", r"\$: φ = 1/2 at t = 1, 2"]
    assert ax.get_ylabel() == r"signal at x\$y\$"
    assert legend(distances({"_a": graph}))[1] == " _a: T(ε) = 5"


def fidelity(
    times: Any, *, onwards: bool = False, upper: float = 0.5, period: int = 1
) -> NodeFidelity:
    return NodeFidelity(0.5, 0.5, upper, bool(times), times, onwards, period)


def test_fidelities_in_words() -> None:
    assert in_words(fidelity((3,))) == "φ ≈ 0.5 at t = 3"
    assert in_words(fidelity((3, 4), upper=0.51)) == "φ ≈ 0.5 at t = 3 or 4"
    assert in_words(fidelity((3, 4), onwards=True)) == "φ ≈ 0.5 at t = 3, 4 and ever after"
    turning = in_words(fidelity((3,), onwards=True, period=2))
    assert turning == "φ ≈ 0.5 at t = 3 and ever after with period 2"
    assert in_words(fidelity(range(1, 5))) == "φ ≈ 0.5 at t = 1, 2, 3, 4"
    assert in_words(fidelity(range(1, 10**12))) == "φ ≈ 0.5 at t = 1, 2, 3, 4, …"
    assert in_words(fidelity(())) == "φ ≈ 0.5, not attained"


def test_distances_of_the_heads_and_their_mixture() -> None:
    walks: dict[str, Any] = {"head": HEADS[0], "mixture": MultiHeadWalk(HEADS)}
    ax = distances(walks)
    assert legend(ax) == ["ε = 1/4", "head: T(ε) = 7", "mixture: T(ε) = 8"]
    assert (ax.get_yscale(), ax.get_xlabel()) == ("log", "time t, steps")
    assert ax.get_ylabel() == "distance d(t)"
    (threshold, head, head_mark, head_rule, mixture, *_) = ax.lines
    assert {y for _, y in data(threshold)} == {0.25}
    W = oracle.walk_matrix(4, ((0, 1), (1, 2), (2, 3)))
    expected = [float(d) for d in islice(oracle.distances(W, 3), 13)]
    assert data(head) == list(enumerate(expected))  # 12 = 8 and half as far again
    assert data(head_mark) == [(7, 29 / 128)]
    assert {x for x, _ in data(head_rule)} == {7}
    assert head.get_linestyle() != mixture.get_linestyle()


def test_a_threshold_is_what_is_passed() -> None:
    assert legend(distances(PAIR, "1/8")) == ["ε = 1/8", "T(ε) = 3"]
    assert legend(distances(PAIR, 0.125)) == ["ε ≈ 0.125", "T(ε) = 3"]
    with pytest.raises(EpsilonError):
        distances(PAIR, 1)


def test_what_lies_beyond_the_picture_is_named_only() -> None:
    ax = distances(PAIR, steps=1, ax=(own := Figure().subplots()))
    assert ax is own
    assert legend(ax) == ["ε = 1/4", "T(ε) = 2"]
    assert len(ax.lines) == 2
    assert len(distances(PAIR, steps=2).lines) == 4


def test_distance_zero_ends_a_curve() -> None:
    """A logarithmic axis has no 0; the curve stops, it does not fall to the lower edge."""
    ax = distances(FeedforwardDAG([("a", "b")], self_loops=False))
    assert data(ax.lines[1]) == [(0, 1), (1, 0), (2, 0)]
    with np.errstate(divide="ignore"):
        assert not np.isfinite(ax.yaxis.get_transform().transform([0.0]))


def test_a_sink_that_is_missed() -> None:
    missed = WalkOperator(FeedforwardDAG([("u", "v")], nodes="uvτ"), sink="τ")
    ax = distances(missed)
    assert legend(ax) == ["ε = 1/4", "T(ε) = ∞"]
    assert data(ax.lines[1]) == [(0, 1), (1, 1), (2, 1), (3, 1)]


@pytest.mark.parametrize(("steps", "allowed"), [(1333, True), (1334, False)])
def test_very_long_walks_are_drawn_on_request(steps: int, *, allowed: bool) -> None:
    """A walk that leaves with probability p, and ε = (1 − p)ᵗ, has T(ε) = t."""
    lazy = WalkOperator.from_matrix([["999/1000", 0], ["1/1000", 1]])
    epsilon = Fraction(999, 1000) ** steps
    if allowed:
        assert len(data(distances(lazy, epsilon).lines[1])) == 2_001
        return
    with pytest.raises(NumberError, match=r"T\(ε\) = 1334 is too long.*steps="):
        distances(lazy, epsilon)


def test_one_slow_walk_does_not_stop_the_picture() -> None:
    """It is drawn as far as the others ask for, and the legend names its time."""
    slow = WalkOperator.from_matrix([["9999/10000", 0], ["1/10000", 1]], nodes="ab")
    ax = distances({"slow": slow, "fast": PAIR})
    assert legend(ax) == ["ε = 1/4", "slow: T(ε) = 13863", "fast: T(ε) = 2"]
    assert [len(data(line)) for line in ax.lines[1:3]] == [4, 4]


def test_large_graphs_are_drawn_as_long_as_they_mix(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their size does not count, unless nothing mixes."""
    monkeypatch.setattr(curves, "LONGEST", 20)
    assert legend(ax := distances(families.complete(30)))[1] == "T(ε) = 6"
    assert len(data(ax.lines[1])) == 1 + 9
    deaf = WalkOperator(FeedforwardDAG([], nodes=range(30)), sink=29)
    assert len(data(distances(deaf).lines[1])) == 1 + 20


def test_what_is_much_smaller_than_epsilon_is_not_shown() -> None:
    ax = distances(PAIR, "1/8", steps=40)
    assert ax.get_ylim()[0] == pytest.approx(1 / 8 / 10_000)
    assert data(ax.lines[1])[-1] == (40, 2.0**-40)
    assert distances(PAIR, steps=3).get_ylim()[0] > 0.1


@given(mixtures())
def test_a_table_of_distances_is_the_distances(mix: Mixture) -> None:
    """Exactly for rational weights; floats of the same matrix agree, to rounding."""
    walk = mixed_walk(mix)
    matrices = [oracle.walk_matrix(mix.n, edges, loops=mix.loops) for edges in mix.heads]
    W = oracle.mixture(mix.weights, matrices)
    expected = list(islice(oracle.distances(W, mix.n - 1), 9))
    assert walk.distances(8).tolist() == expected
    floats = WalkOperator.from_matrix(walk.matrix, sink=mix.n - 1).distances(8)
    assert floats == pytest.approx([float(d) for d in expected], rel=1e-13)


def test_tiny_distances_do_not_underflow() -> None:
    """0.7ᵗ is 0 in floats in the end; multiplied by 0.7 and rounded, 2⁻¹⁰⁷⁴ stays as it is."""
    walk = WalkOperator.from_matrix(np.array([[0.7, 0], [0.3, 1]]))
    found = walk.distances(2100)
    assert found[0] == 1
    assert found[-1] == walk.distance(2100) == 0
    small = WalkOperator.from_matrix(np.array([[2.0**-950, 0], [1, 1]]))
    assert small.distances(1).tolist() == [1, 2.0**-950]


def test_symbols_are_not_drawn() -> None:
    b = sp.Symbol("b")
    walk = MultiHeadWalk(HEADS, weights=[b, 1 - b])
    with pytest.raises(SymbolicError, match="a mixing time"):
        distances(walk)


BAD = {
    "a walk": (lambda: signals(WalkOperator(PAIR), 2), KindError, "DiffusionOperator"),  # type: ignore[arg-type]
    "a diffusion": (lambda: distances(MIXTURE), KindError, "WalkOperator"),  # type: ignore[arg-type]
    "no walks": (lambda: distances({}), EmptyError, "at least one walk"),
    "no nodes": (lambda: signals(PAIR, 2, nodes=()), EmptyError, "at least one node"),
    "steps": (lambda: signals(PAIR, -1), DagmixError, "steps"),
    "far": (lambda: distances(PAIR, steps=-1), DagmixError, "steps"),
    "unknown": (lambda: signals(PAIR, 2, nodes="x"), DagmixError, "unknown node 'x'"),
}


@pytest.mark.parametrize(("draw", "kind", "message"), BAD.values(), ids=BAD.keys())
def test_bad_input(draw: Any, kind: type[DagmixError], message: str) -> None:
    with pytest.raises(kind, match=message):
        draw()
