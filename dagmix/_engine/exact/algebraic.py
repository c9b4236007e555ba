"""Real algebraic numbers, exact: a rational, or a root of an irreducible integer polynomial.

FLINT factors the polynomials and isolates their roots in balls; this module orders them.
Rational numbers stay Fractions, so that an `Algebraic` is always irrational.
"""

from __future__ import annotations

import math
import numbers
import operator
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, total_ordering
from typing import TYPE_CHECKING, Any

from flint import arb, fmpq_mat, fmpz_poly

from dagmix._engine.exact.arb import precision, settle
from dagmix._engine.exact.convert import ends, rational

if TYPE_CHECKING:
    from sympy import Expr, Poly

BITS = 64
QUADRATIC = 3  # coefficients
MOST_DIGITS = 60  # characters of a polynomial that a repr shows


@total_ordering
@dataclass(frozen=True, repr=False)
class Algebraic:
    """A real irrational algebraic number: a root of an irreducible integer polynomial.

    Compared exactly with each other, with rationals and with floats, and added, subtracted,
    multiplied and divided exactly by algebraic and rational numbers; with floats that gives floats.
    `float` gives the nearest float, or one next to it, and SymPy takes the number as it is:
    `sympy.sympify` gives radicals for quadratic ones, else a `CRootOf`. Rational numbers are
    Fractions instead.

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
    >>> 1 / root, root * root, root - Fraction(1, 3)
    (Algebraic(2.12132034356, root of 2*x^2 - 9), Fraction(2, 9), \
Algebraic(0.138071187458, root of 9*x^2 + 6*x - 1))
    >>> import sympy as sp
    >>> sp.sympify(root), root.polynomial
    (sqrt(2)/3, Poly(9*x**2 - 2, x, domain='ZZ'))

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

    @property
    def polynomial(self) -> Poly:
        """The minimal polynomial in SymPy, its coefficients integers without a common divisor.

        >>> Algebraic((1, -5, 5), 0).polynomial.all_coeffs()
        [5, -5, 1]
        """
        import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

        return sp.Poly(self.coefficients[::-1], sp.Symbol("x"), domain=sp.ZZ)

    def _sympy_(self) -> Expr:
        """Return the number in SymPy: its real roots are in increasing order too."""
        import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

        return sp.rootof(self.polynomial, self.rank, radicals=len(self.coefficients) == QUADRATIC)

    def __lt__(self, other: Any) -> bool:
        if not isinstance(other, Algebraic | numbers.Real):
            return NotImplemented
        if isinstance(other, float) and math.isinf(other):
            return other > 0
        return self != other and _is_below(self, other)

    def __add__(self, other: Any) -> Any:
        return _operated(operator.add, self, other)

    def __radd__(self, other: Any) -> Any:
        return _operated(operator.add, other, self)

    def __sub__(self, other: Any) -> Any:
        return _operated(operator.sub, self, other)

    def __rsub__(self, other: Any) -> Any:
        return _operated(operator.sub, other, self)

    def __mul__(self, other: Any) -> Any:
        return _operated(operator.mul, self, other)

    def __rmul__(self, other: Any) -> Any:
        return _operated(operator.mul, other, self)

    def __truediv__(self, other: Any) -> Any:
        return _operated(operator.truediv, self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return _operated(operator.truediv, other, self)

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


def _is_below(one: Algebraic, other: Any) -> bool:
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


def ball_around(number: Number, bits: int) -> Any:
    """Return a ball around a number, narrow at a working precision that is not less."""
    low, high = enclosure(number, bits)
    return arb(rational(low)).union(arb(rational(high)))


def only_root(
    polynomial: fmpz_poly, enclosed: Callable[[int], tuple[Fraction, Fraction]]
) -> Number:
    """Return the real root that is in the enclosures of every precision."""
    candidates = roots(polynomial)

    def only(bits: int) -> list[Number] | None:
        low, high = enclosed(bits)
        near = [c for c in candidates if not (c < low or high < c)]
        return near if len(near) == 1 else None

    return settle(only, BITS)[0]


def _fraction(number: numbers.Rational) -> Fraction:
    """Return a rational of any kind, NumPy's integers too, as a Fraction of Python's."""
    return Fraction(int(number.numerator), int(number.denominator))


def _operated(operation: Callable[[Any, Any], Any], one: Any, other: Any) -> Any:
    """Return a sum, difference, product or quotient, one of whose numbers is algebraic."""
    if any(isinstance(number, float) for number in (one, other)):
        return operation(float(one), float(other))
    if not all(isinstance(number, Algebraic | numbers.Rational) for number in (one, other)):
        return NotImplemented
    if other == 0 and operation is operator.truediv:
        message = f"division of {one!r} by 0"
        raise ZeroDivisionError(message)
    one, other = (x if isinstance(x, Algebraic) else _fraction(x) for x in (one, other))

    def enclosed(bits: int) -> tuple[Fraction, Fraction]:
        return ends(operation(ball_around(one, bits), ball_around(other, bits)))

    return only_root(_of_eigenvalues(operation, one, other), enclosed)


def _of_eigenvalues(operation: Callable[[Any, Any], Any], one: Any, other: Any) -> Any:
    """Return a polynomial whose roots are the operation's values at all conjugates of both.

    They are the eigenvalues of A ⊗ I and I ⊗ B, which commute, under the operation.
    """
    left, right = companion(one), companion(other)
    left, right = (
        _kronecker(left, _identity(right.nrows())),
        _kronecker(_identity(left.nrows()), right),
    )
    if operation is operator.truediv:
        return (left * right.inv()).charpoly().numer()
    return operation(left, right).charpoly().numer()


def companion(number: Number) -> fmpq_mat:
    """Return a rational matrix with the number and its conjugates as eigenvalues."""
    if not isinstance(number, Algebraic):
        return fmpq_mat(1, 1, [rational(number)])
    *lower, leading = number.coefficients
    size = len(lower)
    found = fmpq_mat(size, size)
    for row, coefficient in enumerate(lower):
        found[row, size - 1] = -rational(Fraction(coefficient, leading))
        if row:
            found[row, row - 1] = 1
    return found


def _identity(size: int) -> fmpq_mat:
    return fmpq_mat(size, size, [int(i == j) for i in range(size) for j in range(size)])


def _kronecker(one: fmpq_mat, other: fmpq_mat) -> fmpq_mat:
    rows = [[x * y for x in a for y in b] for a in one.table() for b in other.table()]
    return fmpq_mat(rows)


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
