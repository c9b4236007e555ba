"""Adjacencies kept as a matrix of marks, as those of attention are.

What the marks say of degrees, orders and paths is read off them: listing the pairs of a large
matrix takes longer than all the rest.
"""

from __future__ import annotations

from functools import cached_property
from heapq import heappop, heappush

import numpy as np

from dagmix._engine.adjacency.base import Adjacency, Ints, Mask, Vec, have_equal_pairs

BLOCK = 64  # rows of a mask that are looked at together


class DenseAdjacency(Adjacency):
    """An adjacency kept as an n × n mask; a step is one product of a row with a matrix."""

    kind = "dense"

    def __init__(self, mask: Mask) -> None:
        """Keep `mask`, where mask[i, j] is true if j sends to i."""
        self.n = len(mask)
        self.work = self.n**2
        self.mask = mask

    def gather(self, x: Vec, values: Vec | None = None) -> Vec:
        """Return x @ values."""
        if values is None:
            values = self._float_mask if x.dtype == np.float64 else self._int_mask
        return x @ values

    @cached_property
    def _float_mask(self) -> Vec:
        return self.mask.astype(np.float64)

    @cached_property
    def _int_mask(self) -> Vec:
        return self.mask.astype(int).astype(object)

    @cached_property
    def _transposed(self) -> DenseAdjacency:
        return DenseAdjacency(self.mask.T)

    def transposed(self) -> DenseAdjacency:
        """Return the adjacency of the transposed mask."""
        return self._transposed

    def transposed_values(self, values: Vec) -> Vec:
        """Return the transposed matrix."""
        return values.T

    @cached_property
    def pairs(self) -> tuple[Ints, Ints]:
        """Receivers and senders of all pairs, by sender and then by receiver."""
        return pairs_of(self.mask)

    @cached_property
    def out_degree(self) -> Ints:
        """Receivers of each sender, itself included where it has a loop."""
        degrees: Ints = self.mask.sum(axis=0)
        return degrees

    @cached_property
    def in_degree(self) -> Ints:
        """Senders of each receiver, itself included where it has a loop."""
        degrees: Ints = self.mask.sum(axis=1)
        return degrees

    @cached_property
    def has_loop(self) -> Mask:
        """Mark the nodes that send to themselves."""
        return self.mask.diagonal().copy()

    @cached_property
    def order(self) -> Ints | None:
        """The node order or its reverse where either is a topological order, loops apart.

        Else the first topological order by node number; None where there is a cycle.
        """
        if is_lower(self.mask):
            return np.arange(self.n)
        if is_lower(self.mask.T):
            return np.arange(self.n)[::-1]
        columns = np.ascontiguousarray(self.mask.T)
        missing = self.in_degree - self.has_loop
        ready = np.flatnonzero(missing == 0).tolist()  # sorted, hence a heap
        found = []
        while ready:
            j = heappop(ready)
            found.append(j)
            missing -= columns[j]  # a loop makes it −1
            for i in np.flatnonzero(columns[j] & (missing == 0)).tolist():
                heappush(ready, i)
        return np.array(found) if len(found) == self.n else None

    @cached_property
    def _rank(self) -> Ints:
        """The place of each node in the order; 0 for all of them where there is none."""
        rank = np.zeros(self.n, dtype=np.intp)
        if self.order is not None:
            rank[self.order] = np.arange(self.n)
        return rank

    def reached(self, origins: Ints) -> Mask:
        """Mark the nodes to which a directed path, maybe empty, leads from an origin."""
        seen = np.zeros(self.n, dtype=bool)
        seen[origins] = True
        new = np.flatnonzero(seen)
        while new.size:
            unseen = np.flatnonzero(~seen & (self._rank >= self._rank[new].min()))
            new = unseen[self.mask[np.ix_(unseen, new)].any(axis=1)]
            seen[new] = True
        return seen

    def has_same_pairs(self, other: Adjacency) -> bool:
        """Tell whether two adjacencies have the same pairs."""
        if isinstance(other, DenseAdjacency):
            return np.array_equal(self.mask, other.mask)
        return have_equal_pairs(self, other)

    def with_loops(self, where: Mask) -> DenseAdjacency:
        """Return the adjacency with a self-loop added at the marked nodes."""
        if not where.any():
            return self
        mask = self.mask.copy()
        mask[where, where] = True
        return DenseAdjacency(mask)

    def place(self, values: Vec) -> Vec:
        """Return the n × n matrix of values."""
        matrix = np.zeros((self.n, self.n), dtype=values.dtype)
        matrix[self.pairs] = values
        return matrix

    def take(self, values: Vec) -> Vec:
        """Return the entries of the matrix at the pairs."""
        return values[self.pairs]


def pairs_of(mask: Mask) -> tuple[Ints, Ints]:
    """Return receivers and senders of the pairs of a mask, by sender and then by receiver.

    >>> pairs_of(np.array([[False, False], [True, True]]))
    (array([1, 1]), array([0, 1]))
    """
    senders, receivers = np.nonzero(mask.T)  # strided views of one array
    return np.ascontiguousarray(receivers), np.ascontiguousarray(senders)


def is_lower(mask: Mask) -> bool:
    """Tell whether a mask has no mark above the diagonal.

    >>> is_lower(np.tri(100, dtype=bool)), is_lower(np.tri(100, k=1, dtype=bool))
    (True, False)
    """
    for first in range(0, len(mask), BLOCK):
        last = first + BLOCK
        rows = mask[first:last]
        if rows[:, last:].any() or np.triu(rows[:, first:last], 1).any():
            return False
    return True
