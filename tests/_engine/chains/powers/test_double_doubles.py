"""Pairs of floats beside fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from dagmix._engine.chains.powers.double_doubles import (
    Doubles,
    add,
    multiply,
    two_product,
    two_sum,
)

SHARE = Fraction(1, 2**102)


def drawn(seed: int) -> Doubles:
    """Return positive numbers over many powers of two."""
    rng = np.random.default_rng(seed)
    high = rng.random(500) * 2.0 ** rng.integers(-80, 1, 500)
    low = (rng.random(500) - 0.5) * np.spacing(high)
    return Doubles(high, low)


def exact(numbers: Doubles) -> list[Fraction]:
    """Return the numbers that the pairs are."""
    pairs = zip(*(part.tolist() for part in numbers), strict=True)
    return [Fraction(high) + Fraction(low) for high, low in pairs]


@pytest.mark.parametrize("seed", range(4))
def test_sums_and_products(seed: int) -> None:
    a, b = drawn(seed), drawn(seed + 100)
    single = zip(a.high.tolist(), b.high.tolist(), strict=True)
    both = zip(exact(a), exact(b), exact(add(a, b)), exact(multiply(a, b)), strict=True)
    sums, products = (exact(how(a.high, b.high)) for how in (two_sum, two_product))
    for (x, y), total, product in zip(single, sums, products, strict=True):
        assert total == Fraction(x) + Fraction(y)
        assert product == Fraction(x) * Fraction(y)
    for first, second, total, product in both:
        assert abs(total - first - second) <= SHARE * total
        assert abs(product - first * second) <= SHARE * product


def test_scaling_and_cutting() -> None:
    numbers = drawn(9)
    assert exact(numbers.times(np.array(0.25))) == [number / 4 for number in exact(numbers)]
    cut = numbers.cut(2.0**-40)
    for number, kept in zip(exact(numbers), exact(cut), strict=True):
        assert kept == (number if number >= Fraction(1, 2**40) else 0)
