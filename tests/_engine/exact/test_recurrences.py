"""Linear recurrent sequences: the shortest recurrence, closed forms, what the tail can do."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import flint
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from dagmix._engine.exact.recurrences import (
    RADIUS_BITS,
    Tail,
    Term,
    closed_form,
    separation_bits,
    shortest_recurrence,
)

rationals = st.fractions(-2, 2, max_denominator=7)
t = sp.Symbol("t", integer=True, nonnegative=True)


@pytest.mark.parametrize("delay", range(4))
def test_first_terms_that_follow_no_rule(delay: int) -> None:
    """v odd terms before a geometric sequence are the eigenvalue 0, v times."""
    terms = [Fraction(7 + s) for s in range(delay)] + [Fraction(1, 2**s) for s in range(12)]
    found = shortest_recurrence(terms)
    assert found.delay == delay
    assert found.rest.coeffs() in ([-1, 2], [1, -2])


@pytest.mark.slow
@given(st.lists(rationals, min_size=1, max_size=4), st.lists(rationals, min_size=4, max_size=4))
def test_a_recurrence_is_found_and_shortest(factors: list[Fraction], start: list[Fraction]) -> None:
    """What generated a sequence, or something shorter, continues it exactly."""
    terms = list(start)
    for s in range(len(start), 20):
        terms.append(sum((c * terms[s - 1 - i] for i, c in enumerate(factors)), Fraction(0)))
    found = shortest_recurrence(terms[:12])
    order = int(found.rest.degree())
    assert found.delay + order <= 4
    coefficients = [Fraction(int(c)) for c in found.rest.coeffs()]
    for s in range(found.delay, 20 - order):
        assert sum((c * terms[s + i] for i, c in enumerate(coefficients)), Fraction(0)) == 0


@pytest.mark.slow
@given(
    st.lists(st.tuples(rationals, st.integers(0, 2), rationals), min_size=1, max_size=3),
    st.lists(rationals, max_size=3),
)
def test_closed_forms_give_every_term_back(
    parts: list[tuple[Fraction, int, Fraction]], first: list[Fraction]
) -> None:
    """Polynomials times powers, and single first terms: the expression is right at each t."""
    terms = [
        sum((w * s**power * root**s for root, power, w in parts if root), Fraction(0))
        for s in range(30)
    ]
    terms = [one + two for one, two in zip(terms, [*first, *[Fraction(0)] * 30], strict=False)]
    found = closed_form(terms, t)
    assert [found.subs(t, s) for s in range(16)] == [sp.Rational(x) for x in terms[:16]]


def test_the_separation_bound_is_the_formula() -> None:
    """For 9x² + … the products have degree 4 and Mahler measure at most 9⁴, with 4-bit 9."""
    assert separation_bits(flint.fmpz_poly([1, -3, 9])) == 3 * 2 + 2 * 2 * 3 * 4 + 2 * RADIUS_BITS
    assert separation_bits(flint.fmpz_poly([1])) == 2 * RADIUS_BITS


@given(st.lists(st.integers(-20, 20), min_size=2, max_size=4), st.integers(21, 90))
def test_moduli_are_as_far_apart_as_the_bound_says(lower: list[int], leading: int) -> None:
    """Squared moduli of roots in the unit disc are equal, or apart by the separation."""
    polynomial: Any = flint.fmpz_poly([*lower, leading])
    bits = separation_bits(polynomial)
    before = flint.ctx.prec
    flint.ctx.prec = 2 * bits
    try:
        moduli = [abs(root) ** 2 for root, _ in polynomial.complex_roots()]
        if all(modulus <= 1 for modulus in moduli):
            gap = flint.arb(2) ** (2 * RADIUS_BITS - bits)
            for one in moduli:
                assert all(one.overlaps(two) or abs(one - two) > gap for two in moduli)
    finally:
        flint.ctx.prec = before


def test_terms_shrink_from_where_they_turn() -> None:
    """C(t, 2) 2⁻ᵗ grows up to t = 4 at the latest and falls from 3 on."""
    term = Term(flint.acb(0.5), 2, flint.acb(1))
    sizes = [float(term.size(s)) for s in range(2, 12)]
    assert not term.shrinks_from(2)
    assert term.shrinks_from(3)
    assert sizes[1:] == sorted(sizes[1:], reverse=True)
    simple, double = Term(flint.acb(0.5), 0, flint.acb(1)), Term(flint.acb(0.5), 1, flint.acb(1))
    assert simple.shrinks_against(double, 5, separated=False)
    assert not double.shrinks_against(simple, 5, separated=True)
    small = Term(flint.acb(0.25), 3, flint.acb(1))
    turning = [s for s in range(4, 30) if small.shrinks_against(simple, s, separated=False)]
    assert turning[0] == 5
    ratios = [float(small.size(s) / simple.size(s)) for s in range(5, 20)]
    assert ratios == sorted(ratios, reverse=True)


def test_equal_moduli_need_the_separation() -> None:
    """λ and −λ overlap in modulus: comparable only where that proves them equal."""
    third = flint.arb(flint.fmpq(1, 3))
    one, other = Term(flint.acb(third), 0, flint.acb(1)), Term(flint.acb(-third), 0, flint.acb(1))
    assert one.shrinks_against(other, 5, separated=True)
    assert not one.shrinks_against(other, 5, separated=False)


def test_a_negative_term_that_does_not_outweigh_its_double() -> None:
    """−λᵗ + ½(−λ)ᵗ stays negative; −λᵗ + 2(−λ)ᵗ does not."""
    third = Fraction(1, 3)
    stays = Tail([-(third**s) + third**s * (-1) ** s / 2 for s in range(8)])
    crosses = Tail([-(third**s) + 2 * third**s * (-1) ** s for s in range(8)])
    assert stays.is_negative_from(0)
    assert not crosses.is_negative_from(0)
