"""Files of tensors: written whole or not at all, read without unpickling anything but data."""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from dagmix._util.files import replacing
from dagmix.errors import FileError
from dagmix.torch_bridge.config import Config
from dagmix.torch_bridge.model import Transformer

# What torch.load and zipfile raise for files that are cut off, damaged, or something else.
UNREADABLE = (
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    pickle.UnpicklingError,
    zipfile.BadZipFile,
)


def save_transformer(model: Transformer, path: Path | str) -> None:
    """Write a model's state dict, as the published checkpoints are; the file is whole or as it was.

    Parameters
    ----------
    model : Transformer
    path : str or Path
        A file that is there is replaced.

    Raises
    ------
    FileError
        Where it cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> model = Transformer(Config(heads=2, layers=1, vocabulary=10, length=6))
    >>> with TemporaryDirectory() as folder:
    ...     save_transformer(model, Path(folder) / "2_heads_copy.pt")
    ...     load_transformer(Path(folder) / "2_heads_copy.pt", heads=2).config.vocabulary
    10

    References
    ----------
    The format of the checkpoints of arXiv:2507.02944.
    """
    write_checkpoint(model.state_dict(), path)


def load_transformer(path: Path | str, heads: int) -> Transformer:
    """Read a state dict; all sizes but the number of heads follow from its shapes.

    Nothing is unpickled but tensors (`weights_only=True`).

    Parameters
    ----------
    path : str or Path
    heads : int
        At least 1; the file does not say it.

    Returns
    -------
    Transformer
        On the CPU, in float32.

    Raises
    ------
    FileError
        For a file that is none, is cut off or damaged, or holds pickled objects, other names,
        other shapes, or numbers that are not finite.
    ConfigError
        Where the heads do not divide the width.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> model = Transformer(Config(heads=2, layers=3, vocabulary=10, length=6))
    >>> with TemporaryDirectory() as folder:
    ...     save_transformer(model, Path(folder) / "2_heads_copy.pt")
    ...     load_transformer(Path(folder) / "2_heads_copy.pt", heads=2).config.layers
    3

    References
    ----------
    The format of the checkpoints of arXiv:2507.02944.
    """
    state = read_checkpoint(Path(path))
    with torch.device("meta"):  # shapes only: nothing is allocated, nothing drawn
        model = Transformer(_config(state, path, heads))
    expected = model.state_dict()
    for name in sorted(expected.keys() | state.keys()):
        _check(state.get(name), expected.get(name), f"{path}: {name}")
    model.load_state_dict({name: value.float() for name, value in state.items()}, assign=True)
    return model


def read_checkpoint(path: Path) -> dict[str, Any]:
    """Read a dictionary of plain data and tensors, onto the CPU. Raises FileError."""
    try:
        _check_sums(path)
        read = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        message = f"{path} holds pickled objects; a checkpoint holds tensors and plain data only"
        raise FileError(message) from None
    except UNREADABLE as error:
        message = f"{path} is not a readable checkpoint of torch: {_first_line(error)}"
        raise FileError(message) from None
    if not isinstance(read, Mapping) or not all(isinstance(name, str) for name in read):
        message = f"{path} holds a dictionary with names as keys; got {type(read).__name__}"
        raise FileError(message)
    return dict(read)


def _check_sums(path: Path) -> None:
    """Raise BadZipFile for a file that was cut off or changed."""
    with zipfile.ZipFile(path) as archive:
        damaged = archive.testzip()
    if damaged is not None:
        message = f"the checksum of {damaged} is wrong"
        raise zipfile.BadZipFile(message)


def write_checkpoint(state: Mapping[str, Any], path: Path | str) -> None:
    """Write tensors and plain data; the file is there whole or as it was. Raises FileError."""
    with replacing(Path(path)) as scratch:
        torch.save(state, scratch)


def _config(state: Mapping[str, Any], path: Path | str, heads: int) -> Config:
    """Read the sizes off the shapes."""
    layers = {name.split(".")[1] for name in state if name.startswith("layers.")}
    vocabulary, width = _matrix(state, "token_emb.weight", path)
    length, _ = _matrix(state, "pos_emb.weight", path)
    hidden, _ = _matrix(state, "layers.0.mlp.0.weight", path)
    return Config(heads, len(layers), width, hidden, vocabulary, length)


def _matrix(state: Mapping[str, Any], name: str, path: Path | str) -> tuple[int, int]:
    """Return the shape of what must be a matrix."""
    found = state.get(name)
    if not isinstance(found, Tensor) or found.ndim != 2 or not found.numel():  # noqa: PLR2004 - a matrix
        message = f"{path}: {name} is a matrix; got {_described(found)}"
        raise FileError(message)
    return found.shape[0], found.shape[1]


def _check(found: Any, expected: Tensor | None, where: str) -> None:
    """Raise FileError unless the tensor is there, wanted, of its shape, and finite."""
    if expected is None:
        message = f"{where} is no parameter of the Transformer; got {_described(found)}"
        raise FileError(message)
    if not isinstance(found, Tensor) or found.shape != expected.shape:
        message = f"{where} has shape {tuple(expected.shape)}; got {_described(found)}"
        raise FileError(message)
    if not _is_finite(found):
        message = f"{where} holds finite floats; got {_described(found)}"
        raise FileError(message)


def _described(found: Any) -> str:
    """Describe what stands where a tensor should."""
    if found is None:
        return "nothing"
    if not isinstance(found, Tensor):
        return type(found).__name__
    remark = "" if _is_finite(found) else ", not all dense, finite floats"
    return f"shape {tuple(found.shape)}, {found.dtype}{remark}"


def _is_finite(found: Tensor) -> bool:
    """Tell whether all entries are there, and are finite floats, in single precision too."""
    dense = found.layout == torch.strided and not found.is_meta and found.is_floating_point()
    return dense and bool(found.float().isfinite().all())


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).partition("\n")[0]
