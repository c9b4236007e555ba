"""Differences of heads: known values, definitions in plain loops, and laws."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import oracle
import oracle.heads as brute
import pytest
from cases.attention_samples import attention
from cases.pairs_of_heads import EXAMPLE_8, EXAMPLE_13, heads
from cases.strategies import mixtures
from cases.subjects import mixed_diffusion
from cases.zoo import Mixture
from hypothesis import given, settings

from dagmix import MultiHeadDiffusion, MultiHeadWalk
from dagmix.errors import KindError
from dagmix.heads import diversity


def test_example_13() -> None:
    """Rows differ by ½, ½, ½, 0, and by 0.3113, 0.3113, 0.5 and 0 bits."""
    found = diversity(MultiHeadDiffusion(heads(EXAMPLE_13)))
    assert found.total_variation.tolist() == [[0, Fraction(3, 8)], [Fraction(3, 8), 0]]
    rows = [3 / 2 - 3 * math.log2(3) / 4, 3 / 2 - 3 * math.log2(3) / 4, 0.5, 0]
    assert found.jensen_shannon[0, 1] == pytest.approx(sum(rows) / 4, rel=1e-12)
    assert rows[0] == pytest.approx(0.3113, abs=5e-5)
    assert found.amplification.tolist() == [[1, Fraction(4, 3)], [Fraction(4, 3), 1]]
    assert found.commutator[0, 1] == Fraction(1, 4)
    assert found.commute.tolist() == [[True, False], [False, True]]


@settings(max_examples=10, deadline=None)
@given(mixtures(max_nodes=4).filter(lambda mix: mix.n > 1 and all(mix.weights)))
def test_drawn_mixtures_beside_plain_loops(mix: Mixture) -> None:
    found, deltas = diversity(mixed_diffusion(mix)), mix.diffusions()
    for g, one in enumerate(deltas):
        for h, other in enumerate(deltas):
            gaps = [abs(p - q) for row, its in zip(one, other) for p, q in zip(row, its)]  # noqa: B905 - same sizes
            assert found.total_variation[g, h] == sum(gaps) / 2 / mix.n
            forth, back = oracle.product(one, other), oracle.product(other, one)
            steps = [abs(p - q) for row, its in zip(forth, back) for p, q in zip(row, its)]  # noqa: B905 - same sizes
            assert found.commutator[g, h] == max(steps)
            assert found.commute[g, h] == (forth == back)
            alone = max(brute.fidelity(mix.weights, deltas, [k]) for k in {g, h})
            both = brute.fidelity(mix.weights, deltas, sorted({g, h}))
            if alone:
                assert found.amplification[g, h] == both / alone


def test_floats() -> None:
    """Divergences lie between the bounds by total variation; equal heads cannot be told apart."""
    tensor = attention(2, 6, 0)
    mix = MultiHeadDiffusion.from_attention([tensor[0], tensor[0], tensor[1]])
    found = diversity(mix)
    variation: Any = np.abs(tensor[0] - tensor[1]).sum(axis=1) / 2
    assert found.total_variation[0, 2] == pytest.approx(variation.mean(), rel=1e-9)
    assert found.jensen_shannon[0, 2] <= found.total_variation[0, 2]
    assert found.jensen_shannon[0, 2] >= (variation**2).mean() / 2 / math.log(2)  # Pinsker
    assert found.commute[0].tolist() == [True, "undecided", False]
    assert found.amplification[0, 1] == pytest.approx(1)
    assert found.jensen_shannon.dtype == float


def test_amplification_of_what_is_nothing() -> None:
    found = diversity(MultiHeadDiffusion(heads(EXAMPLE_8)))
    assert math.isnan(found.amplification[0, 0])
    assert found.amplification[0, 1] == math.inf


def test_walks_are_refused() -> None:
    with pytest.raises(KindError, match="MultiHeadDiffusion"):
        diversity(MultiHeadWalk(heads(EXAMPLE_13)))  # type: ignore[arg-type]
