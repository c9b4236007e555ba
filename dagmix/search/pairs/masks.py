"""Graphs on 0 … n−1 with the unique sink n−1 as bit masks, in NumPy's arrays.

Bit j·n + i of a mask is the edge j → i, self-loops left out; senders are 0 … n−2, so that up to
six nodes a mask has at most 30 bits and a pair of masks fits in one integer of 64 bits.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

Masks = NDArray[np.int64]
Edges = tuple[tuple[int, int], ...]

MOST_NODES = 6
HALF = 30  # bits of one mask in a pair


@lru_cache(maxsize=8)
def forward(n: int) -> Masks:
    """Return the graphs whose edges j → i all have j < i: Π_k (2ᵏ − 1), k < n, in order.

    >>> forward(3).tolist()  # {01, 12}, {02, 12}, {01, 02, 12}
    [34, 36, 38]
    """
    found = np.zeros(1, dtype=np.int64)
    for j in range(n - 1):
        receivers = np.arange(1, 2 ** (n - 1 - j), dtype=np.int64) << (j * n + j + 1)
        found = (found[:, None] | receivers).ravel()
    return np.sort(found)


@lru_cache(maxsize=8)
def labelled(n: int) -> Masks:
    """Return all graphs, whatever their orders.

    >>> [len(labelled(n)) for n in range(1, 6)]
    [1, 1, 5, 79, 3377]
    """
    return np.unique(np.concatenate([relabelled(forward(n), n, to) for to in relabellings(n)]))


@lru_cache(maxsize=8)
def classes(n: int) -> Masks:
    """Return one graph of each isomorphism class, the least of its forward labellings.

    >>> [len(classes(n)) for n in range(1, 6)]
    [1, 1, 3, 16, 164]
    """
    least = forward(n)
    for to in relabellings(n):
        least = np.minimum(least, relabelled(forward(n), n, to))
    _, first = np.unique(least, return_index=True)
    return np.sort(forward(n)[first])


@lru_cache(maxsize=8)
def relabellings(n: int) -> tuple[tuple[int, ...], ...]:
    """Return the (n − 1)! new names of the nodes, the sink keeps its own."""
    return tuple((*to, n - 1) for to in permutations(range(n - 1)))


def relabelled(masks: Masks, n: int, to: tuple[int, ...]) -> Masks:
    """Rename node j to[j] in every graph.

    >>> relabelled(np.array([34]), 3, (1, 0, 2)).tolist()  # {01, 12} becomes {10, 02}
    [12]
    """
    names = np.arange(2**n)
    table = np.zeros_like(names)
    for i, name in enumerate(to):
        table |= (names >> i & 1) << name
    found = np.zeros_like(masks)
    for j in range(n - 1):
        found |= table[masks >> (j * n) & (2**n - 1)] << (to[j] * n)
    return found


def pair_keys(first: Masks, second: Masks, n: int) -> Masks:
    """Return a number for each pair: equal where relabelling and exchange make them equal.

    It is the least, over these, of the first mask times 2³⁰ plus the second.
    """
    keys = np.full(first.shape, np.iinfo(np.int64).max)
    for to in relabellings(n):
        one, two = relabelled(first, n, to), relabelled(second, n, to)
        keys = np.minimum(keys, (np.minimum(one, two) << HALF) | np.maximum(one, two))
    return keys


def of_key(key: int) -> tuple[int, int]:
    """Return the two masks of a pair's number."""
    return key >> HALF, key & (2**HALF - 1)


def edges(mask: int, n: int) -> Edges:
    """Return the edges of one graph, in order.

    >>> edges(34, 3)
    ((0, 1), (1, 2))
    """
    return tuple((j, i) for j in range(n - 1) for i in range(n) if mask >> (j * n + i) & 1)


def mask_of(graph: Edges, n: int) -> int:
    """Return the mask of edges j → i, of which self-loops do not count.

    >>> mask_of(((0, 0), (0, 1), (1, 2)), 3)
    34
    """
    return sum(1 << (j * n + i) for j, i in graph if j != i)


def links(masks: Masks, n: int) -> NDArray[np.bool_]:
    """Return [i, j, …]: whether i receives from j, itself included, in every graph."""
    found = np.zeros((n, n, *masks.shape), dtype=bool)
    for i in range(n):
        for j in range(n - 1):
            found[i, j] = (masks >> (j * n + i) & 1).astype(bool)
        found[i, i] = True
    return found
