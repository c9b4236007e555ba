"""The same arrays in every kind of file; where a package is missing the test is skipped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

FORMATS = [".npz", ".npy", ".zarr", ".h5", ".hdf5", ".safetensors"]


def save(path: Path, **arrays: Any) -> Path:
    """Write arrays by name, chunked by sample and layer; an .npy file holds one."""
    if path.suffix == ".npz":
        np.savez(path, **arrays)
    elif path.suffix == ".npy":
        np.save(path, arrays["attention"])
        if "head_importance" in arrays:
            np.save(path.with_suffix(".head_importance.npy"), arrays["head_importance"])
    elif path.suffix == ".safetensors":
        pytest.importorskip("safetensors")
        pytest.importorskip("safetensors.numpy").save_file(arrays, path)
    else:
        package = "zarr" if path.suffix == ".zarr" else "h5py"
        module = pytest.importorskip(package)
        opened = module.open_group(path, mode="w") if package == "zarr" else module.File(path, "w")
        make = opened.create_array if package == "zarr" else opened.create_dataset
        for name, array in arrays.items():
            more = {"chunks": chunked(array.shape)} if array.size else {}
            make(name, shape=array.shape, dtype=array.dtype, **more)[...] = array
        if package == "h5py":
            opened.close()
    return path


def chunked(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return (1, …, 1, heads, n, n)."""
    return (1,) * len(shape[:-3]) + shape[-3:]
