"""Benchmarks of the exact core: `python tests/benchmarks/core.py [ATTENTION.npz ...]`.

Each row is the median of several runs in this process; ratios compare rows of this one run.
Without files the fidelity rows use a random causal tensor; files are .npz attention tensors.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from dagmix import FeedforwardDAG, MultiHeadDiffusion, WalkOperator, __version__, families
from dagmix._util.files import read_npz

QUARTER = Fraction(1, 4)
HORIZON = 100


def median_seconds(work: Callable[[], Any], runs: int = 7) -> float:
    """Return the median wall time of several runs after one that is not counted."""
    work()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def mixing_rows() -> Iterator[tuple[str, str, float]]:
    """Time exact mixing times: of a graph that is built, and of an operator with its caches."""
    cases = [("complete", families.complete, 128)]
    cases += [("line", families.line, n) for n in (256, 1000)]
    for name, family, n in cases:
        graph = family(n)
        answer = WalkOperator(graph).mixing_time(QUARTER)
        seconds = median_seconds(partial(mixing_time_of, graph))
        yield f"T(¼) of {name}({n}), a new operator", str(answer), seconds
    yield "build complete(128)", "", median_seconds(lambda: families.complete(128))
    sticky = WalkOperator.from_matrix(sticky_line(100, 1e-9))
    answer = sticky.mixing_time(QUARTER)
    seconds = median_seconds(lambda: sticky.mixing_time(QUARTER), runs=3)
    yield "T(¼) of the sticky line, n = 100, asked again", str(answer), seconds


def mixing_time_of(graph: FeedforwardDAG) -> float:
    """Return T(¼) of a new operator of a graph; what the graph itself has computed is kept."""
    return WalkOperator(graph).mixing_time(QUARTER)


def sticky_line(n: int, leave: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the line's walk matrix with a given leaving probability."""
    matrix = np.eye(n) * (1 - leave) + np.eye(n, k=-1) * leave
    matrix[-1, -1] = 1
    return matrix


def random_attention(n: int = 100, heads: int = 4) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return a random causal softmax tensor (1 layer, heads, n, n)."""
    scores = np.exp(3 * np.random.default_rng(0).standard_normal((1, heads, n, n)))
    weights = np.tril(scores)
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def by_powers(matrix: np.ndarray[Any, Any], sink: int) -> float:
    """Return the minimax fidelity up to the horizon from full matrix powers."""
    power, best = np.eye(len(matrix)), np.eye(len(matrix))[sink]
    for _ in range(HORIZON):
        power = power @ matrix
        best = np.maximum(best, power[sink])
    return float(best.min())


def fidelity_rows(mix: MultiHeadDiffusion) -> Iterator[tuple[str, str, float]]:
    """Time one matrix: full powers, one row, and the answer without a horizon."""
    matrix, sink = mix.matrix, mix.sink.index
    powers, row = by_powers(matrix, sink), float(mix.signals(HORIZON).max(axis=0).min())
    yield (
        f"fidelity, {HORIZON} matrix powers",
        f"{powers:.8g}",
        median_seconds(lambda: by_powers(matrix, sink)),
    )
    yield (
        f"fidelity, {HORIZON} row steps",
        f"{row:.8g}",
        median_seconds(lambda: mix.signals(HORIZON).max(axis=0).min()),
    )
    certified = mix.minimax_fidelity()
    yield (
        "fidelity, certified, no horizon",
        f"{certified.value:.8g}",
        median_seconds(mix.minimax_fidelity),
    )


def certified_rows(path: Path) -> Iterator[tuple[str, str, float]]:
    """Time the certified minimax fidelity of every sample and layer of a file."""
    tensor, importance = read_npz(path)
    mixes = []
    for place in np.ndindex(tensor.shape[:-3]):
        weights = None if importance is None else importance[place[-1]]
        mixes.append(MultiHeadDiffusion.from_attention(tensor[place], weights))
    widths = [(m.upper - m.lower) / m.value for m in (mix.minimax_fidelity() for mix in mixes)]
    seconds = [median_seconds(mix.minimax_fidelity, runs=3) for mix in mixes]
    shown = f"relative width ≤ {max(widths):.1e}"
    yield f"{path.name}: {len(mixes)} matrices, median each", shown, statistics.median(seconds)
    yield f"{path.name}: slowest", "", max(seconds)


def main() -> None:
    """Print one table."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("files", nargs="*", type=Path, help=".npz attention tensors")
    files = reader.parse_args().files
    table = Table(title=f"dagmix {__version__}, NumPy {np.__version__}, {platform.machine()}")
    for name in ("what", "answer", "median", "ratio"):
        table.add_column(name, justify="left" if name == "what" else "right")
    for name, answer, seconds in mixing_rows():
        table.add_row(name, answer, f"{seconds * 1e3:.3g} ms", "")
    tensor, importance = read_npz(files[0]) if files else (random_attention(), None)
    first = tensor[(0,) * (tensor.ndim - 3)]
    weights = None if importance is None else importance[0]
    rows = list(fidelity_rows(MultiHeadDiffusion.from_attention(first, weights)))
    for name, answer, seconds in rows:
        table.add_row(name, answer, f"{seconds * 1e3:.3g} ms", f"{rows[0][2] / seconds:.1f} ×")
    for path in files:
        for name, answer, seconds in certified_rows(path):
            table.add_row(name, answer, f"{seconds * 1e3:.3g} ms", "")
    Console().print(table)


if __name__ == "__main__":
    main()
