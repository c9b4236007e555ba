"""Files by strangers: no code of theirs runs, no other file is read, what is missing is named."""

from __future__ import annotations

import base64
import json
import pickle
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases.attention_files import save

from dagmix._util import formats
from dagmix._util.stored import Stored
from dagmix.errors import FileError

ATTENTION = np.tril(np.ones((1, 2, 2, 2)))


class Harmful:
    """Unpickled, it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("dtype", ["|O", "<f8"])
@pytest.mark.parametrize("role", ["filters", "compressor", "fill_value"])
def test_nothing_in_a_zarr_file_is_unpickled(dtype: str, role: str, tmp_path: Path) -> None:
    """The second version of the format has a codec that unpickles, for objects."""
    pytest.importorskip("zarr")
    harm, unpickles = pickle.dumps(Harmful(tmp_path / "harm")), {"id": "pickle", "protocol": 5}
    shape = [1, 1, 1, 1]
    metadata = {"zarr_format": 2, "shape": shape, "chunks": shape, "dtype": dtype, "order": "C"}
    metadata |= {"compressor": None, "filters": [unpickles], "fill_value": 0}
    if role == "compressor":
        metadata |= {"compressor": unpickles, "filters": None}
    if role == "fill_value":
        metadata["fill_value"] = base64.b64encode(harm).decode()
    folder = tmp_path / "a.zarr" / "attention"
    folder.mkdir(parents=True)
    (folder.parent / ".zgroup").write_text('{"zarr_format": 2}')
    (folder / ".zarray").write_text(json.dumps(metadata))
    (folder / ".".join("0000")).write_bytes(harm)
    with pytest.raises(FileError, match=r"a\.zarr"):
        Stored(folder.parent, "attention")
    assert not (tmp_path / "harm").exists()
    pickle.loads(harm)  # noqa: S301 - to show that it would have been noticed
    assert (tmp_path / "harm").exists()


def test_a_codec_of_another_kind_is_refused(tmp_path: Path) -> None:
    """Whatever is not known to compute alone, also where a codec comes as an object."""
    zarr, numcodecs = pytest.importorskip("zarr"), pytest.importorskip("numcodecs")
    group = zarr.open_group(tmp_path / "a.zarr", mode="w", zarr_format=2)
    odd = [numcodecs.Adler32()]
    group.create_array("attention", shape=ATTENTION.shape, dtype="f8", filters=odd)
    with pytest.raises(FileError, match=r"the codecs \['adler32'\] are not among"):
        Stored(tmp_path / "a.zarr", "attention")
    assert list(formats._names([*odd, {"id": "zlib", "level": 1}, None, object()])) == [
        "adler32",
        "zlib",
        "object",
    ]


@pytest.mark.parametrize("version", [2, 3])
def test_the_usual_codecs_of_zarr_are_read(version: int, tmp_path: Path) -> None:
    zarr = pytest.importorskip("zarr")
    group = zarr.open_group(tmp_path / "a.zarr", mode="w", zarr_format=version)
    shards = {} if version == 2 else {"shards": (1, 2, 2, 2)}
    made = group.create_array(
        "attention", shape=ATTENTION.shape, chunks=(1, 1, 2, 2), dtype="f8", **shards
    )
    made[...] = ATTENTION
    np.testing.assert_array_equal(Stored(tmp_path / "a.zarr", "attention")[0], ATTENTION[0])


def test_numbers_of_other_files_are_not_followed(tmp_path: Path) -> None:
    """HDF5 can point at another file: raw bytes of any, a dataset of one, parts of many."""
    h5py = pytest.importorskip("h5py")
    other = save(tmp_path / "other.h5", attention=ATTENTION)
    (tmp_path / "secret").write_bytes(bytes(64))
    layout = h5py.VirtualLayout(ATTENTION.shape, "f8")
    layout[...] = h5py.VirtualSource(other, "attention", ATTENTION.shape)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        raw = [(str(tmp_path / "secret"), 0, 64)]
        file.create_dataset("raw", (1, 2, 2, 2), "f8", external=raw)
        file.create_virtual_dataset("parts", layout)
        file["link"] = h5py.ExternalLink(str(other), "attention")
        file["own"] = ATTENTION
        file["alias"] = file["own"]
    for name in ("raw", "parts", "link"):
        with pytest.raises(FileError, match="lies in another file, which is not followed"):
            Stored(tmp_path / "a.h5", name)
    np.testing.assert_array_equal(Stored(tmp_path / "a.h5", "alias")[0], ATTENTION[0])


def write_safetensors(path: Path, dtype: str, shape: tuple[int, ...], data: bytes) -> None:
    """Write one tensor after another of a few bytes, as the format says."""
    other = {"dtype": "U8", "shape": [6], "data_offsets": [0, 6]}
    own = {"dtype": dtype, "shape": shape, "data_offsets": [6, 6 + len(data)]}
    text = json.dumps({"other": other, "attention": own}).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + bytes(6) + data)


def test_bfloat16_is_widened(tmp_path: Path) -> None:
    """Numbers of eight significant bits are their upper halves."""
    pytest.importorskip("safetensors")
    exact = np.array([[1.0, 0.0], [0.40234375, 0.59765625]], np.float32).reshape(1, 1, 2, 2)
    halves = (exact.view(np.uint32) >> 16).astype("<u2")
    write_safetensors(tmp_path / "a.safetensors", "BF16", exact.shape, halves.tobytes())
    array = Stored(tmp_path / "a.safetensors", "attention")
    assert array.shape == exact.shape
    assert array.dtype == np.float32
    for index in ((), (0, 0), (0, 0, 1), (0, 0, 1, 1), (0, slice(None), slice(1, 2))):
        np.testing.assert_array_equal(array[index], exact[index])


def test_numbers_that_numpy_has_not(tmp_path: Path) -> None:
    pytest.importorskip("safetensors")
    write_safetensors(tmp_path / "a.safetensors", "F8_E4M3", (1, 1, 1, 1), bytes(1))
    with pytest.raises(FileError, match="attention is F8_E4M3; save it as BF16, F16"):
        Stored(tmp_path / "a.safetensors", "attention")


@pytest.mark.parametrize(
    ("suffix", "package"), [(".zarr", "zarr"), (".h5", "h5py"), (".safetensors", "safetensors")]
)
def test_what_to_install_is_named(
    suffix: str, package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    message = rf"reading a\{suffix} needs {package}: pip install 'dagmix\[files\]'"
    with pytest.raises(ModuleNotFoundError, match=message):
        Stored(tmp_path / f"a{suffix}", "attention")


@pytest.mark.parametrize(
    ("suffix", "package"), [(".zarr", "zarr"), (".h5", "h5py"), (".safetensors", "safetensors")]
)
def test_what_is_no_such_file(suffix: str, package: str, tmp_path: Path) -> None:
    pytest.importorskip(package)
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"something else")
    with pytest.raises(FileError, match=rf"a\{suffix}::attention cannot be read"):
        Stored(path, "attention")
