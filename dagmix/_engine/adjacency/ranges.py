"""Adjacencies kept as index ranges: the receivers of a node are a few ranges of nodes.

An *index range* of step d is a set of nodes a, a + d, a + 2d, …, b, as Python's `range`. The
receivers of a node of a causal window are one range of step 1; those of a dilated window one
range of its dilation; attention sinks add a range to every receiver. A step of a row then costs
a few running sums (see `range_sums`), whatever the width of the window, and memory grows with
the ranges, not with the pairs.

Ranges of one step are *strided ranges* (see `strided`); those of two steps have no pair in
common. Pairs that depend on the distance of their nodes only are *diagonal ranges* (see
`diagonals`), and no pair is both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np

from dagmix._engine.adjacency.base import Adjacency, Ints, Mask, Vec
from dagmix._engine.adjacency.diagonals import DiagonalRanges, joined
from dagmix._engine.adjacency.explicit import SparseAdjacency, merged
from dagmix._engine.adjacency.strided import (
    StridedRanges,
    UnvisitedPlaces,
    disjoint_ranges,
    lacking,
    strided_ranges,
)
from dagmix.errors import ShapeError

Ranges = StridedRanges | DiagonalRanges

LARGEST_LIST = 2**27  # pairs: 2 GiB of receivers and senders


class IndexRanges(Adjacency):
    """An adjacency kept as index ranges of receivers for each sender."""

    def __init__(self, n: int, layers: Iterable[Ranges], *, disjoint: bool = False) -> None:
        """Take ranges of either kind that may overlap, unless they are `disjoint`."""
        self.n = n
        self.ranges = (tuple(layers) if disjoint else _disjoint(layers)) or (
            strided_ranges(n, 1, *(np.zeros(0, dtype=np.intp),) * 3),
        )
        self.work = sum(part.work for part in self.ranges)

    @classmethod
    def of(cls, adjacencies: Sequence[Adjacency]) -> IndexRanges:
        """Return the union of adjacencies of any kind."""
        return cls(adjacencies[0].n, [part for one in adjacencies for part in _layers(one)])

    def __repr__(self) -> str:
        """Say how many ranges there are."""
        return f"<IndexRanges: {self.n} nodes, {self.edges} pairs in {self.count} ranges>"

    def __reduce__(self) -> tuple[type[IndexRanges], tuple[int, tuple[Ranges, ...]]]:
        """Pickle the ranges."""
        return IndexRanges, (self.n, self.ranges)

    @property
    def kind(self) -> str:
        """The number of ranges of a receiver, or the maximum."""
        most = sum(part.most_of_a_sender for part in self.transposed().ranges)
        return "1 range a row" if most == 1 else f"at most {most} ranges a row"

    @property
    def count(self) -> int:
        """The number of ranges of receivers."""
        return sum(part.count for part in self.ranges)

    def gather(self, x: Vec, values: Vec | None = None) -> Vec:
        """Return the sum over each sender's ranges; with values, over its pairs one by one."""
        if values is not None:
            return self.listed.gather(x, values)
        total = self.ranges[0].sums(x)
        for part in self.ranges[1:]:
            total = total + part.sums(x)
        return total

    @cached_property
    def _transposed(self) -> IndexRanges:
        flipped = IndexRanges(self.n, [part.transposed() for part in self.ranges], disjoint=True)
        flipped._transposed = self
        return flipped

    def transposed(self) -> IndexRanges:
        """Return the adjacency with senders and receivers exchanged."""
        return self._transposed

    @cached_property
    def listed(self) -> SparseAdjacency:
        """The same adjacency as a list of pairs; ShapeError where there are too many."""
        if self.edges > LARGEST_LIST:
            message = f"{self.n} nodes with {self.edges} pairs: too many to list"
            raise ShapeError(message)
        keys = []
        for part in self.ranges:
            senders, receivers = part.listed()
            keys.append(senders * self.n + receivers)
        ordered = np.sort(np.concatenate(keys))
        return SparseAdjacency(self.n, ordered % self.n, ordered // self.n)

    @property
    def pairs(self) -> tuple[Ints, Ints]:
        """Receivers and senders of all pairs, by sender and then by receiver."""
        return self.listed.pairs

    def place(self, values: Vec) -> Vec:
        """Return the values as they are, in the order of the pairs."""
        return values

    def take(self, values: Vec) -> Vec:
        """Return the values as they are."""
        return values

    def transposed_values(self, values: Vec) -> Vec:
        """Return the values in the order of the transposed pairs."""
        return self.listed.transposed_values(values)

    @cached_property
    def out_degree(self) -> Ints:
        """Receivers of each sender, itself included where it has a loop."""
        degrees = (part.out_degree for part in self.ranges)
        return sum(degrees, np.zeros(self.n, dtype=np.intp))

    @cached_property
    def in_degree(self) -> Ints:
        """Senders of each receiver, itself included where it has a loop."""
        degrees = (part.in_degree for part in self.ranges)
        return sum(degrees, np.zeros(self.n, dtype=np.intp))

    def _has(self, targets: Ints) -> Mask:
        marked = np.zeros(self.n, dtype=bool)
        for part in self.ranges:
            marked |= part.has(targets)
        return marked

    @cached_property
    def has_loop(self) -> Mask:
        """Mark the nodes that send to themselves."""
        return self._has(np.arange(self.n))

    @cached_property
    def proper(self) -> IndexRanges:
        """The adjacency without its loops."""
        bare = (part.without_loops() for part in self.ranges)
        return IndexRanges(self.n, [part for part in bare if part.count], disjoint=True)

    @cached_property
    def forward(self) -> bool | None:
        """True where no node sends to one before it, False where none sends to one after it."""
        least, greatest = zip(*(part.reach for part in self.ranges), strict=True)
        if min(least) >= 0:
            return True
        return False if max(greatest) <= 0 else None

    @cached_property
    def order(self) -> Ints | None:
        """A topological order of the nodes, loops apart; None where there is a cycle."""
        if self.forward is None:
            return self.listed.order
        return np.arange(self.n)[:: 1 if self.forward else -1]

    @cached_property
    def is_chain(self) -> bool:
        """Whether every node but the last of the order sends to the next one."""
        if self.forward is None:
            return False
        following = np.arange(self.n) + (1 if self.forward else -1)
        following[following == self.n] = -1
        return int(self._has(following).sum()) == self.n - 1

    def reached(self, origins: Ints) -> Mask:
        """Mark the nodes to which a directed path, maybe empty, leads from an origin."""
        seen = np.zeros(self.n, dtype=bool)
        if not len(origins):
            return seen
        if self.is_chain:
            seen[slice(origins.min(), None) if self.forward else slice(origins.max() + 1)] = True
            return seen
        seen[origins] = True
        if self.order is not None and seen[self.sources].all():
            return np.ones(self.n, dtype=bool)
        return self._spread(seen)

    def _spread(self, seen: Mask) -> Mask:
        """Follow the ranges from the nodes that are marked; every place is passed over once."""
        unseen = [
            UnvisitedPlaces(part) if isinstance(part, StridedRanges) else part
            for part in self.ranges
        ]
        todo = np.flatnonzero(seen).tolist()
        while todo:
            j = todo.pop()
            for places in unseen:
                for i in places.taken_from(j):
                    if not seen[i]:
                        seen[i] = True
                        todo.append(i)
        return seen

    def has_same_pairs(self, other: Adjacency) -> bool:
        """Tell whether two adjacencies have the same pairs."""
        if not isinstance(other, IndexRanges):
            return other.has_same_pairs(self)
        if self.n != other.n or self.edges != other.edges:
            return False
        return IndexRanges.of([self, other]).edges == self.edges

    def without(self, other: IndexRanges) -> IndexRanges:
        """Return the adjacency of the pairs that another one does not have."""
        n, found = self.n, list[Ranges]()
        removed = [part for part in other.ranges if isinstance(part, StridedRanges)]
        diagonals = [part for part in other.ranges if isinstance(part, DiagonalRanges)]
        for part in self.ranges if self.edges else ():
            if isinstance(part, DiagonalRanges):
                found.append(part.without(other.ranges))
            else:
                strided = removed + [diagonal.as_strided() for diagonal in diagonals]
                found.append(lacking(part, strided))
        return IndexRanges(n, [part for part in found if part.count], disjoint=True)

    def with_loops(self, where: Mask) -> IndexRanges:
        """Return the adjacency with a self-loop added at the marked nodes."""
        loops = np.flatnonzero(where)
        if not loops.size:
            return self
        return IndexRanges(
            self.n, (*self.ranges, strided_ranges(self.n, 1, loops, loops, np.ones_like(loops)))
        )


def _disjoint(layers: Iterable[Ranges]) -> tuple[Ranges, ...]:
    """Return ranges with the same pairs, no pair in two of them."""
    given = list(layers)
    found = disjoint_ranges(part for part in given if isinstance(part, StridedRanges))
    diagonals = [part for part in given if isinstance(part, DiagonalRanges)]
    return (*found, *joined(diagonals, found))


def union(adjacencies: Sequence[Adjacency]) -> Adjacency:
    """Return the adjacency of all pairs: as index ranges if one of several is, else as pairs."""
    unlike = list({id(adjacency): adjacency for adjacency in adjacencies}.values())
    if len(unlike) == 1:
        return unlike[0]
    if any(isinstance(adjacency, IndexRanges) for adjacency in unlike):
        return IndexRanges.of(unlike)
    return merged(unlike)


def _layers(adjacency: Adjacency) -> Iterable[Ranges]:
    if isinstance(adjacency, IndexRanges):
        return adjacency.ranges
    receivers, senders = adjacency.pairs
    return (strided_ranges(adjacency.n, 1, senders, receivers, np.ones_like(senders)),)
