"""Numbers of Python, in NumPy's object arrays and in FLINT: one conversion each way, one solve."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dagmix._util.lazy import flint

Objects = NDArray[Any]

MOST_BITS = 2**12  # of a denominator among answers of length n that are exact without being asked
SHORT = 2**12  # bits, up to which Python's gcd is quick and FLINT need not be loaded
LARGEST_ROW = 2**27  # bits of one exact number, past which exact stepping is refused
LARGEST_TABLE = 2**33  # bits of all numbers of an exact row, 1 GiB


class LongNumbersError(ArithmeticError):
    """Exact answers have more bits than were allowed."""


def check_length(denominator: Any, most_bits: float) -> None:
    """Raise LongNumbersError where a denominator is longer than allowed."""
    if denominator.bit_length() > most_bits:
        raise LongNumbersError


def objects(items: Sequence[Any]) -> Objects:
    """Return a 1-D array of Python objects, sequences among them left as they are."""
    return np.fromiter(items, dtype=object, count=len(items))


def rational(number: Fraction) -> Any:
    """Return a Fraction, or an integer, as FLINT's rational."""
    return flint.fmpq(number.numerator, number.denominator)


class _LowestTerms:
    """A rational in lowest terms, which a Fraction takes as it is, without a gcd."""

    def __init__(self, numerator: int, denominator: int) -> None:
        self.numerator, self.denominator = numerator, denominator


numbers.Rational.register(_LowestTerms)


def fraction(number: Any) -> Fraction:
    """Return FLINT's rational as a Fraction.

    Python's gcd of numbers of a million bits takes seconds, FLINT's milliseconds.
    """
    lowest: Any = _LowestTerms(int(number.p), int(number.q))
    found: Fraction = Fraction(lowest)
    return found


def quotient(numerator: int, denominator: int) -> Fraction:
    """Return a quotient of integers, however long.

    >>> quotient(6, 4), quotient(6 * 10**2000, 4 * 10**2000)
    (Fraction(3, 2), Fraction(3, 2))
    """
    if denominator.bit_length() <= SHORT:
        return Fraction(numerator, denominator)
    return fraction(flint.fmpq(numerator, denominator))


def ends(ball: Any) -> tuple[Fraction, Fraction]:
    """Return the two ends of a ball, the exact dyadic numbers that they are."""
    return fraction(ball.lower().fmpq()), fraction(ball.upper().fmpq())


def rational_matrix(array: Objects) -> Any:
    """Return a 2-D array of Fractions as FLINT's matrix."""
    return flint.fmpq_mat([[rational(number) for number in row] for row in array.tolist()])


def fractions(matrix: Any) -> Objects:
    """Return FLINT's rational matrix as a 2-D array of Fractions."""
    numbers = objects([fraction(number) for number in matrix.entries()])
    return numbers.reshape(matrix.nrows(), matrix.ncols())


def solve_exactly(system: Objects, right: Objects) -> Objects:
    """Return x with A x = b in Fractions, for one right side, or for one in every column."""
    columns = rational_matrix(np.atleast_2d(right.T).T)
    return fractions(rational_matrix(system).solve(columns)).reshape(right.shape)
