"""NumPy's files: what is read of them, and what is refused before it is read."""

from __future__ import annotations

import io
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dagmix._util import npy
from dagmix.errors import FileError

UNIFORM = np.tri(4)[None, None] / np.arange(1, 5)[:, None]  # (layers, heads, n, n)


def saved(path: Path, **arrays: Any) -> Path:
    np.savez(path, **arrays)
    return path


def header(shape: tuple[Any, ...]) -> bytes:
    """Return the header of an array of float64 of that shape, whatever it is."""
    stream = io.BytesIO()
    stated = {"descr": "<f8", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(stream, stated)
    return stream.getvalue()


def archive(path: Path, data: bytes, **options: Any) -> Path:
    with zipfile.ZipFile(path, "w", **options) as made:
        made.writestr("attention.npy", data)
    return path


def test_only_what_is_asked_for_is_read(tmp_path: Path) -> None:
    """An array beside it may be anything: too large, pickled, damaged."""
    path = saved(tmp_path / "a.npz", attention=UNIFORM, head_importance=np.ones(3))
    with zipfile.ZipFile(path, "a") as more:
        more.writestr("extra.npy", header((10**15,)))
        more.writestr("pickled.npy", pickle.dumps(UNIFORM))
    found = npy.read_members(path, "attention", ("head_importance", "nowhere"))
    assert list(found) == ["attention", "head_importance"]
    np.testing.assert_array_equal(found["attention"], UNIFORM)
    with pytest.raises(FileError, match="claims 8000000000000000 bytes of data and has 0"):
        npy.read_members(path, "extra")
    with pytest.raises(FileError, match=r"no array 'b'; it has .*'pickled'"):
        npy.read_members(path, "b")


def test_the_total_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each array is small enough, both are not; nothing is read of either."""
    path = saved(tmp_path / "a.npz", a=np.zeros(10), b=np.zeros(10))
    monkeypatch.setattr(npy, "LARGEST_ARRAY", 100)
    assert npy.read_members(path, "a")["a"].size == 10
    monkeypatch.setattr(np.lib.format, "read_array", None)
    with pytest.raises(FileError, match=r"\['a', 'b'\] claim 160 bytes; at most 100"):
        npy.read_members(path, "a", ("b",))


@pytest.mark.parametrize("shape", [(True, 1, 1, 1), (-1, -1, 1, 1)])
def test_a_shape_is_made_of_lengths(shape: tuple[Any, ...], tmp_path: Path) -> None:
    """Python takes True for 1, and two lengths of −1 make one number."""
    path = archive(tmp_path / "a.npz", header(shape) + bytes(8))
    with pytest.raises(FileError, match=r"a shape is made of integers, at least 0; got \((Tr|-1)"):
        npy.read_members(path, "attention")
    (tmp_path / "a.npy").write_bytes(header(shape) + bytes(8))
    with pytest.raises(FileError, match="a shape is made of integers"), mapped(tmp_path / "a.npy"):
        pass


def mapped(path: Path) -> Any:
    return npy.mapped_npy(path)


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.npz", pickle.dumps(UNIFORM))
    with pytest.raises(FileError, match="not a readable"):
        npy.read_members(path, "attention")
    np.save(tmp_path / "a.npy", np.array([None]))
    with pytest.raises(FileError, match="pickled objects"), mapped(tmp_path / "a.npy"):
        pass


def test_a_header_that_claims_more_than_there_is(tmp_path: Path) -> None:
    """A small file that says it holds 10¹⁵ numbers costs no memory."""
    path = archive(tmp_path / "a.npz", header((10**15,)) + bytes(64))
    with pytest.raises(FileError, match=r"claims 8000000000000000 bytes of data and has 64"):
        npy.read_members(path, "attention")
    (tmp_path / "a.npy").write_bytes(header((10**15,)) + bytes(64))
    with pytest.raises(FileError, match="and has 64"), mapped(tmp_path / "a.npy"):
        pass


def test_an_unknown_format_version(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.npz", np.lib.format.magic(3, 0) + bytes(64))
    with pytest.raises(FileError, match=r"version \(3, 0\)"):
        npy.read_members(path, "attention")


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_mapped_array_is_the_array(order: Any, tmp_path: Path) -> None:
    array = np.asarray(np.random.default_rng(0).random((3, 2, 4, 4)), order=order)
    np.save(tmp_path / "a.npy", array)
    with mapped(tmp_path / "a.npy") as arrays:
        assert isinstance(arrays["attention"], np.memmap)
        np.testing.assert_array_equal(arrays["attention"], array)


def test_what_is_no_npy_file(tmp_path: Path) -> None:
    (tmp_path / "a.npy").write_bytes(b"PK")
    with (
        pytest.raises(FileError, match=r"a\.npy is not a readable \.npy"),
        mapped(tmp_path / "a.npy"),
    ):
        pass


@pytest.mark.parametrize("damage", ["deflate", "lzma", "encrypted", "method", "header"])
def test_damaged_archives(damage: str, tmp_path: Path) -> None:
    path = tmp_path / "damaged.npz"
    member = io.BytesIO()
    np.save(member, np.random.default_rng(0).random((1, 1, 30, 30)))
    data = member.getvalue()
    if damage == "header":
        data = data.replace(b"(1, 1, 30, 30)", b"(1, 1, ((((((")
    method = {"deflate": zipfile.ZIP_DEFLATED, "lzma": zipfile.ZIP_LZMA}.get(damage, 0)
    archive(path, data, compression=method)
    content = bytearray(path.read_bytes())
    directory = content.rindex(b"PK\x01\x02")
    if damage in {"deflate", "lzma"}:
        content[200:260] = bytes(range(60))
    if damage == "encrypted":
        content[6] |= 1
        content[directory + 8] |= 1
    if damage == "method":
        content[8] = content[directory + 10] = 99
    path.write_bytes(content)
    with pytest.raises(FileError, match=r"damaged\.npz"):
        npy.read_members(path, "attention")
