"""Array files, read without unpickling, sizes checked first; files written whole or not at all."""

from __future__ import annotations

import lzma
import math
import os
import tokenize
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from dagmix.errors import FileError, ShapeError

LARGEST_ARRAY = 2**34  # bytes of one array after decompression
LEAST_DIMENSIONS = 4  # layers, heads, n, n
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

Array = NDArray[np.floating]


def read_npz(path: Path) -> tuple[Array, Array | None]:
    """Read `attention` and, where it is there, `head_importance` from an .npz file.

    The shapes are (…, layers, heads, n, n) and (layers, heads). Nothing is unpickled. Raises
    FileError or ShapeError.
    """
    arrays = _read_arrays(path, "attention")
    _check_shapes(arrays["attention"], arrays.get("head_importance"))
    return arrays["attention"], arrays.get("head_importance")


def read_tokens(path: Path) -> NDArray[np.integer]:
    """Read `tokens`, integers of shape (samples, n), from an .npz file. Raises FileError."""
    tokens = _read_arrays(path, "tokens")["tokens"]
    if tokens.ndim != 2 or not tokens.size or not np.issubdtype(tokens.dtype, np.integer):  # noqa: PLR2004 - a matrix
        message = (
            f"{path}: 'tokens' are integers of shape (samples, n), none of it 0;"
            f" got {tokens.dtype} of shape {tokens.shape}"
        )
        raise FileError(message)
    return tokens


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a scratch file in the same folder, which takes the place of `path` in the end.

    So the file is there whole or as it was before. Raises FileError where it cannot be written.
    """
    if not path.name:
        message = f"{path} is a folder and cannot be written"
        raise FileError(message)
    scratch = path.with_name(f".{path.stem}-{os.getpid()}{path.suffix}")
    try:
        yield scratch
        scratch.replace(path)
    except (OSError, RuntimeError) as error:  # torch raises the second for a missing folder
        message = f"{path} cannot be written: {error}"
        raise FileError(message) from None
    finally:
        with suppress(OSError):  # a name too long for the disk is neither there nor removed
            scratch.unlink(missing_ok=True)


def _read_arrays(path: Path, needed: str) -> dict[str, NDArray[Any]]:
    """Read all arrays, among which there must be the one needed."""
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                with archive.open(entry) as stream:
                    _check_entry(stream, f"{path}: {entry.filename}", entry.file_size)
        with np.load(path, allow_pickle=False) as loaded:
            arrays = dict(loaded)
    except FileError:
        raise
    except UNREADABLE as error:
        message = f"{path} is not a readable .npz file of plain arrays: {error}"
        raise FileError(message) from None
    if needed not in arrays:
        message = f"{path} has no array {needed!r}; it has {sorted(arrays)}"
        raise FileError(message)
    return arrays


def _check_entry(stream: IO[bytes], name: str, size: int) -> None:
    """Read an array's header only; raise FileError unless its data is all that follows."""
    version = np.lib.format.read_magic(stream)
    if version not in HEADERS:
        message = f"{name} has the unknown format version {version}"
        raise FileError(message)
    shape, _, dtype = HEADERS[version](stream)
    if dtype.hasobject:
        message = f"{name} holds pickled objects, not plain arrays"
        raise FileError(message)
    expected = math.prod(shape) * dtype.itemsize
    if expected != size - stream.tell() or expected > LARGEST_ARRAY:
        message = f"{name} claims {expected} bytes of data and has {size - stream.tell()}"
        raise FileError(message)


def _check_shapes(tensor: Array, importance: Array | None) -> None:
    if tensor.ndim < LEAST_DIMENSIONS or 0 in tensor.shape:
        message = (
            f"'attention' has shape (…, layers, heads, n, n), none of it 0; got {tensor.shape}"
        )
        raise ShapeError(message)
    expected = tensor.shape[-4:-2]
    if importance is not None and importance.shape != expected:
        message = (
            f"'head_importance' has shape (layers, heads) = {expected}; got {importance.shape}"
        )
        raise ShapeError(message)
