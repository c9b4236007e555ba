"""Rational functions and signs of polynomials at algebraic numbers."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError
from fractions import Fraction
from typing import Any

import pytest
import sympy as sp
from flint import fmpz_poly
from hypothesis import given
from hypothesis import strategies as st

from dagmix._engine.exact.algebraic import roots
from dagmix._engine.exact.rational_functions import roots_inside, sign
from dagmix.optimal import Algebraic, Ratio

HALF_ROOT_TWO = Algebraic((-1, 0, 2), 1)
COEFFICIENTS = st.lists(st.integers(-9, 9), min_size=2, max_size=7).filter(lambda c: c[-1] != 0)
X = sp.Symbol("x")


def real_roots(coefficients: list[int]) -> list[sp.Expr]:
    """All different real roots by SymPy, in order."""
    polynomial = sp.Poly(list(reversed(coefficients)), X)
    return sorted(set(sp.real_roots(polynomial, multiple=True)), key=lambda root: root.evalf(60))


@given(COEFFICIENTS)
def test_descartes_loses_no_root(coefficients: list[int]) -> None:
    polynomial = fmpz_poly(coefficients)
    inside = [root for root in roots(polynomial) if 0 < root < 1]
    assert roots_inside(polynomial, Fraction(0), Fraction(1)) == inside


@pytest.mark.slow
@given(COEFFICIENTS, COEFFICIENTS)
def test_signs_at_roots_are_sympys(one: list[int], other: list[int]) -> None:
    value = sp.Poly(list(reversed(other)), X).as_expr()
    for at, root in zip(roots(fmpz_poly(one)), real_roots(one), strict=True):
        expected = sp.sign(sp.N(value.subs(X, root), 40, chop=sp.Rational(1, 10**30)))
        assert sign(fmpz_poly(other), at) == expected


@given(COEFFICIENTS, st.fractions(-2, 2, max_denominator=20))
def test_values_at_rationals(coefficients: list[int], at: Fraction) -> None:
    ratio = Ratio(fmpz_poly(coefficients), fmpz_poly([5, 0, 1]))
    top = sum(c * at**k for k, c in enumerate(coefficients))
    assert ratio.value(at) == Fraction(top) / (5 + at**2)
    raised: Any = ratio.plus(Fraction(2, 3)).value(at)
    assert raised - Fraction(2, 3) == ratio.value(at)


def test_a_value_at_an_algebraic_number_is_exact() -> None:
    """(1 + x) / (2 + x) at 1/√2 is (3 + √2)/7, a root of 7 y² − 6 y + 1."""
    ratio = Ratio(fmpz_poly([1, 1]), fmpz_poly([2, 1]))
    assert ratio.value(HALF_ROOT_TWO) == Algebraic((1, -6, 7), 1)
    assert Ratio(fmpz_poly([1, 0, 2]), fmpz_poly([3])).value(HALF_ROOT_TWO) == Fraction(2, 3)
    assert hash(ratio) == hash(Ratio(fmpz_poly([1, 1]), fmpz_poly([2, 1])))


def test_a_constant_has_no_roots() -> None:
    assert roots_inside(fmpz_poly([3]), Fraction(0), Fraction(1)) == []
    assert roots_inside(fmpz_poly([0]), Fraction(0), Fraction(1)) == []


def test_ratios_are_frozen_values() -> None:
    ratio = Ratio(fmpz_poly([0, 1]), fmpz_poly([1, 1]))
    again = Ratio(fmpz_poly([0, 1]), fmpz_poly([1, 1]))
    assert ratio == again
    assert hash(ratio) == hash(again)
    assert ratio != Ratio(fmpz_poly([0, 1]), fmpz_poly([1, 2]))
    for name in ("numerator", "denominator", "other"):
        with pytest.raises(FrozenInstanceError):
            setattr(ratio, name, fmpz_poly([1]))
    with pytest.raises(FrozenInstanceError):
        del ratio.numerator


def test_ratios_are_pickled_and_copied() -> None:
    """With coefficients of any length."""
    for top, bottom in (([0, 1], [1, 1]), ([], [3]), ([2**200, -1], [1, 0, 3**200])):
        ratio = Ratio(fmpz_poly(top), fmpz_poly(bottom))
        again = pickle.loads(pickle.dumps(ratio))  # noqa: S301 - our own
        assert again == ratio == copy.deepcopy(ratio)
        assert hash(again) == hash(ratio)
