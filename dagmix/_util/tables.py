"""Results as tables, for a terminal or in plain text, and as JSON."""

from __future__ import annotations

import json
import math
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import Any

from rich.box import SIMPLE
from rich.console import Console, Group
from rich.markup import escape as literal
from rich.table import Column, Table
from rich.text import Text

from dagmix._util.written import as_html

WIDTH = 100  # columns of the plain text


class Tabled:
    """A result that prints as a table: a title, column names, rows of text."""

    @abstractmethod
    def _title(self) -> str:
        """Return one line above the table."""

    @abstractmethod
    def _columns(self) -> Sequence[str]:
        """Return the names of the columns."""

    @abstractmethod
    def _rows(self) -> Sequence[Sequence[str]]:
        """Return the rows, a text for each column."""

    def __rich__(self) -> Group:
        """Return title and table for a terminal."""
        return Group(Text(self._title()), table(self._columns(), self._rows(), box=SIMPLE))

    def __str__(self) -> str:
        """Return the table as plain text."""
        written = StringIO()
        Console(file=written, width=WIDTH, color_system=None).print(self)
        return "\n".join(line.rstrip() for line in written.getvalue().rstrip().splitlines())

    def _repr_html_(self) -> str:
        return as_html(self._title(), self._columns(), self._rows())


def table(
    columns: Iterable[str | Column], rows: Iterable[Sequence[str | Text]], **look: Any
) -> Table:
    """Return a table for a terminal; `look` are the options of `rich.table.Table`.

    What is given as a string is shown as it is, markup or not.

    >>> table(["[b]"], [["1"], [Text("2", style="bold")]], title="two rows").row_count
    2
    """
    made = Table(*map(_literal, columns), **look)
    for row in rows:
        made.add_row(*map(_literal, row))
    return made


def _literal(cell: Any) -> Any:
    return literal(cell) if isinstance(cell, str) else cell


def to_json(record: Any) -> str:
    r"""Return lists and dictionaries of numbers and texts as JSON, indented, in ASCII.

    JSON has finite numbers only: the others are the strings "inf" and "nan".

    >>> print(to_json({"φ": math.nan, "at": (0, 1.5)}))
    {
      "\u03c6": "nan",
      "at": [
        0,
        1.5
      ]
    }
    """
    return json.dumps(_finite(record), indent=2, allow_nan=False)


def to_json_line(record: Any) -> str:
    """Return the same in one line.

    >>> to_json_line({"at": (0, math.inf)})
    '{"at": [0, "inf"]}'
    """
    return json.dumps(_finite(record), allow_nan=False)


def _finite(value: Any) -> Any:
    """Replace every number that is not finite, at any depth."""
    if isinstance(value, Mapping):
        return {name: _finite(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return list(map(_finite, value))
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
