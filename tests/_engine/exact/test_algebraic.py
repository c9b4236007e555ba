"""Algebraic numbers and rational functions, against SymPy and by the laws of order."""

from __future__ import annotations

import itertools
import pickle
from fractions import Fraction
from typing import Any

import pytest
import sympy as sp
from flint import fmpz_poly
from hypothesis import given
from hypothesis import strategies as st

from dagmix.algebraic import Algebraic, between, enclosure, roots, simplest
from dagmix.extrema import Point
from dagmix.polynomials import Ratio, roots_inside, sign

HALF_ROOT_TWO = Algebraic((-1, 0, 2), 1)
COEFFICIENTS = st.lists(st.integers(-9, 9), min_size=2, max_size=7).filter(lambda c: c[-1] != 0)
X = sp.Symbol("x")


def real_roots(coefficients: list[int]) -> list[sp.Expr]:
    """All different real roots by SymPy, in order."""
    polynomial = sp.Poly(list(reversed(coefficients)), X)
    return sorted(set(sp.real_roots(polynomial, multiple=True)), key=lambda root: root.evalf(60))


@given(COEFFICIENTS)
def test_roots_are_sympys(coefficients: list[int]) -> None:
    expected = real_roots(coefficients)
    found = roots(fmpz_poly(coefficients))
    assert len(found) == len(expected)
    for mine, theirs in zip(found, expected, strict=True):
        low, high = enclosure(mine, 100)
        assert isinstance(mine, Fraction) == bool(theirs.is_rational)
        assert sp.Abs(sp.Rational(low) - theirs.evalf(50)) < sp.Rational(1, 10**25)
        assert high - low < Fraction(1, 10**20)


@given(COEFFICIENTS)
def test_descartes_loses_no_root(coefficients: list[int]) -> None:
    polynomial = fmpz_poly(coefficients)
    inside = [root for root in roots(polynomial) if 0 < root < 1]
    assert roots_inside(polynomial, Fraction(0), Fraction(1)) == inside


@given(COEFFICIENTS, COEFFICIENTS)
def test_signs_at_roots_are_sympys(one: list[int], other: list[int]) -> None:
    value = sp.Poly(list(reversed(other)), X).as_expr()
    for at, root in zip(roots(fmpz_poly(one)), real_roots(one), strict=True):
        expected = sp.sign(sp.N(value.subs(X, root), 40, chop=sp.Rational(1, 10**30)))
        assert sign(fmpz_poly(other), at) == expected


@given(COEFFICIENTS)
def test_the_order_is_total(coefficients: list[int]) -> None:
    found = [*roots(fmpz_poly(coefficients)), HALF_ROOT_TWO, Fraction(2, 3), Fraction(3, 4)]
    ordered = sorted(found)
    for one, other in itertools.pairwise(ordered):
        assert one <= other
        assert (one == other) == (not one < other)
        if one != other:
            assert one < between(one, other) < other


def test_equal_numbers_are_one_key() -> None:
    twin = roots(fmpz_poly([-1, 0, 2]) * fmpz_poly([1, 3]))[-1]
    assert twin == HALF_ROOT_TWO
    assert len({twin, HALF_ROOT_TWO, pickle.loads(pickle.dumps(twin))}) == 1  # noqa: S301 - our own


def test_close_numbers_are_told_apart() -> None:
    """They share their first 300 bits, so that the enclosures must be refined."""
    near = simplest(*enclosure(HALF_ROOT_TWO, 300))
    assert (near < HALF_ROOT_TWO) != (near > HALF_ROOT_TWO)
    assert (near < HALF_ROOT_TWO) == (2 * near**2 < 1)
    assert sign(fmpz_poly([-near.numerator, near.denominator]), HALF_ROOT_TWO) == (
        1 if 2 * near**2 < 1 else -1
    )
    identity = Ratio(fmpz_poly([0, 1]), fmpz_poly([1]))
    here, there = Point(HALF_ROOT_TWO, identity), Point(near, identity)
    assert here.exceeds(there, 1) == there.exceeds(here, -1) == (near < HALF_ROOT_TWO)
    assert there.exceeds(here, 1) == (near > HALF_ROOT_TWO)
    pair: list[Any] = [near, HALF_ROOT_TWO]
    low, high = sorted(pair)
    assert low < between(low, high) < high


def test_a_long_polynomial_is_not_written_out() -> None:
    _, root = roots(fmpz_poly([-2, *[0] * 30, 1, 10**60]))
    assert repr(root).endswith("root of a polynomial of degree 32)")
    assert float(HALF_ROOT_TWO) == pytest.approx(0.5**0.5, rel=1e-15)


@given(st.fractions(0, 1), st.fractions(0, 1))
def test_the_simplest_rational(one: Fraction, other: Fraction) -> None:
    low, high = sorted((one, other))
    found = simplest(low, high)
    assert low <= found <= high
    for denominator in range(1, min(found.denominator, 60)):
        least = -(-low.numerator * denominator // low.denominator)
        assert Fraction(least, denominator) > high


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
