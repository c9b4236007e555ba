"""The chains that attention makes: per head, through successors, as published."""

from __future__ import annotations

import numpy as np
import pytest
from cases.attention_samples import SAMPLES, sample
from oracle import proxies as oracle

from dagmix import MultiHeadWalk, errors, proxies
from dagmix.proxies import batches

UNIFORM = np.tri(100) / np.arange(1, 101)[:, None]


@pytest.mark.filterwarnings("ignore:max_steps=")  # cut off early on purpose
@pytest.mark.parametrize("seed", range(SAMPLES))
def test_heads_divided_before_they_are_mixed(seed: int) -> None:
    """Against brute force."""
    attention, weights = sample(seed)
    walks = [
        oracle.successors_per_head(a.tolist(), w.tolist())
        for a, w in zip(attention, weights, strict=True)
    ]
    for steps in (0, 1, 7):
        expected = np.array([oracle.cut_off_times(walk, steps) for walk in walks], dtype=float)
        found = proxies.hitting_times(attention, weights, steps, "successors_per_head")
        np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("seed", range(5))
def test_heads_divided_before_they_are_mixed_make_the_operators_walk(seed: int) -> None:
    attention, weights = sample(seed)
    walk = MultiHeadWalk.from_attention(attention[0], weights[0])
    mean = proxies.hitting_time(attention[0], weights[0], None, "successors_per_head")
    np.testing.assert_allclose(mean, float(walk.expected_hitting_times().mean()), rtol=1e-12)


def test_a_position_without_successors(monkeypatch: pytest.MonkeyPatch) -> None:
    """The published chain sends it to the sink; the chain to successors has no step to make."""
    lost = np.array([[[1.0, 0, 0], [1, 0, 0], [1, 0, 0]]])
    monkeypatch.setattr(batches, "CACHED", 1)
    pair = np.stack([UNIFORM[None, :3, :3], lost])
    with pytest.raises(errors.StochasticError, match=r"\[1, 1\] has 0"):
        proxies.hitting_time(pair)
    assert proxies.hitting_times(lost, chain="published").tolist() == [100, 1, 0]


def test_a_head_without_successors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another head gives position 1 one, which helps only where heads are mixed first."""
    lost = np.array([[1.0, 0, 0], [1, 0, 0], [1, 0, 0]])
    monkeypatch.setattr(batches, "CACHED", 1)
    heads = np.stack([[UNIFORM[:3, :3]] * 2, [UNIFORM[:3, :3], lost]])
    assert proxies.hitting_time(heads).shape == (2,)
    with pytest.raises(errors.StochasticError, match=r"\[1, 1, 1\] has 0"):
        proxies.hitting_time(heads, chain="successors_per_head")


def test_a_chain_that_may_miss_the_sink_takes_for_ever() -> None:
    """Nobody after position 1 sees it, so that it stays, and half of what leaves 0 ends there."""
    attention = np.array([[[1, 0, 0, 0], [0.5, 0.5, 0, 0], [0, 0, 1, 0], [0.5, 0, 0.25, 0.25]]])
    walk = oracle.successors(oracle.mixed(attention.tolist(), [1.0]))
    found = proxies.hitting_times(attention, max_steps=None)
    assert found.tolist() == [float(x) for x in oracle.full_times(walk)]
    assert np.isinf(found).tolist() == [True, True, False, False]


def test_a_sticky_published_chain_is_told_from_one_that_stays() -> None:
    """1 − A[j, j] rounds to 0 in floats; E = [∞, ¾·10³⁰, ½·10³⁰, 0] in rationals."""
    sticky = np.eye(4)
    for i in range(1, 4):
        sticky[i, 0] += 1e-30
        sticky[i, i - 1] += 1e-30
    found = proxies.hitting_times([sticky], max_steps=None, chain="published")
    np.testing.assert_allclose(found, [np.inf, 7.5e29, 5e29, 0], rtol=1e-13)
