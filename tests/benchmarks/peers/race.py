"""Run every contestant on every question, in a process of its own under caps."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from contestants import CONTESTANTS, SECOND_CALLS
from limits import Limits
from questions import Tables

WORKER = Path(__file__).with_name("worker.py")
PATIENCE = 120.0  # seconds for imports, for repeats and for the reference
TOO_SLOW, NOT_TRIED, NO_CALL, CRASHED = "too slow", "not tried", "no call", "crashed"


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


def race(tables: Tables, name: str, limits: Limits) -> Iterator[list[Result]]:
    """Yield a contestant's row in every table; a second call's only where it answers."""
    asked = [(*row, sizes) for row, sizes in tables.items() if row[0] in CONTESTANTS[name]]
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    with start(name) as process:
        threading.Thread(target=feed, args=(process, lines), daemon=True).start()
        assert process.stdin
        process.stdin.write(json.dumps({"limits": asdict(limits), "rows": asked}))
        process.stdin.close()
        for question, family, sizes in asked:
            found = [
                Result(question, family, name, **event) for event in watch(lines, sizes, limits)
            ]
            yield found + [
                Result(question, family, name, size, NOT_TRIED) for size in sizes[len(found) :]
            ]
    if name not in SECOND_CALLS:
        for (question, family), sizes in tables.items():
            if question not in CONTESTANTS[name]:
                yield [Result(question, family, name, size, NO_CALL) for size in sizes]


def start(name: str) -> subprocess.Popen[str]:
    """Start a worker, single-threaded."""
    command = [sys.executable, str(WORKER), name]
    threads = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS")
    environment = os.environ | dict.fromkeys(threads, "1")
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment)  # noqa: S603 - our own script


def feed(process: subprocess.Popen[str], lines: queue.SimpleQueue[str]) -> None:
    """Put each line of the worker into a queue, and an end of row at its end."""
    for line in process.stdout or ():
        lines.put(line)
    lines.put('{"event": "end"}')


def watch(
    lines: queue.SimpleQueue[str], sizes: list[int], limits: Limits
) -> Iterator[dict[str, Any]]:
    """Yield the final event of each size of one row, and end the row where time is up."""
    patience, size, child, is_over = PATIENCE, sizes[0], 0, False
    while True:
        try:
            event = json.loads(lines.get(timeout=patience))
        except queue.Empty:
            os.kill(child, signal.SIGKILL)
            yield {"size": size, "verdict": TOO_SLOW, "words": ""}
            patience, is_over = PATIENCE, True
            continue
        kind, size = event.pop("event"), event.get("size", size)
        patience = limits.at(size) if kind == "begin" else PATIENCE
        child = event.get("pid", child)
        if kind in ("done", "failed"):
            yield event
            is_over = kind == "failed" or size == sizes[-1]
        if kind == "end":
            if not is_over:
                yield {"size": size, "verdict": CRASHED}
            return
