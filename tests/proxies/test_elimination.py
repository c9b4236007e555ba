"""Mean absorption times of chains that move both ways, against brute force."""

from __future__ import annotations

from typing import Any

import numpy as np
import oracle as walks_of
import pytest
from cases.attention_samples import both_ways
from oracle import proxies as oracle

from dagmix import proxies

CHAINS = ["successors", "published", "successors_per_head"]
SEEDS = range(25)
ROWS = np.array([[[1.0, 0, 0], [0.5, 0.5, 0], [0.25, 0.25, 0.5]]])
CIRCLE = np.array([[[0.5, 0.5, 0], [0, 0.5, 0.5], [0.5, 0, 0.5]]])


def exact(attention: Any, weights: Any) -> list[oracle.Matrix]:
    pairs = zip(attention, weights, strict=True)
    return [oracle.mixed(a.tolist(), w.tolist()) for a, w in pairs]


@pytest.mark.filterwarnings("ignore:max_steps=")  # cut off early on purpose
@pytest.mark.parametrize("seed", SEEDS)
def test_times_to_a_target_of_bidirectional_attention(seed: int) -> None:
    """The chain stops at the target; with and without a cut-off, mixed before and after."""
    attention, weights = both_ways(seed)
    pairs = list(zip(attention.tolist(), weights.tolist(), strict=True))
    for i in range(attention.shape[-1]):
        for chain, walks in (
            ("successors", [oracle.successors(oracle.mixed(*pair), i) for pair in pairs]),
            ("successors_per_head", [oracle.successors_per_head(*pair, i) for pair in pairs]),
        ):
            for steps in (0, 1, 7):
                expected = [oracle.cut_off_times(walk, steps, i) for walk in walks]
                found = proxies.hitting_times(
                    attention, weights, steps, chain, target=i, causal=False
                )
                np.testing.assert_allclose(found, np.array(expected, dtype=float), rtol=1e-13)
            forever = [walks_of.hitting_times(walks_of.transpose(walk), i) for walk in walks]
            found = proxies.hitting_times(attention, weights, None, chain, target=i, causal=False)
            np.testing.assert_allclose(found, np.array(forever, dtype=float), rtol=1e-12)


def test_a_target_that_may_be_missed() -> None:
    """0 ↔ 1 is closed for the chain of successors; 2 may fall into it, 3 leads to 2 alone."""
    heads = np.zeros((1, 5, 5))
    for sender, receivers in enumerate([[1], [0], [0, 4], [2], [3]]):
        heads[0, receivers, sender] = 1
    heads[0] += np.eye(5)
    heads /= heads.sum(axis=-1, keepdims=True)
    missed = []
    for target in range(5):
        walk = oracle.successors(oracle.mixed(heads.tolist(), [1]), target)
        expected = walks_of.hitting_times(walks_of.transpose(walk), target)
        found = proxies.hitting_times(heads, max_steps=None, target=target, causal=False)
        np.testing.assert_allclose(found, np.array(expected, dtype=float), rtol=1e-14)
        missed.append(int(np.isinf(found).sum()))
    assert missed == [0, 0, 2, 3, 4]
