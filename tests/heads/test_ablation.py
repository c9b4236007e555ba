"""Ablations: beside brute force, by the laws of Shapley values, and at the faces of the simplex."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import oracle
import oracle.heads as brute
import pytest
import sympy as sp
from cases.attention_samples import attention
from cases.pairs_of_heads import EXAMPLE_8, EXAMPLE_13
from cases.pairs_of_heads import heads as graphs
from cases.strategies import mixtures
from cases.subjects import mixed_diffusion
from cases.zoo import Mixture
from hypothesis import given, settings
from hypothesis import strategies as st

from dagmix import DiffusionOperator, FeedforwardDAG, MultiHeadDiffusion, MultiHeadWalk
from dagmix.analysis import trained_attention
from dagmix.errors import KindError, ObjectiveError, ShapeError, SizeError, SymbolicError
from dagmix.errors import WeightError as NoWeights
from dagmix.heads import ablation
from dagmix.heads.coalitions import subsets

STAR = ((0, 3), (1, 3), (2, 3))
EDGES = (*EXAMPLE_13, STAR)
THREE = [*graphs(EXAMPLE_13), FeedforwardDAG(STAR, nodes=range(4))]
THIRDS = [Fraction(1, 3)] * 3
DELTAS = [oracle.diffusion_matrix(4, edges) for edges in EDGES]
WALKS = [oracle.walk_matrix(4, edges) for edges in EDGES]
LAYERS = trained_attention()


def box(layer: int) -> MultiHeadDiffusion:
    """Sample 0 of the tensor that is shipped."""
    importance: Any = LAYERS.importance
    return MultiHeadDiffusion.from_attention(LAYERS.tensor[0, layer], importance[layer])


def rate(time: float) -> Fraction:
    return Fraction(0) if math.isinf(time) else Fraction(1, int(time))


def test_two_heads_and_a_star() -> None:
    """Known values, each found by brute force here as well."""
    found = ablation(MultiHeadDiffusion(THREE))
    assert found.value == Fraction(65, 144)
    assert found.alone == (Fraction(3, 8), Fraction(3, 8), Fraction(1, 3))
    assert found.without == (Fraction(1323, 4096), Fraction(1323, 4096), Fraction(1, 2))
    assert found.shapley == (
        Fraction(41341, 221184),
        Fraction(41341, 221184),
        Fraction(8579, 110592),
    )
    assert list(found.shapley) == brute.shapley(3, lambda s: brute.fidelity(THIRDS, DELTAS, s))
    assert found.limits == found.without
    even = ablation(MultiHeadDiffusion(THREE[:2]))
    assert even.shapley == (Fraction(1, 4), Fraction(1, 4))


def test_mixing_of_walks_and_of_successors() -> None:
    """T(¼) of the subsets: 7, 7, 2; 8, 5, 5; 5 as walks; 9, 9, 7; 9, 10, 10; 9 as successors."""
    walk = ablation(MultiHeadWalk(THREE), "mixing")
    assert (walk.alone, walk.without, walk.value) == ((7, 7, 2), (5, 5, 8), 5)
    successors = ablation(MultiHeadDiffusion(THREE), "mixing")
    assert successors.alone == (9, 9, 7)
    assert (successors.without, successors.value) == ((10, 10, 9), 9)
    for found, matrices, time in (
        (walk, WALKS, brute.time),
        (successors, DELTAS, brute.successors_time),
    ):
        times: Any = {some: time(THIRDS, matrices, some) for some in subsets(range(3))}
        shares = brute.shapley(3, lambda some, known=times: rate(known[some]))  # type: ignore[misc]
        assert list(found.shapley) == shares
        assert sum(shares) == Fraction(1, int(found.value))
        assert found.derivative == (0, 0, 0)
        assert found.limits == found.without


@settings(max_examples=12, deadline=None)
@given(mixtures(max_nodes=4).filter(lambda mix: mix.n > 1 and all(mix.weights)))
def test_drawn_mixtures_beside_brute_force(mix: Mixture) -> None:
    """Alone, without, and Shapley values are exact, and the latter add up to v of all heads."""
    found, deltas = ablation(mixed_diffusion(mix)), mix.diffusions()
    heads = range(len(deltas))
    assert found.value == brute.fidelity(mix.weights, deltas, heads)
    for h in heads:
        assert found.alone[h] == brute.fidelity(mix.weights, deltas, [h])
        rest = [g for g in heads if g != h]
        assert found.without[h] == brute.fidelity(mix.weights, deltas, rest)
    shares = brute.shapley(len(deltas), lambda s: brute.fidelity(mix.weights, deltas, s))
    assert list(found.shapley) == shares
    assert sum(found.shapley) == found.value


@settings(max_examples=4, deadline=None)
@given(st.permutations(range(3)), st.permutations(range(3)))
def test_names_of_nodes_and_of_heads_do_not_matter(nodes: list[int], order: list[int]) -> None:
    """Nodes are relabelled, the sink last; heads change places, and their numbers with them."""
    moved = [*nodes, 3]
    relabelled = [
        FeedforwardDAG([(moved[j], moved[i]) for j, i in EDGES[h]], nodes=range(4)) for h in order
    ]
    weights = [Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)]
    one = ablation(MultiHeadDiffusion(THREE, weights))
    other = ablation(MultiHeadDiffusion(relabelled, [weights[h] for h in order]))
    assert one.value == other.value
    for mine, its in zip(one.columns, other.columns, strict=True):
        assert [mine[h] for h in order] == list(its)


def test_equal_heads_have_equal_shares_and_add_nothing_to_each_other() -> None:
    found = ablation(MultiHeadDiffusion([THREE[0]] * 3, ["1/2", "1/4", "1/4"]))
    assert found.shapley == (Fraction(1, 8),) * 3  # a third of 3/8 each
    assert set(found.without) == {Fraction(3, 8)}
    assert found.derivative == (0, 0, 0)


@pytest.mark.parametrize("measure", ["fidelity", "mixing"])
def test_a_head_of_weight_0_is_in_no_mixture(measure: Any) -> None:
    """Its share is 0, the others' are those without it; alone it is measured as any other."""
    more = ablation(MultiHeadDiffusion(THREE, ["1/2", "1/2", 0]), measure)
    two = ablation(MultiHeadDiffusion(THREE[:2]), measure)
    assert more.shapley == (*two.shapley, 0)
    assert more.without == (*two.without, two.value)
    assert more.alone[2] == (Fraction(1, 3) if measure == "fidelity" else 7)
    assert more.weights[2] == 0


