"""Expected times of a file's layer, read row by row: those of the tensor in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases.attention_files import save
from cases.attention_samples import SAMPLES, sample

from dagmix import errors, proxies
from dagmix.proxies.files import row_blocks

N, HEADS = 9, 2


@pytest.fixture(autouse=True)
def _rows_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four rows of two heads on nine positions."""
    monkeypatch.setattr(row_blocks, "ROOM", 4 * 8 * HEADS * N)


def attention(dtype: Any = np.float64) -> Any:
    rows = np.tril(np.random.default_rng(0).random((2, 3, HEADS, N, N)))
    return (rows / rows.sum(axis=-1, keepdims=True)).astype(dtype)


@pytest.mark.parametrize("room", [1, 300, 2**20])
@pytest.mark.parametrize("seed", range(0, SAMPLES, 6))
def test_blocks_of_rows_give_the_times(
    seed: int, room: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_blocks, "ROOM", room)
    tensor, weights = sample(seed)
    file = save(tmp_path / "a.npy", attention=tensor)
    found = proxies.hitting_times_of_file(file, (0,), weights[0])
    expected = proxies.hitting_times(tensor[0], weights[0], None)
    np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_the_files_importance_weighs_the_heads(tmp_path: Path) -> None:
    tensor, importance = attention(), np.array([[1.0, 2], [3, 1], [5, 1]])
    file = save(tmp_path / "a.npz", attention=tensor, head_importance=importance)
    found = proxies.hitting_times_of_file(file, (1, 2))
    np.testing.assert_allclose(found, proxies.hitting_times(tensor[1, 2], [5, 1], None))


def test_a_sink_that_may_be_missed(tmp_path: Path) -> None:
    """Nobody after position 5 sees it; 3 goes there too, and 6 and 7 do not."""
    one = np.tri(N)
    one[6:, 5] = 0
    tensor = (one / one.sum(axis=-1, keepdims=True))[None, None]
    file = save(tmp_path / "a.npy", attention=tensor)
    found = proxies.hitting_times_of_file(file)
    assert np.isinf(found).tolist() == [True] * 6 + [False] * 3
    np.testing.assert_allclose(found, proxies.hitting_times(tensor[0], None, None))


def test_a_position_without_successors_is_named(tmp_path: Path) -> None:
    tensor = np.tri(N)
    tensor[3:, 3] = 0
    file = save(tmp_path / "a.npy", attention=(tensor / tensor.sum(-1, keepdims=True))[None, None])
    with pytest.raises(errors.StochasticError, match=r"\[3\] has 0"):
        proxies.hitting_times_of_file(file)
