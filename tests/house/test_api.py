"""The public face, example by example, every value as documented."""

from __future__ import annotations

import math
from fractions import Fraction

import networkx as nx
import numpy as np
import pytest
import sympy as sp

from dagmix import (
    DagmixError,
    DiffusionOperator,
    FeedforwardDAG,
    MultiHeadDiffusion,
    MultiHeadWalk,
    UniqueSink,
    WalkOperator,
    families,
)

HALF = Fraction(1, 2)
HEAD_1 = FeedforwardDAG([("u", "v"), ("v", "w"), ("w", "τ")], nodes="uvwτ")
HEAD_2 = FeedforwardDAG([("v", "u"), ("u", "w"), ("w", "τ")], nodes="uvwτ")
EX_3_8 = [FeedforwardDAG([("u", "v")], nodes="uvτ"), FeedforwardDAG([("v", "τ")], nodes="uvτ")]
T = sp.Symbol("t", integer=True, nonnegative=True)

IMPORTANCE = [3.0, 1.0]
ATTENTION = np.array(
    [
        [[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.25, 0.25, 0.5]],
        [[1.0, 0.0, 0.0], [0.25, 0.75, 0.0], [0.5, 0.25, 0.25]],
    ]
)


def mix() -> MultiHeadDiffusion:
    return MultiHeadDiffusion([HEAD_1, HEAD_2], weights=[HALF, HALF])


def test_graph() -> None:
    assert HEAD_1.nodes == ("u", "v", "w", "τ")
    assert HEAD_1.unique_sink == UniqueSink(node="τ", index=3)
    assert HEAD_1.sources == ("u",)
    assert HEAD_1.sinks == ("τ",)
    assert HEAD_1.in_degree("v") == 2
    assert HEAD_1.topological_order == ("u", "v", "w", "τ")
    assert HEAD_2.topological_order == ("v", "u", "w", "τ")
    assert HEAD_1.longest_path == ("u", "v", "w", "τ")


def test_several_sinks_are_named() -> None:
    with pytest.raises(DagmixError, match=r"a.*b"):
        _ = FeedforwardDAG([], nodes="ab").unique_sink


def test_union() -> None:
    union = FeedforwardDAG.union([HEAD_1, FeedforwardDAG([("u", "w")], nodes="uvwτ")])
    expected = [("u", "v"), ("u", "w"), ("v", "w"), ("w", "τ")]
    assert union == FeedforwardDAG(expected, nodes="uvwτ")


def test_networkx() -> None:
    there = HEAD_1.to_networkx()
    assert isinstance(there, nx.DiGraph)
    assert FeedforwardDAG.from_networkx(there) == HEAD_1
    bare = FeedforwardDAG.from_networkx(nx.DiGraph([("a", "b")]))
    assert bare == FeedforwardDAG([("a", "b")], self_loops=False)


def test_mask() -> None:
    causal = np.tri(4, dtype=bool)
    assert FeedforwardDAG.from_mask(causal) == families.complete(4)


def test_walk() -> None:
    walk = WalkOperator(HEAD_1)
    assert walk.nodes == HEAD_1.nodes
    assert walk.sink == UniqueSink(node="τ", index=3)
    assert walk.matrix.dtype == np.float64
    assert walk.matrix.shape == (4, 4)
    assert not walk.matrix.flags.writeable
    assert walk.matrix[:, 0].tolist() == [0.5, 0.5, 0.0, 0.0]
    assert isinstance(walk.exact, sp.ImmutableMatrix)
    assert walk.exact[1, 0] == sp.Rational(1, 2)
    assert walk.mixing_time() == 7
    assert isinstance(walk.mixing_time(), int)
    hundredth = walk.mixing_time(Fraction(1, 100))
    assert walk.distance(int(hundredth)) <= Fraction(1, 100) < walk.distance(int(hundredth) - 1)
    assert walk.distance(5) == HALF
    assert isinstance(walk.distance(5), Fraction)
    assert walk.forward_probability() == HALF


