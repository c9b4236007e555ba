"""Pairs of small heads for the tests of profiles, and the mixtures of them by the oracle."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations_with_replacement, permutations
from typing import Any

import oracle
from oracle.fidelity import Signals

from dagmix import FeedforwardDAG, families

Edges = tuple[tuple[int, int], ...]
Pair = tuple[Edges, Edges]

EXAMPLE_8: Pair = (((0, 1),), ((1, 2),))  # u, v, τ
EXAMPLE_13: Pair = (((0, 1), (1, 2), (2, 3)), ((1, 0), (0, 2), (2, 3)))  # u, v, w, τ
GRID = tuple(Fraction(k, 12) for k in range(13))


def size(pair: Pair) -> int:
    """Return the number of nodes; the last one is the sink."""
    return 1 + max(max(edge) for edges in pair for edge in edges)


def heads(pair: Pair) -> list[FeedforwardDAG]:
    """Return the graphs."""
    return [FeedforwardDAG(edges, nodes=range(size(pair))) for edges in pair]


def orders(n: int) -> list[Edges]:
    """List all graphs with the unique sink n−1, in any order of the other nodes."""
    found: set[Edges] = set()
    for graph in families.all_unique_sink_dags(n):
        edges: Any = graph.edges
        for labels in permutations(range(n - 1)):
            named = [*labels, n - 1]
            found.add(tuple(sorted((named[j], named[i]) for j, i in edges if i != j)))
    return sorted(found)


def all_pairs(n: int) -> list[Pair]:
    """List all pairs of such graphs."""
    return list(combinations_with_replacement(orders(n), 2))


def minimax(pair: Pair, beta: Fraction) -> Fraction:
    """φ_min of the mixture by brute force."""
    n = size(pair)
    deltas = [oracle.diffusion_matrix(n, edges) for edges in pair]
    return Signals(oracle.mixture([beta, 1 - beta], deltas), n - 1).minimax()[0]


def mixing_time(pair: Pair, alpha: Fraction, epsilon: Fraction) -> float:
    """T(ε) of the mixture by brute force."""
    n = size(pair)
    walks = [oracle.walk_matrix(n, edges) for edges in pair]
    return oracle.mixing_time(oracle.mixture([alpha, 1 - alpha], walks), n - 1, epsilon)
