"""Every layer of an attention tensor: mixing, hitting, fidelity, best head, amplification."""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from dagmix.errors import DagmixError, FileError, ShapeError
from dagmix.mixture import MultiHeadDiffusion

LARGEST_FILE = 2**34  # bytes of one array after decompression
LEAST_DIMENSIONS = 4  # layers, heads, n, n
COLUMNS = ("sample", "layer", "T(¼)", "mean hits", "φ_min", "at", "best", "its φ_min", "gain")
CAPTION = "steps to the last position: T(¼), mean; φ_min: least peak signal there, and where"
READABLE = 4  # candidates that the table writes out


@dataclass(frozen=True)
class Layer:
    """The measures of one layer for one sample.

    `mixing_time` is T(¼) of the successors walk, `hitting_time` its mean expected number of
    steps to the sink over all n starts (the sink's 0 among them), both in steps; both are
    infinite where a position never reaches the sink. `fidelity` is the minimax fidelity as a
    fraction, with its bounds and the positions that may have it; `best_heads` are those of
    the greatest minimax fidelity alone, `amplification` the ratio to it.
    """

    sample: tuple[int, ...]
    layer: int
    mixing_time: int | float
    hitting_time: float
    fidelity: float
    fidelity_bounds: tuple[float, float]
    positions: tuple[int, ...]
    best_heads: tuple[int, ...]
    best_fidelity: float
    amplification: float


@dataclass(frozen=True, eq=False)
class Attention:
    """Attention (…, layers, heads, n, n) and head importances (layers, heads), if any."""

    tensor: NDArray[np.floating]
    importance: NDArray[np.floating] | None = None

    def __len__(self) -> int:
        """Return the number of samples times layers."""
        return int(np.prod(self.tensor.shape[:-3]))

    def layers(self, first_step: int = 0) -> Iterator[Layer]:
        """Analyse layer after layer, sample after sample.

        >>> tensor = np.tri(4)[None, None] / np.arange(1, 5)[:, None]
        >>> [(one.mixing_time, one.fidelity) for one in Attention(tensor).layers()]
        [(5, 0.25)]
        """
        *samples, layers = self.tensor.shape[:-3]
        for sample in product(*map(range, samples)):
            for layer in range(layers):
                weights = None if self.importance is None else self.importance[layer]
                try:
                    mix = MultiHeadDiffusion.from_attention(self.tensor[(*sample, layer)], weights)
                    yield _measure(mix, sample, layer, first_step)
                except DagmixError as error:
                    message = f"sample {list(sample)}, layer {layer}: {error}"
                    raise type(error)(message) from None


def _measure(
    mix: MultiHeadDiffusion, sample: tuple[int, ...], layer: int, first_step: int
) -> Layer:
    walk = mix.successors()
    fidelity, best = mix.minimax_fidelity(first_step), mix.best_head(first_step)
    return Layer(
        sample=sample,
        layer=layer,
        mixing_time=walk.mixing_time(),
        hitting_time=float(walk.expected_hitting_times().mean()),
        fidelity=float(fidelity.value),
        fidelity_bounds=(float(fidelity.lower), float(fidelity.upper)),
        positions=tuple(mix.nodes.row(node) for node in fidelity.nodes),
        best_heads=best.heads,
        best_fidelity=float(best.value),
        amplification=float(fidelity.value / best.value) if best.value else math.inf,
    )


def read_npz(path: Path) -> Attention:
    """Read `attention` and, where it is there, `head_importance` from an .npz file.

    Nothing is unpickled, and sizes are checked before anything is allocated. Raises FileError.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_sizes(archive, path)
        with np.load(path, allow_pickle=False) as arrays:
            if "attention" not in arrays:
                message = f"{path} has no array 'attention'; it has {sorted(arrays)}"
                raise FileError(message)
            tensor = arrays["attention"]
            importance = arrays.get("head_importance")
    except (OSError, zipfile.BadZipFile, ValueError, EOFError) as error:
        if isinstance(error, DagmixError):
            raise
        message = f"{path} is not a readable .npz file of plain arrays: {error}"
        raise FileError(message) from None
    return Attention(_checked(tensor), _checked_importance(importance, tensor))


def _check_sizes(archive: zipfile.ZipFile, path: Path) -> None:
    for entry in archive.infolist():
        if entry.file_size > LARGEST_FILE:
            message = f"{path}: {entry.filename} unpacks to {entry.file_size} bytes; too large"
            raise FileError(message)


def _checked(tensor: NDArray[np.floating]) -> NDArray[np.floating]:
    shape = tensor.shape
    if len(shape) < LEAST_DIMENSIONS or 0 in shape:
        message = f"'attention' has shape (…, layers, heads, n, n), none of it 0; got {shape}"
        raise ShapeError(message)
    return tensor


def _checked_importance(
    importance: NDArray[np.floating] | None, tensor: NDArray[np.floating]
) -> NDArray[np.floating] | None:
    if importance is not None and importance.shape != tensor.shape[-4:-2]:
        message = (
            f"'head_importance' has shape (layers, heads) = {tensor.shape[-4:-2]};"
            f" got {importance.shape}"
        )
        raise ShapeError(message)
    return importance


def table(layers: Sequence[Layer]) -> Table:
    """Return the measures as a table."""
    made = Table(title="Attention, layer by layer", caption=CAPTION)
    for name in COLUMNS:
        made.add_column(name, justify="right", no_wrap=True)
    for one in layers:
        made.add_row(
            ", ".join(map(str, one.sample)),
            str(one.layer),
            str(one.mixing_time),
            f"{one.hitting_time:.5g}",
            f"{one.fidelity:.4g}",
            _listed(one.positions),
            _listed(one.best_heads),
            f"{one.best_fidelity:.4g}",
            f"{one.amplification:.4g}",
        )
    return made


def _listed(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:READABLE]))
    return shown if len(numbers) <= READABLE else f"{shown}, … ({len(numbers)})"


def as_json(layers: Sequence[Layer]) -> str:
    """Return the measures as JSON; an infinite one is the string "inf"."""
    records = [
        {key: "inf" if value == math.inf else value for key, value in asdict(one).items()}
        for one in layers
    ]
    return json.dumps(records, indent=2, allow_nan=False)
