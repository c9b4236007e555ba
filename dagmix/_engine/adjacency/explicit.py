"""Adjacencies kept pair by pair: as a matrix or as a list, whichever is smaller.

A value array of `DenseAdjacency` is n × n with entry [i, j], 0 where there is no pair; one of
`SparseAdjacency` has a value for each pair.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from heapq import heappop, heappush

import numpy as np
import scipy

from dagmix._engine.adjacency.base import (
    Adjacency,
    Ints,
    Mask,
    Vec,
    csr_matrix,
    distinct,
    have_equal_pairs,
)
from dagmix._engine.adjacency.dense import DenseAdjacency, pairs_of

DENSE_UP_TO = 16  # nodes; below, one small matrix product beats any bookkeeping
DENSE_FROM = 0.25  # share of the n² pairs from which a matrix is the smaller description
MOST_DIAGONALS = 8  # that pairs may be, as a line's are two, to be added one after the other


class SparseAdjacency(Adjacency):
    """An adjacency kept as a list of receivers for each sender."""

    kind = "sparse"

    def __init__(self, n: int, receivers: Ints, senders: Ints) -> None:
        """Keep the pairs, which must be sorted by sender and then by receiver."""
        self.n, self.work = n, len(receivers)
        self._pairs = np.ascontiguousarray(receivers), np.ascontiguousarray(senders)

    @cached_property
    def out_degree(self) -> Ints:
        """Receivers of each sender, itself included where it has a loop."""
        return np.bincount(self._pairs[1], minlength=self.n)

    @cached_property
    def in_degree(self) -> Ints:
        """Senders of each receiver, itself included where it has a loop."""
        return np.bincount(self._pairs[0], minlength=self.n)

    @cached_property
    def has_loop(self) -> Mask:
        """Mark the nodes that send to themselves."""
        receivers, senders = self._pairs
        marked = np.zeros(self.n, dtype=bool)
        marked[senders[receivers == senders]] = True
        return marked

    @cached_property
    def order(self) -> Ints | None:
        """The first topological order by node number, loops apart; None where there is a cycle."""
        receivers, senders = self._pairs
        if bool((senders <= receivers).all()):
            return np.arange(self.n)
        near, starts = receivers.tolist(), self.starts.tolist()
        missing = (self.in_degree - self.has_loop).tolist()
        ready = [j for j in range(self.n) if not missing[j]]  # sorted, hence a heap
        found = []
        while ready:
            j = heappop(ready)
            found.append(j)
            for i in near[starts[j] : starts[j + 1]]:
                missing[i] -= 1  # a loop makes it −1
                if not missing[i]:
                    heappush(ready, i)
        return np.array(found) if len(found) == self.n else None

    def has_same_pairs(self, other: Adjacency) -> bool:
        """Tell whether two adjacencies have the same pairs."""
        return have_equal_pairs(self, other)

    def with_loops(self, where: Mask) -> Adjacency:
        """Return the adjacency with a self-loop added at the marked nodes."""
        loops = np.flatnonzero(where)
        if not loops.size:
            return self
        return from_pairs(self.n, *(np.concatenate((ends, loops)) for ends in self._pairs))

    @cached_property
    def _busy(self) -> tuple[Mask, Ints]:
        return self.out_degree > 0, self.starts[:-1][self.out_degree > 0]

    @cached_property
    def _diagonals(self) -> list[tuple[slice, slice]]:
        """Receivers and senders of each diagonal, if few without gaps are all pairs; else none."""
        receivers, senders = self._pairs
        if not self.n <= 2 * len(senders) <= 2 * MOST_DIAGONALS * self.n:
            return []
        distances, found = receivers - senders, []
        present = np.flatnonzero(np.bincount(distances + self.n)) - self.n
        for distance in present.tolist() if len(present) <= MOST_DIAGONALS else ():
            own = senders[distances == distance]
            start, stop = int(own[0]), int(own[-1]) + 1
            if len(own) < stop - start:
                return []
            found.append((slice(start + distance, stop + distance), slice(start, stop)))
        return found

    def gather(self, x: Vec, values: Vec | None = None) -> Vec:
        """Return the sum over each sender's pairs."""
        if values is None and self._diagonals:
            sums = np.zeros(self.n, dtype=x.dtype)
            for receivers, senders in self._diagonals:
                sums[senders] += x[receivers]
            return sums
        terms = x[self._pairs[0]]
        if values is not None:
            terms = terms * values
        busy, starts = self._busy
        sums = np.zeros(self.n, dtype=terms.dtype)
        sums[busy] = np.add.reduceat(terms, starts)
        return sums

    @cached_property
    def _exchange(self) -> Ints:
        receivers, senders = self._pairs
        return np.lexsort((senders, receivers))

    def transposed(self) -> SparseAdjacency:
        """Return the adjacency sorted by receiver, whose roles are exchanged."""
        receivers, senders = self._pairs
        return SparseAdjacency(self.n, senders[self._exchange], receivers[self._exchange])

    def transposed_values(self, values: Vec) -> Vec:
        """Return the values in the order of the transposed pairs."""
        return values[self._exchange]

    def reached(self, origins: Ints) -> Mask:
        """Mark the nodes to which a directed path, maybe empty, leads from an origin."""
        heads = np.concatenate((self.starts, [self.edges + len(origins)]))
        tails = np.concatenate((self._pairs[0], origins))
        # One more node sends to all origins.
        graph = csr_matrix(self.n + 1, tails, heads)
        found = scipy.sparse.csgraph.breadth_first_order(graph, self.n, return_predecessors=False)
        seen = np.zeros(self.n + 1, dtype=bool)
        seen[found] = True
        return seen[:-1]

    @property
    def pairs(self) -> tuple[Ints, Ints]:
        """Receivers and senders of all pairs, by sender and then by receiver."""
        return self._pairs

    def place(self, values: Vec) -> Vec:
        """Return the values as they are."""
        return values

    def take(self, values: Vec) -> Vec:
        """Return the values as they are."""
        return values


