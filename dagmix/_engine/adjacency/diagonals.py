"""Diagonal ranges: pairs (j, j + d) for the nodes j of an interval, d a distance.

A mask in which the pairs of a node depend on the distance only, such as one of powers of two, is
one interval for each distance. A step adds a shifted slice of the row for each of them, and
memory grows with the distances, not with the nodes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from dagmix._engine.adjacency.base import Ints, Mask, Vec
from dagmix._engine.adjacency.strided import StridedRanges, strided_ranges


class Asked(Protocol):
    """Ranges that tell who sends to whom."""

    def has(self, targets: Ints) -> Mask:
        """Mark the nodes j that send to targets[j]; the target −1 is nobody's."""


@dataclass(frozen=True, eq=False)
class DiagonalRanges:
    """Intervals [starts[k], stops[k]) of senders j that send to j + distances[k].

    Those of one distance are apart, so that no pair occurs twice.
    """

    n: int
    distances: Ints
    starts: Ints
    stops: Ints

    @property
    def count(self) -> int:
        """The number of intervals."""
        return len(self.distances)

    @property
    def work(self) -> int:
        """The number of pairs, each of which a step adds."""
        return int((self.stops - self.starts).sum())

    def _slices(self) -> Iterable[tuple[slice, slice]]:
        """Yield receivers and senders of each interval."""
        parts = (self.distances.tolist(), self.starts.tolist(), self.stops.tolist())
        for distance, start, stop in zip(*parts, strict=True):
            yield slice(start + distance, stop + distance), slice(start, stop)

    def sums(self, x: Vec) -> Vec:
        """Return the sum of x over the receivers of each node."""
        total = np.zeros(self.n, dtype=x.dtype)
        for receivers, senders in self._slices():
            total[senders] += x[receivers]
        return total

    def transposed(self) -> DiagonalRanges:
        """Return the pairs with senders and receivers exchanged."""
        moved = self.starts + self.distances, self.stops + self.distances
        return DiagonalRanges(self.n, -self.distances, *moved)

    @property
    def out_degree(self) -> Ints:
        """Receivers of each sender."""
        begun = np.bincount(self.starts, minlength=self.n + 1)
        return np.cumsum(begun - np.bincount(self.stops, minlength=self.n + 1))[: self.n]

    @property
    def in_degree(self) -> Ints:
        """Senders of each receiver."""
        return self.transposed().out_degree

    def has(self, targets: Ints) -> Mask:
        """Mark the nodes j that send to targets[j]; the target −1 is nobody's."""
        marked = np.zeros(self.n, dtype=bool)
        for receivers, senders in self._slices():
            marked[senders] |= targets[senders] == np.arange(self.n)[receivers]
        return marked

    def taken_from(self, j: int) -> list[int]:
        """Return the nodes that j sends to."""
        sends = (self.starts <= j) & (j < self.stops)
        receivers: list[int] = (j + self.distances[sends]).tolist()
        return receivers

    def without_loops(self) -> DiagonalRanges:
        """Return the pairs of two nodes."""
        proper = self.distances != 0
        return DiagonalRanges(
            self.n, self.distances[proper], self.starts[proper], self.stops[proper]
        )

    @property
    def reach(self) -> tuple[int, int]:
        """The least and the greatest of receiver − sender; 0 where there is no pair."""
        return int(self.distances.min(initial=0)), int(self.distances.max(initial=0))

    @property
    def most_of_a_sender(self) -> int:
        """The greatest number of receivers of a node: each is a range of its own."""
        return int(self.out_degree.max(initial=0))

    def listed(self) -> tuple[Ints, Ints]:
        """Return senders and receivers of all pairs."""
        nodes = np.arange(self.n)
        pairs = [(nodes[senders], nodes[receivers]) for receivers, senders in self._slices()]
        empty = (nodes[:0], nodes[:0])
        senders, receivers = map(np.concatenate, zip(*pairs, empty, strict=True))
        return senders, receivers

    def as_strided(self) -> StridedRanges:
        """Return the same pairs as ranges of one node each."""
        senders, receivers = self.listed()
        return strided_ranges(self.n, 1, senders, receivers, np.ones_like(senders))

    def without(self, others: Iterable[Asked]) -> DiagonalRanges:
        """Return the pairs that other ranges, of any kind, do not have."""
        left = list(others)
        if not left:
            return self
        nodes, parts = np.arange(self.n), [self.distances[:0]] * 3
        for distance, start, stop in zip(self.distances, self.starts, self.stops, strict=True):
            targets = np.full(self.n, -1)
            targets[start:stop] = nodes[start:stop] + distance
            kept = targets >= 0
            for other in left:
                kept &= ~other.has(targets)
            ends = np.flatnonzero(np.diff(kept, prepend=False, append=False))
            own = np.full(len(ends) // 2, distance), ends[::2], ends[1::2]
            parts = [np.concatenate(pair) for pair in zip(parts, own, strict=True)]
        return DiagonalRanges(self.n, *parts)


def diagonal_ranges(n: int, distances: Ints) -> DiagonalRanges:
    """Return all pairs (j, j + d) of n nodes, d in some distinct distances from 0 to n − 1.

    >>> [part.tolist() for part in diagonal_ranges(3, np.array([0, 2])).listed()]
    [[0, 1, 2, 0], [0, 1, 2, 2]]
    """
    return DiagonalRanges(n, distances, np.zeros_like(distances), n - distances)


def joined(parts: Iterable[DiagonalRanges], others: Iterable[Asked]) -> list[DiagonalRanges]:
    """Return the pairs of some diagonal ranges that others lack, in one; none where there is none.

    >>> one = diagonal_ranges(3, np.array([0]))
    >>> [found.count for found in joined([one, one], [])], joined([one], [one])
    ([1], [])
    """
    found: list[DiagonalRanges] = []
    for part in parts:
        new = part.without([*others, *found])
        both = [*found, new]
        arrays = [(p.distances, p.starts, p.stops) for p in both]
        found = [DiagonalRanges(part.n, *map(np.concatenate, zip(*arrays, strict=True)))]
    return [part for part in found if part.count]
