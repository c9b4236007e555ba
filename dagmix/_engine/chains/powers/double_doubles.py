"""Arrays of numbers of 106 bits, each the unevaluated sum of two floats: high + low.

The high one is the sum rounded to a float. NumPy's operations round to nearest and are never fused,
so that what an addition or a product loses is itself a float, and is kept
(Dekker, doi:10.1007/BF01397083; Knuth, TAOCP 2, §4.2.2).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dagmix._engine.adjacency.base import Floats

SPLITTER = 2.0**27 + 1


class Doubles(NamedTuple):
    """high + low, |low| at most half a unit of the last place of high."""

    high: Floats
    low: Floats

    def times(self, power: Floats) -> Doubles:
        """Return the numbers times powers of two, without an error."""
        return Doubles(self.high * power, self.low * power)

    def cut(self, smallest: float) -> Doubles:
        """Return the numbers, 0 instead of those below `smallest`."""
        kept = self.high >= smallest
        return Doubles(np.where(kept, self.high, 0.0), np.where(kept, self.low, 0.0))


def two_sum(a: Floats, b: Floats) -> Doubles:
    """Return a + b, exactly.

    >>> two_sum(np.array([1.0]), np.array([2.0**-80])).low[0] == 2.0**-80
    np.True_
    """
    high = a + b
    part = high - a
    return Doubles(high, (a - (high - part)) + (b - part))


def two_product(a: Floats, b: Floats) -> Doubles:
    """Return a · b, exactly where neither the product nor what it loses is below 2⁻¹⁰²².

    >>> x = np.array([1 + 2.0**-52])
    >>> two_product(x, x).low[0] == 2.0**-104
    np.True_
    """
    high = a * b
    (a1, a2), (b1, b2) = _halves(a), _halves(b)
    return Doubles(high, ((a1 * b1 - high) + a1 * b2 + a2 * b1) + a2 * b2)


def _halves(a: Floats) -> tuple[Floats, Floats]:
    scaled = SPLITTER * a
    high = scaled - (scaled - a)
    return high, a - high


def add(a: Doubles, b: Doubles) -> Doubles:
    """Return a + b, for numbers that are not negative within a share of 2⁻¹⁰²."""
    high, low = two_sum(a.high, b.high)
    return _normalized(high, low + (a.low + b.low))


def multiply(a: Doubles, b: Doubles) -> Doubles:
    """Return a · b within a share of 2⁻¹⁰²."""
    high, low = two_product(a.high, b.high)
    return _normalized(high, low + (a.high * b.low + a.low * b.high))


def _normalized(high: Floats, low: Floats) -> Doubles:
    total = high + low
    return Doubles(total, low - (total - high))
