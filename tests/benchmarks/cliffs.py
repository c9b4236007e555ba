"""Where cost jumps: `python tests/benchmarks/cliffs.py [--most N] [--runs R]`.

Lines, windows of two, lines reversed and sticky lines (every node keeps ¾ of what a line would
send on), exact and in floats, are asked for T(¼), the hitting times and φ_min on the grid
n = 500 · 1.2ᵏ up to 6,000 with 2,048 ± 1 and 4,096 ± 1. A call counts with the least CPU time of
three runs, its operator made anew. A row has the times at the first n and the last, and the
greatest ratio of a call of more than 10 ms to the one before it: more than 4 is a cliff.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise, takewhile
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from dagmix import FeedforwardDAG, MultiHeadDiffusion, MultiHeadWalk, families

COUNTS = 0.010  # seconds of a call that is compared
CLIFF = 4.0  # times the call before
COLUMNS = ("operator", "numbers", "question", "first, ms", "last, ms", "greatest jump", "to n")
Heads = tuple[list[FeedforwardDAG], list[Fraction]]
Times = list[tuple[int, float]]

CASES: dict[str, Callable[[int], Heads]] = {
    "line": lambda n: ([families.line(n)], [Fraction(1)]),
    "window of 2": lambda n: ([families.sliding_window(n, 2)], [Fraction(1)]),
    "line reversed": lambda n: ([families.line(n).reversed()], [Fraction(1)]),
    "sticky line": lambda n: (
        [families.line(n), FeedforwardDAG([], nodes=range(n))],
        [Fraction(1, 4), Fraction(3, 4)],
    ),
}
QUESTIONS: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "T(¼)": (MultiHeadWalk, lambda walk: walk.mixing_time()),
    "E[T]": (MultiHeadWalk, lambda walk: walk.expected_hitting_times()),
    "φ_min": (MultiHeadDiffusion, lambda diffusion: diffusion.minimax_fidelity()),
}
NUMBERS: dict[str, Callable[[Fraction], Any]] = {"exact": Fraction, "floats": float}


def grid(most: int) -> list[int]:
    """Return the numbers of nodes."""
    powers = takewhile(lambda n: n <= most, (round(500 * 1.2**k) for k in range(20)))
    near = (middle + side for middle in (2048, 4096) for side in (-1, 0, 1))
    return sorted({*powers, *(n for n in near if n <= most)})


def seconds(case: str, numbers: str, question: str, n: int) -> float:
    """Return the CPU time of one call on a new operator."""
    graphs, weights = CASES[case](n)
    kind, ask = QUESTIONS[question]
    sink = 0 if "reversed" in case else n - 1
    operator = kind(graphs, [NUMBERS[numbers](weight) for weight in weights], sink=sink)
    start = time.process_time()
    ask(operator)
    return time.process_time() - start


def jump(times: Times) -> tuple[float, int]:
    """Return the greatest ratio of a call that counts to the one before, and its n.

    >>> jump([(500, 0.02), (600, 0.03), (720, 0.09)])
    (3.0, 720)
    """
    pairs = pairwise(times)
    ratios = [(after / before, n) for (_, before), (n, after) in pairs if after > COUNTS]
    return max(ratios, default=(0.0, times[0][0]))


def row(case: str, numbers: str, question: str, times: Times) -> list[str]:
    """Return what is printed of the times of one question."""
    greatest, n = jump(times)
    shown = f"{greatest:.1f}{'  cliff' if greatest > CLIFF else ''}" if greatest else "–"
    ends = (f"{1000 * times[place][1]:.1f}" for place in (0, -1))
    return [case, numbers, question, *ends, shown, str(n) if greatest else "–"]


def main() -> None:
    """Print the table."""
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("--most", type=int, default=6000, help="the greatest n")
    reader.add_argument("--runs", type=int, default=3, help="runs of which the least counts")
    options = reader.parse_args()
    jobs = [(case, kind, ask) for case in CASES for kind in NUMBERS for ask in QUESTIONS]
    table = Table(*COLUMNS, box=None)
    for job in track(jobs, "measuring", console=Console(stderr=True), transient=True):
        seconds(*job, 20)  # imports
        times = [
            (n, min(seconds(*job, n) for _ in range(options.runs))) for n in grid(options.most)
        ]
        table.add_row(*row(*job, times))
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
