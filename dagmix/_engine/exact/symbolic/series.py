"""Sequences of a linear recurrence over a field of symbols: generating functions, closed forms.

Σ_t x_t λ^(−t−1) = P(λ) / χ(λ), χ the characteristic polynomial and deg P < deg χ. The generating
function Σ_t x_t zᵗ is that at λ = 1/z, divided by z; the closed form in t its partial fractions.
Polynomials are lists of field elements, the constant first.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from dagmix._engine.exact.symbolic.fields import SymbolField
from dagmix.errors import NoClosedForm

if TYPE_CHECKING:
    from sympy import Expr

Polynomial = Sequence[Any]


class RationalSeries:
    """P / χ in lowest terms, χ in factors: `roots` with their multiplicities, and the `others`."""

    def __init__(
        self, field: SymbolField, terms: Sequence[Any], factors: Sequence[Polynomial]
    ) -> None:
        """Take the monic factors of a characteristic polynomial, and as many terms as its degree.

        The terms satisfy the recurrence from the first one on.
        """
        self._field = field
        self._roots: dict[Any, int] = {}
        self._others: list[Any] = []
        self._top = field.polynomial(_numerator(field, terms, factors))
        for factor in factors:
            for part, many in field.polynomial(factor).factor_list()[1]:
                self._divide(part.monic(), many)

    def _divide(self, factor: Any, many: int) -> None:
        """Cancel an irreducible factor as often as it can be, and keep the rest of it."""
        for _ in range(many):
            quotient, remainder = self._top.div(factor)
            if remainder.is_zero:
                self._top = quotient
            elif factor.degree() > 1:
                self._others.append(factor)
            else:
                root = -self._field.coefficients(factor)[0]
                self._roots[root] = self._roots.get(root, 0) + 1

    def generating_function(self, z: Expr) -> Expr:
        """Return Σ_t x_t zᵗ, a rational function in lowest terms and in factors."""
        import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

        linear = [([-root, self._field.one], many) for root, many in self._roots.items()]
        other = [(self._field.coefficients(factor), 1) for factor in self._others]
        variable = sp.Dummy("z")
        bottom, degree = sp.Integer(1), 0
        for factor, many in (*linear, *other):
            bottom *= self._reversed(factor, len(factor) - 1, variable) ** many
            degree += many * (len(factor) - 1)
        top = self._reversed(self._field.coefficients(self._top), degree - 1, variable)
        return sp.factor(top / bottom).xreplace({variable: z})

    def _reversed(self, polynomial: Polynomial, degree: int, z: Expr) -> Expr:
        """Return z^degree · p(1/z)."""
        import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

        write = self._field.domain.to_sympy
        terms = (write(c) * z ** (degree - power) for power, c in enumerate(polynomial) if c)
        return sum(terms, sp.Integer(0))

    def closed_form(self, t: Expr) -> Expr:
        """Return x_t as an expression, right wherever no denominator in it is 0.

        Raises NoClosedForm, naming a factor of χ that has no root in the field.
        """
        import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

        if self._others:
            factor = self._others[0].as_expr().xreplace({self._field.variable: sp.Symbol("λ")})
            message = f"no closed form in the symbols: the eigenvalues solve {factor} = 0"
            raise NoClosedForm(message)
        total = sp.Integer(0)
        for root in self._roots:
            total += self._part(root, t)
        return total

    def _part(self, root: Any, t: Expr) -> Expr:
        """Return one eigenvalue's part: Σ_s a_s C(t, s) λ^(t − s), of λ = 0 Σ_s a_s δ_{t,s}."""
        import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

        write = self._field.write
        parts = enumerate(self._principal_part(root))
        if not root:
            return sum((write(a) * sp.KroneckerDelta(t, s) for s, a in parts), sp.Integer(0))
        polynomial = sum(write(a / root**s) * sp.ff(t, s) / sp.factorial(s) for s, a in parts)
        return sp.factor_terms(polynomial) * write(root) ** t

    def _principal_part(self, root: Any) -> list[Any]:
        """Return the coefficients of 1/(λ − root)^(s + 1) of the partial fractions, s ≥ 0."""
        field, order = self._field, self._roots[root]
        top = _taylor(self._field.coefficients(self._top), root, order, field.zero)
        bottom = [field.one] + [field.zero] * (order - 1)
        for other, many in self._roots.items():
            for _ in range(0 if other == root else many):
                shifted = [field.zero, *bottom[:-1]]
                bottom = [b * (root - other) + s for b, s in zip(bottom, shifted, strict=True)]
        found: list[Any] = []
        for r in range(order):
            known = sum((bottom[r - i] * q for i, q in enumerate(found)), field.zero)
            found.append((top[r] - known) / bottom[0])
        return found[::-1]


def _numerator(
    field: SymbolField, terms: Sequence[Any], factors: Sequence[Polynomial]
) -> Polynomial:
    """Return P, the polynomial part of χ(λ) Σ_t x_t λ^(−t−1)."""
    whole = [field.one]
    for factor in factors:
        whole = _product(whole, factor, field.zero)
    size = len(whole) - 1
    return [
        sum((whole[m + t + 1] * terms[t] for t in range(size - m)), field.zero) for m in range(size)
    ]


def _product(one: Polynomial, other: Polynomial, zero: Any) -> list[Any]:
    found = [zero] * (len(one) + len(other) - 1)
    for i, a in enumerate(one):
        for j, b in enumerate(other):
            found[i + j] += a * b
    return found


def _taylor(polynomial: Polynomial, at: Any, order: int, zero: Any) -> list[Any]:
    """Return the first coefficients of p(at + h) in h, by synthetic division by λ − at."""
    rest, found = list(polynomial[::-1]), []
    for _ in range(order):
        *rest, remainder = accumulate(rest or [zero], lambda high, low: high * at + low)
        found.append(remainder)
    return found
