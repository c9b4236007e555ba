"""Files of arrays: what is read, and what is refused."""

from __future__ import annotations

import io
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dagmix import errors
from dagmix._util import files
from dagmix.errors import FileError

UNIFORM = np.tri(4)[None, None] / np.arange(1, 5)[:, None]  # (layers, heads, n, n)


@pytest.mark.parametrize(
    "tokens", [np.ones(3, dtype=int), np.ones((2, 3)), np.ones((0, 3), dtype=int)]
)
def test_tokens_that_are_none(tokens: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "tokens.npz"
    np.savez(path, tokens=tokens)
    with pytest.raises(errors.FileError, match=r"integers of shape \(samples, n\)"):
        files.read_tokens(path)


def saved(path: Path, **arrays: Any) -> Path:
    np.savez(path, **arrays)
    return path


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("attention.npy", pickle.dumps(UNIFORM))
    with pytest.raises(FileError, match="not a readable"):
        files.read_npz(path)


def test_sizes_are_checked_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path / "a.npz", attention=UNIFORM)
    monkeypatch.setattr(files, "LARGEST_ARRAY", 100)
    monkeypatch.setattr(np, "load", None)
    with pytest.raises(FileError, match=r"attention.npy claims 128 bytes"):
        files.read_npz(path)


def test_a_header_that_claims_more_than_there_is(tmp_path: Path) -> None:
    """A small file that says it holds 10¹⁵ numbers costs no memory."""
    path = tmp_path / "a.npz"
    header = {"descr": "<f8", "fortran_order": False, "shape": (10**15,)}
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, header)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("attention.npy", stream.getvalue() + bytes(64))
    with pytest.raises(FileError, match=r"claims 8000000000000000 bytes of data and has 64"):
        files.read_npz(path)


def test_an_unknown_format_version(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("attention.npy", np.lib.format.magic(3, 0) + bytes(64))
    with pytest.raises(FileError, match=r"version \(3, 0\)"):
        files.read_npz(path)


@pytest.mark.parametrize("damage", ["deflate", "lzma", "encrypted", "method", "header"])
def test_damaged_archives(damage: str, tmp_path: Path) -> None:
    path = tmp_path / "damaged.npz"
    member = io.BytesIO()
    np.save(member, np.random.default_rng(0).random((1, 1, 30, 30)))
    data = member.getvalue()
    if damage == "header":
        data = data.replace(b"(1, 1, 30, 30)", b"(1, 1, ((((((")
    method = {"deflate": zipfile.ZIP_DEFLATED, "lzma": zipfile.ZIP_LZMA}.get(damage, 0)
    with zipfile.ZipFile(path, "w", compression=method) as archive:
        archive.writestr("attention.npy", data)
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
        files.read_npz(path)
