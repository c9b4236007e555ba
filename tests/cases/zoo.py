"""Graphs to test on: every small one with a unique sink, and seeded samples of mixtures."""

from __future__ import annotations

import random
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import combinations, product
from typing import TYPE_CHECKING

import oracle
from oracle import Edge

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from oracle import Matrix

Edges = tuple[Edge, ...]


def receiver_sets(n: int, j: int) -> list[Edges]:
    """Every non-empty set of edges from j to later nodes."""
    later = range(j + 1, n)
    sizes = range(1, n - j)
    return [tuple((j, i) for i in some) for k in sizes for some in combinations(later, k)]


@cache
def unique_sink_dags(n: int) -> tuple[Edges, ...]:
    """Every DAG in the order 0 … n−1 whose only sink is n−1; there are Π_k (2ᵏ − 1), k < n."""
    choices = product(*(receiver_sets(n, j) for j in range(n - 1)))
    return tuple(tuple(edge for part in parts for edge in part) for parts in choices)


def random_dag(rng: random.Random, order: Sequence[int], *, sure: bool = True) -> Edges:
    """Draw edges forward along `order`; `sure` gives every node but the last a receiver."""
    edges: list[Edge] = []
    for place, j in enumerate(order[:-1]):
        later = order[place + 1 :]
        chosen = [i for i in later if rng.random() < 0.5]
        if sure and not chosen:
            chosen = [rng.choice(later)]
        edges += [(j, i) for i in chosen]
    return tuple(edges)


def sampled_dags(n: int, count: int, seed: int) -> list[Edges]:
    """Draw graphs with the unique sink n−1."""
    rng = random.Random(seed)  # noqa: S311 - reproducible, not secret
    return [random_dag(rng, range(n)) for _ in range(count)]


@dataclass(frozen=True)
class Single:
    """Edges on 0 … n−1 whose only sink is n−1, with or without self-loops."""

    n: int
    edges: Edges
    loops: bool = True


@dataclass(frozen=True)
class Mixture:
    """Edges of each head on 0 … n−1, their weights, self-loops or not; the sink is n−1."""

    n: int
    heads: tuple[Edges, ...]
    weights: tuple[Fraction, ...]
    loops: bool

    def walk(self) -> Matrix:
        """Mix the walk matrices."""
        heads = [oracle.walk_matrix(self.n, edges, loops=self.loops) for edges in self.heads]
        return oracle.mixture(self.weights, heads)

    def diffusions(self) -> list[Matrix]:
        """One diffusion matrix for each head."""
        return [oracle.diffusion_matrix(self.n, edges, loops=self.loops) for edges in self.heads]

    def diffusion(self) -> Matrix:
        """Mix the diffusion matrices."""
        return oracle.mixture(self.weights, self.diffusions())


def sinks(n: int, edges: Iterable[Edge]) -> list[int]:
    """List the nodes without an edge to another node."""
    senders = {j for j, _ in edges}
    return [j for j in range(n) if j not in senders]


def random_weights(rng: random.Random, count: int, *, zero: bool = False) -> tuple[Fraction, ...]:
    """Small rational weights that sum to 1; with `zero`, the last one is 0."""
    parts = [rng.randint(1, 5) for _ in range(count)]
    if zero:
        parts[-1] = 0
    return tuple(Fraction(part, sum(parts)) for part in parts)


def sampled_mixtures(seed: int, count: int, *, common: bool, sure: bool = True) -> list[Mixture]:
    """Pairs and triples of heads that all end at n−1.

    `common` heads share the order 0 … n−1, others shuffle all but the sink. Heads that are not
    `sure` may have further sinks; such a draw is repeated until the heads of positive weight have
    one together.
    """
    rng = random.Random(seed)  # noqa: S311 - reproducible, not secret
    found: list[Mixture] = []
    while len(found) < count:
        n, size = rng.randint(2, 5), rng.randint(2, 3)
        orders = [
            [*(range(n - 1) if common else rng.sample(range(n - 1), n - 1)), n - 1]
            for _ in range(size)
        ]
        heads = tuple(random_dag(rng, order, sure=sure) for order in orders)
        weights = random_weights(rng, size, zero=rng.random() < 0.2)
        together = [e for edges, a in zip(heads, weights, strict=True) if a for e in edges]
        if sinks(n, together) == [n - 1]:
            found.append(Mixture(n, heads, weights, loops=rng.random() < 0.6))
    return found


def labelled(n: int) -> list[Edges]:
    """Every acyclic set of edges on 0 … n−1 whose only sink is n−1, by brute force."""
    ordered = [(j, i) for j in range(n - 1) for i in range(n) if i != j]
    subsets = (some for size in range(len(ordered) + 1) for some in combinations(ordered, size))
    return [some for some in subsets if sinks(n, some) == [n - 1] and acyclic(n, some)]


def acyclic(n: int, edges: Iterable[tuple[int, int]]) -> bool:
    """Take away nodes without senders until none is left, or none has no sender."""
    left, pairs = set(range(n)), list(edges)
    while left:
        free = left - {i for j, i in pairs if j in left}
        if not free:
            return False
        left -= free
    return True
