"""The best of several heads by chance: equations (16)–(19), with atoms and without."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from dagmix import DagmixError
from dagmix.bounds import best_head_tail
from dagmix.errors import DistributionError, EmptyError, NumberError, StepError

HALF = Fraction(1, 2)
points = st.integers(0, 8).map(lambda k: Fraction(k, 8))


@st.composite
def laws(draw: st.DrawFn) -> dict[Fraction, Fraction]:
    """A distribution on a few points of [0, 1]: value to probability."""
    places = sorted(draw(st.sets(points, min_size=1, max_size=3)))
    parts = [draw(st.integers(1, 5)) for _ in places]
    return {x: Fraction(part, sum(parts)) for x, part in zip(places, parts, strict=True)}


def at_most(law: dict[Fraction, Fraction]) -> Callable[[Any], Fraction]:
    """F(y) = Pr(p_h ≤ y)."""
    return lambda y: sum((share for x, share in law.items() if x <= y), Fraction(0))


def below(law: dict[Fraction, Fraction]) -> Callable[[Any], Fraction]:
    """F(y−) = Pr(p_h < y)."""
    return lambda y: sum((share for x, share in law.items() if x < y), Fraction(0))


def best_by_enumeration(law: dict[Fraction, Fraction], heads: int, x: Fraction) -> Fraction:
    """Pr(max ≥ x), summed over all outcomes of all heads."""
    outcomes = product(law.items(), repeat=heads)
    good = (some for some in outcomes if max(value for value, _ in some) >= x)
    one, none = Fraction(1), Fraction(0)
    return sum((math.prod((share for _, share in some), start=one) for some in good), none)


@given(laws(), st.integers(1, 3), points)
def test_atoms_are_counted_with_the_left_limit(
    law: dict[Fraction, Fraction], heads: int, x: Fraction
) -> None:
    """Pr(p* ≥ x) = 1 − F(x−)ᴴ, which an enumeration of all outcomes confirms."""
    found = best_head_tail(at_most(law), heads, x, left_limit=below(law))
    assert found.exact
    assert found.one_head == best_by_enumeration(law, 1, x)
    assert found.best_head == best_by_enumeration(law, heads, x) == 1 - found.none
    assert found.limit == (1 if max(law) >= x else 0)


@given(laws(), st.integers(1, 3), points)
def test_without_the_left_limit_they_are_lower_bounds(
    law: dict[Fraction, Fraction], heads: int, x: Fraction
) -> None:
    """1 − F(x)ᴴ ≤ Pr(p* ≥ x), equal where x is no atom, less where it is one."""
    found = best_head_tail(at_most(law), heads, x)
    true = best_by_enumeration(law, heads, x)
    assert not found.exact
    assert (found.best_head == true) == (x not in law)
    assert found.best_head <= true
    assert found.one_head <= best_by_enumeration(law, 1, x)
    assert found.limit <= (1 if max(law) >= x else 0)


@given(st.integers(1, 50), st.fractions(0, 1, max_denominator=100))
def test_more_heads_are_better_and_tend_to_certainty(heads: int, x: Fraction) -> None:
    """(18) grows with H, and tends to (19): Pr(p* < x) falls below any ε."""
    few, more = (best_head_tail(lambda y: y, h, x) for h in (heads, heads + 1))
    assert few.best_head <= more.best_head <= more.limit
    assert more.limit == (x < 1)


def test_rational_in_rational_out_float_in_float_out() -> None:
    """Exact thresholds keep fractions, floats give floats; scipy's distributions serve."""
    assert best_head_tail(lambda y: y * y, 2, "1/2").best_head == 1 - Fraction(1, 16)
    found = best_head_tail(beta(2, 3).cdf, 4, 0.5, left_limit=beta(2, 3).cdf)
    assert isinstance(found.best_head, float)
    assert found.best_head == pytest.approx(1 - (11 / 16) ** 4)
    assert found.exact


def test_a_threshold_outside_the_unit_interval() -> None:
    """Every head exceeds −1; none exceeds 2."""
    clipped = lambda y: min(max(y, Fraction(0)), Fraction(1))  # noqa: E731 - a distribution
    assert best_head_tail(clipped, 3, -1).best_head == 1
    assert best_head_tail(clipped, 3, 2).best_head == 0


def test_table() -> None:
    """Equalities with the left limit, inequalities without."""
    uniform: Callable[[Any], Any] = lambda y: y  # noqa: E731 - a distribution
    loose, tight = best_head_tail(uniform, 3, HALF), best_head_tail(uniform, 3, HALF, uniform)
    assert ("(18) Pr(p* ≥ x)", "≥", "7/8") in loose._rows()
    assert "(18) Pr(p* ≥ x)" in str(loose)
    assert [row[1] for row in tight._rows()] == ["="] * 4
    assert "<td>7/8</td>" in tight._repr_html_()


@pytest.mark.parametrize(
    ("cdf", "named"),
    [
        (lambda y: 2 * y, "F at 33/64 is 33/32"),
        (lambda y: y - 1, r"\[0, 1\]; F at 0 is -1"),
        (lambda y: 1 - y, "F falls to 63/64 at 1/64"),
        (lambda y: math.nan if y > HALF else 0, "finite"),
        (lambda _: None, "NoneType"),
        (lambda _: sp.Symbol("q"), "q"),
        (lambda y: float(y) if y < HALF else float(y) - 0.1, "falls"),
    ],
)
def test_not_a_distribution_function(cdf: Callable[[Any], Any], named: str) -> None:
    """Values outside [0, 1], no numbers, or a fall: the message says which and where."""
    with pytest.raises(DistributionError, match=named):
        best_head_tail(cdf, 2, HALF)


@pytest.mark.parametrize(
    "left",
    [lambda y: min(y + Fraction(1, 10), 1), lambda y: max(y - Fraction(1, 10), 0), lambda _: 2],
    ids=["above F", "below F before", "no probability"],
)
def test_not_the_left_limit(left: Callable[[Any], Any]) -> None:
    """F(x) ≤ F(y−) ≤ F(y) for x < y."""
    with pytest.raises(DistributionError):
        best_head_tail(lambda y: y, 2, HALF, left_limit=left)


def test_floats_may_fall_by_a_rounding() -> None:
    """A fall of 2⁻⁵² in a float distribution function is rounding, not a broken rule."""
    wobbling = lambda y: y + (2.0**-52 if y == HALF else 0.0) - (2.0**-52 if y == 1 else 0)  # noqa: E731
    assert best_head_tail(wobbling, 1, 0.25).best_head == 0.75


@pytest.mark.parametrize(
    ("heads", "threshold", "error"),
    [
        (0, HALF, EmptyError),
        (-1, HALF, StepError),
        (1.5, HALF, StepError),
        (2, "x", NumberError),
        (2, np.nan, NumberError),
        (2, sp.Symbol("x"), NumberError),
    ],
)
def test_bad_arguments(heads: Any, threshold: Any, error: type[DagmixError]) -> None:
    """H is a positive integer, the threshold a number."""
    with pytest.raises(error):
        best_head_tail(lambda y: y, heads, threshold)
