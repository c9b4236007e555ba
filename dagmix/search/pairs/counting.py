"""How many graphs and pairs of graphs there are, labelled and up to isomorphism."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dagmix.search.pairs import masks


@lru_cache(maxsize=64)
def labelled_tuples(n: int, heads: int) -> int:
    """Return how many ordered tuples of graphs have one common order.

    Each graph is on 0 … n−1 with the unique sink n−1; the order is anything. By inclusion and
    exclusion over the s nodes that receive nothing from the others: each has, in every head, a
    non-empty set of receivers among the n − s.

    >>> [labelled_tuples(n, 1) for n in (1, 2, 3, 4, 5, 6)]
    [1, 1, 5, 79, 3377, 362431]
    >>> labelled_tuples(3, 2)
    17
    """
    if n == 1:
        return 1
    return sum(
        (-1) ** (s + 1)
        * math.comb(n - 1, s)
        * (2 ** (n - s) - 1) ** (heads * s)
        * labelled_tuples(n - s, heads)
        for s in range(1, n)
    )


@lru_cache(maxsize=16)
def pairs(n: int, order: str) -> int:
    """Return the number of pairs up to relabelling and exchange, by Burnside's lemma.

    >>> [pairs(n, "any") for n in (1, 2, 3, 4)], [pairs(n, "common") for n in (1, 2, 3, 4)]
    ([1, 1, 9, 553], [1, 1, 6, 203])
    """
    everything, common = masks.labelled(n), order == "common"
    total = 0
    for to, size in _cycle_types(n):
        moved = masks.relabelled(everything, n, to)
        fixed = everything[moved == everything]
        twice = masks.relabelled(moved, n, to) == everything
        if not common:
            total += size * (len(fixed) ** 2 + int(twice.sum()))
            continue
        identity = to == tuple(range(n))
        alike = labelled_tuples(n, 2) if identity else _acyclic_pairs(fixed, n)
        total += size * (alike + int(_acyclic(everything[twice] | moved[twice], n).sum()))
    return total // (2 * math.factorial(n - 1))


def _cycle_types(n: int) -> list[tuple[tuple[int, ...], int]]:
    """Return a relabelling of each cycle type, and how many have it."""
    found: dict[tuple[int, ...], tuple[tuple[int, ...], int]] = {}
    for to in masks.relabellings(n):
        kind = _cycle_lengths(to)
        first, size = found.get(kind, (to, 0))
        found[kind] = first, size + 1
    return list(found.values())


def _cycle_lengths(to: tuple[int, ...]) -> tuple[int, ...]:
    lengths, left = list[int](), set(range(len(to)))
    while left:
        node, length = min(left), 0
        while node in left:
            left.remove(node)
            node, length = to[node], length + 1
        lengths.append(length)
    return tuple(sorted(lengths))


def _acyclic_pairs(some: masks.Masks, n: int) -> int:
    return sum(int(_acyclic(some | one, n).sum()) for one in some)


def _acyclic(union: masks.Masks, n: int) -> NDArray[np.bool_]:
    """Tell of each union of edges whether it has no cycle: take receivers of nothing away."""
    left = np.full(union.shape, 2**n - 1)
    for _ in range(n):
        received = np.zeros_like(union)
        for j in range(n - 1):
            received |= np.where(left >> j & 1, union >> (j * n) & (2**n - 1), 0)
        left &= received
    return np.asarray(left == 0)
