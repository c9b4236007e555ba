"""Quotients of integer polynomials in one variable β: signs, roots and values, exact.

Arithmetic, factors and roots are FLINT's; a value at an algebraic number is an algebraic
number again, found as an eigenvalue of a companion matrix.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any

from flint import fmpq, fmpq_mat, fmpq_poly, fmpz_poly

from dagmix._engine.exact.algebraic import (
    Algebraic,
    Number,
    ball_around,
    companion,
    enclosure,
    only_root,
    roots,
)
from dagmix._engine.exact.arb import precision, settle
from dagmix._engine.exact.convert import ends, fraction, rational

BITS = 128


def sign(polynomial: fmpz_poly, at: Number) -> int:
    """Return the sign of a polynomial at a rational or algebraic number: −1, 0 or 1.

    >>> [sign(fmpz_poly([-1, 0, 2]), Fraction(*x)) for x in ((2, 3), (3, 4))]
    [-1, 1]
    """
    if isinstance(at, Fraction):
        value = polynomial(rational(at))
        return int(value > 0) - int(value < 0)
    if polynomial.gcd(fmpz_poly(list(at.coefficients))).degree() > 0:
        return 0  # the gcd with an irreducible polynomial is 1 or that polynomial

    def side(bits: int) -> int | None:
        value = polynomial(ball_around(at, bits))
        return 1 if value > 0 else -1 if value < 0 else None

    return settle(side, BITS)


def roots_inside(polynomial: fmpz_poly, low: Number, high: Number) -> list[Number]:
    """Return the different roots strictly between two numbers; of 0, none."""
    if polynomial.degree() <= 0 or not _variations(polynomial, low, high):
        return []
    return [root for root in roots(polynomial) if low < root < high]


def _variations(polynomial: fmpz_poly, low: Number, high: Number) -> int:
    """Bound the number of roots in (low, high) by Descartes' rule: cheaper than finding them.

    They are the positive zeros of (1 + x)^d p((a x + b) / (x + 1)), a ≤ low and b ≥ high.
    """
    a, b = rational(enclosure(low)[0]), rational(enclosure(high)[1])
    moved = fmpq_poly(polynomial)(fmpq_poly([a, b - a])).coeffs()
    flipped = fmpq_poly([fmpq(0)] * (polynomial.degree() + 1 - len(moved)) + moved[::-1])
    signs = [c > 0 for c in flipped(fmpq_poly([1, 1])).coeffs() if c != 0]
    return sum(one != other for one, other in pairwise(signs))


@dataclass(frozen=True)
class Ratio:
    """A rational function numerator / denominator of a weight β, exact.

    Parameters
    ----------
    numerator, denominator : flint.fmpz_poly
        Integer polynomials; the denominator is positive on 0 < β < 1.

    Attributes
    ----------
    slope : flint.fmpz_poly
        A polynomial with the sign of the derivative.

    Examples
    --------
    >>> share = Ratio(fmpz_poly([0, 1]), fmpz_poly([1, 1]))
    >>> share.numerator, share.denominator, share.value(Fraction(1, 2))
    (x, x + 1, Fraction(1, 3))

    References
    ----------
    Signals of mixtures as polynomials in the weights: arXiv:2507.02944, Remark 3.7.
    """

    numerator: fmpz_poly
    denominator: fmpz_poly

    @staticmethod
    def constant(number: Fraction) -> Ratio:
        """Return a constant function.

        Parameters
        ----------
        number : Fraction
            Its value.

        Returns
        -------
        Ratio
            The function.

        Raises
        ------
        AttributeError
            For a number that is not rational, such as a float.

        Examples
        --------
        >>> Ratio.constant(Fraction(1, 3)).value(Fraction(1, 2))
        Fraction(1, 3)
        """
        return Ratio(fmpz_poly([number.numerator]), fmpz_poly([number.denominator]))

    def __hash__(self) -> int:
        return hash((str(self.numerator), str(self.denominator)))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the coefficients: FLINT's polynomials cannot be pickled."""
        tops, bottoms = (list(map(int, p.coeffs())) for p in (self.numerator, self.denominator))
        return _of_coefficients, (tops, bottoms)

    def minus(self, other: Ratio) -> fmpz_poly:
        """Return a polynomial with the sign and the zeros of self − other on (0, 1).

        Parameters
        ----------
        other : Ratio
            The function to compare with.

        Returns
        -------
        flint.fmpz_poly
            The numerator of the difference over a common denominator.

        Raises
        ------
        AttributeError
            For an argument without numerator and denominator.

        Examples
        --------
        >>> Ratio(fmpz_poly([0, 1]), fmpz_poly([1])).minus(Ratio.constant(Fraction(1, 3)))
        3*x + (-1)
        """
        return self.numerator * other.denominator - other.numerator * self.denominator

    def plus(self, number: Fraction) -> Ratio:
        """Return the sum of the function and a constant.

        Parameters
        ----------
        number : Fraction
            The constant.

        Returns
        -------
        Ratio
            self + number.

        Raises
        ------
        AttributeError
            For a number that is not rational, such as a float.

        Examples
        --------
        >>> Ratio.constant(Fraction(1, 3)).plus(Fraction(1, 6)).value(Fraction(0))
        Fraction(1, 2)
        """
        top = self.numerator * number.denominator + self.denominator * number.numerator
        return Ratio(top, self.denominator * number.denominator)

    @cached_property
    def slope(self) -> fmpz_poly:
        """A polynomial with the sign of the derivative."""
        top, bottom = self.numerator, self.denominator
        return top.derivative() * bottom - top * bottom.derivative()

    def reduced(self) -> Ratio:
        """Return the function in lowest terms, defined also where 0/0 has a limit.

        Returns
        -------
        Ratio
            Equal to self wherever that is defined.

        Examples
        --------
        >>> Ratio(fmpz_poly([0, 1]), fmpz_poly([0, 2])).reduced().value(Fraction(0))
        Fraction(1, 2)
        """
        common = self.numerator.gcd(self.denominator)
        return Ratio(self.numerator // common, self.denominator // common)

    def enclosure(self, at: Number, bits: int = BITS) -> tuple[Fraction, Fraction]:
        """Return rationals (low, high) around the value at a weight.

        Parameters
        ----------
        at : Fraction or Algebraic
            The weight.
        bits : int
            The precision of the enclosure of an algebraic weight, doubled inside.

        Returns
        -------
        tuple of two Fractions
            Equal, and exact, at a rational weight.

        Raises
        ------
        ZeroDivisionError, ValueError
            Where the denominator is 0, at a rational or at an algebraic weight.

        Examples
        --------
        >>> Ratio(fmpz_poly([0, 0, 1]), fmpz_poly([1])).enclosure(Fraction(2, 3))
        (Fraction(4, 9), Fraction(4, 9))
        """
        if isinstance(at, Fraction):
            value = self.numerator(rational(at)) / self.denominator(rational(at))
            return (fraction(value),) * 2
        with precision(2 * bits):
            ball = ball_around(at, 2 * bits)
            return ends(self.numerator(ball) / self.denominator(ball))

    def value(self, at: Number) -> Number:
        """Return the exact value at a weight.

        Parameters
        ----------
        at : Fraction or Algebraic
            The weight.

        Returns
        -------
        Fraction or Algebraic
            The value: a Fraction where it is rational.

        Raises
        ------
        ZeroDivisionError
            Where the denominator is 0.

        Examples
        --------
        >>> from dagmix.optimal import Algebraic
        >>> Ratio(fmpz_poly([0, 0, 1]), fmpz_poly([1])).value(Algebraic((-2, 0, 9), 1))
        Fraction(2, 9)
        """
        if isinstance(at, Fraction):
            return self.enclosure(at)[0]
        # The values at all conjugates of `at` are the eigenvalues of a rational matrix.
        polynomial = _at_companion(self, at).charpoly()
        return only_root(polynomial.numer(), lambda bits: self.enclosure(at, bits))


def _of_coefficients(numerator: list[int], denominator: list[int]) -> Ratio:
    return Ratio(fmpz_poly(numerator), fmpz_poly(denominator))


def _at_companion(ratio: Ratio, at: Algebraic) -> Any:
    matrix, modulus = companion(at), fmpq_poly(list(at.coefficients))
    bottom = _at_matrix(fmpq_poly(ratio.denominator) % modulus, matrix)
    return bottom.solve(_at_matrix(fmpq_poly(ratio.numerator) % modulus, matrix))


def _at_matrix(polynomial: fmpq_poly, matrix: Any) -> Any:
    """Return the polynomial of a square matrix, by Horner's rule."""
    size = matrix.nrows()
    identity = fmpq_mat(size, size, [int(i == j) for i in range(size) for j in range(size)])
    total = fmpq_mat(size, size)
    for coefficient in reversed(polynomial.coeffs()):
        total = total * matrix + identity * coefficient
    return total
