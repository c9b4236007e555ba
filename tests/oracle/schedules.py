"""Schedules by brute force in fractions: every order of heads, from the top layer down.

Nothing here comes from dagmix. Conventions are those of `oracle`; orders are bottom first.
"""

from __future__ import annotations

from itertools import product as tuples
from typing import TYPE_CHECKING

from oracle import ONE, ZERO

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from oracle import Matrix


def signals(heads: Sequence[Matrix], order: Sequence[int], sink: int) -> list[list[Fraction]]:
    """x_0, …, x_L: the row of the sink, multiplied by the layers from the top down."""
    n = len(heads[0])
    rows = [[ONE if j == sink else ZERO for j in range(n)]]
    for head in reversed(order):
        row, delta = rows[-1], heads[head]
        rows.append([sum((row[i] * delta[i][j] for i in range(n)), ZERO) for j in range(n)])
    return rows


def peaks(heads: Sequence[Matrix], order: Sequence[int], sink: int) -> list[Fraction]:
    """The greatest signal of every node."""
    return [max(column) for column in zip(*signals(heads, order, sink), strict=True)]


def best(heads: Sequence[Matrix], layers: int, sink: int) -> Fraction:
    """Return the greatest minimax fidelity of all orders of so many heads."""
    orders = tuples(range(len(heads)), repeat=layers)
    return max(min(peaks(heads, order, sink)) for order in orders)


def survival(walks: Sequence[Matrix], order: Sequence[int], sink: int, steps: int) -> Fraction:
    """Return max P(not at the sink after so many steps), over nodes and places of the order.

    Step t, from 0, of a walk that begins at place k is by the head order[(k + t) mod p].
    """
    n, found = len(walks[0]), ZERO
    for k in range(len(order)):
        for start in range(n):
            column = [ONE if i == start else ZERO for i in range(n)]
            for t in range(steps):
                W = walks[order[(k + t) % len(order)]]
                column = [
                    sum((W[i][j] * column[j] for j in range(n) if column[j]), ZERO)
                    for i in range(n)
                ]
            found = max(found, sum((share for i, share in enumerate(column) if i != sink), ZERO))
    return found
