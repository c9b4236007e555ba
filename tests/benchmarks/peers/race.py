"""Run every contestant on every question, each in a process of its own under caps."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contestants import CONTESTANTS, SECOND_CALLS

WORKER = Path(__file__).with_name("worker.py")
TO_START, TO_CHECK = 60.0, 120.0  # seconds: imports; repeats and the reference
TOO_SLOW, NOT_TRIED, NO_CALL = "too slow", "not tried", "no call"


@dataclass(frozen=True)
class Limits:
    """What one answer may take, its arrays included."""

    seconds: float = 10.0
    gigabytes: float = 4.0


@dataclass(frozen=True)
class Result:
    """One cell: an answer of one contestant."""

    question: str
    family: str
    contestant: str
    size: int
    verdict: str
    words: str = ""
    seconds: float | None = None
    runs: int = 0
    megabytes: int = 0


def cell_row(
    question: str, family: str, name: str, sizes: list[int], limits: Limits
) -> list[Result]:
    """Return a contestant's results at all sizes of a table."""
    if question not in CONTESTANTS[name]:
        return [Result(question, family, name, size, NO_CALL) for size in sizes]
    found = [
        Result(question, family, name, **event)
        for event in events([name, question, family], sizes, limits)
    ]
    rest = sizes[len(found) :]
    return found + [Result(question, family, name, size, NOT_TRIED) for size in rest]


def race(tables: dict[tuple[str, str], list[int]], names: list[str]) -> Iterator[list[Result]]:
    """Yield the rows of all tables; a second call is listed only where it answers."""
    for (question, family), sizes, name, limits in plan(tables, names):
        yield cell_row(question, family, name, sizes, limits)


def plan(
    tables: dict[tuple[str, str], list[int]], names: list[str], limits: Limits | None = None
) -> list[tuple[tuple[str, str], list[int], str, Limits]]:
    """List what will be run."""
    return [
        (row, sizes, name, limits or Limits())
        for row, sizes in tables.items()
        for name in names
        if name not in SECOND_CALLS or row[0] in CONTESTANTS[name]
    ]


def events(what: list[str], sizes: list[int], limits: Limits) -> Iterator[dict[str, Any]]:
    """Yield the final event of each size until one fails or takes too long."""
    command = [sys.executable, str(WORKER), *what, str(limits.gigabytes), *map(str, sizes)]
    single = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    with subprocess.Popen(  # noqa: S603 - our own script
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**os.environ, **single},
    ) as process:  # fmt: skip
        try:
            yield from watch(process, sizes, limits)
        finally:
            process.kill()


def watch(
    process: subprocess.Popen[str], sizes: list[int], limits: Limits
) -> Iterator[dict[str, Any]]:
    """Read the worker's lines against the clock."""
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=feed, args=(process, lines), daemon=True).start()
    patience, size = TO_START, sizes[0]
    while True:
        try:
            line = lines.get(timeout=patience)
        except queue.Empty:
            yield {"size": size, "verdict": TOO_SLOW, "words": f"{limits.seconds:g}"}
            return
        if not line:
            return
        event = json.loads(line)
        kind, size = event.pop("event"), event["size"]
        patience = {"begin": limits.seconds, "answered": TO_CHECK}.get(kind, TO_START)
        if kind in ("done", "failed"):
            yield event


def feed(process: subprocess.Popen[str], lines: queue.SimpleQueue[str]) -> None:
    """Put each line of the worker into a queue, and an empty one at its end."""
    for line in process.stdout or ():
        lines.put(line)
    lines.put("")
