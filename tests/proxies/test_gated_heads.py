"""Weights per receiver: Ā[i, ·] = Σ_h g_h(i) A_h[i, ·], against brute force in rationals."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from cases.attention_samples import both_ways, sample
from oracle import proxies as oracle

from dagmix import errors, proxies

SEEDS = range(25)


def gates(attention: Any, seed: int) -> Any:
    """Short positive numbers (batch, heads, n), a head of each receiver perhaps 0."""
    numbers = np.random.default_rng(seed).integers(0, 9, attention.shape[:-1])
    numbers[:, 0] += 1
    return numbers.astype(float)


def exact(attention: Any, weights: Any) -> list[oracle.Matrix]:
    pairs = zip(attention.tolist(), weights.tolist(), strict=True)
    return [oracle.gated(a, w) for a, w in pairs]


@pytest.mark.parametrize("seed", SEEDS)
def test_gated_heads_against_brute_force(seed: int) -> None:
    attention, _ = sample(seed)
    weights = gates(attention, seed)
    matrices = exact(attention, weights)
    expected = np.array([oracle.peaks_between(a, 5, 1) for a in matrices], dtype=float)
    found = proxies.fidelities_between(attention, weights, 5, 1)
    np.testing.assert_allclose(found, expected, rtol=1e-13)
    for chain in ("successors", "published"):
        walks = [oracle.CHAINS[chain](a) for a in matrices]
        times = np.array([oracle.cut_off_times(walk, 6) for walk in walks], dtype=float)
        found = proxies.hitting_times(attention, weights, 6, chain)
        np.testing.assert_allclose(found, times, rtol=1e-13, atol=1e-14)
    for i in range(attention.shape[-1]):
        cuts = [oracle.peaks(oracle.cut(a, i), 5, 1) for a in matrices]
        found = proxies.fidelities(attention, weights, 5, 1, target=i)
        np.testing.assert_allclose(found, np.array(cuts, dtype=float), rtol=1e-13)


@pytest.mark.parametrize("seed", SEEDS)
def test_gated_heads_both_ways(seed: int) -> None:
    attention, _ = both_ways(seed)
    weights = gates(attention, seed)
    i = seed % attention.shape[-1]
    walks = [oracle.successors(a, i) for a in exact(attention, weights)]
    times = np.array([oracle.cut_off_times(walk, 6, i) for walk in walks], dtype=float)
    found = proxies.hitting_times(attention, weights, 6, target=i, causal=False)
    np.testing.assert_allclose(found, times, rtol=1e-13)


@pytest.mark.parametrize("seed", SEEDS)
def test_gates_of_one_value_are_weights_of_heads(seed: int) -> None:
    """And of any scale at each receiver."""
    attention, weights = sample(seed)
    scale = np.random.default_rng(seed).uniform(0.1, 9, attention.shape[-1])
    spread = weights[..., None] * scale
    np.testing.assert_allclose(
        proxies.fidelities(attention, spread),
        proxies.fidelities(attention, weights),
        rtol=1e-12,
    )


def test_gates_broadcast() -> None:
    attention = sample(1)[0][0]
    weights = np.random.default_rng(1).random((4, *attention.shape[:-1]))
    found = proxies.fidelities(attention, weights)
    assert found.shape == (4, attention.shape[-1])
    np.testing.assert_array_equal(found[2], proxies.fidelities(attention, weights[2]))


def test_a_shape_that_can_be_read_both_ways_is_read_by_its_dimensions() -> None:
    attention = both_ways(2)[0][0, :1, :2, :2]
    attention = np.tril(np.broadcast_to(attention, (2, 2, 2, 2))) + 0.1 * np.eye(2)
    attention /= attention.sum(axis=-1, keepdims=True)
    weights = np.array([[1.0, 3.0], [2.0, 5.0]])
    found = proxies.fidelities(attention, weights, 4)
    for sample_, row in enumerate(weights):
        np.testing.assert_array_equal(
            found[sample_], proxies.fidelities(attention[sample_], row, 4)
        )
    gated = proxies.fidelities(attention[0], weights, 4)
    expected = oracle.peaks(oracle.gated(attention[0].tolist(), weights.tolist()), 4, 0)
    np.testing.assert_allclose(gated, np.array(expected, dtype=float), rtol=1e-14)


ROWS = np.array([[[1.0, 0, 0], [0.5, 0.5, 0], [0.25, 0.25, 0.5]]] * 2)


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        (np.ones((2, 4)), r"\(…, 2\), or for each head and receiver, \(…, 2, 3\); got .*\(2, 4\)"),
        (np.ones((3, 3)), r"got shape \(3, 3\)"),
        ([[1, 1, -1], [1, 1, 1]], r"not negative; \[0, 2\] has -1"),
        ([[1, 0, 1], [1, 0, 1]], r"positive; \[0, 1\] has 0"),
        (np.ones((0, 2, 3)), "got shape"),
    ],
)
def test_gates_that_are_refused(weights: Any, words: str) -> None:
    with pytest.raises(errors.WeightError, match=words):
        proxies.hitting_time(ROWS, weights)


def test_walks_are_not_mixed_by_receiver() -> None:
    with pytest.raises(errors.KindError, match="weigh rows of attention"):
        proxies.hitting_time(ROWS, np.ones((2, 3)), chain="successors_per_head")


@pytest.mark.parametrize("outputs", [SimpleNamespace(attentions=()), {"attentions": ()}])
def test_what_a_model_returns_is_named_as_such(outputs: Any) -> None:
    for proxy in (proxies.hitting_time, proxies.fidelities_between, proxies.each_head):
        with pytest.raises(errors.KindError, match=r"Attention\.of or .*attention_from_outputs"):
            proxy(outputs)


def test_broadcast_attention_is_mixed_in_c_order() -> None:
    """Strides of 0 do not reach the products: the bits are those of a copy."""
    one = np.broadcast_to(ROWS[0], (5, 2, 3, 3))
    found = proxies.fidelities(one, horizon=9)
    np.testing.assert_array_equal(found, proxies.fidelities(one.copy(), horizon=9))
