"""Arrays that stay in their file: parts, copies, damage, sizes."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from cases.attention_files import save

from dagmix._util import stored
from dagmix._util.stored import Stored
from dagmix.errors import FileError

ATTENTION = np.tril(np.random.default_rng(0).random((4, 3, 2, 5, 5)))
LAZY = [".npy", ".zarr", ".h5", ".safetensors"]


@pytest.mark.parametrize("suffix", LAZY)
def test_it_goes_to_another_process(suffix: str, tmp_path: Path) -> None:
    path = save(tmp_path / f"a{suffix}", attention=ATTENTION)
    array = pickle.loads(pickle.dumps(Stored(path, "attention")))  # noqa: S301 - our own
    np.testing.assert_array_equal(array[3, 2], ATTENTION[3, 2])
    assert repr(array) == f"{path}::attention"


@pytest.mark.parametrize("suffix", [".npy", ".safetensors"])
def test_a_file_that_shrinks_is_an_error_and_no_crash(suffix: str, tmp_path: Path) -> None:
    path = save(tmp_path / f"a{suffix}", attention=ATTENTION)
    array = Stored(path, "attention")
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(FileError, match=rf"a\{suffix}"):
        array[3, 2]


@pytest.mark.parametrize("suffix", [".zarr", ".h5"])
def test_a_damaged_part_leaves_the_others(suffix: str, tmp_path: Path) -> None:
    """A chunk is a file in zarr; in HDF5 it is compressed, with its bytes in one file."""
    path = save(tmp_path / f"a{suffix}", attention=ATTENTION)
    if suffix == ".zarr":
        (path / "attention" / "c" / "1" / "1" / "0" / "0" / "0").write_bytes(b"no zstd at all")
    else:
        h5py = pytest.importorskip("h5py")
        path.unlink()
        with h5py.File(path, "w") as file:
            chunks = (1, 1, *ATTENTION.shape[-3:])
            made = file.create_dataset("attention", data=ATTENTION, chunks=chunks, compression=9)
            where = made.id.get_chunk_info_by_coord((1, 1, 0, 0, 0)).byte_offset
        content = bytearray(path.read_bytes())
        content[where : where + 20] = bytes(20)
        path.write_bytes(content)
    array = Stored(path, "attention")
    with pytest.raises(FileError, match="attention cannot be read"):
        array[1, 1]
    np.testing.assert_array_equal(array[1, 2], ATTENTION[1, 2])


@pytest.mark.parametrize("suffix", LAZY)
def test_what_is_read_at_once_is_bounded(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A layer's heads are, and a chunk; the whole file may be of any size."""
    path = save(tmp_path / f"a{suffix}", attention=ATTENTION)
    monkeypatch.setattr(stored, "LARGEST_ARRAY", 2 * 25 * 8)
    assert Stored(path, "attention").shape == ATTENTION.shape
    monkeypatch.setattr(stored, "LARGEST_ARRAY", 2 * 25 * 8 - 1)
    with pytest.raises(FileError, match="400 bytes would be read at once; at most 399"):
        Stored(path, "attention")


@pytest.mark.parametrize("suffix", [".zarr", ".h5"])
def test_chunks_are_bounded(suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file may claim a chunk of any size, all of which is decompressed for a part."""
    path = save(tmp_path / f"a{suffix}", attention=np.zeros((1, 3, 50, 2, 2)))
    with monkeypatch.context() as patched:
        patched.setattr("cases.attention_files.chunked", lambda shape: shape)
        save(path, attention=np.zeros((4, 3, 2, 2)))
    monkeypatch.setattr(stored, "LARGEST_ARRAY", 3 * 4 * 8)
    with pytest.raises(FileError, match="384 bytes would be read at once"):
        Stored(path, "attention")


def test_an_array_has_numbers(tmp_path: Path) -> None:
    path = save(tmp_path / "a.npy", attention=np.full((1, 1, 2, 2), "x"))
    with pytest.raises(FileError, match="dtype <U1 holds no plain numbers"):
        Stored(path, "attention")


def test_a_layer_too_large_to_read_at_once_is_read_by_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two heads of 5 × 5 in float64 are 400 bytes, a row of both is 80."""
    path = save(tmp_path / "a.npy", attention=ATTENTION)
    monkeypatch.setattr(stored, "LARGEST_ARRAY", 80)
    with pytest.raises(FileError, match="400 bytes would be read at once"):
        Stored(path, "attention")
    assert Stored(path, "attention", by_rows=True).shape == ATTENTION.shape
    monkeypatch.setattr(stored, "LARGEST_ARRAY", 79)
    with pytest.raises(FileError, match="80 bytes"):
        Stored(path, "attention", by_rows=True)
