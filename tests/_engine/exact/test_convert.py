"""Rationals of Python and of flint are the same numbers, there and back."""

from __future__ import annotations

import pickle
from fractions import Fraction

import flint
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dagmix._engine.exact.convert import fraction, objects, quotient, rational_matrix


@given(st.lists(st.fractions(), min_size=4, max_size=4))
def test_there_and_back(numbers: list[Fraction]) -> None:
    matrix = rational_matrix(np.array(numbers, dtype=object).reshape(2, 2))
    assert [fraction(entry) for entry in matrix.entries()] == numbers
    assert matrix[1, 0] == flint.fmpq(numbers[2].numerator, numbers[2].denominator)


def test_what_is_found_by_flint_is_in_lowest_terms() -> None:
    found = fraction(flint.fmpq(6, -4) * flint.fmpq(10**40))
    assert (found.numerator, found.denominator) == (-15 * 10**39, 1)


def test_objects_stay_one_by_one() -> None:
    """Items that NumPy would open, or turn into floats, are kept as they are."""
    items = [[1, 2], (3, 4), 2**70, Fraction(1, 3)]
    array = objects(items)
    assert array.shape == (4,)
    assert all(kept is item for kept, item in zip(array, items, strict=True))


def test_long_quotients_are_in_lowest_terms() -> None:
    """A Fraction like any other: of a million bits, negative, whole, pickled and compared."""
    long = quotient(3 * 2**1_000_000, 9)
    assert (long.numerator, long.denominator) == (2**1_000_000, 3)
    assert type(long) is Fraction
    assert quotient(-6, 4) == Fraction(-3, 2)
    assert pickle.loads(pickle.dumps(quotient(6, 4))) + 1 == Fraction(5, 2)  # noqa: S301 - our own
    assert hash(quotient(8, 4)) == hash(2)
