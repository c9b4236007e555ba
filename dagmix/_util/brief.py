"""Short texts of values: a fraction of thousands of digits is told by its size.

Python refuses to write integers of over 4,300 digits, and nobody reads one of 400: a repr that
raises would hide the answer, and an error message that raises would hide the error.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from fractions import Fraction
from html import escape
from typing import Any, ClassVar

MOST_BITS = 2**10  # of a number that is written out: about 300 digits
MOST_CELLS = 12  # of a tuple that is written out in a table
MOST_CHARACTERS = 400  # of a string that is written out
MOST_ITEMS = 100  # of a tuple that is written out


def brief(value: Any, write: Callable[[Any], str] = repr) -> str:
    """Return the repr (or str) of a value; what is too long to read is told by its size.

    >>> brief((Fraction(1, 3), Fraction(-1, 10**5000), 7))
    '(Fraction(1, 3), <Fraction of 5001 digits, near -1.0000e-5000>, 7)'
    >>> brief(tuple(range(5000)))
    '<5000 items: 0, 1, 2, …, 4999>'
    >>> brief([10**5000]), brief("x" * 5000)[-21:]
    ('<list too long to write>', "x… (5000 characters)'")
    """
    if type(value) is tuple and len(value) > MOST_ITEMS:
        first = ", ".join(map(brief, value[:3]))
        return f"<{len(value)} items: {first}, …, {brief(value[-1])}>"
    if type(value) is tuple:
        inside = ", ".join(map(brief, value))
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    if isinstance(value, str) and len(value) > MOST_CHARACTERS:
        return repr(f"{value[:MOST_CHARACTERS]}… ({len(value)} characters)")
    if isinstance(value, int | Fraction) and _longest(value).bit_length() > MOST_BITS:
        kind, digits = type(value).__name__, int(_log(_longest(value))) + 1
        return f"<{kind} of {digits} digits, near {_scientific(value)}>"
    try:
        return write(value)
    except ValueError:
        return f"<{type(value).__name__} too long to write>"


def _longest(value: int | Fraction) -> int:
    return max(abs(value.numerator), value.denominator)


def _log(number: int) -> float:
    return math.log10(number)


def _scientific(value: int | Fraction) -> str:
    """Write a number other than 0 to five digits; floats would overflow."""
    power = _log(abs(value.numerator)) - _log(value.denominator)
    exponent = math.floor(power)
    sign = "-" if value < 0 else ""
    return f"{sign}{10 ** (power - exponent):.4f}e{exponent:+03d}"


class Brief:
    """Give a dataclass, declared with `repr=False`, a repr that tells long numbers by their size.

    >>> @dataclasses.dataclass(frozen=True, repr=False)
    ... class Answer(Brief):
    ...     value: Fraction
    >>> Answer(Fraction(1, 2)), Answer(Fraction(1, 3**10000))
    (Answer(value=Fraction(1, 2)), Answer(value=<Fraction of 4772 digits, near 6.1299e-4772>))
    """

    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]

    def __repr__(self) -> str:
        """Show every field."""
        shown = (f"{f.name}={brief(getattr(self, f.name))}" for f in dataclasses.fields(self))
        return f"{type(self).__qualname__}({', '.join(shown)})"

    def _repr_html_(self) -> str:
        fields = ((f.name, _cell(getattr(self, f.name))) for f in dataclasses.fields(self))
        rows = "".join(f"<tr><th>{name}</th><td>{escape(cell)}</td></tr>" for name, cell in fields)
        return f"<table><caption>{type(self).__qualname__}</caption>{rows}</table>"


def _cell(value: Any) -> str:
    """Write the value of a field: numbers and texts plainly, short tuples one after the other."""
    if type(value) is tuple and len(value) <= MOST_CELLS:
        return ", ".join(map(_cell, value))
    return brief(value, str if isinstance(value, int | Fraction | str) else repr)
