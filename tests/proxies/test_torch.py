"""Proxies on torch's tensors: the same code path, the same answers, of the same kind."""

from __future__ import annotations

from typing import Any

import array_api_compat
import numpy as np
import pytest
from cases.attention_samples import SAMPLES, sample
from oracle import proxies as oracle

from dagmix import errors, proxies

torch = pytest.importorskip("torch")
CHAIN = "successors_per_head"


@pytest.mark.parametrize("chain", ["successors", "published"])
@pytest.mark.parametrize("seed", range(SAMPLES))
def test_proxies_of_tensors_are_those_of_the_rational_chain(seed: int, chain: str) -> None:
    arrays = sample(seed)
    exact = [oracle.mixed(a.tolist(), w.tolist()) for a, w in zip(*arrays, strict=True)]
    attention, weights = map(torch.as_tensor, arrays)
    times = proxies.hitting_time(attention, weights, 7, chain)
    walks = [oracle.CHAINS[chain](a) for a in exact]
    expected = [sum(oracle.cut_off_times(walk, 7)) / len(walk) for walk in walks]
    np.testing.assert_allclose(times.numpy(), [float(x) for x in expected], rtol=1e-13, atol=1e-14)
    found = proxies.minimax_fidelity(attention, weights, 6, seed % 2)
    peaks = [float(min(oracle.peaks(a, 6, seed % 2))) for a in exact]
    np.testing.assert_allclose(found.numpy(), peaks, rtol=1e-13)


def test_heads_divided_before_they_are_mixed() -> None:
    attention, weights = sample(1)
    tensors = torch.as_tensor(attention), torch.as_tensor(weights)
    found = proxies.hitting_times(*tensors, max_steps=9, chain=CHAIN)
    expected = proxies.hitting_times(attention, weights, 9, CHAIN)
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-13)


def test_plain_numbers_weigh_tensors() -> None:
    """A list is of no library; weights as large as floats go have a finite sum all the same."""
    attention = torch.as_tensor(sample(1)[0])
    heads = attention.shape[1]
    for weights in ([2] * heads, (1e308,) * heads):
        found = proxies.minimax_fidelity(attention, weights)
        assert torch.allclose(found, proxies.minimax_fidelity(attention), rtol=1e-14, atol=0)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_answers_are_tensors_of_the_same_dtype(dtype: str) -> None:
    kind = getattr(torch, dtype)
    attention, weights = (torch.as_tensor(a, dtype=kind) for a in sample(5))
    for answer in (
        proxies.hitting_time(attention, weights),
        proxies.hitting_times(attention, weights, None),
        proxies.hitting_time(attention, weights, chain="published"),
        proxies.minimax_fidelity(attention, weights),
        proxies.best_head(attention)[1],
        proxies.amplification(attention, weights),
    ):
        assert isinstance(answer, torch.Tensor)
        assert answer.dtype == kind
    assert proxies.weakest_position(attention, weights).dtype == torch.int64


def test_bfloat16_with_a_tolerance() -> None:
    attention = torch.as_tensor(sample(6)[0]).to(torch.bfloat16)
    with pytest.raises(errors.NumberError, match="tolerance="):
        proxies.hitting_time(attention)
    for steps in (100, None):
        found = proxies.hitting_times(attention, None, steps, tolerance=2e-2)
        assert found.dtype == torch.float32
        wide = proxies.hitting_times(attention.double(), None, steps, tolerance=2e-2)
        np.testing.assert_allclose(found, wide, rtol=1e-6)


def test_both_libraries_answer_to_the_same_bits() -> None:
    attention, weights = sample(7)
    tensors = torch.as_tensor(attention), torch.as_tensor(weights)
    for proxy in (proxies.hitting_times, proxies.fidelities):
        np.testing.assert_array_equal(proxy(*tensors).numpy(), proxy(attention, weights))


def test_gradients_are_left_behind() -> None:
    attention = torch.as_tensor(sample(6)[0]).requires_grad_()
    assert not proxies.hitting_time(attention).requires_grad


def test_two_libraries_are_refused() -> None:
    attention, weights = sample(6)
    with pytest.raises(errors.KindError, match="torch on cpu and numpy on cpu"):
        proxies.hitting_time(torch.as_tensor(attention), weights)


def test_two_devices_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """No second device is at hand: one array says that it is on another."""
    attention, weights = map(torch.as_tensor, sample(6))
    device = array_api_compat.device
    monkeypatch.setattr(
        array_api_compat, "device", lambda a: "cuda:0" if a.ndim == 2 else device(a)
    )
    with pytest.raises(errors.KindError, match="torch on cpu and torch on cuda:0"):
        proxies.hitting_time(attention, weights)


@pytest.mark.parametrize(
    ("change", "form"),
    [
        (lambda a: a.to_sparse(), "sparse"),
        (lambda a: a.to("meta"), "without entries, on meta"),
        (lambda a: np.ma.masked_less(a.numpy(), 0.5), "masked"),
    ],
)
def test_arrays_without_all_of_their_entries_are_refused(change: Any, form: str) -> None:
    attention, weights = map(torch.as_tensor, sample(6))
    with pytest.raises(errors.KindError, match=f"attention is a dense array .* that is {form}"):
        proxies.hitting_time(change(attention))
    with pytest.raises(errors.KindError, match=f"weights is a dense array .* that is {form}"):
        proxies.minimax_fidelity(attention, change(weights))


def test_a_wrong_entry_of_a_tensor_is_named() -> None:
    attention = torch.as_tensor(sample(2)[0].copy())
    attention[0, 0, -1, 0] = -1
    place = [0, 0, attention.shape[-1] - 1, 0]
    with pytest.raises(errors.NumberError, match=f"{place}".replace("[", r"\[")):
        proxies.hitting_time(attention)
