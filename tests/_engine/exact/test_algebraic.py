"""Algebraic numbers, against SymPy and by the laws of order."""

from __future__ import annotations

import itertools
import math
import pickle
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp
from flint import fmpz_poly
from hypothesis import given, settings
from hypothesis import strategies as st

from dagmix import MultiHeadDiffusion
from dagmix._engine.exact.algebraic import between, enclosure, roots, simplest
from dagmix._engine.exact.rational_functions import sign
from dagmix.errors import SymbolicError, WeightError
from dagmix.optimal import Algebraic, Ratio
from dagmix.optimal.two_heads.extrema import Point
from dagmix.paper import example_3_8

HALF_ROOT_TWO = Algebraic((-1, 0, 2), 1)
COEFFICIENTS = st.lists(st.integers(-9, 9), min_size=2, max_size=7).filter(lambda c: c[-1] != 0)
X = sp.Symbol("x")


def real_roots(coefficients: list[int]) -> list[sp.Expr]:
    """All different real roots by SymPy, in order."""
    polynomial = sp.Poly(list(reversed(coefficients)), X)
    return sorted(set(sp.real_roots(polynomial, multiple=True)), key=lambda root: root.evalf(60))


@pytest.mark.slow
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


NUMBERS = st.one_of(
    st.fractions(-3, 3, max_denominator=9),
    COEFFICIENTS.map(lambda c: roots(fmpz_poly(c[:4])) or [HALF_ROOT_TWO]).flatmap(st.sampled_from),
)


@pytest.mark.slow
@settings(max_examples=20)
@given(NUMBERS, NUMBERS, st.sampled_from([HALF_ROOT_TWO, Algebraic((-1, -1, 0, 1), 0)]))
def test_arithmetic_is_that_of_a_field(x: Any, y: Any, z: Any) -> None:
    """Opposite and inverse operations, distribution, and the order of sums."""
    assert (x + z) - z == (z + x) - z == x
    assert (x * z) / z == x / z * z == x
    assert (x + y) * z == x * z + y * z
    assert (x - y < 0) == (x < y)
    assert 0 - (y - z) == z - y
    assert x + z == x or abs(float(x + z) - float(x) - float(z)) < 1e-12
    assert all(isinstance(number, Fraction | Algebraic) for number in (x + z, x * z, x / z))


def test_arithmetic_with_other_numbers() -> None:
    """Floats give floats, SymPy's numbers stay exact, and what is no number is refused."""
    root: Any = HALF_ROOT_TWO
    assert (root * 2.0, 2.0 / root) == (float(root) * 2, 2 / float(root))
    assert root * sp.sqrt(2) == sp.sqrt(2) * root == 1
    assert root < sp.sqrt(3)
    assert sp.sqrt(3) > root
    assert root == sp.sqrt(2) / 2
    assert np.int64(3) * root - root == root + root
    with pytest.raises(ZeroDivisionError, match="division of Algebraic"):
        root / 0
    for wrong in ("1", None, 1j):
        with pytest.raises(TypeError):
            root + wrong
        with pytest.raises(TypeError):
            _ = root < wrong


@pytest.mark.slow
@settings(max_examples=8)
@given(COEFFICIENTS)
def test_sympy_takes_the_number_as_it_is(coefficients: list[int]) -> None:
    """The root of SymPy's own list; its polynomial is zero there and irreducible."""
    for mine, theirs in zip(roots(fmpz_poly(coefficients)), real_roots(coefficients), strict=True):
        found = sp.sympify(mine)
        assert abs(sp.N(found - theirs, 30)) < 1e-25
        assert not found.has(sp.Float)
        if isinstance(mine, Algebraic):
            assert mine.polynomial.is_irreducible
            assert mine.polynomial.all_coeffs() == list(mine.coefficients[::-1])


@pytest.mark.slow
def test_weights_may_be_algebraic() -> None:
    """Signals are then exact; of roots of degree 3 the sum 1 is recognised, and another is not."""
    root: Any = Algebraic((-1, -1, 0, 3), 0)
    heads = example_3_8()
    mix = MultiHeadDiffusion(heads, [root, 1 - root])
    b = sp.Symbol("b")
    signal: Any = mix.signal("u", 2)
    assert abs(sp.N(signal - sp.sympify(root * (1 - root) / 4), 40)) < 1e-30
    assert MultiHeadDiffusion(heads, [b, 1 - b]).subs({b: root}).weights[0] == sp.sympify(root)
    with pytest.raises(WeightError, match="weights sum to 1"):
        MultiHeadDiffusion(heads, [root, root])
    with pytest.raises(SymbolicError, match="irrational"):
        mix.minimax_fidelity()


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


def test_numbers_of_numpy_and_infinities() -> None:
    root = Algebraic((-2, 0, 1), 1)
    assert root + np.int64(1) == np.int64(1) + root == 1 + root
    assert root / np.uint8(2) == root / 2
    assert -math.inf < root < math.inf
    assert not root > math.inf
    none = float("nan")
    with pytest.raises(ValueError, match="NaN"):
        assert root < none
