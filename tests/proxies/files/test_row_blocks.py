"""Rows of a layer in a file: every kind of file, and what is wrong is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases.attention_files import save

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


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".zarr", ".h5", ".safetensors"])
def test_every_kind_of_file(suffix: str, tmp_path: Path) -> None:
    tensor = attention(np.float32)
    file = save(tmp_path / f"a{suffix}", attention=tensor)
    for weights in (None, [1.0, 3.0], np.random.default_rng(1).random((HEADS, N))):
        found = proxies.hitting_times_of_file(f"{file}::attention", (1, 2), weights)
        expected = proxies.hitting_times(tensor[1, 2].astype(float), weights, None)
        np.testing.assert_allclose(found, expected, rtol=1e-13)


@pytest.mark.parametrize(
    ("place", "value", "kind"),
    [
        ((1, 7, 3), -1.0, errors.NumberError),
        ((0, 2, 8), 1e-300, errors.CausalError),
        ((1, 6, 0), 2.0, errors.StochasticError),
    ],
)
def test_what_is_wrong_is_named(
    place: tuple[int, ...], value: float, kind: type[Exception], tmp_path: Path
) -> None:
    tensor = attention()[0, :1]
    tensor[(0, *place)] = value
    where = list(place[:2] if kind is errors.StochasticError else place)
    file = save(tmp_path / "a.npy", attention=tensor)
    with pytest.raises(kind, match=str(where).replace("[", r"\[")):
        proxies.hitting_times_of_file(file)


@pytest.mark.parametrize("layer", [(), (0,), (2, 0), (0, -1), (0, 0, 0)])
def test_layers_that_are_not_there(layer: tuple[int, ...], tmp_path: Path) -> None:
    file = save(tmp_path / "a.npy", attention=attention())
    with pytest.raises(errors.ShapeError, match=r"each of \(2, 3\)"):
        proxies.hitting_times_of_file(file, layer)
