"""The most memory that `dagmix analyze --lines` takes for a file of 2 GiB.

    python tests/benchmarks/big_files.py [--jobs N] [--samples 8]
    python tests/benchmarks/big_files.py --one-matrix

The file is an .npy of softmax attention, (samples, 32, 8, 512, 512) in float32, 256 MiB a sample,
written by this script. The command runs in a process of its own, whose peak resident memory is
asked of the system afterwards; with --jobs it is that of the largest process. The exit status is
1 where the peak is above the limit of 500 MiB. With --one-matrix the 2 GiB are one layer of 8 heads
on 8,192 positions, of which `proxies.hitting_times_of_file` reads a few rows at a time.
"""

from __future__ import annotations

import argparse
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from dagmix import __version__

LAYERS, HEADS, N = 32, 8, 512
DISTINCT = 4  # few, so that this process stays smaller than the one that it starts
LARGE_N, ROWS = 8192, 128
LIMIT = 500 * 2**20
BYTES = 1 if sys.platform == "darwin" else 1024  # the unit of ru_maxrss


def layer(seed: int) -> np.ndarray:
    """Return causal softmax of normal scores, (heads, n, n)."""
    scores = np.random.default_rng(seed).normal(scale=2, size=(HEADS, N, N)).astype(np.float32)
    weights = np.where(np.tri(N, dtype=bool), np.exp(scores), np.float32(0))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def write(path: Path, samples: int) -> None:
    """Write the file a layer at a time, the same few in turn."""
    distinct = [layer(seed).tobytes() for seed in range(DISTINCT)]
    header = {"descr": "<f4", "fortran_order": False, "shape": (samples, LAYERS, HEADS, N, N)}
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        file.writelines(distinct[place % DISTINCT] for place in range(samples * LAYERS))


def write_one(path: Path) -> None:
    """Write one layer, a few rows at a time; query i has the first i + 1 scores of its head."""
    header = {
        "descr": "<f4",
        "fortran_order": False,
        "shape": (1, HEADS, LARGE_N, LARGE_N),
    }
    keys = np.arange(LARGE_N)
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        for head in range(HEADS):
            scores = np.exp(np.random.default_rng(head).normal(scale=2, size=LARGE_N))
            for begin in range(0, LARGE_N, ROWS):
                queries = keys[begin : begin + ROWS, None]
                rows = np.where(keys <= queries, scores, 0) / np.cumsum(scores)[queries]
                file.write(rows.astype("<f4").tobytes())


def one_matrix() -> int:
    """Print size, peak and time for one matrix; return 1 above the limit."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "attention.npy")
        write_one(path)
        program = (
            "import sys, dagmix.proxies as p; print(p.hitting_times_of_file(sys.argv[1]).mean())"
        )
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", program, str(path)], check=True)  # noqa: S603 - our own program
        return show(path, time.perf_counter() - start, f"one layer of {HEADS} heads, n = {LARGE_N}")


def show(path: Path, seconds: float, what: str) -> int:
    """Print what the process took that has just ended."""
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * BYTES
    print(f"dagmix {__version__}, NumPy {np.__version__}, {platform.machine()}")
    print(f"file   {path.stat().st_size / 2**20:7,.0f} MiB, {what}")
    print(f"peak   {peak / 2**20:7,.0f} MiB, limit {LIMIT / 2**20:,.0f} MiB")
    print(f"time   {seconds:7,.0f} s")
    return int(peak > LIMIT)


def main() -> int:
    """Print size, peak and time; return 1 above the limit."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--samples", type=int, default=8, help="256 MiB each (default 8)")
    options.add_argument("--jobs", type=int, default=1, help="as for dagmix analyze")
    options.add_argument("--one-matrix", action="store_true", help="one layer of 2 GiB instead")
    given = options.parse_args()
    if given.one_matrix:
        return one_matrix()
    with tempfile.TemporaryDirectory() as folder:
        path, lines = Path(folder, "attention.npy"), Path(folder, "lines.jsonl")
        write(path, given.samples)
        command = [sys.executable, "-m", "dagmix", "analyze", str(path), "--lines", str(lines)]
        start = time.perf_counter()
        subprocess.run([*command, "--jobs", str(given.jobs)], check=True)  # noqa: S603 - our own command
        seconds = time.perf_counter() - start
        measured = len(lines.read_text(encoding="ascii").splitlines())
        what = f"{measured} layers of {HEADS} heads, n = {N}, {given.jobs} at once"
        return show(path, seconds, what)


if __name__ == "__main__":
    sys.exit(main())
