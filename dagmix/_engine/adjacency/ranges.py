"""Adjacencies kept as index ranges: the receivers of a node are a few ranges of nodes.

An *index range* of step d is a set of nodes a, a + d, a + 2d, …, b, as Python's `range`. The
receivers of a node of a causal window are one range of step 1; those of a dilated window one
range of its dilation; attention sinks add a range to every receiver. A step of a row then costs
a few running sums (see `range_sums`), whatever the width of the window, and memory grows with
the ranges, not with the pairs.

Ranges of one step are *strided ranges* (see `strided`); those of two steps have no pair in
common.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np

from dagmix._engine.adjacency.base import Ints, Mask, Support, Vec
from dagmix._engine.adjacency.explicit import Csr, from_pairs
from dagmix._engine.adjacency.strided import Layer, Unseen, disjoint, layer
from dagmix.errors import ShapeError

LARGEST_LIST = 2**27  # pairs: 2 GiB of receivers and senders


class Runs(Support):
    """An adjacency kept as index ranges of receivers for each sender."""

    def __init__(self, n: int, layers: Iterable[Layer]) -> None:
        """Take strided ranges that may overlap."""
        self.n = n
        self.layers = disjoint(layers) or (layer(n, 1, *(np.zeros(0, dtype=np.intp),) * 3),)
        self.work = self.count + n * len(self.layers)

    @classmethod
    def of(cls, supports: Sequence[Support]) -> Runs:
        """Return the union of adjacencies of any kind."""
        return cls(supports[0].n, [part for one in supports for part in _layers(one)])

    def __repr__(self) -> str:
        """Say how many ranges there are."""
        return f"<Runs: {self.n} nodes, {self.edges} pairs in {self.count} ranges>"

    def __reduce__(self) -> tuple[type[Runs], tuple[int, tuple[Layer, ...]]]:
        """Pickle the ranges."""
        return Runs, (self.n, self.layers)

    @property
    def kind(self) -> str:
        """The number of ranges of a receiver, or the maximum."""
        by_receiver = [part.table.firsts for part in self.transposed().layers]
        most = sum(int(np.diff(firsts).max()) for firsts in by_receiver)
        return "1 range a row" if most == 1 else f"at most {most} ranges a row"

    @property
    def count(self) -> int:
        """The number of ranges of receivers."""
        return sum(len(part.table.rows) for part in self.layers)

    def gather(self, x: Vec, values: Vec | None = None) -> Vec:
        """Return the sum over each sender's ranges; with values, over its pairs one by one."""
        if values is not None:
            return self.listed.gather(x, values)
        total = self.layers[0].sums(x)
        for part in self.layers[1:]:
            total = total + part.sums(x)
        return total

    @cached_property
    def _transposed(self) -> Runs:
        flipped = Runs(self.n, [Layer(p.n, p.step, p.table.transposed()) for p in self.layers])
        flipped._transposed = self
        return flipped

    def transposed(self) -> Runs:
        """Return the adjacency with senders and receivers exchanged."""
        return self._transposed

    @cached_property
    def listed(self) -> Csr:
        """The same adjacency as a list of pairs; ShapeError where there are too many."""
        if self.edges > LARGEST_LIST:
            message = f"{self.n} nodes with {self.edges} pairs: too many to list"
            raise ShapeError(message)
        keys = []
        for part in self.layers:
            rows, places = part.table.expanded()
            keys.append(part.node(rows) * self.n + part.node(places))
        ordered = np.sort(np.concatenate(keys))
        return Csr(self.n, ordered % self.n, ordered // self.n)

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
        return sum(
            (p.table.lengths[p.places] for p in self.layers), np.zeros(self.n, dtype=np.intp)
        )

    @cached_property
    def in_degree(self) -> Ints:
        """Senders of each receiver, itself included where it has a loop."""
        degrees = (part.table.column_lengths[part.places] for part in self.layers)
        return sum(degrees, np.zeros(self.n, dtype=np.intp))

    def _has(self, targets: Ints) -> Mask:
        marked = np.zeros(self.n, dtype=bool)
        for part in self.layers:
            marked |= part.has(targets)
        return marked

    @cached_property
    def has_loop(self) -> Mask:
        """Mark the nodes that send to themselves."""
        return self._has(np.arange(self.n))

    @cached_property
    def proper(self) -> Runs:
        """The adjacency without its loops."""
        return Runs(self.n, [Layer(p.n, p.step, p.table.without_diagonal()) for p in self.layers])

    @cached_property
    def forward(self) -> bool | None:
        """True where no node sends to one before it, False where none sends to one after it."""
        gaps = [p.node(p.table.starts) - p.node(p.table.rows) for p in self.layers]
        if all((gap >= 0).all() for gap in gaps):
            return True
        gaps = [p.node(p.table.stops - 1) - p.node(p.table.rows) for p in self.layers]
        return False if all((gap <= 0).all() for gap in gaps) else None

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
        unseen = [Unseen(part) for part in self.layers]
        todo = np.flatnonzero(seen).tolist()
        while todo:
            j = todo.pop()
            for places in unseen:
                for i in places.taken_from(j):
                    if not seen[i]:
                        seen[i] = True
                        todo.append(i)
        return seen

    def same_as(self, other: Support) -> bool:
        """Tell whether two adjacencies have the same pairs."""
        if not isinstance(other, Runs):
            return other.same_as(self)
        if self.n != other.n or self.edges != other.edges:
            return False
        return Runs.of([self, other]).edges == self.edges

    def with_loops(self, where: Mask) -> Runs:
        """Return the adjacency with a self-loop added at the marked nodes."""
        loops = np.flatnonzero(where)
        if not loops.size:
            return self
        return Runs(self.n, (*self.layers, layer(self.n, 1, loops, loops, np.ones_like(loops))))


def union(supports: Sequence[Support]) -> Support:
    """Return the adjacency of all pairs: as index ranges if one of several is, else as pairs."""
    if any(isinstance(support, Runs) for support in supports):
        return Runs.of(supports)
    pairs = [support.pairs for support in supports]
    receivers, senders = (np.concatenate(some) for some in zip(*pairs, strict=True))
    return from_pairs(supports[0].n, receivers, senders)


def _layers(support: Support) -> Iterable[Layer]:
    if isinstance(support, Runs):
        return support.layers
    receivers, senders = support.pairs
    return (layer(support.n, 1, senders, receivers, np.ones_like(senders)),)
