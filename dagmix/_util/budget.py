"""How long is too long: seconds, or a number of candidates, said in one way everywhere."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dagmix._util.brief import brief
from dagmix.errors import BudgetError, NumberError


@dataclass(frozen=True)
class Work:
    """A budget of candidates, not of seconds: the same on every machine.

    Wherever a `budget` is taken, a number is seconds of wall-clock time, `Work(n)` is n
    candidates (what they are is said there), and None is no limit. What is found until it ends is
    returned and labelled; an answer that is whole or nothing is a BudgetError that says how far
    it got.

    Parameters
    ----------
    candidates : int
        How many are tried at the most; at least 0.

    Raises
    ------
    NumberError
        For what is no integer, at least 0.

    Examples
    --------
    >>> from dagmix.search import smallest_witness, within_two_n_over_p
    >>> print(smallest_witness(within_two_n_over_p, budget=Work(7)))
    not found up to n = 2, 7 candidates; the budget ended at n = 3 with 5 edges

    References
    ----------
    The searches are over mixtures of arXiv:2507.02944, §2.2 and §3.1.
    """

    candidates: int

    def __post_init__(self) -> None:
        """Check the number."""
        given: Any = self.candidates
        if isinstance(given, bool) or not isinstance(given, int) or given < 0:
            message = f"Work is a number of candidates, an integer, at least 0; got {brief(given)}"
            raise NumberError(message)


Budget = float | Fraction | Work | None


class BudgetSpent(Exception):  # noqa: N818 - not an error: whoever set the budget catches it
    """The time or the work that was allowed is over."""


class Meter:
    """What is left of a budget, from when it was read on.

    >>> meter = Meter(Work(2))
    >>> meter.count()
    >>> meter.count()
    >>> meter.count()
    Traceback (most recent call last):
    dagmix._util.budget.BudgetSpent
    """

    def __init__(self, budget: Any = None) -> None:
        """Read a budget; raise NumberError where it is none."""
        self._ends, self._left, self._begun = math.inf, math.inf, 0
        if isinstance(budget, Work):
            self._left = budget.candidates
        elif budget is not None:
            self._ends = time.monotonic() + _seconds(budget)

    @property
    def is_spent(self) -> bool:
        """Whether the time is over."""
        return time.monotonic() > self._ends

    def check(self) -> None:
        """Raise BudgetSpent where the time is over."""
        if self.is_spent:
            raise BudgetSpent

    def spend(self) -> None:
        """Leave nothing, as after an interruption."""
        self._ends = -math.inf

    def release(self) -> None:
        """Take all limits away."""
        self._ends = self._left = math.inf

    def count(self) -> None:
        """Take one candidate; raise BudgetSpent where none is left, or no time."""
        self.check()
        if self._left < 1:
            raise BudgetSpent
        self._left -= 1
        self._begun += 1

    @contextmanager
    def need(self, total: int, units: str) -> Iterator[None]:
        """Raise BudgetError, which says how far it got, where what is whole or nothing ends."""
        try:
            yield
        except BudgetSpent:
            message = f"the budget ended with {self._begun} of {total} {units} begun"
            raise BudgetError(message) from None


def _seconds(budget: Any) -> float:
    number = isinstance(budget, int | float | Fraction) and not isinstance(budget, bool)
    if not number or not budget >= 0:
        message = (
            "a budget is a number of seconds, at least 0, Work(n) for n candidates, or None; "
            f"got {brief(budget)}"
        )
        raise NumberError(message)
    return float(min(budget, 1e12))
