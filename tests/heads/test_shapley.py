"""Shapley values of games that are no mixtures: beside the mean over all orders."""

from __future__ import annotations

import math
import random
from fractions import Fraction
from typing import Any

import oracle.heads as brute
import pytest

from dagmix._engine.exact.enclosures import Bounded
from dagmix.heads.shapley import shapley


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_all_orders(count: int) -> None:
    rng = random.Random(count)  # noqa: S311 - reproducible, not secret
    values = {0: Fraction(0)} | {
        bits: Fraction(rng.randint(-9, 9), 7) for bits in range(1, 2**count)
    }

    def value(some: tuple[int, ...]) -> Fraction:
        return values[sum(1 << head for head in some)]

    found = shapley(tuple(range(count)), lambda some: Bounded(*[value(some)] * 3))
    assert [found[head] for head in range(count)] == brute.shapley(count, value)


def test_bounds_hold_every_value_between_the_bounds() -> None:
    """Values of a game drawn within its bounds give Shapley values within theirs."""
    rng = random.Random(0)  # noqa: S311 - reproducible, not secret
    lows = {bits: rng.uniform(0, 1) for bits in range(16)}
    found: Any = shapley(
        tuple(range(4)),
        lambda s: Bounded(lows[key(s)] + 0.05, lows[key(s)], lows[key(s)] + 0.1),
    )
    for _ in range(20):
        drawn = {bits: Fraction(low + rng.uniform(0, 0.1)) for bits, low in lows.items()}
        for head, share in enumerate(brute.shapley(4, lambda s, d=drawn: d[key(s)])):  # type: ignore[misc]
            assert found[head].lower <= share <= found[head].upper
            assert abs(found[head] - share) <= 0.1
    narrow: Any = shapley((0, 1), lambda s: Bounded(*[0.1 * len(s)] * 3))
    assert math.isclose(narrow[0], 0.1)
    assert narrow[0].lower < 0.1 < narrow[0].upper


def key(some: tuple[int, ...]) -> int:
    return sum(1 << head for head in some)
