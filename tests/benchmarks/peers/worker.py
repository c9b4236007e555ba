"""Ask one contestant one question at growing sizes, a JSON line for each event.

    python worker.py CONTESTANT QUESTION FAMILY GIGABYTES SIZE...

The parent process keeps the time and ends this one; the memory cap is set here.
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import traceback
import warnings
from collections.abc import Callable
from typing import Any

from cases import Case
from contestants import CONTESTANTS
from stopwatch import seconds_of
from verdicts import judge

ENOUGH_SECONDS, ENOUGH_RUNS = 0.5, 7


def say(**event: Any) -> None:
    """Print one event."""
    print(json.dumps(event), flush=True)


def times(ask: Callable[[], Any], first: float) -> list[float]:
    """Repeat a call; where it is repeated, the first run was a warm-up and does not count."""
    found: list[float] = []
    while sum(found) + first < ENOUGH_SECONDS and len(found) < ENOUGH_RUNS:
        found.append(seconds_of(ask)[0])
    return found or [first]


def measure(name: str, case: Case) -> None:
    """Ask, tell the parent, repeat, judge."""
    answer_to = CONTESTANTS[name][case.question]
    say(event="begin", size=case.size)
    first, answer = seconds_of(lambda: answer_to(case))
    say(event="answered", size=case.size)
    runs = times(lambda: answer_to(case), first)
    verdict, words = judge(case, answer)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    say(
        event="done",
        size=case.size,
        seconds=statistics.median(runs),
        runs=len(runs),
        verdict=verdict,
        words=words,
        megabytes=megabytes,
    )


def main(name: str, question: str, family: str, gigabytes: str, *sizes: str) -> None:
    """Go up until something fails."""
    cap = int(float(gigabytes) * 2**30)
    resource.setrlimit(resource.RLIMIT_AS, (cap, cap))
    warnings.simplefilter("ignore")  # a peer's warnings are its own
    for size in map(int, sizes):
        try:
            measure(name, Case(question, family, size))
        except MemoryError:
            say(event="failed", size=size, verdict="out of memory", words="")
            return
        except Exception as error:  # noqa: BLE001 - whatever a peer raises is its answer
            last = traceback.format_exception_only(error)[-1].strip()
            say(event="failed", size=size, verdict="error", words=last)
            return


if __name__ == "__main__":
    main(*sys.argv[1:])
