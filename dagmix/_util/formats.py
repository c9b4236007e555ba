"""Files that hold arrays by name, opened so that only what is sliced is read.

Files are data: nothing in them is executed, and no other file is read in their name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dagmix._util.lazy import Lazy
from dagmix._util.npy import mapped_npy
from dagmix.errors import FileError

zarr: Any = Lazy("zarr")
h5py: Any = Lazy("h5py")
safetensors: Any = Lazy("safetensors")

# Of zarr's codecs those that only compute; numcodecs also has one that unpickles.
ARITHMETIC = {"astype", "bitround", "delta", "fixedscaleoffset", "quantize"}
LAYOUT = {"bytes", "endian", "sharding_indexed", "shuffle", "transpose"}
COMPRESSION = {"blosc", "bz2", "gzip", "lz4", "lzma", "zlib", "zstd"}
CODECS = ARITHMETIC | LAYOUT | COMPRESSION | {"crc32", "crc32c"}
PLAIN = {"F16": np.float16, "F32": np.float32, "F64": np.float64}  # those that NumPy has


class Format(NamedTuple):
    """How a kind of file is opened, what an array of it may not be, what to install."""

    opened: Callable[[Path], AbstractContextManager[Mapping[str, Any]]]
    check: Callable[[Path, Any], None]
    package: str | None = None


def _check_codecs(path: Path, array: Any) -> None:
    """Raise FileError for codecs that do more than compute."""
    metadata = array.metadata.to_dict()
    used = _names([metadata.get(key) for key in ("codecs", "filters", "compressor")])
    unknown = {name.removeprefix("numcodecs.") for name in used} - CODECS
    if unknown:
        message = f"{path}: the codecs {sorted(unknown)} are not among {sorted(CODECS)}"
        raise FileError(message)


def _names(codecs: Any) -> Iterator[str]:
    """Yield the names of codecs, those inside others too, and of whatever else is found."""
    if isinstance(codecs, Mapping):
        yield from (str(codecs[key]) for key in ("id", "name") if key in codecs)
        codecs = list(codecs.values())
    if isinstance(codecs, list | tuple):
        for each in codecs:
            yield from _names(each)
    elif not isinstance(codecs, str | int | float | None):  # zarr 3.0 gives objects
        yield str(getattr(codecs, "codec_id", type(codecs).__name__))


def _check_own(path: Path, array: Any) -> None:
    """Raise FileError for numbers that lie in another file."""
    if array.external or array.is_virtual or Path(array.file.filename) != path:
        message = f"{path}: {array.name} lies in another file, which is not followed"
        raise FileError(message)


def _nothing(path: Path, array: Any) -> None:
    """Check nothing."""


@contextmanager
def _zarr(path: Path) -> Iterator[Any]:
    yield zarr.open_group(path, mode="r", use_consolidated=False)


@contextmanager
def _hdf5(path: Path) -> Iterator[Any]:
    with h5py.File(path, "r") as file:
        yield file


@contextmanager
def _safetensors(path: Path) -> Iterator[dict[str, Any]]:
    with safetensors.safe_open(path, framework="numpy") as file:
        slices = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118 - it is no mapping
        yield {
            name: (_BFloat16 if each.get_dtype() == "BF16" else _Slice)(path, name, each)
            for name, each in slices.items()
        }


class _Slice:
    """A tensor of a safetensors file, under the names that NumPy's arrays have."""

    def __init__(self, path: Path, name: str, tensor: Any) -> None:
        self._path, self._name, self._tensor = path, name, tensor
        self.shape = tuple(tensor.get_shape())

    @property
    def dtype(self) -> np.dtype[Any]:
        stored = self._tensor.get_dtype()
        if stored not in PLAIN:
            message = f"{self._path}::{self._name} is {stored}; save it as BF16, F16, F32 or F64"
            raise FileError(message)
        return np.dtype(PLAIN[stored])

    def __getitem__(self, index: Any) -> NDArray[Any]:
        part: NDArray[Any] = self._tensor[index]
        return part


class _BFloat16(_Slice):
    """The same for bfloat16, which NumPy has not: the upper halves of what is read as float32."""

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(np.float32)

    def __getitem__(self, index: Any) -> NDArray[Any]:
        with self._path.open("rb") as stream:
            header = int.from_bytes(stream.read(8), "little")
            begin = json.loads(stream.read(header))[self._name]["data_offsets"][0]
        at = 8 + header + begin
        stored = np.memmap(self._path, "<u2", mode="r", offset=at, shape=self.shape)
        halves: NDArray[Any] = np.asarray(stored[index], np.uint32)
        return (halves << np.uint32(16)).view(np.float32)


FORMATS = {
    ".npy": Format(mapped_npy, _nothing),
    ".zarr": Format(_zarr, _check_codecs, "zarr"),
    ".h5": Format(_hdf5, _check_own, "h5py"),
    ".hdf5": Format(_hdf5, _check_own, "h5py"),
    ".safetensors": Format(_safetensors, _nothing, "safetensors"),
}
