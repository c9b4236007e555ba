"""Real algebraic numbers, exact: a rational, or a root of an irreducible integer polynomial.

FLINT factors the polynomials and isolates their roots in balls; this module orders them.
Rational numbers stay Fractions, so that an `Algebraic` is always irrational.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, total_ordering
from typing import Any

from flint import fmpz_poly

from dagmix._engine.exact.arb import precision, settle
from dagmix._engine.exact.convert import ends

BITS = 64
MOST_DIGITS = 60  # characters of a polynomial that a repr shows


@total_ordering
@dataclass(frozen=True, repr=False)
class Algebraic:
    """A real irrational algebraic number: a root of an irreducible integer polynomial.

    Compared exactly with each other, with rationals and with floats; `float` gives the nearest
    float, or one next to it. Rational numbers are Fractions instead.

    Parameters
    ----------
    coefficients : tuple of int
        Of the polynomial, the constant first; the degree is at least 2.
    rank : int
        Which of its real roots, in increasing order from 0.

    Examples
    --------
    >>> root = Algebraic((-2, 0, 9), 1)
    >>> root, Fraction(1, 3) < root < Fraction(1, 2), root == Algebraic((-2, 0, 9), 1)
    (Algebraic(0.471404520791, root of 9*x^2 - 2), True, True)

    References
    ----------
    Roots are enclosed by FLINT in ball arithmetic: arXiv:1611.02831.
    """

    coefficients: tuple[int, ...]
    rank: int

    def enclosure(self, bits: int = BITS) -> tuple[Fraction, Fraction]:
        """Return rationals (low, high) around the number.

        Parameters
        ----------
        bits : int
            high − low is at most about 2^(1 − bits) times the number.

        Returns
        -------
        tuple of two Fractions
            low < number < high.

        Raises
        ------
        IndexError
            If the polynomial has no real root of this rank.

        Examples
        --------
        >>> low, high = Algebraic((-2, 0, 1), 1).enclosure(32)
        >>> low**2 < 2 < high**2, high - low < Fraction(1, 2**30)
        (True, True)
        """
        return _real_roots(self.coefficients, bits)[self.rank]

    def __lt__(self, other: Algebraic | Fraction | float) -> bool:
        return self != other and _is_below(self, other)

    def __float__(self) -> float:
        """Return the nearest float, or one next to it."""
        return float(self.enclosure()[0])

    def __repr__(self) -> str:
        polynomial = str(fmpz_poly(list(self.coefficients)))
        if len(polynomial) > MOST_DIGITS:
            polynomial = f"a polynomial of degree {len(self.coefficients) - 1}"
        return f"Algebraic({float(self):.12g}, root of {_spaced(polynomial)})"


Number = Fraction | Algebraic


def _spaced(polynomial: str) -> str:
    return polynomial.replace("+ (-", "- ").replace(")", "")


def _is_below(one: Algebraic, other: Algebraic | Fraction | float) -> bool:
    """Compare two different numbers: refine until their enclosures are apart."""

    def order(bits: int) -> bool | None:
        (low, high), (floor, ceiling) = one.enclosure(bits), enclosure(other, bits)
        return True if high < floor else False if ceiling < low else None

    return settle(order, BITS)


@lru_cache(maxsize=2**12)
def _real_roots(coefficients: tuple[int, ...], bits: int) -> list[tuple[Fraction, Fraction]]:
    with precision(bits):
        found: Any = fmpz_poly(list(coefficients)).complex_roots()
        # Real roots are recognised exactly: their imaginary part is 0 and not a ball around it.
        real = [root.real for root, _ in found if root.imag == 0]
        return sorted(map(ends, real))


def enclosure(number: Number | float, bits: int = BITS) -> tuple[Fraction, Fraction]:
    """Return rationals around a number; a rational, or a float, is its own enclosure."""
    if isinstance(number, Algebraic):
        return number.enclosure(bits)
    return Fraction(number), Fraction(number)


def roots(polynomial: fmpz_poly) -> list[Number]:
    """Return the different real roots of a polynomial that is not 0, in order.

    >>> roots(fmpz_poly([-1, 3]) ** 2 * fmpz_poly([-2, 0, 9]))
    [Algebraic(-0.471404520791, root of 9*x^2 - 2), Fraction(1, 3), \
Algebraic(0.471404520791, root of 9*x^2 - 2)]
    """
    found: list[Number] = []
    for factor, _ in polynomial.factor()[1]:
        coefficients = tuple(map(int, factor.coeffs()))
        if len(coefficients) == 2:  # noqa: PLR2004 - a linear factor
            found.append(Fraction(-coefficients[0], coefficients[1]))
        else:
            count = len(_real_roots(coefficients, BITS))
            found.extend(Algebraic(coefficients, rank) for rank in range(count))
    return sorted(found)


def between(low: Number, high: Number) -> Fraction:
    """Return the simplest rational strictly between two numbers.

    >>> between(Fraction(1, 3), Algebraic((-2, 0, 9), 1))
    Fraction(2, 5)
    """

    def inside(bits: int) -> Fraction | None:
        left, right = enclosure(low, bits)[1], enclosure(high, bits)[0]
        third = (right - left) / 3
        return simplest(left + third, right - third) if left < right else None

    return settle(inside, BITS)


def simplest(low: Fraction, high: Fraction) -> Fraction:
    """Return the rational of least denominator in [low, high], 0 ≤ low ≤ high.

    >>> simplest(Fraction(31, 64), Fraction(33, 64)), simplest(Fraction(1, 5), Fraction(2, 7))
    (Fraction(1, 2), Fraction(1, 4))
    """
    whole = -(-low.numerator // low.denominator)
    if whole <= high:
        return Fraction(whole)
    floor = whole - 1
    return floor + 1 / simplest(1 / (high - floor), 1 / (low - floor))
