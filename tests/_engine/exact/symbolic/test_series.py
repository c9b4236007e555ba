"""Sequences over a field of symbols: partial fractions with eigenvalues of any multiplicity."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from dagmix._engine.exact.symbolic.fields import SymbolField
from dagmix._engine.exact.symbolic.series import RationalSeries
from dagmix.errors import NoClosedForm

A, Z = sp.symbols("a z")
T = sp.Symbol("t", integer=True, nonnegative=True)
FIELD = SymbolField([A])


def series(terms: list[Any], roots: list[Any]) -> RationalSeries:
    factors = [[-FIELD.read(root), FIELD.one] for root in roots]
    return RationalSeries(FIELD, [FIELD.read(x) for x in terms], factors)


@pytest.mark.parametrize("roots", [[A, A, A], [A, 1, 1], [0, 0, A], [0, 0, 0], [A, 1 - A, 2]])
def test_terms_come_back(roots: list[Any]) -> None:
    """x_{t+3} = e₁ x_{t+2} − e₂ x_{t+1} + e₃ x_t with the elementary symmetric functions e."""
    one, two, three = roots
    e1, e2, e3 = one + two + three, one * two + one * three + two * three, one * two * three
    terms = [sp.Integer(3), A, sp.Integer(1)]
    while len(terms) < 7:
        terms.append(sp.cancel(e1 * terms[-1] - e2 * terms[-2] + e3 * terms[-3]))
    found = series(terms, roots)
    form, quotient = found.closed_form(T), found.generating_function(Z)
    assert [sp.cancel(form.subs(T, t) - x) for t, x in enumerate(terms)] == [0] * 7
    top, bottom = (sp.Poly(part, Z) for part in sp.fraction(quotient))
    whole = sp.Poly(terms[::-1], Z) * bottom - top
    assert all(sp.cancel(c) == 0 for c in whole.all_coeffs()[::-1][:7])


def test_what_cancels_is_no_eigenvalue() -> None:
    """aᵗ alone, of a polynomial with the roots a, 1 and ±√2; all of them are needed by others."""
    linear = [[-FIELD.read(x), FIELD.one] for x in (A, 1)]
    factors = [*linear, [FIELD.read(-2), FIELD.zero, FIELD.one]]
    powers = [FIELD.read(A) ** t for t in range(4)]
    alone = RationalSeries(FIELD, powers, factors)
    assert alone.closed_form(T) == A**T
    assert alone.generating_function(Z) == -1 / (A * Z - 1)
    zero = RationalSeries(FIELD, [FIELD.zero] * 4, factors)
    assert (zero.closed_form(T), zero.generating_function(Z)) == (0, 0)
    turning = RationalSeries(FIELD, [FIELD.read(x) for x in (1, 0, 2, 0)], factors)
    assert turning.generating_function(Z) == -1 / (2 * Z**2 - 1)
    with pytest.raises(NoClosedForm, match=r"λ\*\*2 - 2 = 0"):
        turning.closed_form(T)
