"""Shapley values of a game on heads, from the values of all their subsets."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from dagmix._engine.exact.enclosures import UNIT, Bounded, Enclosure
from dagmix.heads.coalitions import Heads, subsets

ROUNDINGS = 4  # of a term: its coefficient, the product, and the sum, which is rounded once


def shapley(heads: Heads, value: Callable[[Heads], Bounded[Any]]) -> dict[int, Fraction | float]:
    """Return the Shapley value of each head: a Fraction where all values are, else an Enclosure.

    With c_k = k! (H − k − 1)! / H!, the value of h is Σ_{S ∋ h} c_{|S| − 1} v(S) − Σ_{S ∌ h}
    c_{|S|} v(S).

    >>> def glove(heads):
    ...     won = Fraction(0 in heads and len(heads) > 1)
    ...     return Bounded(won, won, won)
    >>> shapley((0, 1, 2), glove)
    {0: Fraction(2, 3), 1: Fraction(1, 6), 2: Fraction(1, 6)}
    """
    count = len(heads)
    shares = [
        Fraction(1, count * math.comb(count - 1, size)) for size in range(count)
    ]  # the c_k of the docstring
    found = [(some, value(some)) for some in subsets(heads)]
    is_exact = all(isinstance(one.lower, Fraction) and one.exact for _, one in found)
    add = _exactly if is_exact else _in_floats
    return {head: add(head, found, shares) for head in heads}


def _exactly(head: int, found: list[tuple[Heads, Bounded[Any]]], shares: list[Fraction]) -> Any:
    """Add up Fractions, size by size."""
    sums = [Fraction(0)] * len(shares)
    for some, one in found:
        if head in some:
            sums[len(some) - 1] += one.value
        else:
            sums[len(some)] -= one.value
    return sum((c * total for c, total in zip(shares, sums, strict=True)), Fraction(0))


def _in_floats(head: int, found: list[tuple[Heads, Bounded[Any]]], shares: list[Fraction]) -> Any:
    """Add up floats and their bounds; `math.fsum` rounds once."""
    rounded = [float(share) for share in shares]
    lower, middle, upper = list[float](), list[float](), list[float]()
    for some, one in found:
        if head in some:
            share, low, high = rounded[len(some) - 1], one.lower, one.upper
        else:
            share, low, high = -rounded[len(some)], one.upper, one.lower
        lower.append(share * float(low))
        middle.append(share * float(one.value))
        upper.append(share * float(high))
    slack = ROUNDINGS * UNIT * math.fsum(map(abs, (*lower, *upper)))
    return Enclosure(math.fsum(middle), math.fsum(lower) - slack, math.fsum(upper) + slack)
