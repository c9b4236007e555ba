"""Break what a row rests on, an operator or an input, and see that the row notices.

Nothing here touches a helper of a check: what is replaced is a method of the library, a family of
graphs, an example, or the printed data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from dagmix.paper import verification

Break = Callable[[pytest.MonkeyPatch], None]

STATEMENTS = {statement.label: statement for statement in verification.STATEMENTS}


def changed(owner: type, name: str, change: Callable[[Any], Any]) -> Break:
    """Return what makes a method of `owner` return something else."""
    method = getattr(owner, name)

    def broken(self: Any, *args: Any, **kwargs: Any) -> Any:
        return change(method(self, *args, **kwargs))

    return lambda patch: patch.setattr(owner, name, broken)


def put(owner: Any, name: str, value: Any) -> Break:
    """Return what puts something else in a place: an input, or an operator's class."""
    return lambda patch: patch.setattr(owner, name, value)


def item(owner: dict[str, Any], name: str, value: Any) -> Break:
    """Return what puts something else into printed data."""
    return lambda patch: patch.setitem(owner, name, value)


def plus_one(value: Any) -> Any:
    return value + 1


def other_fidelity(result: Any) -> Any:
    return replace(result, value=result.value + Fraction(1, 7), times=(99,), attained=False)


def a_third(result: Any) -> Any:
    return replace(result, value=result.value / 3)


def assert_noticed(label: str, breaks: Break, patch: pytest.MonkeyPatch) -> None:
    """Check a row after something was broken: it must not come out as documented."""
    breaks(patch)
    (row,) = verification.verify([STATEMENTS[label]])
    assert not row.as_documented, row.finding
