"""NumPy's own files, .npy and .npz: headers checked before anything is allocated or mapped."""

from __future__ import annotations

import lzma
import math
import tokenize
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from dagmix.errors import FileError

LARGEST_ARRAY = 2**34  # bytes that are read at once, after decompression
HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}

# What zipfile, its decompressors and NumPy raise for files that are damaged or something else.
UNREADABLE = (
    EOFError,
    OSError,
    RuntimeError,
    SyntaxError,
    ValueError,
    lzma.LZMAError,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
)


def read_members(path: Path, needed: str, others: Collection[str] = ()) -> dict[str, NDArray[Any]]:
    """Read one array of an .npz file and those of the others that are there, nothing else.

    Each is checked before any is read. Raises FileError.
    """
    with _readable(path, ".npz"), zipfile.ZipFile(path) as archive:
        members = {entry.filename.removesuffix(".npy"): entry for entry in archive.infolist()}
        if needed not in members:
            raise absent(path, needed, members)
        asked = {name: members[name] for name in (needed, *others) if name in members}
        total = 0
        for entry in asked.values():
            with archive.open(entry) as stream:
                total += _check(stream, f"{path}: {entry.filename}", entry.file_size)
        if total > LARGEST_ARRAY:
            message = f"{path}: {sorted(asked)} claim {total} bytes; at most {LARGEST_ARRAY}"
            raise FileError(message)
        return {name: _member(archive, entry) for name, entry in asked.items()}


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> NDArray[Any]:
    with archive.open(entry) as stream:
        array: NDArray[Any] = np.lib.format.read_array(stream, allow_pickle=False)
        return array


@contextmanager
def mapped_npy(path: Path) -> Iterator[dict[str, NDArray[Any]]]:
    """Map an .npy file into memory, as the array `attention`; the part that is read is loaded."""
    with _readable(path, ".npy"):
        with path.open("rb") as stream:
            _check(stream, str(path), path.stat().st_size)
        array = np.lib.format.open_memmap(path, mode="r")
    yield {"attention": array}


@contextmanager
def _readable(path: Path, suffix: str) -> Iterator[None]:
    """Say of whatever fails within that the file is not readable, and why."""
    try:
        yield
    except FileError:
        raise
    except UNREADABLE as error:
        message = f"{path} is not a readable {suffix} file of plain arrays: {error}"
        raise FileError(message) from None


def absent(path: Path, name: str, present: Collection[str]) -> FileError:
    """Return the error that an array is not there, with the names of those that are."""
    return FileError(f"{path} has no array {name!r}; it has {sorted(present)}")


def _check(stream: IO[bytes], name: str, size: int) -> int:
    """Read an array's header only; raise FileError unless its data is all that follows.

    Returns the bytes of its data.
    """
    version = np.lib.format.read_magic(stream)
    if version not in HEADERS:
        message = f"{name} has the unknown format version {version}"
        raise FileError(message)
    shape, _, dtype = HEADERS[version](stream)
    if dtype.hasobject:
        message = f"{name} holds pickled objects, not plain arrays"
        raise FileError(message)
    if any(type(length) is not int or length < 0 for length in shape):
        message = f"{name}: a shape is made of integers, at least 0; got {shape}"
        raise FileError(message)
    expected = math.prod(shape) * dtype.itemsize
    if expected != size - stream.tell():
        message = f"{name} claims {expected} bytes of data and has {size - stream.tell()}"
        raise FileError(message)
    return expected
