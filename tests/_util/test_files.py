"""Attention and tokens from files: every format, one answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases.attention_files import FORMATS, save

from dagmix import errors
from dagmix._util import files

RNG = np.random.default_rng(0)
ATTENTION = np.tril(RNG.random((2, 3, 2, 5, 5))).astype(np.float32)
IMPORTANCE = RNG.random((3, 2))


@pytest.mark.parametrize(
    "tokens", [np.ones(3, dtype=int), np.ones((2, 3)), np.ones((0, 3), dtype=int)]
)
def test_tokens_that_are_none(tokens: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "tokens.npz"
    np.savez(path, tokens=tokens)
    with pytest.raises(errors.FileError, match=r"integers of shape \(samples, n\)"):
        files.read_tokens(path)


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_holds_the_same(suffix: str, tmp_path: Path) -> None:
    path = save(tmp_path / f"a{suffix}", attention=ATTENTION, head_importance=IMPORTANCE)
    for place in (path, str(path), f"{path}::attention"):
        tensor, importance = files.open_attention(place)
        assert (tensor.shape, tensor.dtype, tensor.ndim) == (ATTENTION.shape, np.float32, 5)
        for index in ((), (1,), (1, 2), (0, 1, slice(None), slice(3), slice(3))):
            np.testing.assert_array_equal(tensor[index], ATTENTION[index])
        np.testing.assert_array_equal(importance, IMPORTANCE)


@pytest.mark.parametrize("suffix", [".zarr", ".h5"])
def test_groups_and_other_names(suffix: str, tmp_path: Path) -> None:
    """The importance is the one in the same group."""
    arrays = {"run/maps": ATTENTION, "run/head_importance": IMPORTANCE, "maps": ATTENTION[0]}
    path = save(tmp_path / f"a{suffix}", **arrays)
    tensor, importance = files.open_attention(f"{path}::run/maps")
    np.testing.assert_array_equal(tensor[0], ATTENTION[0])
    np.testing.assert_array_equal(importance, IMPORTANCE)
    assert files.open_attention(f"{path}::maps")[1] is None


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize(
    ("arrays", "kind", "message"),
    [
        ({"attention": ATTENTION[0, 0]}, errors.ShapeError, r"\(…, layers, heads, n, n\).*\(2, 5"),
        ({"attention": ATTENTION[:0]}, errors.ShapeError, "none of it 0"),
        (
            {"attention": ATTENTION, "head_importance": IMPORTANCE.T.copy()},
            errors.ShapeError,
            r"\(layers, heads\) = \(3, 2\); got \(2, 3\)",
        ),
        ({"other": ATTENTION}, errors.FileError, r"no array 'attention'; it has \['other'\]"),
    ],
)
def test_what_does_not_fit(
    suffix: str, arrays: dict[str, Any], kind: type[Exception], message: str, tmp_path: Path
) -> None:
    if suffix == ".npy" and arrays.keys() != {"attention"}:
        suffix = ".npz"  # an .npy file is one array without a name
    path = save(tmp_path / f"a{suffix}", **arrays)
    with pytest.raises(kind, match=message):
        files.open_attention(path)


def test_a_single_array_has_one_name(tmp_path: Path) -> None:
    path = save(tmp_path / "a.npy", attention=ATTENTION)
    with pytest.raises(errors.FileError, match=r"no array 'b'; it has \['attention'\]"):
        files.open_attention(f"{path}::b")


@pytest.mark.parametrize("suffix", ["", *FORMATS])
def test_a_missing_file_is_not_found(suffix: str, tmp_path: Path) -> None:
    with pytest.raises(errors.FileError, match=f"nowhere{suffix}: not found"):
        files.open_attention(tmp_path / f"nowhere{suffix}")
    with pytest.raises(errors.FileError, match="not found"):
        files.read_tokens(tmp_path / "nowhere.npz")


@pytest.mark.parametrize("name", ["training", ".hidden", "model.pt"])
def test_a_scratch_file_has_a_name_that_torch_takes(name: str, tmp_path: Path) -> None:
    """One with a letter before its last dot."""
    with files.replacing(tmp_path / name) as scratch:
        assert scratch.stem.strip(".")
        scratch.write_text("whole", encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == [name]
