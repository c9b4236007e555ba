"""Numbers as people read them, and tables in HTML: what needs no library of its own."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from html import escape
from typing import Any

READABLE = 20  # characters of a number, past which it is rounded


def as_html(title: str, columns: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in HTML; what is given is shown as it is, markup or not.

    >>> as_html("<i>", ["a"], [["1"]])
    '<table><caption>&lt;i&gt;</caption><tr><th>a</th></tr><tr><td>1</td></tr></table>'
    """
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    return f"<table><caption>{escape(title)}</caption><tr>{head}</tr>{body}</table>"


def shown(number: Any) -> str:
    """Write a number: exactly where that is short, rounded where it is long or a float.

    >>> shown(Fraction(1, 3)), shown(0.1 + 0.2), shown(float("inf")), shown(7)
    ('1/3', '0.3', 'inf', '7')
    """
    if isinstance(number, float):
        return f"{number:.6g}"
    if not isinstance(number, Fraction) or _is_short(number):
        return str(number)
    # Decimal, because a Fraction may lie outside the range of float64.
    return f"{Decimal(number.numerator) / Decimal(number.denominator):.6g}"


def _is_short(number: Fraction) -> bool:
    """Tell whether a fraction is written in few characters; Python writes no very long ones."""
    digits = (number.numerator.bit_length() + number.denominator.bit_length()) * math.log10(2)
    return digits <= READABLE and len(str(number)) <= READABLE
