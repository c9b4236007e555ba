"""Arrays that stay in their file and are read part by part."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dagmix._util.extras import missing
from dagmix._util.formats import FORMATS
from dagmix._util.npy import LARGEST_ARRAY, absent
from dagmix.errors import FileError

MATRICES = 3  # the last dimensions, (heads, n, n), which are read together


class Stored:
    """An array in a file: `shape`, `dtype`, and slices, each of which is read when asked for.

    The file is opened for each slice anew, so that nothing of it stays in memory and a stored
    array can be sent to another process. Raises FileError, also where a slice is damaged, and
    ModuleNotFoundError that names the extra.
    """

    def __init__(self, path: Path, name: str, *, by_rows: bool = False) -> None:
        """Take shape and dtype, and check how much would be read at once.

        That is (heads, n, n), or (heads, n) where `by_rows` says that no more is asked for.
        """
        self._path, self._name, self._format = path, name, FORMATS[path.suffix.lower()]
        package = self._format.package
        if package and (error := missing(package, f"reading {path.name}", "files")):
            raise error
        with self._opened() as array:
            self.shape: tuple[int, ...] = tuple(map(int, array.shape))
            self.dtype: np.dtype[Any] = np.dtype(array.dtype)
            chunk = getattr(array, "chunks", None) or ()
        if self.dtype.kind not in "biuf":
            message = f"{self}: dtype {self.dtype} holds no plain numbers"
            raise FileError(message)
        together = [k for k in range(self.ndim)[-MATRICES:] if not (by_rows and k == self.ndim - 2)]
        part = math.prod(self.shape[k] for k in together)
        largest = max(part, math.prod(chunk)) * self.dtype.itemsize
        if largest > LARGEST_ARRAY:
            message = f"{self}: {largest} bytes would be read at once; at most {LARGEST_ARRAY}"
            raise FileError(message)

    def __repr__(self) -> str:
        return f"{self._path}::{self._name}"

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self.shape)

    def __getitem__(self, index: Any) -> NDArray[Any]:
        """Read a part."""
        with self._opened() as array:
            return np.asarray(array[index])

    def beside(self, name: str) -> Stored | None:
        """Return the array of that name in the same group, None where there is none."""
        other = "/".join((*self._name.split("/")[:-1], name))
        with self._format.opened(self._path) as arrays:
            there = other in arrays
        return Stored(self._path, other) if there else None

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        try:
            with self._format.opened(self._path) as arrays:
                yield self._checked(arrays)
        except FileError:
            raise
        except Exception as error:  # noqa: BLE001 - for damaged files the libraries raise anything
            message = f"{self} cannot be read: {error}"
            raise FileError(message) from None

    def _checked(self, arrays: Mapping[str, Any]) -> Any:
        if self._name not in arrays:
            raise absent(self._path, self._name, list(arrays.keys()))
        array = arrays[self._name]
        self._format.check(self._path, array)
        return array
