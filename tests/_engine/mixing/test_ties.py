"""Thresholds that equal a distance: floats often err there, the library must not."""

from __future__ import annotations

from fractions import Fraction
from math import gcd

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagmix import FeedforwardDAG, MultiHeadWalk, WalkOperator

coprime = [(p, q) for q in range(2, 37) for p in range(1, q) if gcd(p, q) == 1]


@pytest.mark.parametrize("q", range(2, 37))
def test_a_holding_probability_to_a_power_is_a_tie(q: int) -> None:
    """With holding probability p/q, d(t) = (p/q)ᵗ and T((p/q)ᵐ) = m, where floats often err."""
    go = FeedforwardDAG([("u", "τ")], nodes="uτ", self_loops=False)
    rest = FeedforwardDAG([], nodes="uτ", self_loops=False)
    for p in [p for p, denominator in coprime if denominator == q]:
        hold = Fraction(p, q)
        walk = MultiHeadWalk([go, rest], weights=[1 - hold, hold])
        for m in range(1, 6):
            assert walk.mixing_time(hold**m) == m
            assert walk.mixing_time(hold**m * (1 - Fraction(1, 10**30))) == m + 1
            assert walk.distance(m) == hold**m


@given(st.floats(0.25, 0.75), st.integers(1, 5))
def test_a_float_column_is_an_exact_one(leave: float, m: int) -> None:
    """A stored leaving probability is an exact rational; its powers tie as any other's do."""
    if Fraction(leave) + Fraction(1 - leave) != 1:
        return
    walk = WalkOperator.from_matrix(np.array([[1 - leave, 0.0], [leave, 1.0]]))
    hold = 1 - Fraction(leave)
    assert walk.mixing_time(hold**m) == m
    assert walk.mixing_time(hold**m * (1 - Fraction(1, 10**30))) == m + 1


@pytest.mark.parametrize("m", [10**3, 10**4])
def test_a_threshold_of_many_digits(m: int) -> None:
    """ε may have any number of digits, and still ties: here about 3 m, more than Python prints."""
    go = FeedforwardDAG([("u", "τ")], self_loops=False)
    rest = FeedforwardDAG([], nodes="uτ", self_loops=False)
    hold = Fraction(999, 1000)
    walk = MultiHeadWalk([go, rest], weights=[1 - hold, hold])
    assert walk.mixing_time(hold**m) == m
    assert walk.mixing_time(hold**m * (1 - Fraction(1, 10**40))) == m + 1


@pytest.mark.parametrize("exponent", [3, 12, 30])
def test_a_rational_walk_may_be_very_slow(exponent: int) -> None:
    """Leaving with probability 10^−k, T = ⌈ln 4 / −ln(1 − 10^−k)⌉, to the last digit."""
    go = FeedforwardDAG([("u", "τ")], self_loops=False)
    rest = FeedforwardDAG([], nodes="uτ", self_loops=False)
    leave = Fraction(1, 10**exponent)
    walk = MultiHeadWalk([go, rest], weights=[leave, 1 - leave])
    known = {3: 1386, 12: 1386294361120, 30: 1386294361119890618834464242916}
    assert walk.mixing_time() == known[exponent]