def test_a_weightless_head_whose_sink_is_another() -> None:
    """Alone, its walk is stopped at the sink of the mixture."""
    other = FeedforwardDAG([(3, 0), (0, 1), (1, 2)], nodes=range(4))
    found = ablation(MultiHeadWalk([THREE[2], other], [1, 0]), "mixing")
    assert (found.alone, found.without) == ((2, math.inf), (math.inf, 2))
    assert found.shapley == (Fraction(1, 2), 0)


def test_example_8_at_its_faces() -> None:
    """Each head alone is worth nothing; without head 0 the value is 0 and its limit 1."""
    mix = MultiHeadDiffusion(graphs(EXAMPLE_8))
    found = ablation(mix)
    assert found.value == Fraction(27, 64)
    assert (found.alone, found.without) == ((0, 0), (0, 0))
    assert found.limits == (1, 0)
    assert found.derivative == (Fraction(-27, 64), Fraction(27, 64))
    timed = ablation(MultiHeadWalk(graphs(EXAMPLE_8)), "mixing")
    assert timed.alone == timed.without == timed.limits == (math.inf, math.inf)
    assert sum(timed.shapley) == Fraction(1, int(timed.value))


def test_one_head() -> None:
    """Without it nothing is left, and no other weight can grow."""
    found = ablation(MultiHeadDiffusion(THREE[:1]))
    assert (found.without, found.shapley, found.derivative) == ((0,), (Fraction(3, 8),), (0,))
    assert math.isnan(found.limits[0])


@pytest.mark.parametrize(
    ("layer", "alone", "without", "shapley"),
    [
        (
            0,
            (0.0123, 0.0394, 0.0151, 0.0147),
            (0.0205, 0.0232, 0.0241, 0.0415),
            (0.0077, 0.0151, 0.0077, -0.0044),
        ),
        (
            1,
            (0.0480, 0.0476, 0.0281, 0.0476),
            (0.0490, 0.0491, 0.0683, 0.0394),
            (0.0163, 0.0127, 0.0015, 0.0220),
        ),
    ],
)
def test_the_trained_model(layer: int, alone: Any, without: Any, shapley: Any) -> None:
    """Known values; and by NumPy: powers of the mixtures, with no code of the library."""
    found = ablation(box(layer))
    assert np.allclose(found.alone, alone, atol=6e-5)
    assert np.allclose(found.without, without, atol=6e-5)
    assert np.allclose(found.shapley, shapley, atol=6e-5)
    tensor = LAYERS.tensor[0, layer].astype(float)
    tensor /= tensor.sum(axis=-1, keepdims=True)
    weights = np.array(found.weights)

    def value(some: tuple[int, ...]) -> Any:
        if not some:
            return Fraction(0)
        kept = list(some)
        mixed = np.tensordot(weights[kept] / weights[kept].sum(), tensor[kept], axes=1)
        row, rows = np.eye(len(mixed))[-1], []
        for _ in range(400):
            rows.append(row)
            row = row @ mixed
        return Fraction(float(np.max(rows, axis=0).min()))

    shares = brute.shapley(4, value)
    for mine, its in zip(found.shapley, shares, strict=True):
        assert isinstance(mine, float)
        assert mine.lower - 1e-14 <= its <= mine.upper + 1e-14  # type: ignore[attr-defined]
        assert mine.upper - mine.lower < 1e-12  # type: ignore[attr-defined]
    assert sum(found.shapley) == pytest.approx(found.value, rel=1e-12)