def test_walk_vectors_are_one_dimensional_objects() -> None:
    walk = WalkOperator(HEAD_1)
    for vector, expected in (
        (walk.stationary_distribution(), [0, 0, 0, 1]),
        (walk.expected_hitting_times(), [6, 4, 2, 0]),
    ):
        assert isinstance(vector, np.ndarray)
        assert vector.ndim == 1
        assert vector.dtype == object
        assert vector.tolist() == expected


def test_sink_can_be_named() -> None:
    assert WalkOperator(HEAD_1, sink="τ") == WalkOperator(HEAD_1)
    assert WalkOperator(HEAD_1, sink=HEAD_1.unique_sink) == WalkOperator(HEAD_1)


def test_diffusion() -> None:
    diffusion = DiffusionOperator(HEAD_1)
    assert diffusion.signal("v", 3) == Fraction(3, 8)
    assert isinstance(diffusion.signal("v", 3), Fraction)
    f = diffusion.node_fidelity("v")
    assert f.value == Fraction(3, 8)
    assert f.times == (3, 4)
    assert f.attained is True
    assert sp.simplify(diffusion.signal("v", T) - T * (T - 1) / 2 ** (T + 1)) == 0


def test_from_matrix() -> None:
    walk, diffusion = WalkOperator(HEAD_1), DiffusionOperator(HEAD_1)
    read = WalkOperator.from_matrix(walk.matrix, nodes="uvwτ")
    assert (read.nodes, read.sink, read.mixing_time()) == (walk.nodes, walk.sink, 7)
    heard = DiffusionOperator.from_matrix(diffusion.matrix, nodes=None, sink=3)
    assert heard.nodes == (0, 1, 2, 3)
    assert heard.signal(1, 3) == 0.375
    assert isinstance(heard.signal(1, 3), float)


def test_mixture() -> None:
    m = mix().minimax_fidelity()
    assert m.value == HALF
    assert m.nodes == ("u", "v", "w")
    assert mix().node_fidelity("u").attained is False
    assert mix().node_fidelity("u").times == ()
    assert sp.simplify(mix().signal("u", T) - (HALF - (T + 1) / 2 ** (T + 1))) == 0
    assert mix().best_head().value == Fraction(3, 8)
    assert mix().best_head().heads == (0, 1)
    assert mix().amplification() == Fraction(4, 3)
    assert isinstance(mix(), DiffusionOperator)
    assert isinstance(MultiHeadWalk([HEAD_1, HEAD_2]), WalkOperator)


def test_weights_default_to_uniform() -> None:
    assert MultiHeadDiffusion([HEAD_1, HEAD_2]) == mix()


def test_heads_may_be_graphs_operators_or_arrays() -> None:
    operators = [DiffusionOperator(HEAD_1), DiffusionOperator(HEAD_2)]
    assert MultiHeadDiffusion(operators) == mix()
    arrays = MultiHeadDiffusion([operator.matrix for operator in operators])
    assert arrays.nodes == (0, 1, 2, 3)
    assert arrays.matrix.tolist() == mix().matrix.tolist()


@pytest.mark.parametrize(
    "weights", [["1/4", "3/4"], ["0.25", "0.75"], [sp.Rational(1, 4), sp.Rational(3, 4)]]
)
def test_rational_weights_stay_exact(weights: list[object]) -> None:
    exact = MultiHeadDiffusion([HEAD_1, HEAD_2], weights=[Fraction(1, 4), Fraction(3, 4)])
    assert MultiHeadDiffusion([HEAD_1, HEAD_2], weights=weights) == exact
    assert MultiHeadDiffusion([HEAD_1, HEAD_2], weights=[1, 0]).signal("v", 3) == Fraction(3, 8)


def test_one_float_weight_makes_a_float_operator() -> None:
    floats = MultiHeadDiffusion([HEAD_1, HEAD_2], weights=[0.5, HALF])
    assert isinstance(floats.signal("u", 3), float)
    assert floats.signal("u", 3) == 0.25


def test_symbols() -> None:
    b1, b2 = sp.symbols("beta1 beta2", positive=True)
    s8 = MultiHeadDiffusion(EX_3_8, weights=[b1, b2])
    assert sp.expand(s8.signal("u", 2)) == b1 * b2 / 4
    numbers = s8.subs({b1: HALF, b2: HALF})
    assert numbers.minimax_fidelity().value == Fraction(27, 64)
    assert isinstance(numbers.minimax_fidelity().value, Fraction)


