"""Intervals of weights: what settles one, and what gives it up."""

from __future__ import annotations

from fractions import Fraction

from cases.pairs_of_heads import EXAMPLE_8, EXAMPLE_13, heads, minimax
from cases.profiles import two_heads

from dagmix import MultiHeadDiffusion
from dagmix.optimal.two_heads.candidates import WeightInterval
from dagmix.optimal.two_heads.hitting_bounds import HittingBounds


def test_an_interval_is_given_up_where_it_is_too_wide_not_too_short_of_time() -> None:
    model = two_heads(MultiHeadDiffusion(heads(EXAMPLE_8)))
    wide = WeightInterval(model, HittingBounds(model), Fraction(1, 8), Fraction(7, 8), 2.0**-20)
    assert wide.candidates() is None
    assert wide.time < 100
    low, high = wide.bounds
    assert low <= minimax(EXAMPLE_8, Fraction(7, 8)) < minimax(EXAMPLE_8, Fraction(1, 8)) <= high
    narrow = WeightInterval(model, HittingBounds(model), Fraction(1, 8), Fraction(9, 64), 2.0**-20)
    assert narrow.candidates()


def test_a_limit_is_exceeded_by_no_more_than_the_excess() -> None:
    model, half = two_heads(MultiHeadDiffusion(heads(EXAMPLE_13))), 4
    low, high = Fraction(2, 5), Fraction(9, 20)
    interval = WeightInterval(model, HittingBounds(model), low, high, 0.0)
    interval._look(2 * half)
    for node in (0, 1):
        over = [
            float(model.rows.ratio(t, node).value(at)) - float(model.limit(node).value(at))
            for t in range(2 * half, 40)
            for at in (low, high)
        ]
        assert max(over) <= interval._excess[node]
    assert interval._excess[0] < 1
