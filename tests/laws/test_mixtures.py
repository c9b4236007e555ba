"""Mixtures against the oracle: orders that agree or not, heads without the sink, weight 0."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import islice

import numpy as np
import oracle
import pytest
from cases.subjects import as_oracle, mixed_diffusion, mixed_walk
from cases.zoo import Mixture, sampled_mixtures
from oracle.fidelity import Signals

from dagmix import FeedforwardDAG, MultiHeadDiffusion

COUNT = 40
KINDS = {
    "common": sampled_mixtures(11, COUNT, common=True),
    "disagreeing": sampled_mixtures(12, COUNT, common=False),
    "common-partial": sampled_mixtures(13, COUNT, common=True, sure=False),
    "disagreeing-partial": sampled_mixtures(14, COUNT, common=False, sure=False),
}
of_each_kind = pytest.mark.parametrize("mixes", KINDS.values(), ids=KINDS.keys())
from_step = pytest.mark.parametrize("first", [0, 1], ids=["from0", "from1"])


def test_the_sample_is_varied() -> None:
    """Each kind has pairs and triples, self-loops and none, weights of 0."""
    for mixes in KINDS.values():
        assert {len(mix.heads) for mix in mixes} == {2, 3}
        assert {mix.loops for mix in mixes} == {True, False}
        assert any(0 in mix.weights for mix in mixes)


@pytest.mark.slow
@of_each_kind
def test_mixing_time_and_distance(mixes: list[Mixture]) -> None:
    """T(ε) at every distance, halfway below it, and in one over a million."""
    for mix in mixes:
        W, walk = mix.walk(), mixed_walk(mix)
        d = list(islice(oracle.distances(W, mix.n - 1), 10))
        assert [walk.distance(t) for t in range(10)] == d, mix
        levels = [*{value for value in d if 0 < value < 1}, Fraction(1, 10**6)]
        for epsilon in [*levels, *(level * Fraction(7, 8) for level in levels)]:
            expected = oracle.mixing_time(W, mix.n - 1, epsilon)
            assert walk.mixing_time(epsilon) == expected, (mix, epsilon)


@of_each_kind
def test_walk_vectors(mixes: list[Mixture]) -> None:
    """Expected hitting times by elimination, whatever the orders; the sink holds all mass."""
    for mix in mixes:
        W, walk = mix.walk(), mixed_walk(mix)
        assert list(walk.expected_hitting_times()) == oracle.hitting_times(W, mix.n - 1), mix
        assert list(walk.stationary_distribution()) == [0] * (mix.n - 1) + [1]
        assert walk.forward_probability() == min(1 - W[j][j] for j in range(mix.n - 1)), mix


@pytest.mark.slow
@of_each_kind
def test_matrices(mixes: list[Mixture]) -> None:
    """The mixture's matrix is the convex sum, entry by entry."""
    for mix in mixes:
        cells = [(i, j) for i in range(mix.n) for j in range(mix.n)]
        for found, expected in (
            (mixed_walk(mix), mix.walk()),
            (mixed_diffusion(mix), mix.diffusion()),
        ):
            assert all(found.exact[i, j] == expected[i][j] for i, j in cells), mix
            floats = [[float(entry) for entry in row] for row in expected]
            assert np.allclose(found.matrix, floats, rtol=2**-52, atol=0), mix


@pytest.mark.slow
@from_step
@of_each_kind
def test_node_fidelity(mixes: list[Mixture], first: int) -> None:
    """The supremum, by absorption × stationary weight where a closed class has several nodes."""
    for mix in mixes:
        expected, diffusion = Signals(mix.diffusion(), mix.n - 1), mixed_diffusion(mix)
        for j in range(mix.n):
            found = diffusion.node_fidelity(j, first_step=first)
            assert as_oracle(found) == expected.fidelity(j, first), (mix, j)


@pytest.mark.slow
@from_step
@of_each_kind
def test_minimax_best_head_and_amplification(mixes: list[Mixture], first: int) -> None:
    """The best head is compared at the mixture's sink; amplification is mixture over best head."""
    for mix in mixes:
        diffusion = mixed_diffusion(mix)
        value, nodes = Signals(mix.diffusion(), mix.n - 1).minimax(first)
        minimax = diffusion.minimax_fidelity(first_step=first)
        assert (minimax.value, minimax.nodes) == (value, nodes), mix
        heads = [Signals(head, mix.n - 1).minimax(first)[0] for head in mix.diffusions()]
        best = diffusion.best_head(first_step=first)
        assert best.lower == best.value == best.upper == max(heads), mix
        assert best.heads == tuple(h for h, phi in enumerate(heads) if phi == max(heads)), mix
        if max(heads) > 0:
            assert diffusion.amplification(first_step=first) == value / max(heads), mix
        elif value > 0:
            assert diffusion.amplification(first_step=first) == math.inf, mix
        else:
            assert math.isnan(diffusion.amplification(first_step=first)), mix


def test_a_head_of_weight_zero_is_still_a_head() -> None:
    """It cannot change the mixture, and can be the best head."""
    line = FeedforwardDAG([("u", "v"), ("v", "w"), ("w", "τ")], nodes="uvwτ")
    wide = FeedforwardDAG([("u", "w"), ("v", "w"), ("w", "τ")], nodes="uvwτ")
    mix = MultiHeadDiffusion([line, wide], weights=[1, 0])
    assert mix.minimax_fidelity().value == Fraction(3, 8)
    assert (mix.best_head().value, mix.best_head().heads) == (Fraction(1, 2), (1,))
    assert mix.amplification() == Fraction(3, 4)
    assert MultiHeadDiffusion([wide, wide], weights=[1, 0]).best_head().heads == (0, 1)


def test_nothing_over_nothing() -> None:
    """Without self-loops the sink keeps nothing of itself after a step: 0/0 is NaN."""
    line = FeedforwardDAG([("u", "τ")], nodes="uτ", self_loops=False)
    mix = MultiHeadDiffusion([line, line])
    assert mix.minimax_fidelity(first_step=1).value == 0
    assert math.isnan(mix.amplification(first_step=1))
