"""Benchmarks of pathways: `python tests/benchmarks/pathways.py [ATTENTION.npz]`.

Median wall times on mixtures that have nothing cached. Without a file the tensor is a random
causal softmax of 16 heads on 100 positions; of a file, the first sample and layer are taken.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from dagmix import MultiHeadDiffusion, MultiHeadWalk, __version__, pathways
from dagmix._util.files import read_npz
from dagmix.drift import cross_drift

Array = np.ndarray[Any, np.dtype[np.floating]]


def random_attention(heads: int = 16, n: int = 100) -> Array:
    """Return a random causal softmax tensor (heads, n, n)."""
    scores = np.exp(3 * np.random.default_rng(0).standard_normal((heads, n, n)))
    weights = np.tril(scores)
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def uniform_attention(heads: int = 16, n: int = 100) -> Array:
    """Return heads that all average evenly over the past: nothing but ties."""
    return np.asarray(np.stack([np.tri(n) / np.arange(1, n + 1)[:, None]] * heads))


def seconds(make: Callable[[], Any], work: Callable[[Any], object], runs: int = 5) -> float:
    """Return the median time of `work` on what `make` makes anew for every run."""
    times = []
    for _ in range(runs):
        made = make()
        start = time.perf_counter()
        work(made)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def rows(tensor: Array) -> list[tuple[str, float]]:
    """Time every question about the middle position, at t = 4."""
    j = tensor.shape[-1] // 2
    ties = uniform_attention(*tensor.shape[:2])
    questions: list[tuple[str, Array, Callable[[Any], object]]] = [
        ("heaviest, k = 10", tensor, lambda mix: pathways.heaviest(mix, j, 4, 10)),
        ("heaviest, k = 100", tensor, lambda mix: pathways.heaviest(mix, j, 4, 100)),
        ("heaviest, k = 10, equal heads", ties, lambda mix: pathways.heaviest(mix, j, 4, 10)),
        ("by_head_counts", tensor, lambda mix: pathways.by_head_counts(mix, j, 4)),
        ("by_composition", tensor, lambda mix: pathways.by_composition(mix, j, 4)),
        ("cross_head_share", tensor, lambda mix: pathways.cross_head_share(mix, j, 4)),
    ]
    found = []
    for name, given, work in questions:
        make = MultiHeadDiffusion.from_attention
        found.append((f"{name}, t = 4", seconds(lambda: make(given), work)))  # noqa: B023 - called at once
    if len(tensor) > 1:
        pair = seconds(lambda: MultiHeadWalk.from_attention(tensor[:2]), cross_drift)
        found.append(("cross_drift of the first two heads", pair))
    return found


def main() -> None:
    """Print one table."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("file", nargs="?", type=Path, help="an .npz attention tensor")
    file = reader.parse_args().file
    tensor = read_npz(file)[0] if file else random_attention()
    tensor = tensor[(0,) * (tensor.ndim - 3)]
    heads, n, _ = tensor.shape
    what = f"dagmix {__version__}, NumPy {np.__version__}, {platform.machine()}"
    table = Table("what", "median", title=f"{heads} heads, {n} positions; {what}")
    for name, median in rows(tensor):
        table.add_row(name, f"{median * 1e3:.3g} ms")
    Console().print(table)


if __name__ == "__main__":
    main()
