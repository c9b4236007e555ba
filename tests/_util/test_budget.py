"""Budgets: seconds, candidates, no limit, and what is refused."""

from __future__ import annotations

import math
from copy import copy
from fractions import Fraction
from typing import Any

import pytest

from dagmix import Work, errors
from dagmix._util.budget import BudgetSpent, Meter


@pytest.mark.parametrize("given", [-1, math.nan, True, False, "10", [1], -0.5, Fraction(-1, 2)])
def test_what_is_no_budget_is_refused(given: Any) -> None:
    with pytest.raises(errors.NumberError, match="a budget is a number of seconds"):
        Meter(given)


@pytest.mark.parametrize("given", [-1, 1.5, True, math.inf, "10", None, Fraction(2)])
def test_what_is_no_work_is_refused(given: Any) -> None:
    with pytest.raises(errors.NumberError, match="Work is a number of candidates"):
        Work(given)


@pytest.mark.parametrize("seconds", [3, 3.0, Fraction(3), 10**400, math.inf])
def test_seconds_end(seconds: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the time when the budget was read; what is longer than anyone waits never does."""
    now = [100.0]
    monkeypatch.setattr("dagmix._util.budget.time.monotonic", lambda: now[0])
    meter = Meter(seconds)
    now[0] += 3
    meter.check()
    meter.count()
    now[0] += 1
    if seconds == 3:
        for spend in (meter.check, meter.count):
            with pytest.raises(BudgetSpent):
                spend()
    else:
        meter.count()


@pytest.mark.parametrize("candidates", [0, 1, 5])
def test_work_ends(candidates: int) -> None:
    meter = Meter(Work(candidates))
    for _ in range(candidates):
        meter.count()
    meter.check()
    with pytest.raises(BudgetSpent):
        meter.count()


def test_none_is_no_limit() -> None:
    meter = Meter()
    for _ in range(1000):
        meter.count()


def test_work_is_a_value() -> None:
    assert copy(Work(3)) == Work(3) != Work(4)
    assert repr(Work(3)) == "Work(candidates=3)"
