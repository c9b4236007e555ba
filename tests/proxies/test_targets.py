"""Any target, all targets at once, and attention both ways, against brute force in rationals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cases.attention_samples import both_ways, sample
from oracle import proxies as oracle

from dagmix import MultiHeadDiffusion, MultiHeadWalk, errors, proxies

CHAINS = ["successors", "published", "successors_per_head"]
SEEDS = range(25)
ROWS = np.array([[[1.0, 0, 0], [0.5, 0.5, 0], [0.25, 0.25, 0.5]]])
CIRCLE = np.array([[[0.5, 0.5, 0], [0, 0.5, 0.5], [0.5, 0, 0.5]]])


def exact(attention: Any, weights: Any) -> list[oracle.Matrix]:
    pairs = zip(attention, weights, strict=True)
    return [oracle.mixed(a.tolist(), w.tolist()) for a, w in pairs]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("chain", CHAINS)
def test_a_target_of_causal_attention_is_the_cut_to_it(seed: int, chain: str) -> None:
    attention, weights = sample(seed)
    for i in range(attention.shape[-1]):
        cut = attention[..., : i + 1, : i + 1]
        for steps in (5, None):
            found = proxies.hitting_times(attention, weights, steps, chain, target=i)
            alone = proxies.hitting_times(cut, weights, steps, chain)
            np.testing.assert_allclose(found, alone, rtol=1e-14)
            mean = proxies.hitting_time(attention, weights, steps, chain, target=i)
            np.testing.assert_allclose(mean, alone.mean(axis=-1), rtol=1e-14)
        cuts = [oracle.cut(a, i) for a in exact(attention, weights)]
        expected = np.array([oracle.peaks(a, 5, 1) for a in cuts], dtype=float)
        found = proxies.fidelities(attention, weights, 5, 1, target=i)
        np.testing.assert_allclose(found, expected, rtol=1e-13)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_question_takes_the_target(seed: int) -> None:
    attention, weights = sample(seed)
    i = seed % attention.shape[-1]
    cut = attention[..., : i + 1, : i + 1]
    for proxy in (proxies.minimax_fidelity, proxies.weakest_position, proxies.amplification):
        found = proxy(attention, weights, 6, target=i)
        np.testing.assert_allclose(found, proxy(cut, weights, 6), rtol=1e-13)
    for found, alone in zip(
        proxies.best_head(attention, 6, target=i), proxies.best_head(cut, 6), strict=True
    ):
        np.testing.assert_allclose(found, alone, rtol=1e-13)
    heads = proxies.each_head(attention, i)
    assert np.shares_memory(heads, attention)
    np.testing.assert_array_equal(heads, proxies.each_head(cut))


@pytest.mark.parametrize("seed", SEEDS)
def test_bidirectional_attention_against_brute_force(seed: int) -> None:
    attention, weights = both_ways(seed)
    matrices = exact(attention, weights)
    between = np.array([oracle.peaks_between(a, 6, 1) for a in matrices], dtype=float)
    found = proxies.fidelities_between(attention, weights, 6, 1, causal=False)
    np.testing.assert_allclose(found, between, rtol=1e-13)
    for i in range(attention.shape[-1]):
        kwargs: dict[str, Any] = {"target": i, "causal": False}
        found = proxies.fidelities(attention, weights, 6, 1, **kwargs)
        np.testing.assert_allclose(found, between[:, i], rtol=1e-13)
        least = proxies.minimax_fidelity(attention, weights, 6, 1, **kwargs)
        np.testing.assert_array_equal(least, found.min(axis=-1))
        at = proxies.weakest_position(attention, weights, 6, 1, **kwargs)
        np.testing.assert_array_equal(at, found.argmin(axis=-1))
        alone = proxies.minimax_fidelity(proxies.each_head(attention), None, 6, 1, **kwargs)
        np.testing.assert_array_equal(
            proxies.best_head(attention, 6, 1, **kwargs)[1], alone.max(axis=-1)
        )
        ratio = proxies.amplification(attention, weights, 6, 1, **kwargs)
        best = alone.max(axis=-1)
        np.testing.assert_array_equal(ratio[best > 0], least[best > 0] / best[best > 0])


@pytest.mark.parametrize("seed", SEEDS)
def test_proxies_both_ways_are_the_operators(seed: int) -> None:
    attention, weights = both_ways(seed)
    i = seed % attention.shape[-1]
    kwargs: dict[str, Any] = {"target": i, "causal": False}
    mix = MultiHeadDiffusion.from_attention(attention[0], weights[0], **kwargs)
    times = proxies.hitting_times(attention[0], weights[0], None, **kwargs)
    np.testing.assert_allclose(times, mix.successors().expected_hitting_times(), rtol=1e-11)
    walk = MultiHeadWalk.from_attention(attention[0], weights[0], **kwargs)
    times = proxies.hitting_times(attention[0], weights[0], None, "successors_per_head", **kwargs)
    np.testing.assert_allclose(times, walk.expected_hitting_times(), rtol=1e-11)


def test_causal_attention_read_both_ways() -> None:
    """At the last position nothing changes; earlier targets are not cut, but hear the same."""
    attention, weights = sample(7)
    n = attention.shape[-1]
    last = {"target": n - 1, "causal": False}
    for proxy in (proxies.hitting_times, proxies.fidelities):
        np.testing.assert_allclose(
            proxy(attention, weights, **last), proxy(attention, weights), rtol=1e-13
        )
    for i in range(n):
        found = proxies.fidelities(attention, weights, target=i, causal=False)
        cut = proxies.fidelities(attention, weights, target=i)
        np.testing.assert_allclose(found[..., : i + 1], cut, rtol=1e-13)
        assert not found[..., i + 1 :].any()


@pytest.mark.parametrize("proxy", [proxies.hitting_time, proxies.fidelities, proxies.best_head])
def test_targets_that_are_refused(proxy: Any) -> None:
    for target in (-1, 3, "1"):
        with pytest.raises(errors.UnknownNodeError, match=f"unknown node {target!r}; the nodes"):
            proxy(ROWS, target=target)
    with pytest.raises(errors.SinkError, match="name a target=, from 0 to 2"):
        proxy(CIRCLE, causal=False)
    with pytest.raises(errors.CausalError, match="no query i sees a later key j"):
        proxy(CIRCLE, target=0)
    with pytest.raises(errors.StochasticError, match=r"has 0\.9"):
        proxy(CIRCLE * 0.9, target=0, causal=False)


def test_what_is_cut_off_is_checked_too() -> None:
    wrong = ROWS.copy()
    wrong[0, 2] = 0
    with pytest.raises(errors.StochasticError, match=r"\[0, 2\] has 0"):
        proxies.hitting_time(wrong, target=1)
    with pytest.raises(errors.CausalError, match=r"after the cut; \[0, 1, 0\] has 0.5"):
        proxies.each_head(CIRCLE, 1)
    with pytest.raises(errors.UnknownNodeError, match="-1"):
        proxies.each_head(ROWS, -1)


def test_the_published_chain_is_of_causal_attention() -> None:
    with pytest.raises(errors.KindError, match="moves forward only"):
        proxies.hitting_time(CIRCLE, chain="published", target=0, causal=False)


def test_a_position_without_successors_both_ways() -> None:
    """Unless it is the target."""
    lost = np.array([[[0.5, 0.5, 0], [0.5, 0.5, 0], [0.5, 0.5, 0]]])
    assert np.isfinite(proxies.hitting_time(lost, target=2, causal=False))
    with pytest.raises(errors.StochasticError, match=r"no column is all zeros; \[2\] has 0"):
        proxies.hitting_time(lost, target=1, causal=False)


@pytest.mark.parametrize("seed", range(6))
def test_tensors_of_torch(seed: int) -> None:
    torch = pytest.importorskip("torch")
    for causal, arrays in ((True, sample(seed)), (False, both_ways(seed))):
        attention, weights = map(torch.as_tensor, arrays)
        i = seed % arrays[0].shape[-1]
        between = proxies.fidelities_between(attention, weights, 6, causal=causal)
        expected = proxies.fidelities_between(arrays[0], arrays[1], 6, causal=causal)
        np.testing.assert_allclose(between.numpy(), expected, rtol=1e-13)
        for steps in (7, None):
            times = proxies.hitting_times(attention, weights, steps, target=i, causal=causal)
            expected = proxies.hitting_times(arrays[0], arrays[1], steps, target=i, causal=causal)
            np.testing.assert_allclose(times.numpy(), expected, rtol=1e-13)
        heads = proxies.each_head(attention, i if causal else None)
        assert heads.data_ptr() == attention.data_ptr()
