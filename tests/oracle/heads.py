"""Sets of heads by brute force: v(S) from the definitions, Shapley values over all orders."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import permutations
from typing import TYPE_CHECKING

from oracle import ZERO, Matrix, mixing_time, mixture, successors_to
from oracle.fidelity import Signals

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

QUARTER = Fraction(1, 4)


def mixed(weights: Sequence[Fraction], heads: Sequence[Matrix], some: Sequence[int]) -> Matrix:
    """Mix some heads, their weights divided by their sum."""
    total = sum((weights[h] for h in some), ZERO)
    return mixture([weights[h] / total for h in some], [heads[h] for h in some])


def fidelity(weights: Sequence[Fraction], heads: Sequence[Matrix], some: Sequence[int]) -> Fraction:
    """φ_min of some heads, the sink last; of none 0."""
    return Signals(mixed(weights, heads, some), len(heads[0]) - 1).minimax()[0] if some else ZERO


def time(weights: Sequence[Fraction], walks: Sequence[Matrix], some: Sequence[int]) -> float:
    """T(¼) of some walks; of none infinite."""
    last = len(walks[0]) - 1
    return mixing_time(mixed(weights, walks, some), last, QUARTER) if some else math.inf


def successors_time(
    weights: Sequence[Fraction], heads: Sequence[Matrix], some: Sequence[int]
) -> float:
    """T(¼) of the walk to the successors of some diffusions, mixed first."""
    if not some:
        return math.inf
    last = len(heads[0]) - 1
    return mixing_time(successors_to(mixed(weights, heads, some), last), last, QUARTER)


def shapley(count: int, value: Callable[[tuple[int, ...]], Fraction]) -> list[Fraction]:
    """The mean over all orders of what a head adds to those before it."""
    known: dict[tuple[int, ...], Fraction] = {}

    def of(some: Sequence[int]) -> Fraction:
        key = tuple(sorted(some))
        if key not in known:
            known[key] = value(key)
        return known[key]

    orders = list(permutations(range(count)))
    shares = [ZERO] * count
    for order in orders:
        for place, head in enumerate(order):
            shares[head] += of(order[: place + 1]) - of(order[:place])
    return [share / len(orders) for share in shares]
