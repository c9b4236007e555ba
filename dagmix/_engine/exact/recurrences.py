"""Linear recurrent sequences: closed forms, and certified bounds of what is still to come.

Every signal of a finite operator satisfies a linear recurrence with constant coefficients,
hence x_t = Σ_k p_k(t) λ_kᵗ with polynomials p_k, apart from finitely many first terms (λ = 0).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from dagmix._engine.exact.arb import ball, precision
from dagmix._engine.exact.convert import objects, rational, solve_exactly
from dagmix._util.budget import Meter
from dagmix._util.lazy import flint
from dagmix.errors import NoClosedForm

if TYPE_CHECKING:
    from sympy import Expr


@dataclass(frozen=True)
class Recurrence:
    """The shortest recurrence of a sequence: the part λᵛ · `rest`(λ) of its polynomial.

    `delay` is v, the number of first terms that the other eigenvalues do not describe.
    """

    delay: int
    rest: Any


def shortest_recurrence(terms: Sequence[Fraction], meter: Meter | None = None) -> Recurrence:
    """Return the shortest recurrence of a sequence (Massey, IEEE Trans. Inf. Th. 15, 1969).

    Right if the sequence has a recurrence of order at most half the number of terms; a meter
    counts them.
    """
    zero, one = flint.fmpq(0), flint.fmpq(1)
    u = [rational(x) for x in terms]
    current, previous = flint.fmpq_poly([1]), flint.fmpq_poly([1])
    length, gap, last = 0, 1, one
    for t, _ in enumerate(u):
        if meter is not None:
            meter.count()
        c = current.coeffs()
        miss = sum((c[i] * u[t - i] for i in range(min(len(c), t + 1))), zero)
        if miss == 0:
            gap += 1
            continue
        update = current - flint.fmpq_poly([zero] * gap + [miss / last]) * previous
        if 2 * length <= t:
            previous, length, last, gap = current, t + 1 - length, miss, 1
        else:
            gap += 1
        current = update
    # The feedback polynomial, read backwards, is the characteristic one over λ^delay.
    characteristic = list(reversed(current.coeffs()))
    return Recurrence(length - current.degree(), flint.fmpq_poly(characteristic).numer())


def closed_form(terms: Sequence[Fraction], t: Expr, meter: Meter | None = None) -> Expr:
    """Return the sequence as a SymPy expression in t, exactly; the meter counts its terms.

    Raises NoClosedForm, naming a factor, where an eigenvalue is irrational.
    """
    import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

    meter = meter or Meter()
    recurrence = shortest_recurrence(terms, meter)
    roots = [(root, r) for root, many in _rational_roots(recurrence.rest) for r in range(many)]
    delay, size = recurrence.delay, len(roots)
    basis = np.array(_basis(roots, range(delay + size)), dtype=object).reshape(delay + size, size)
    meter.check()
    weights = solve_exactly(basis[delay:], objects(terms[delay : delay + size]))
    total = sp.Integer(0)
    for root in dict.fromkeys(root for root, _ in roots):
        meter.check()
        parts = [
            (w / root**r, r) for (other, r), w in zip(roots, weights, strict=True) if other == root
        ]
        polynomial = sum(sp.Rational(w) * sp.ff(t, r) / sp.factorial(r) for w, r in parts)
        total += sp.factor_terms(polynomial) * sp.Rational(root) ** t
    for s in range(delay):
        total += sp.Rational(terms[s] - basis[s] @ weights) * sp.KroneckerDelta(t, s)
    return total


def generating_function(terms: Sequence[Fraction], z: Expr) -> Expr:
    """Return Σ_t x_t zᵗ of a sequence as a quotient of polynomials, in lowest terms and factors.

    The terms are as many as `shortest_recurrence` asks for.
    """
    import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

    recurrence = shortest_recurrence(terms)
    bottom = flint.fmpq_poly(recurrence.rest.coeffs()[::-1])
    size = recurrence.delay + bottom.degree()
    product = bottom * flint.fmpq_poly([rational(number) for number in terms[:size]])
    top = flint.fmpq_poly(product.coeffs()[:size])
    content, quotient = sp.Rational(1, int(top.denom())), sp.Integer(1)
    for polynomial, sign in ((top.numer(), 1), (bottom.numer(), -1)):
        number, factors = polynomial.factor()
        content *= sp.Integer(int(number)) ** sign
        for factor, many in factors:
            written = sum(int(c) * z**k for k, c in enumerate(factor.coeffs()))
            quotient *= written ** (sign * many)
    return content * quotient


def _rational_roots(polynomial: Any) -> list[tuple[Fraction, int]]:
    roots = []
    for factor, many in polynomial.factor()[1]:
        if factor.degree() > 1:
            message = f"no closed form over the rationals: the eigenvalues solve {factor} = 0"
            raise NoClosedForm(message)
        constant, slope = factor.coeffs()
        roots.append((Fraction(-int(constant), int(slope)), many))
    return roots


def _basis(roots: list[tuple[Any, int]], times: range) -> list[list[Any]]:
    """Return C(t, r) λ^(t − r) for every time (rows) and every (λ, r)."""
    return [[math.comb(t, r) * root ** (t - r) for root, r in roots] for t in times]


LEAST_BITS = 256  # precision of eigenvalues
RADIUS_BITS = 32  # room between the radii of balls and the separation of what they enclose
MOST_SEPARATION_BITS = 2**14  # past which equal moduli are not proved equal


@dataclass(frozen=True)
class Term:
    """c · C(t, power) · root^(t − power), in balls."""

    root: Any
    power: int
    weight: Any

    def size(self, t: int) -> Any:
        """Return the absolute value at t."""
        return abs(self.weight) * math.comb(t, self.power) * abs(self.root) ** (t - self.power)

    def shrinks_from(self, t: int) -> bool:
        """Tell whether the absolute value is surely non-increasing from t on."""
        return bool(abs(self.root) * (t + 1) <= t + 1 - self.power)

    def shrinks_against(self, other: Term, t: int, *, separated: bool) -> bool:
        """Tell whether the ratio to another term is surely non-increasing from t on.

        With `separated`, moduli whose balls overlap are known to be equal.
        """
        mine, theirs = abs(self.root), abs(other.root)
        if self.power <= other.power:
            return bool(mine <= theirs) or (separated and bool(mine.overlaps(theirs)))
        return bool(mine * (t + 1 - other.power) <= theirs * (t + 1 - self.power))


def separation_bits(polynomial: Any) -> int:
    """Return a precision at which moduli of roots that are not distinguished are equal.

    The products λ_i λ_j of the roots, all of modulus at most 1, are roots of an integer
    polynomial of degree D = d² and Mahler measure at most a^(2d), a the leading coefficient.
    Distinct ones are at least √3 · D^(−(D+2)/2) · a^(−2d(D−1)) apart (Mahler, Michigan Math.
    J. 11, 1964), and so are two squared moduli. `RADIUS_BITS` more allow
    for the radii, which are checked against them.
    """
    degree = max(int(polynomial.degree()), 1)
    size = degree**2
    leading = int(polynomial.leading_coefficient()).bit_length()
    return (
        math.ceil((size + 2) / 2 * math.log2(size) + 2 * degree * (size - 1) * leading)
        + 2 * RADIUS_BITS
    )


class Tail:
    """What a sequence that tends to 0 can still do after a given time."""

    def __init__(self, terms: Sequence[Fraction]) -> None:
        """Split the sequence into exponential terms, finely enough to distinguish their moduli."""
        recurrence = shortest_recurrence(terms)
        self.delay = recurrence.delay
        needed = separation_bits(recurrence.rest)
        self._bits = max(LEAST_BITS, needed) if needed <= MOST_SEPARATION_BITS else LEAST_BITS
        with precision(self._bits):
            roots = [
                (root, r) for root, many in recurrence.rest.complex_roots() for r in range(many)
            ]
            self._terms = self._weigh(terms, roots)
            apart = flint.arb(2) ** (RADIUS_BITS - needed)
            self._separated = all(abs(root).rad() < apart for root, _ in roots)

    def _weigh(self, terms: Sequence[Fraction], roots: list[tuple[Any, int]]) -> list[Term]:
        if not roots:
            return []
        times = range(self.delay, self.delay + len(roots))
        right = flint.acb_mat([[flint.acb(ball(terms[s]))] for s in times])
        weights = flint.acb_mat(_basis(roots, times)).solve(right).entries()
        return [Term(root, r, w) for (root, r), w in zip(roots, weights, strict=True)]

    def is_zero(self) -> bool:
        """Tell whether the sequence is 0 from `delay` on."""
        return not self._terms

    def is_negative_from(self, t: int) -> bool:
        """Tell whether every term from t on is surely negative."""
        with precision(self._bits):
            return any(self._leads(lead, t) for lead in self._terms)

    def _leads(self, lead: Term, t: int) -> bool:
        """Tell whether a negative term on a positive real root outweighs all others from t."""
        if not (lead.root.imag == 0 and lead.root.real > 0 and lead.weight.real < 0):
            return False
        others = [term for term in self._terms if term is not lead]
        small = sum((term.size(t) for term in others), flint.arb(0)) < lead.size(t)
        return bool(small) and all(
            term.shrinks_against(lead, t, separated=self._separated) for term in others
        )

    def stays_below(self, level: Fraction, t: int) -> bool:
        """Tell whether every term from t on is surely below a level."""
        with precision(self._bits):
            total = sum((term.size(t) for term in self._terms), flint.arb(0))
            return bool(total < ball(level)) and all(x.shrinks_from(t) for x in self._terms)
