"""Slabs of attention: how they are cut does not show, and what is wrong is found in any of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dagmix import errors, proxies
from dagmix.proxies import mixing
from dagmix.proxies.batches import Batch

N, HEADS = 11, 3


@pytest.fixture(autouse=True)
def _few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three slabs of 4, 4 and 3 rows."""
    monkeypatch.setattr(mixing, "SLAB", 1)


def attention(dtype: Any = np.float64, *, causal: bool = True) -> Any:
    rows = np.random.default_rng(0).random((2, HEADS, N, N))
    rows = np.tril(rows) if causal else rows
    return (rows / rows.sum(axis=-1, keepdims=True)).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("gated", [False, True])
@pytest.mark.parametrize("target", [None, 3, 5])
def test_slabs_make_the_mixture(dtype: Any, target: int | None, *, gated: bool) -> None:
    tensor = attention(dtype)
    weights = np.random.default_rng(1).random((HEADS, N) if gated else (HEADS,))
    shares = weights / weights.sum(axis=0)
    rows = tensor / tensor.sum(axis=-1, keepdims=True, dtype=float)
    n = N if target is None else target + 1
    expected = np.einsum("bhij,hi->bij", rows, shares if gated else np.outer(shares, np.ones(N)))
    found = Batch(tensor, weights, target=target).map(lambda mixed, _: mixed, (n, n), np.float64)
    np.testing.assert_allclose(found, expected[:, :n, :n], rtol=1e-14)


def test_slabs_of_attention_that_sees_both_ways() -> None:
    tensor = attention(causal=False)
    batch = Batch(tensor, target=2, causal=False)
    found = batch.map(lambda mixed, _: mixed, (N, N))
    np.testing.assert_allclose(found, tensor.mean(axis=1), rtol=1e-14)


@pytest.mark.parametrize(
    ("place", "value", "kind"),
    [
        ((1, 2, 5, 3), -1.0, errors.NumberError),
        ((1, 2, 5, 7), -1.0, errors.NumberError),
        ((0, 1, 9, 0), np.nan, errors.NumberError),
        ((0, 1, 2, 9), np.inf, errors.NumberError),
        ((1, 0, 4, 5), 1e-30, errors.CausalError),  # in the slab's own square
        ((1, 0, 0, 10), 1e-45, errors.CausalError),  # after it; its square would be 0
        ((0, 2, 10, 4), 2.0, errors.StochasticError),
    ],
)
def test_what_is_wrong_is_found_in_any_slab(
    place: tuple[int, ...], value: float, kind: type[Exception]
) -> None:
    tensor = attention(np.float32)
    tensor[place] = value
    where = list(place[:3] if kind is errors.StochasticError else place)
    for target in (None, 2):
        with pytest.raises(kind, match=str(where).replace("[", r"\[")):
            proxies.hitting_time(tensor, target=target)


def test_zeros_may_be_negative() -> None:
    tensor = attention()
    expected = proxies.hitting_time(tensor)
    np.testing.assert_array_equal(
        proxies.hitting_time(np.where(tensor > 0, tensor, -0.0)), expected
    )
