"""Ask one contestant its questions at growing sizes, a JSON line for each event.

    python worker.py CONTESTANT < {"limits": ..., "rows": [[question, family, sizes], ...]}

Packages are loaded once; each row is answered by a fork of its own, so that the parent process,
which keeps the time, can end a row that takes too long. The memory cap is set in the fork.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import statistics
import sys
import traceback
import warnings
from collections.abc import Callable
from typing import Any

from contestants import CONTESTANTS
from limits import Limits
from questions import Case
from stopwatch import seconds_of
from verdicts import judge

ENOUGH_SECONDS, ENOUGH_RUNS = 0.5, 7


def say(**event: Any) -> None:
    """Print one event, in one piece, for a fork and its parent share the pipe."""
    os.write(sys.stdout.fileno(), json.dumps(event).encode() + b"\n")


def repeat(ask: Callable[[], Any], first: float) -> list[float]:
    """Repeat a call; where it is repeated, the first run was a warm-up and does not count."""
    found: list[float] = []
    while sum(found) + first < ENOUGH_SECONDS and len(found) < ENOUGH_RUNS:
        found.append(seconds_of(ask)[0])
    return found or [first]


def measure(name: str, case: Case) -> float:
    """Ask, tell the parent, repeat, judge; return the seconds."""
    answer_to = CONTESTANTS[name][case.question]
    say(event="begin", size=case.size)
    first, answer = seconds_of(lambda: answer_to(case))
    say(event="answered", size=case.size)
    runs = repeat(lambda: answer_to(case), first)
    verdict, words = judge(case, answer)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    seconds = statistics.median(runs)
    result = {"verdict": verdict, "words": words, "megabytes": megabytes}
    say(event="done", size=case.size, seconds=seconds, runs=len(runs), **result)
    return seconds


def is_hopeless(case: Case, last: float, before: int, limits: Limits) -> bool:
    """Tell whether even cost in proportion to the size, which reading it takes, is too much."""
    grows = case.family != "sticky line"
    return grows and last * case.size / before > limits.at(case.size)


def climb(name: str, limits: Limits, question: str, family: str, sizes: list[int]) -> None:
    """Go up until something fails."""
    last, before = 0.0, 1
    for size in sizes:
        case = Case(question, family, size)
        if is_hopeless(case, last, before, limits):
            say(event="failed", size=size, verdict="too slow", words="by the size before")
            return
        try:
            last, before = measure(name, case), size
        except MemoryError:
            say(event="failed", size=size, verdict="out of memory", words="")
            return
        except Exception as error:  # noqa: BLE001 - whatever a peer raises is its answer
            words = traceback.format_exception_only(error)[-1].strip()
            say(event="failed", size=size, verdict="error", words=words)
            return


def warm_up(name: str, rows: list[tuple[str, str, list[int]]]) -> None:
    """Load and compile what the first questions need; what fails here fails again when asked."""
    for question, family, sizes in rows:
        with contextlib.suppress(Exception):
            CONTESTANTS[name][question](Case(question, family, min(sizes)))


def main(name: str) -> None:
    """Answer row by row."""
    warnings.simplefilter("ignore")  # a peer's warnings are its own
    order = json.load(sys.stdin)
    limits, rows = Limits(**order["limits"]), order["rows"]
    warm_up(name, rows)
    for row in rows:
        child = os.fork()
        if child == 0:
            say(event="row", pid=os.getpid())
            cap = int(limits.gigabytes * 2**30)
            resource.setrlimit(resource.RLIMIT_AS, (cap, cap))
            climb(name, limits, *row)
            os._exit(0)
        os.waitpid(child, 0)
        say(event="end")


if __name__ == "__main__":
    main(sys.argv[1])
