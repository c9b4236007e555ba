"""Long walks, before and after: `python tests/benchmarks/long_walks.py COMMIT [--slow]`.

The package as it was at a commit is unpacked into a temporary folder, and every row is measured
with it and with this one, in processes of their own and in turn: the least of three times each,
their ratio, and whether the answers are the same. With --slow come rows that took half a minute
and more.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from dagmix import DiffusionOperator, MultiHeadWalk, WalkOperator, families

ROOT = Path(__file__).parents[2]
TRIES = 3


def line(n: int, leave: float) -> WalkOperator:
    """Return a line whose nodes leave with a probability."""
    matrix = np.diag([1 - leave] * (n - 1) + [1.0]) + np.diag([leave] * (n - 1), -1)
    return WalkOperator.from_matrix(matrix, tolerance=1e-7)


def causal(n: int, leave: float) -> WalkOperator:
    """Return a walk that leaves with a probability for any later node."""
    shares = np.tril(np.exp(np.random.default_rng(0).standard_normal((n, n))), -1)
    shares[:, :-1] *= leave / shares[:, :-1].sum(axis=0)
    shares[np.diag_indices(n)] = [*[1 - leave] * (n - 1), 1.0]
    return WalkOperator.from_matrix(shares, tolerance=1e-7)


def uneven() -> WalkOperator:
    """Return a causal walk of 512 nodes that leaves with 1e-15 to 1e-12."""
    rng, n = np.random.default_rng(0), 512
    shares = np.tril(np.exp(rng.standard_normal((n, n))), -1)
    leave = 10 ** rng.uniform(-15, -12, n - 1)
    shares[:, :-1] *= leave / shares[:, :-1].sum(axis=0)
    shares[np.diag_indices(n)] = [*(1 - leave), 1.0]
    return WalkOperator.from_matrix(shares, tolerance=1e-7)


def random_heads() -> MultiHeadWalk:
    """Return four random heads of 512 nodes."""
    heads = [families.oriented_erdos_renyi(512, "1/2", seed) for seed in range(4)]
    walk = MultiHeadWalk(heads)
    _ = walk.transition.rationals  # made by construction, not by the equations
    return walk


ROWS: dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]] = {
    "T, causal n = 128": (lambda: causal(128, 1.6e-3), lambda walk: walk.mixing_time()),
    "T, causal n = 512": (lambda: causal(512, 1e-3), lambda walk: walk.mixing_time()),
    "T, line n = 100, 1e-9": (lambda: line(100, 1e-9), lambda walk: walk.mixing_time()),
    "exact E[T], 4 heads": (
        random_heads,
        lambda walk: walk.expected_hitting_times(exact=True).tolist(),
    ),
    "d(100000), line 4": (
        lambda: WalkOperator(families.line(4)),
        lambda walk: walk.distance(10**5),
    ),
    "x_1(100000), line 4": (
        lambda: DiffusionOperator(families.line(4)),
        lambda one: one.signal(1, 10**5),
    ),
}
SLOW: dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]] = {
    "T, causal n = 1024": (lambda: causal(1024, 1.6e-5), lambda walk: walk.mixing_time()),
    "T, causal n = 512, 1e-9": (lambda: causal(512, 1e-9), lambda walk: walk.mixing_time()),
    "T, causal n = 512, 1e-15 to 1e-12": (uneven, lambda walk: walk.mixing_time()),
    "T, line n = 400, 1e-9": (lambda: line(400, 1e-9), lambda walk: walk.mixing_time()),
    "d(10⁶), line 4": (lambda: WalkOperator(families.line(4)), lambda walk: walk.distance(10**6)),
}


def measure(name: str) -> None:
    """Print the seconds of one row and a digest of its answer."""
    make, ask = (ROWS | SLOW)[name]
    line(3, 1e-9).mixing_time()  # imports what is imported late
    subject = make()
    start = time.perf_counter()
    answer = ask(subject)
    seconds = time.perf_counter() - start
    sys.set_int_max_str_digits(0)
    sys.stdout.write(f"{seconds} {hashlib.sha256(repr(answer).encode()).hexdigest()}")


def apart(package: Path, name: str) -> tuple[float, str]:
    """Measure one row with the package of a folder."""
    environment = {**os.environ, "PYTHONPATH": str(package), "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, __file__, "--row", name]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment, text=True)  # noqa: S603 - this very file
    seconds, digest = done.stdout.split()
    return float(seconds), digest


def unpack(commit: str, folder: Path) -> None:
    """Write the package of a commit into a folder."""
    archive = subprocess.run(  # noqa: S603 - a commit that the caller names
        ["git", "archive", commit, "dagmix"],  # noqa: S607 - the git there is
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
        packed.extractall(folder, filter="data")


def main() -> None:
    """Print the table, or one of its rows."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("commit", nargs="?", default="HEAD", help="the package before")
    reader.add_argument("--slow", action="store_true", help="rows that took minutes, too")
    reader.add_argument("--row", help="measure one row in this process")
    options = reader.parse_args()
    if options.row:
        measure(options.row)
        return
    with tempfile.TemporaryDirectory() as folder:
        unpack(options.commit, Path(folder))
        for name in SLOW if options.slow else ROWS:
            tries = 1 if options.slow else TRIES
            runs = [(apart(Path(folder), name), apart(ROOT, name)) for _ in range(tries)]
            before, after = (min(pair[side][0] for pair in runs) for side in (0, 1))
            same = len({digest for pair in runs for _, digest in pair}) == 1
            verdict = "the same" if same else "DIFFERENT"
            figures = f"{before:9.4f} s {after:9.4f} s {before / after:8.1f}×"
            sys.stdout.write(f"{name:26} {figures}  {verdict}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
