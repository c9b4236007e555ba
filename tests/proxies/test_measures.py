"""Proxies in NumPy: against brute force in rationals, and what they promise about arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cases.attention_samples import SAMPLES, sample
from oracle import proxies as oracle

from dagmix import MultiHeadDiffusion, errors, proxies
from dagmix.proxies import chains

CHAINS = ["successors", "published"]
UNIFORM = np.tri(100) / np.arange(1, 101)[:, None]
ONE = np.array([[[1.0, 0.0], [0.25, 0.75]]])


def exact(seed: int, dtype: Any = np.float64) -> list[oracle.Matrix]:
    attention, weights = sample(seed, dtype)
    return [oracle.mixed(a.tolist(), w.tolist()) for a, w in zip(attention, weights, strict=True)]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:max_steps=")  # cut off early on purpose
@pytest.mark.parametrize("chain", CHAINS)
@pytest.mark.parametrize("seed", range(SAMPLES))
def test_hitting_times_are_those_of_the_rational_chain(seed: int, chain: str) -> None:
    walks = [oracle.CHAINS[chain](a) for a in exact(seed)]
    attention, weights = sample(seed)
    for steps in (0, 1, 7):
        expected = np.array([oracle.cut_off_times(walk, steps) for walk in walks], dtype=float)
        found = proxies.hitting_times(attention, weights, steps, chain)
        np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-14)
        mean = proxies.hitting_time(attention, weights, steps, chain)
        np.testing.assert_allclose(mean, expected.mean(axis=-1), rtol=1e-13, atol=1e-14)
    forever = np.array([oracle.full_times(walk) for walk in walks], dtype=float)
    found = proxies.hitting_times(attention, weights, None, chain)
    np.testing.assert_allclose(found, forever, rtol=1e-7 if chain == "published" else 1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(SAMPLES))
@pytest.mark.parametrize("first", [0, 1, 2])
def test_fidelities_are_the_greatest_entries_of_rational_powers(seed: int, first: int) -> None:
    attention, weights = sample(seed)
    expected = np.array([oracle.peaks(a, 6, first) for a in exact(seed)], dtype=float)
    found = proxies.fidelities(attention, weights, 6, first)
    np.testing.assert_allclose(found, expected, rtol=1e-13)
    least = proxies.minimax_fidelity(attention, weights, 6, first)
    np.testing.assert_array_equal(least, found.min(axis=-1))
    at = proxies.weakest_position(attention, weights, 6, first)
    np.testing.assert_array_equal(np.take_along_axis(found, at[..., None], -1)[..., 0], least)


@pytest.mark.parametrize("seed", range(0, SAMPLES, 10))
def test_single_precision_comes_back_in_single_precision(seed: int) -> None:
    """The input's own rationals are used; only the answer is rounded."""
    attention, weights = sample(seed, np.float32)
    walks = [oracle.successors(a) for a in exact(seed, np.float32)]
    expected = np.array([oracle.cut_off_times(walk, 9) for walk in walks], dtype=float)
    found = proxies.hitting_times(attention, weights, 9)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, expected.astype(np.float32))
    pairs = zip(attention.tolist(), weights.tolist(), strict=True)
    walks = [oracle.successors_per_head(*pair) for pair in pairs]
    expected = np.array([oracle.cut_off_times(walk, 9) for walk in walks], dtype=float)
    found = proxies.hitting_times(attention, weights, 9, "successors_per_head")
    np.testing.assert_array_equal(found, expected.astype(np.float32))


@pytest.mark.parametrize("seed", range(0, SAMPLES, 10))
def test_single_precision_steps_stay_within_their_bound(seed: int) -> None:
    attention, weights = sample(seed, np.float32)
    heads, n = attention.shape[1:3]
    expected = np.array([oracle.peaks(a, 9, 1) for a in exact(seed, np.float32)], dtype=float)
    found = proxies.fidelities(attention, weights, 9, 1)
    assert found.dtype == np.float32
    bound = (9 + 2) * (2 * n + heads + 8) * 2.0**-24
    np.testing.assert_allclose(found, expected, rtol=bound, atol=1e-44)
    wide = proxies.fidelities(attention.astype(float), weights.astype(float), 9, 1)
    np.testing.assert_allclose(wide, expected, rtol=1e-13)


def test_single_precision_steps_in_single_precision() -> None:
    """By the bits of the answer: rounded after the steps it would differ."""
    attention = UNIFORM[None, :30, :30].astype(np.float32)
    mixed = attention / attention.sum(axis=-1, keepdims=True, dtype=np.float64)
    found = proxies.fidelities(attention, horizon=40)
    np.testing.assert_array_equal(found, chains.peaks(mixed.astype(np.float32), 40, 0, 29)[0])
    assert (found != chains.peaks(mixed, 40, 0, 29)[0].astype(np.float32)).any()


def test_uniform_attention_scores_what_the_two_chains_give() -> None:
    one = UNIFORM[None]
    assert round(float(proxies.hitting_time(one, chain="published")), 4) == 3.6424
    assert round(float(proxies.hitting_time(one)), 3) == 5.624
    assert proxies.hitting_time(one, max_steps=None, chain="published") == np.inf
    times = proxies.hitting_times(one, max_steps=None, chain="published")
    assert np.isinf(times).tolist() == [True] + [False] * 99