def test_example_3_8_mixes_though_a_head_does_not() -> None:
    assert MultiHeadWalk(EX_3_8).mixing_time() < math.inf
    assert isinstance(MultiHeadWalk(EX_3_8).mixing_time(), int)
    assert WalkOperator(EX_3_8[0], sink="τ").mixing_time() == math.inf


def test_attention_mixes_first() -> None:
    """Ā = Σ w_h A_h with w = importance, normalised; successors divide columns of Ā."""
    delta = MultiHeadDiffusion.from_attention(ATTENTION, weights=IMPORTANCE)
    mixed = 0.75 * ATTENTION[0] + 0.25 * ATTENTION[1]
    assert delta.sink == UniqueSink(node=2, index=2)
    assert np.allclose(delta.matrix, mixed, rtol=1e-15)
    walk = delta.successors()
    assert isinstance(walk, WalkOperator)
    assert np.allclose(walk.matrix, mixed / mixed.sum(axis=0), rtol=1e-15)
    assert walk.sink == delta.sink


def test_attention_divides_first() -> None:
    """§2.2 of the paper: divide the columns of each head, then mix."""
    walk = MultiHeadWalk.from_attention(ATTENTION, weights=IMPORTANCE)
    each = [head / head.sum(axis=0) for head in ATTENTION]
    assert np.allclose(walk.matrix, 0.75 * each[0] + 0.25 * each[1], rtol=1e-15)


def test_importance_has_any_scale() -> None:
    one = MultiHeadDiffusion.from_attention(ATTENTION, weights=[0.75, 0.25])
    other = MultiHeadDiffusion.from_attention(ATTENTION, weights=IMPORTANCE)
    assert one.matrix.tolist() == other.matrix.tolist()
    assert MultiHeadDiffusion.from_attention(ATTENTION[:1]).matrix.tolist() == ATTENTION[0].tolist()


def test_families() -> None:
    assert families.line(64).nodes == tuple(range(64))
    assert families.complete(64).in_degree(63) == 64
    assert families.sliding_window(64, 2).in_degree(63) == 3
    assert len(families.express_pair(40)) == len(families.lane_pair(8)) == 2
    first, second = families.lane_pair(8)
    assert first.nodes == second.nodes
    assert len(first.nodes) == 18


def test_node_order_is_first_appearance() -> None:
    assert FeedforwardDAG([("b", "c"), ("a", "b")]).nodes == ("b", "c", "a")


def test_self_loops() -> None:
    given = [("a", "a"), ("a", "b")]
    assert FeedforwardDAG(given, self_loops=None).in_degree("a") == 1
    assert FeedforwardDAG(given, self_loops=None).in_degree("b") == 1
    assert FeedforwardDAG(given).in_degree("b") == 2
    assert FeedforwardDAG(given, self_loops=False).in_degree("a") == 0


def test_labels_are_compared_after_normalisation() -> None:
    """NFC: e with a combining acute is é, in edges, nodes and questions."""
    composed, combined = "\u00e9", "e\u0301"
    g = FeedforwardDAG([(combined, "τ")], nodes=[composed, "τ"])
    assert g == FeedforwardDAG([(composed, "τ")])
    assert g.in_degree(combined) == 1
    assert DiffusionOperator(g).signal(combined, 1) == HALF


def test_epsilon_is_exactly_what_is_passed() -> None:
    """The float 0.1 is a little more than 1/10; the string is 1/10."""
    go = FeedforwardDAG([("u", "τ")], self_loops=False)
    stay = FeedforwardDAG([], nodes="uτ", self_loops=False)
    tenth = MultiHeadWalk([go, stay], weights=["9/10", "1/10"])
    assert [tenth.mixing_time(epsilon) for epsilon in (0.1, "0.1", Fraction(1, 10))] == [1, 1, 1]
    third = MultiHeadWalk([go, stay], weights=["7/10", "3/10"])
    assert Fraction(0.3) < Fraction(3, 10)
    assert [third.mixing_time(epsilon) for epsilon in (0.3, "0.3")] == [2, 1]
