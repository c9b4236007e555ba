"""Numbers as users write them, read once into one of three fields.

int, Fraction, rational strings, Decimals and SymPy rationals are exact; a float makes the result
a float; any other SymPy expression, and an algebraic number, is symbolic.
"""

from __future__ import annotations

import math
import numbers
import re
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from dagmix._util.brief import brief
from dagmix.errors import EpsilonError, NumberError, StepError

if TYPE_CHECKING:
    from sympy import Expr

FINEST = 10_000  # the largest exponent of ten in an ε, which is stepped or squared for
EXPONENT = re.compile(r"[eE][+-]?([\d_]+)\s*$")
HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)
LARGEST_EXPONENT = 10**6  # of ten; the fraction for 1e999999999 would take gigabytes


class Field(Enum):
    """The kind of numbers an operator has; answers come back in the same kind.

    - `RATIONAL`: every entry is a Fraction, answers are exact.
    - `FLOAT`: some number was a float; answers are floats with certified error bounds.
    - `SYMBOLIC`: some number is another SymPy expression; signals are such expressions.

    >>> from dagmix import DiffusionOperator
    >>> DiffusionOperator.from_matrix([[1, 0], [0.5, 0.5]]).field
    <Field.FLOAT: 'float'>
    """

    RATIONAL = "rational"
    FLOAT = "float"
    SYMBOLIC = "symbolic"


def read_scalar(value: Any, what: str) -> Fraction | float | Expr:
    """Return `value` as a Fraction, a float or a SymPy expression.

    Raises NumberError, naming `what`, for anything that is not a finite real number.

    >>> read_scalar("1/3", "a weight"), read_scalar("0.1", "a weight"), read_scalar(0.5, "a weight")
    (Fraction(1, 3), Fraction(1, 10), 0.5)
    """
    if isinstance(value, bool):
        message = f"{what} must be a number; got {value}"
        raise NumberError(message)
    if isinstance(value, str | numbers.Rational):
        return _exact(value, what)
    if isinstance(value, Decimal):
        return _exact(str(value), what)
    if isinstance(value, numbers.Real):
        return _finite(float(value), what)
    from sympy import Expr, sympify  # noqa: PLC0415 - SymPy takes long to import

    if hasattr(value, "_sympy_"):  # an Algebraic
        value = sympify(value)
    if isinstance(value, Expr):
        return _from_sympy(value, what)
    message = f"{what} must be a real number; got {brief(value)} of type {type(value).__name__}"
    raise NumberError(message)


def _exact(value: str | numbers.Rational, what: str) -> Fraction:
    try:
        exponent = int(value.lower().partition("e")[2] or 0) if isinstance(value, str) else 0
        if abs(exponent) <= LARGEST_EXPONENT:
            return Fraction(value)
    except (ValueError, ZeroDivisionError) as error:
        message = f"{what} must be a number such as '1/3' or '0.1'; got {brief(value)}"
        raise NumberError(message) from error
    message = f"{what} must have an exponent from −10⁶ to 10⁶; got {brief(value)}"
    raise NumberError(message)


def _finite(value: float, what: str) -> float:
    if not math.isfinite(value):
        message = f"{what} must be finite; got {value}"
        raise NumberError(message)
    return value


def _from_sympy(value: Any, what: str) -> Fraction | float | Expr:
    if value.is_number and not (value.is_real and value.is_finite):
        message = f"{what} must be a finite real number; got {value}"
        raise NumberError(message)
    return value


def is_negative(number: Any) -> bool:
    """Tell whether a number, or a symbol or constant of SymPy by its assumptions, is negative.

    >>> import sympy as sp
    >>> is_negative(Fraction(-1, 2)), is_negative(1 - sp.pi), is_negative(sp.Symbol("a") - 1)
    (True, True, False)
    """
    return bool(getattr(number, "is_negative", None) or (number < 0) is True)


def read_epsilon(value: Any) -> Fraction:
    """Return a threshold as the exact rational it is; the float 0.1 is not 1/10.

    >>> read_epsilon("0.1") == Fraction(1, 10), read_epsilon(0.1) == Fraction(1, 10)
    (True, False)
    """
    if isinstance(value, str) and (exponent := EXPONENT.search(value)):
        _check_exponent(value, exponent[1])
    try:
        number = read_scalar(value, "epsilon")
    except NumberError:
        number = math.nan
    if not isinstance(number, Fraction | float) or not 0 < number < 1:
        message = f"epsilon must be a number strictly between 0 and 1; got {brief(value)}"
        raise EpsilonError(message)
    return Fraction(number)


def _check_exponent(value: str, digits: str) -> None:
    """Refuse an exponent that takes for ever to write out, by its length before its size."""
    digits = digits.replace("_", "").lstrip("0") or "0"
    if len(digits) > len(str(FINEST)) or int(digits) > FINEST:
        message = f"epsilon has an exponent of at most {FINEST}; got {brief(value)}"
        raise EpsilonError(message)


def read_steps(value: Any, what: str = "t") -> int:
    """Return a number of steps, refusing negative and fractional ones.

    >>> read_steps(3)
    3
    """
    try:
        number = read_scalar(value, what)
    except NumberError:
        number = -1.0
    if not isinstance(number, Fraction | float) or number < 0 or number != int(number):
        message = f"{what} must be an integer, at least 0; got {brief(value)}"
        raise StepError(message)
    return int(number)


def read_count(value: Any, least: int, what: str) -> int:
    """Return an integer that is at least `least`; raise NumberError naming `what`.

    >>> read_count(3, 1, "n")
    3
    """
    number = read_scalar(value, what)
    if not isinstance(number, Fraction | float) or number != int(number) or number < least:
        message = f"{what} is an integer, at least {least}; got {brief(value)}"
        raise NumberError(message)
    return int(number)
