"""What an answer is worth beside the right one."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from questions import Case
from references import reference

CLOSE = 1e-9  # relative, for answers in floats
AGREES, ROUNDED, WRONG, MISSING = "agrees", "rounded", "wrong", "missing"


def judge(case: Case, answer: Any) -> tuple[str, str]:
    """Return the verdict and what was answered, in words; a wrong answer with the right one."""
    if answer is None:
        return MISSING, "None"
    right = reference(case)
    if case.question == "mixing":
        return whole(answer, right)
    if case.question == "ties":
        return several(answer, right)
    if case.question == "exact hitting" and list(map(type, answer)) == [Fraction] * case.n:
        return (AGREES, "fractions") if list(answer) == right else (WRONG, "other fractions")
    verdict, words = close(answer, right, whole_scale=case.question == "stationary")
    if case.question == "exact hitting" and verdict == AGREES:
        return ROUNDED, f"floats, {words}"
    return verdict, words


def whole(answer: Any, right: int) -> tuple[str, str]:
    """Compare two integers."""
    if answer == right:
        return AGREES, str(right)
    return WRONG, f"{answer}, is {right}"


def several(answers: list[Any], right: list[int]) -> tuple[str, str]:
    """Compare lists of integers."""
    wrong = [(a, r) for a, r in zip(answers, right, strict=True) if a != r]
    if not wrong:
        return AGREES, f"{len(right)} of {len(right)}"
    a, r = wrong[0]
    return WRONG, f"{len(wrong)} of {len(right)}, such as {a} for {r}"


def close(answer: Any, right: Any, *, whole_scale: bool) -> tuple[str, str]:
    """Compare floats: each relative to its own size, or distributions in total variation."""
    given, wanted = (np.atleast_1d(np.asarray(x, dtype=np.float64)) for x in (answer, right))
    if given.shape != wanted.shape:
        return WRONG, f"shape {given.shape}, is {wanted.shape}"
    gap = np.abs(given - wanted)
    if whole_scale:
        error, name = float(gap.sum() / 2), "total variation"
    else:
        error, name = float((gap / np.where(wanted == 0, 1, np.abs(wanted))).max()), "relative"
    if error <= CLOSE:  # NaN fails this
        return AGREES, f"{name} {error:.0e}"
    worst = int(np.argmax(gap))
    return WRONG, f"{given[worst]:.6g}, is {wanted[worst]:.6g}"