def test_fidelity_without_a_cut_off_is_the_operators() -> None:
    """At a horizon beyond every peak the proxy is the certified value."""
    attention, weights = sample(5)
    whole = MultiHeadDiffusion.from_attention(attention[0], weights[0]).minimax_fidelity()
    found = proxies.minimax_fidelity(attention[:1], weights[:1], 5000)
    assert float(whole.lower) * (1 - 1e-9) <= found[0] <= float(whole.upper) * (1 + 1e-9)


def test_each_head_alone_and_the_best_of_them() -> None:
    attention, weights = sample(10)
    heads = proxies.each_head(attention)
    assert np.shares_memory(heads, attention)
    alone = proxies.minimax_fidelity(heads, horizon=8)
    for head in range(attention.shape[1]):
        one = proxies.minimax_fidelity(attention[:, head : head + 1], horizon=8)
        np.testing.assert_array_equal(alone[:, head], one)
    index, value = proxies.best_head(attention, 8)
    np.testing.assert_array_equal(value, alone.max(axis=-1))
    np.testing.assert_array_equal(index, alone.argmax(axis=-1))
    ratio = proxies.amplification(attention, weights, 8)
    np.testing.assert_allclose(ratio, proxies.minimax_fidelity(attention, weights, 8) / value)


def test_amplification_of_nothing() -> None:
    """x / 0 is infinite, where only the mixture lets position 1 be heard; 0 / 0 is undefined."""
    first = [[1, 0, 0], [1, 0, 0], [0, 0, 1]]
    second = [[1, 0, 0], [0, 1, 0], [0, 1, 0]]
    assert proxies.amplification([first, second]) == np.inf
    assert np.isnan(proxies.amplification([first, first]))


def test_weights_broadcast_over_one_tensor() -> None:
    attention, _ = sample(4)
    attention = attention[0]
    weights = np.random.default_rng(1).random((5, 2, attention.shape[0]))
    found = proxies.hitting_time(attention, weights)
    assert found.shape == (5, 2)
    np.testing.assert_array_equal(found[3, 1], proxies.hitting_time(attention, weights[3, 1]))


def test_the_input_is_left_as_it_was() -> None:
    attention, weights = sample(8)
    before = attention.copy(), weights.copy()
    for chain in CHAINS:
        proxies.hitting_time(attention, weights, chain=chain)
    proxies.minimax_fidelity(attention, weights)
    np.testing.assert_array_equal(attention, before[0])
    np.testing.assert_array_equal(weights, before[1])


@pytest.mark.parametrize("seed", [3, 4])
def test_the_scale_of_the_weights_does_not_matter(seed: int) -> None:
    attention, weights = sample(seed)
    found = proxies.hitting_time(attention, weights)
    np.testing.assert_allclose(proxies.hitting_time(attention, 7 * weights), found, rtol=1e-14)
    even = proxies.hitting_time(attention, np.full(weights.shape, 3))
    np.testing.assert_allclose(proxies.hitting_time(attention), even, rtol=1e-14)


def test_weights_whose_sum_overflows() -> None:
    attention, _ = sample(1)
    weights = np.full(attention.shape[:2], 1e308)
    for proxy in (proxies.hitting_time, proxies.minimax_fidelity):
        np.testing.assert_allclose(proxy(attention, weights), proxy(attention), rtol=1e-14)


def test_dask_takes_them_as_they_are() -> None:
    da = pytest.importorskip("dask.array")
    rng = np.random.default_rng(2)
    attention = np.tril(rng.random((6, 2, 9, 9))).astype(np.float32)
    attention /= attention.sum(axis=-1, keepdims=True)
    weights = rng.random((6, 2))
    lazy = da.apply_gufunc(
        proxies.hitting_time,
        "(h,i,j),(h)->()",
        da.from_array(attention, chunks=(2, 2, 9, 9)),
        da.from_array(weights, chunks=(2, 2)),
        output_dtypes=np.float32,
        chain="published",
    )
    expected = proxies.hitting_time(attention, weights, chain="published")
    np.testing.assert_array_equal(lazy.compute(scheduler="synchronous"), expected)


@pytest.mark.parametrize(
    ("kwargs", "kind"),
    [
        ({"max_steps": -1}, errors.StepError),
        ({"max_steps": 1.5}, errors.StepError),
        ({"chain": "forward"}, errors.KindError),
        ({"chain": ["published"]}, errors.KindError),
    ],
)
def test_bad_questions_about_times(kwargs: dict[str, Any], kind: type[Exception]) -> None:
    with pytest.raises(kind):
        proxies.hitting_time(ONE, **kwargs)


def test_one_matrix_has_no_heads() -> None:
    with pytest.raises(errors.ShapeError, match=r"\(5, 5\)"):
        proxies.each_head(UNIFORM[:5, :5])


@pytest.mark.parametrize("kwargs", [{"horizon": -1}, {"horizon": 0, "first_step": 1}])
def test_bad_questions_about_fidelity(kwargs: dict[str, Any]) -> None:
    with pytest.raises(errors.StepError):
        proxies.minimax_fidelity(ONE, **kwargs)


def test_a_fidelity_is_at_most_one() -> None:
    """Three equal heads with weights that do not sum to 1 in floats."""
    weights = np.random.default_rng(0).random((200, 3))
    found = proxies.fidelities(np.ones((200, 3, 1, 1)), weights)
    assert (found <= 1).all()
    np.testing.assert_allclose(found, 1, rtol=1e-13)