def test_removing_head_3_of_layer_0_is_a_gain() -> None:
    """By 59 %, for certain: bounds do not overlap; times barely change."""
    found = ablation(box(0))
    without: Any = found.without[3]
    value: Any = found.value
    assert without.lower > 1.58 * value.upper
    times = ablation(box(0), "mixing")
    assert (times.value, times.without) == (13, (13, 13, 14, 13))


@pytest.mark.slow
def test_more_than_ten_heads_answer_in_floats() -> None:
    """Bounds hold the exact values, which ten heads, the eleventh a copy, still have."""
    weights = [Fraction(1, 11)] * 11
    mix = MultiHeadDiffusion([THREE[0]] * 11, weights)
    found: Any = ablation(mix)
    assert found.value == Fraction(3, 8)
    for share in found.shapley:
        assert share.lower <= Fraction(3, 88) <= share.upper
        assert share.upper - share.lower < 1e-10


def test_floats_have_bounds_in_bidirectional_attention() -> None:
    both = np.array([[[0.5, 0.25, 0.25], [0.25, 0.5, 0.25], [0.5, 0.125, 0.375]]] * 2)
    both[1] = both[1][::-1, ::-1]
    mix = MultiHeadDiffusion.from_attention(both, target=1, causal=False)
    found = ablation(mix)
    assert found.value == pytest.approx(mix.minimax_fidelity().value)
    assert sum(found.shapley) == pytest.approx(found.value)
    times = ablation(mix, "mixing")
    assert times.value == mix.successors().mixing_time()
    assert times.alone[0] == mix.heads[0].successors().mixing_time()


def test_a_head_without_successors_takes_for_ever() -> None:
    """Nobody listens to node 1 in head 1."""
    heads = [
        DiffusionOperator.from_matrix([[1, 0, 0], ["1/2", "1/2", 0], [0, "1/2", "1/2"]], sink=2),
        DiffusionOperator.from_matrix([[1, 0, 0], [1, 0, 0], ["1/2", 0, "1/2"]], sink=2),
    ]
    found = ablation(MultiHeadDiffusion(heads), "mixing")
    assert found.alone[1] == math.inf
    assert found.limits[0] == math.inf


a = sp.Symbol("a", positive=True)
GATED = MultiHeadDiffusion(THREE[:2], [[1, "1/2", "1/2", "1/2"], [0, "1/2", "1/2", "1/2"]])


@pytest.mark.parametrize(
    ("mix", "measure", "error", "named"),
    [
        (THREE[0], "fidelity", KindError, "MultiHeadWalk or MultiHeadDiffusion"),
        (MultiHeadDiffusion(THREE), "speed", ObjectiveError, "'speed'"),
        (MultiHeadWalk(THREE), "fidelity", KindError, "MultiHeadDiffusion"),
        (MultiHeadDiffusion(THREE[:2], [a, 1 - a]), "fidelity", SymbolicError, "subs"),
        (GATED, "fidelity", NoWeights, "per receiver"),
        (MultiHeadDiffusion([FeedforwardDAG([], nodes="a")]), "fidelity", ShapeError, "two nodes"),
        (MultiHeadDiffusion([THREE[0]] * 17), "fidelity", SizeError, "17 have 131072"),
    ],
)
def test_refused(mix: Any, measure: Any, error: type[Exception], named: str) -> None:
    with pytest.raises(error, match=named):
        ablation(mix, measure)


def test_it_can_show_its_progress(capsys: pytest.CaptureFixture[str]) -> None:
    """Not where it is no terminal."""
    mix = MultiHeadDiffusion.from_attention(attention(2, 3, 0))
    assert ablation(mix, progress=True) == ablation(mix)
    assert capsys.readouterr().err == ""
