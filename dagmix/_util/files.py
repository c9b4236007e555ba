"""Files of arrays, read without unpickling, sizes checked first; files written whole or not at all.

NumPy's .npz is read array by array, everything else part by part (`dagmix._util.stored`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dagmix._util.formats import FORMATS
from dagmix._util.npy import read_members
from dagmix._util.stored import Stored
from dagmix.errors import FileError, ShapeError

LEAST_DIMENSIONS = 4  # layers, heads, n, n
ATTENTION, IMPORTANCE = "attention", "head_importance"

Array = NDArray[np.floating]


def open_attention(place: str | Path, *, by_rows: bool = False) -> tuple[Any, Array | None]:
    """Open the attention in a file and, where it is there, read `head_importance` beside it.

    `place` is a file, or FILE::NAME for an array of another name than `attention`. FILE.npy holds
    one array; its importance is in FILE.head_importance.npy. From .npy,
    .zarr, .h5, .hdf5 and .safetensors come `Stored` arrays, of which whole layers will be read at
    once, or single rows where `by_rows` says so; all else is read as .npz. Raises FileError or
    ShapeError, and ModuleNotFoundError that names the extra to install.
    """
    file, _, name = str(place).partition("::")
    path, name = _there(Path(file)), name or ATTENTION
    if path.suffix.lower() not in FORMATS:
        return read_npz(path, name)
    tensor = Stored(path, name, by_rows=by_rows)
    beside = _own_file(path) if path.suffix.lower() == ".npy" else tensor.beside(IMPORTANCE)
    _check_shapes(tensor, beside)
    return tensor, None if beside is None else beside[()]


def read_npz(path: Path, name: str = ATTENTION) -> tuple[Array, Array | None]:
    """Read `attention` and, where it is there, `head_importance` from an .npz file.

    The shapes are (…, layers, heads, n, n) and (layers, heads). Nothing else is read, nothing
    unpickled. Raises FileError or ShapeError.
    """
    arrays = read_members(_there(path), name, (IMPORTANCE,))
    _check_shapes(arrays[name], arrays.get(IMPORTANCE))
    return arrays[name], arrays.get(IMPORTANCE)


def read_tokens(path: Path) -> NDArray[np.integer]:
    """Read `tokens`, integers of shape (samples, n), from an .npz file. Raises FileError."""
    tokens = read_members(_there(path), "tokens")["tokens"]
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
    # torch takes no name whose only dot is the first.
    scratch = path.with_name(f".{path.stem}-{os.getpid()}{path.suffix or '.part'}")
    try:
        yield scratch
        scratch.replace(path)
    except (OSError, RuntimeError) as error:  # torch raises the second for a missing folder
        message = f"{path} cannot be written: {error}"
        raise FileError(message) from None
    finally:
        with suppress(OSError):  # a name too long for the disk is neither there nor removed
            scratch.unlink(missing_ok=True)


def _own_file(path: Path) -> Stored | None:
    """Return the importance that goes with FILE.npy."""
    other = path.with_suffix(f".{IMPORTANCE}.npy")
    return Stored(other, ATTENTION) if other.exists() else None


def _there(path: Path) -> Path:
    if not path.exists():
        message = f"{path}: not found"
        raise FileError(message)
    return path


def _check_shapes(tensor: Array | Stored, importance: Array | Stored | None) -> None:
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
