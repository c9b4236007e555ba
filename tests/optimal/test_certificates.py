"""Bounds over all weights by gates on simplices: they cover, they hold, and they are closed."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from cases.attention_samples import attention
from cases.pairs_of_heads import EXAMPLE_13, heads, minimax
from cases.random_pairs import TRIPLES, random_pair, random_triple

from dagmix import MultiHeadDiffusion, MultiHeadWalk, optimal
from dagmix._engine.chains.gates.ceilings import GatedSignals
from dagmix.optimal import certificates
from dagmix.optimal.certificates import (
    Simplices,
    gated_ceiling,
    greatest_fidelity,
    least_mixing_time,
)
from dagmix.optimal.objectives import FidelityObjective

optimal_weights: Any = optimal.optimal_weights
QUARTER, HALF = Fraction(1, 4), Fraction(1, 2)


def nothing() -> None:
    """Check no budget."""


class Distances(Simplices):
    """The bound of a simplex is how far its vertices are from a point, at the most."""

    def _bounds(self, vertices: Any) -> Any:
        return np.abs(vertices - np.array([0.2, 0.3, 0.5])).sum(axis=-1).max(axis=-1)


def test_what_is_cut_still_covers_all_weights() -> None:
    """Every convex combination is one of the vertices of a simplex; weakest ones are cut first."""
    cut = Distances(np.eye(3), nothing)
    cut.cut(0.4, 200)
    assert len(cut.bounds) == len(cut.vertices) > 32
    assert (cut.vertices.sum(axis=-1) == 1).all()
    areas = np.abs(np.linalg.det(cut.vertices))
    assert areas.sum() == pytest.approx(1, abs=1e-12)
    for weights in np.random.default_rng(0).dirichlet(np.ones(3), 50):
        shares = np.linalg.solve(
            cut.vertices.transpose(0, 2, 1), np.tile(weights, (len(areas), 1))[..., None]
        )
        assert (shares[..., 0].min(axis=1) >= -1e-12).any()


def parts_of(mixed: Any) -> Any:
    return [part for _, part in mixed.parts]


@pytest.mark.parametrize("seed", [0, 1, 9, 11, 14])
def test_no_weights_have_more_than_the_bound(seed: int) -> None:
    """φ_min and T at random weights, faces included, of triples with an order and without."""
    three, rng = random_triple(4, seed), np.random.default_rng(seed)
    mixed, walk = MultiHeadDiffusion(three), MultiHeadWalk(three)
    above = greatest_fidelity(parts_of(mixed), mixed.adjacency, 3, 0.25, nothing)
    below = least_mixing_time(parts_of(walk), 3, QUARTER, 20, nothing)
    for parts in rng.integers(0, 9, (12, 3)).tolist():
        weights = [Fraction(a, sum(parts)) for a in parts]
        assert MultiHeadDiffusion(three, weights, sink=3).minimax_fidelity().lower <= above
        assert MultiHeadWalk(three, weights, sink=3).mixing_time() >= below
    assert 0.25 < above < 0.6
    assert below >= 2


@pytest.mark.slow
def test_three_heads_on_four_nodes_are_proved_or_nearly() -> None:
    """All T of a few triples; φ_min of some, and for another it is a limit at a face."""
    times = [optimal_weights(random_triple(4, k), "mixing", restarts=0) for k in TRIPLES[::4]]
    assert all(one.proved for one in times)
    found = [optimal_weights(random_triple(4, seed), restarts=0) for seed in (10, 11, 12, 13)]
    assert [one.proved for one in found] == [True, False, True, True]
    assert found[0].gap == 0 < found[1].gap < 0.1
    assert found[1].bound < HALF + 1e-9


def test_example_3_13_is_proved_without_a_profile() -> None:
    found = optimal_weights(heads(EXAMPLE_13), method="numerical", restarts=0)
    assert (found.value, found.bound, found.proved, found.gap) == (HALF, HALF, True, 0)
    assert str(found) == "φ_min = 1/2 at the weights 1/2, 1/2; none have more"


def test_a_gap_is_written() -> None:
    mixed = MultiHeadDiffusion.from_attention(attention(3, 5, 1))
    found = optimal_weights(mixed, restarts=1)
    assert found.bound - found.lower == found.gap > 0
    assert "none have more than" in str(found)
    slow = optimal_weights(random_pair(4, 1), "mixing", method="numerical", restarts=0)
    assert slow.gap == slow.value - slow.bound
    assert str(slow).startswith(f"T = {slow.value} at the weights")


def test_an_interval_of_two_heads() -> None:
    """On 0.3 ≤ β ≤ 0.4 no more than a level that the profile does not reach there."""
    one, two = heads(EXAMPLE_13)
    mixed = MultiHeadDiffusion([one, two])
    signals = GatedSignals.of(parts_of(mixed), 3, mixed.adjacency)
    bound = gated_ceiling(signals, (Fraction(3, 10), Fraction(2, 5)), 0.45, nothing)
    values = [minimax(EXAMPLE_13, Fraction(30 + k, 100)) for k in range(0, 11, 2)]
    assert max(values) <= bound <= 0.45


def test_large_heads_are_left_to_trivial_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    three = random_triple(4, 0)
    monkeypatch.setattr(certificates, "MOST_WORK", 10)
    assert optimal_weights(three, restarts=0).bound == 1
    assert optimal_weights(three, "mixing", restarts=0).bound == 1


def test_floats_that_cannot_be_bounded_bound_nothing() -> None:
    tiny = [np.array([[1.0, 0], [1 - a, a]]) for a in (0.5, 2.0**-1000)]
    mixed = MultiHeadDiffusion(tiny)
    assert greatest_fidelity(parts_of(mixed), mixed.adjacency, 1, 0.5, nothing) == 1
    walk = MultiHeadWalk([np.array([[a, 0], [1 - a, 1]]) for a in (0.5, 2.0**-1000)])
    assert least_mixing_time(parts_of(walk), 1, QUARTER, 5, nothing) == 0


@pytest.mark.slow
def test_what_ends_the_proof_leaves_the_trivial_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(FidelityObjective, "certificate", interrupted)
    found = optimal_weights(random_triple(4, 0), restarts=0)
    assert (found.ended, found.bound) == ("interrupted", 1)
