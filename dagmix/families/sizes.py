"""How large the numbers may be for which closed forms are written out."""

from __future__ import annotations

from typing import Any

from dagmix._engine.exact.scalars import read_count
from dagmix._util.brief import brief
from dagmix.errors import NumberError


def within(value: Any, least: int, what: str, most: int) -> int:
    """Return an integer between two; raise NumberError where exact numbers would take minutes.

    >>> within(3, 1, "n", 10)
    3
    """
    number = read_count(value, least, what)
    if number > most:
        message = f"the closed form is written out for {what} of at most {most}; got {brief(value)}"
        raise NumberError(message)
    return number
