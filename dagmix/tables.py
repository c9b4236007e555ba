"""Results that read as tables: plain text, rich, HTML."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from html import escape
from io import StringIO
from typing import Any

from rich.box import SIMPLE
from rich.console import Console, Group
from rich.markup import escape as literal
from rich.table import Table
from rich.text import Text

WIDTH = 100  # columns of the plain text
READABLE = 20  # characters of a number, past which it is rounded


class Tabled:
    """A result that prints as a table: a title, column names, rows of text."""

    @abstractmethod
    def title(self) -> str:
        """Return one line above the table."""

    @abstractmethod
    def columns(self) -> Sequence[str]:
        """Return the names of the columns."""

    @abstractmethod
    def rows(self) -> Sequence[Sequence[str]]:
        """Return the rows, a text for each column."""

    def __rich__(self) -> Group:
        """Return title and table for a terminal."""
        table = Table(box=SIMPLE)
        for name in self.columns():
            table.add_column(literal(name))
        for row in self.rows():
            table.add_row(*map(literal, row))
        return Group(Text(self.title()), table)

    def __str__(self) -> str:
        """Return the table as plain text."""
        written = StringIO()
        Console(file=written, width=WIDTH, color_system=None).print(self)
        return "\n".join(line.rstrip() for line in written.getvalue().rstrip().splitlines())

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(name)}</th>" for name in self.columns())
        body = "".join(
            f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in self.rows()
        )
        return f"<table><caption>{escape(self.title())}</caption><tr>{head}</tr>{body}</table>"


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
