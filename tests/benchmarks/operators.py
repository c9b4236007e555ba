"""Building operators from attention: `python tests/benchmarks/operators.py REVISION`.

Each question is asked of the tensor itself, so that building the operator counts. The package of
an earlier revision, this one and NumPy by hand (no error bounds, the same checks) answer in turns,
each in a process of its own; times are CPU times, minima of several rounds, and ratios compare
those of one run. Memory is the peak of a process that builds once and asks for T once, its input
included, as a multiple of the input.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import os
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[2]
KIBIBYTES = 1 if sys.platform != "darwin" else 1024  # of ru_maxrss
TOLERANCE = 1e-5

Tensor = NDArray[np.float32]


def attention(n: int, heads: int) -> Tensor:
    """Return random causal attention in float32, made head by head."""
    rng = np.random.default_rng(0)
    tensor = np.zeros((heads, n, n), dtype=np.float32)
    for head in tensor:
        for query in range(n):
            weights = np.exp(3 * rng.standard_normal(query + 1))
            head[query, : query + 1] = weights / weights.sum()
    return tensor


def walk_by_hand(tensor: Tensor) -> NDArray[np.float64]:
    """Return the successors walk of the uniform mixture, every rule of attention checked."""
    mixed = np.zeros(tensor.shape[1:])
    for head in tensor:
        sums = head.sum(axis=1, dtype=np.float64)
        if not (head.min() >= 0 and abs(sums - 1).max() <= TOLERANCE) or np.triu(head, 1).any():
            message = "no causal attention"
            raise ValueError(message)
        mixed += head / sums[:, None]
    walk: NDArray[np.float64] = mixed / mixed.sum(axis=0)
    return walk


def mixing_by_hand(tensor: Tensor) -> int:
    """Return T(¼) by stepping survival."""
    walk = walk_by_hand(tensor)
    row = np.ones(len(walk))
    row[-1] = steps = 0
    while row.max() > 1 / 4:
        row = row @ walk
        row[-1] = 0
        steps += 1
    return steps


def jobs() -> dict[str, Callable[[Tensor], Any]]:
    """Return what is asked, each question of a tensor."""
    from dagmix import MultiHeadDiffusion, MultiHeadWalk  # noqa: PLC0415 - of either revision

    built = MultiHeadDiffusion.from_attention
    return {
        "build, diffusion": lambda tensor: len(built(tensor).heads),
        "build, walk": lambda tensor: len(MultiHeadWalk.from_attention(tensor).heads),
        "T(¼)": lambda tensor: built(tensor).successors().mixing_time(),
        "φ_min": lambda tensor: built(tensor).minimax_fidelity().value,
        "E[T]": lambda tensor: built(tensor).successors().expected_hitting_times()[0],
        "best head": lambda tensor: built(tensor).best_head().value,
        "T(¼), by hand": mixing_by_hand,
    }


def peak() -> int:
    """Return the most bytes that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 // KIBIBYTES


def work(n: int, heads: int) -> None:
    """Answer one question a line: its name in, seconds, answer and memory out."""
    known = jobs()
    before, tensor = peak(), attention(n, heads)
    for line in sys.stdin:
        start = time.process_time()
        answer = float(known[line.strip()](tensor))
        seconds = time.process_time() - start
        print(json.dumps([seconds, answer, (peak() - before) / tensor.nbytes]), flush=True)


class Worker:
    """A process that answers with the package in a folder."""

    def __init__(self, folder: Path, n: int, heads: int) -> None:
        """Start it."""
        command = [sys.executable, __file__, "--worker", f"{n}", f"{heads}"]
        environment = os.environ | {"PYTHONPATH": str(folder), "OPENBLAS_NUM_THREADS": "1"}
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(  # noqa: S603 - this very file
            command, stdin=pipe, stdout=pipe, text=True, env=environment
        )

    def ask(self, job: str) -> tuple[float, float, float]:
        """Return seconds, answer, and the peak so far as a multiple of the input."""
        lines, answers = self._process.stdin, self._process.stdout
        assert lines is not None
        assert answers is not None
        lines.write(f"{job}\n")
        lines.flush()
        seconds, answer, memory = json.loads(answers.readline())
        return seconds, answer, memory

    def close(self) -> None:
        """End it."""
        self._process.communicate()


def unpack(revision: str, folder: Path) -> Path:
    """Write the package of a revision into a folder."""
    command = ["git", "-C", str(ROOT), "archive", revision, "dagmix"]
    archive = subprocess.check_output(command)  # noqa: S603 - a revision of our own
    with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
        packed.extractall(folder, filter="data")
    return folder


def compare(folders: tuple[Path, Path], n: int, heads: int, rounds: int) -> list[list[str]]:
    """Return a row for each question: seconds before and now, their ratio."""
    workers = [Worker(folder, n, heads) for folder in folders]
    memory = [worker.ask("T(¼)")[2] for worker in workers]
    by_hand = "T(¼), by hand"
    least: dict[str, list[float]] = {}
    for job in [*jobs()] * rounds:
        asked = workers if job != by_hand else workers[1:]
        found = [worker.ask(job) for worker in asked]
        answers = [answer for _, answer, _ in found]
        assert math.isclose(answers[0], answers[-1], rel_tol=1e-11), (job, answers)
        seconds = [took for took, *_ in found]
        least[job] = [min(pair) for pair in zip(seconds, least.get(job, seconds), strict=True)]
    for worker in workers:
        worker.close()
    rows = [_row(f"n = {n}, H = {heads}: {job}", least[job], 1e3, " ms") for job in least]
    ratio = f"{least['T(¼)'][-1] / least[by_hand][0]:.2f}"
    rows.append([f"n = {n}, H = {heads}: T(¼) over by hand", "", ratio, ""])
    return [*rows, _row(f"n = {n}, H = {heads}: peak over input", memory, 1, "")]


def _row(name: str, numbers: list[float], scale: float, unit: str) -> list[str]:
    cells = [f"{number * scale:.3g}{unit}" for number in numbers]
    if len(numbers) == 1:
        return [name, "", *cells, ""]
    return [name, *cells, f"{numbers[0] / numbers[1]:.1f} ×"]


def main() -> None:
    """Print one table."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("revision", nargs="?", default="HEAD", help="the earlier package")
    reader.add_argument("--sizes", type=int, nargs="+", default=[512, 1024, 2048])
    reader.add_argument("--heads", type=int, default=8)
    reader.add_argument("--rounds", type=int, default=3)
    reader.add_argument("--worker", type=int, nargs=2, help=argparse.SUPPRESS)
    given = reader.parse_args()
    if given.worker:
        work(*given.worker)
        return
    table = Table(title=f"Building operators: {given.revision} and now")
    for name in ("what", "before", "now", "ratio"):
        table.add_column(name, justify="left" if name == "what" else "right")
    with tempfile.TemporaryDirectory() as scratch:
        folders = unpack(given.revision, Path(scratch)), ROOT
        for n in given.sizes:
            for row in compare(folders, n, given.heads, given.rounds):
                table.add_row(*row)
    Console().print(table)


if __name__ == "__main__":
    main()
