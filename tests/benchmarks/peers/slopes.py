"""Cost as a power of the size: a line fitted through logarithms."""

from __future__ import annotations

import math

import numpy as np
from questions import Case
from race import Result
from references import reference
from verdicts import AGREES, ROUNDED, WRONG

TAIL = 3  # points fitted, the largest: below, the cost of a call hides the growth


def abscissa(result: Result) -> float:
    """Return what cost is drawn against: the size, or T for sticky lines."""
    case = Case(result.question, result.family, result.size)
    return float(reference(case)) if result.family == "sticky line" else float(result.size)


def timed(results: list[Result]) -> list[Result]:
    """Return the answers that took a time, right or wrong."""
    good = (AGREES, ROUNDED, WRONG)
    return [result for result in results if result.seconds and result.verdict in good]


def slope(results: list[Result]) -> float | None:
    """Return the exponent of the last points; None for fewer than two."""
    last = timed(results)[-TAIL:]
    if len(last) < 2:
        return None
    x = [math.log(abscissa(result)) for result in last]
    y = [math.log(result.seconds or math.nan) for result in last]
    return float(np.polyfit(x, y, 1)[0])
