"""A search in pieces: each is gone through by itself, and what it found is kept in a file.

A line of the file is a piece, so that a search which is stopped loses at most the pieces it was at.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import asdict, dataclass
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from dagmix._util.brief import brief
from dagmix._util.budget import Meter
from dagmix.errors import FileError
from dagmix.search.pairs.boxes import SEARCHES
from dagmix.search.pairs.scans import SCANS
from dagmix.search.pairs.spaces import Space, space

PIECE = 2**21  # pairs: some seconds
BEGINNING = b"{"  # of a line


@dataclass(frozen=True)
class Task:
    """What is looked for."""

    objective: str
    n: int
    order: str
    weights: str

    @property
    def space(self) -> Space:
        """The pairs to go through."""
        return space(self.n, self.order)

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"{self.objective}-{self.n}-{self.order}-{self.weights}.jsonl"

    def pieces(self) -> list[tuple[int, int]]:
        """Cut the first heads into ranges with about as many pairs each."""
        pairs = self.space
        before = np.cumsum(len(pairs.graphs) - pairs.starts)
        cuts = np.searchsorted(before, np.arange(PIECE, before[-1], PIECE)) + 1
        ends = np.unique([0, *cuts, len(before)]).tolist()
        return list(pairwise(ends))


@dataclass(frozen=True)
class Part:
    """What a piece gave: the best value, rounded down, and the pairs that may have it.

    `keys` are their numbers (`masks.of_key`), `ranks` about their values; `pieces` says how many
    pieces there are in all.
    """

    piece: int
    pieces: int
    bar: float
    keys: tuple[int, ...]
    ranks: tuple[float, ...]
    met: int
    seconds: float


def go_through(task: Task, pieces: list[tuple[int, int]], piece: int, bar: float) -> Part:
    """Go through one piece; `bar` is a value that some pair has, rounded down."""
    begun = perf_counter()
    scans = SEARCHES if task.weights == "best" else SCANS
    scan = scans[task.objective](task.space, bar)
    for first in range(*pieces[piece]):
        scan.go_through(first)
    scan.finish()
    seconds = round(perf_counter() - begun, 3)
    keys, ranks = tuple(scan.keys.tolist()), tuple(scan.ranks.tolist())
    return Part(piece, len(pieces), scan.bar, keys, ranks, scan.met, seconds)


def parts(
    task: Task, bar: float, file: Path | None, jobs: int, meter: Meter, advance: Callable[[], None]
) -> list[Part]:
    """Go through all pieces that the file does not have, as long as there is time.

    `advance` is called after each, those of the file included. Raises FileError.
    """
    done = [] if file is None else _read(file, len(task.pieces()))
    for _ in done:
        advance()
    left = sorted(set(range(len(task.pieces()))) - {part.piece for part in done})
    bar = max([bar, *(part.bar for part in done)])
    run = _here if jobs == 1 else _processes
    for part in run(task, left, bar, jobs, meter):
        if file is not None:
            with file.open("a", encoding="ascii") as lines:
                lines.write(f"{json.dumps(asdict(part))}\n")
        done.append(part)
        advance()
    return done


def _here(task: Task, left: list[int], bar: float, _jobs: int, meter: Meter) -> Iterator[Part]:
    for piece in left:
        if meter.is_spent:
            return
        part = go_through(task, task.pieces(), piece, bar)
        bar = max(bar, part.bar)
        yield part


def _processes(task: Task, left: list[int], bar: float, jobs: int, meter: Meter) -> Iterator[Part]:
    """Keep so many processes busy; each piece begins with the best value known then."""
    todo, pieces, running = iter(left), task.pieces(), set[Future[Part]]()
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        while True:
            while len(running) < jobs and not meter.is_spent:
                piece = next(todo, None)
                if piece is None:
                    break
                running.add(pool.submit(go_through, task, pieces, piece, bar))
            if not running:
                return
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            for one in ended:
                bar = max(bar, one.result().bar)
                yield one.result()


def folder_of(name: Any) -> Path:
    """Return a folder that is there, made where it was not; raise FileError."""
    try:
        path = Path(name)
        if not str(name):
            message = "the folder has a name; got an empty one"
            raise FileError(message)
        path.mkdir(parents=True, exist_ok=True)
    except (OSError, TypeError) as error:
        message = f"{brief(name)} is no folder for what was gone through: {error}"
        raise FileError(message) from None
    return path


def _read(file: Path, pieces: int) -> list[Part]:
    """Read the pieces that are whole; cut off a last line that is not."""
    if not file.exists():
        return []
    lines, found = file.read_bytes().splitlines(keepends=True), list[Part]()
    if lines and not lines[-1].endswith(b"\n") and lines[-1].startswith(BEGINNING):
        lines.pop()
        file.write_bytes(b"".join(lines))
    for number, line in enumerate(lines, 1):
        try:
            record = json.loads(line)
            part = Part(**(record | {name: tuple(record[name]) for name in ("keys", "ranks")}))
        except (ValueError, TypeError, KeyError):
            part = None
        if part is None or part.pieces != pieces or part.piece not in range(pieces):
            message = f"{file}, line {number}, is no piece of this search, which has {pieces}"
            raise FileError(message)
        found.append(part)
    return list({part.piece: part for part in found}.values())
