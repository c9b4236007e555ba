"""Chunks of a batch: which there are, and that they do not show."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagmix import proxies
from dagmix.proxies import batches

UNIFORM = np.tri(100) / np.arange(1, 101)[:, None]


@pytest.mark.parametrize("room", [1, 3 * 8 * 36, 2**20])
def test_chunks_do_not_show(room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    attention = np.tril(rng.random((2, 3, 5, 2, 6, 6)))
    attention /= attention.sum(axis=-1, keepdims=True)
    weights = rng.random((3, 1, 2))
    whole = proxies.hitting_time(attention, weights)
    monkeypatch.setattr(batches, "CACHED", room)
    np.testing.assert_array_equal(proxies.hitting_time(attention, weights), whole)
    for place in np.ndindex(2, 3, 5):
        one = proxies.hitting_time(attention[place], weights[place[1], 0])
        np.testing.assert_allclose(one, whole[place], rtol=1e-14)


@given(
    st.lists(st.integers(1, 5), max_size=4).map(tuple),
    st.integers(1, 30),
)
def test_parts_cover_every_matrix_once(shape: tuple[int, ...], most: int) -> None:
    seen = np.zeros(shape, dtype=int)
    for part in batches.parts(shape, most):
        assert seen[part].size <= most
        seen[part] += 1
    assert (seen == 1).all()


def test_memory_stays_within_a_chunk() -> None:
    """500 mixtures of 4 heads, 80 MB in float32: the work needs a few MB beyond them."""
    matrix = UNIFORM.astype(np.float32)
    attention = np.ascontiguousarray(np.broadcast_to(matrix, (500, 4, 100, 100)))
    tracemalloc.start()
    proxies.hitting_time(attention)
    proxies.minimax_fidelity(attention)
    proxies.hitting_time(attention, chain="published", max_steps=None)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 * 2**20