def from_mask(mask: Mask, known: Adjacency | None = None) -> Adjacency:
    """Return the adjacency of a mask with mask[i, j] true where j sends to i.

    It is `known` where that has the same mask: heads of one causal mask share its degrees.

    >>> type(from_mask(np.tri(100, dtype=bool))).__name__, from_mask(np.eye(100, dtype=bool)).edges
    ('DenseAdjacency', 100)
    """
    n = len(mask)
    if isinstance(known, DenseAdjacency) and np.array_equal(mask, known.mask):
        return known
    if n <= DENSE_UP_TO or np.count_nonzero(mask) >= DENSE_FROM * n * n:
        return DenseAdjacency(mask)
    return SparseAdjacency(n, *pairs_of(mask))


def from_pairs(n: int, receivers: Ints, senders: Ints) -> Adjacency:
    """Return the adjacency of a list of pairs in any order, repeats allowed."""
    return from_distinct(n, *distinct(n, receivers, senders))


def merged(adjacencies: Sequence[Adjacency]) -> Adjacency:
    """Return the adjacency of all pairs of several on the same nodes.

    Marks are united where there may be enough of them for a matrix; lists of fewer are sorted.
    """
    n = adjacencies[0].n
    if n > DENSE_UP_TO and sum(one.edges for one in adjacencies) < DENSE_FROM * n * n:
        pairs = [one.pairs for one in adjacencies]
        return from_pairs(n, *(np.concatenate(ends) for ends in zip(*pairs, strict=True)))
    mask = np.zeros((n, n), dtype=bool)
    for one in adjacencies:
        if isinstance(one, DenseAdjacency):
            mask |= one.mask
        else:
            mask[one.pairs] = True
    return from_mask(mask)


def from_distinct(n: int, receivers: Ints, senders: Ints) -> Adjacency:
    """Return the adjacency of distinct pairs, by sender and then by receiver."""
    if n > DENSE_UP_TO and len(receivers) < DENSE_FROM * n * n:
        return SparseAdjacency(n, receivers, senders)
    mask = np.zeros((n, n), dtype=bool)
    mask[receivers, senders] = True
    return DenseAdjacency(mask)
