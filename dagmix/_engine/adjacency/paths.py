"""Paths of an adjacency: recurrent classes, the longest path, the greatest distance."""

from __future__ import annotations

import math

import numpy as np
import scipy

from dagmix._engine.adjacency.base import Adjacency, Ints
from dagmix._engine.adjacency.diagonals import DiagonalRanges
from dagmix._engine.adjacency.ranges import IndexRanges
from dagmix._engine.adjacency.strided import StridedRanges


def recurrent_classes(chain: Adjacency) -> Ints:
    """Return, for every node, the number of its recurrent class, or −1 where it is transient."""
    if chain.order is not None:
        classes = np.full(chain.n, -1)
        classes[chain.sinks] = np.arange(len(chain.sinks))
        return classes
    receivers, senders = chain.pairs
    count, labels = chain.components
    crossing = labels[senders] != labels[receivers]
    closed = np.ones(count, dtype=bool)
    closed[labels[senders[crossing]]] = False
    return np.where(closed[labels], labels, -1).astype(np.intp)


def longest_path(adjacency: Adjacency, order: Ints, sink: int) -> int:
    """Return the number of edges of a longest path to the sink, given a topological order."""
    if isinstance(adjacency, IndexRanges):
        return _longest_over_ranges(adjacency, order, sink)
    receivers, starts = adjacency.pairs[0], adjacency.starts
    length = np.full(adjacency.n, -1)  # −1 marks a node without a path to the sink
    length[sink] = 0
    for j in reversed(order.tolist()):
        ahead = length[receivers[starts[j] : starts[j + 1]]].max()
        if j != sink and ahead >= 0:
            # Only later nodes have a length yet, so that j's own loop does not count.
            length[j] = ahead + 1
    return int(length.max())


def _longest_over_ranges(adjacency: IndexRanges, order: Ints, sink: int) -> int:
    """Return the same, a maximum for every range of a node, where none of its pairs is listed."""
    layers = [
        _Lengths(part) if isinstance(part, StridedRanges) else _DiagonalLengths(part)
        for part in adjacency.ranges
    ]
    length = np.full(adjacency.n, -1)
    for j in reversed(order.tolist()):
        ahead = max(layer.greatest(j) for layer in layers)
        if j == sink or ahead >= 0:
            length[j] = 0 if j == sink else ahead + 1
            for layer in layers:
                layer.set(j, length[j])
    return int(length.max())


class _Lengths:
    """Numbers at the places of strided ranges, −1 at first, and the greatest in a node's."""

    def __init__(self, part: StridedRanges) -> None:
        places = part.place(np.arange(part.n))
        self._places, self._firsts = places.tolist(), part.table.firsts.tolist()
        self._starts, self._stops = part.table.starts.tolist(), part.table.stops.tolist()
        self._numbers = np.full(part.table.size, -1)
        self._top = -1, -1  # the greatest number of all and its place

    def greatest(self, j: int) -> int:
        """Return the greatest number in the ranges of j, at once where it is that of all."""
        row = self._places[j]
        ranges = range(self._firsts[row], self._firsts[row + 1])
        number, place = self._top
        if any(self._starts[k] <= place < self._stops[k] for k in ranges):
            return number
        found = (self._numbers[self._starts[k] : self._stops[k]].max() for k in ranges)
        return int(max(found, default=-1))

    def set(self, j: int, number: int) -> None:
        """Put the number of j at its place."""
        place = self._places[j]
        self._numbers[place] = number
        self._top = max(self._top, (int(number), place))


class _DiagonalLengths:
    """The same over diagonal ranges: numbers of nodes, and the greatest of a node's."""

    def __init__(self, part: DiagonalRanges) -> None:
        self._part, self._numbers = part, np.full(part.n, -1)

    def greatest(self, j: int) -> int:
        """Return the greatest number of the nodes that j sends to."""
        return int(self._numbers[self._part.taken_from(j)].max(initial=-1))

    def set(self, j: int, number: int) -> None:
        """Take note of the number of j."""
        self._numbers[j] = number


def greatest_distance(adjacency: Adjacency, sink: int) -> int | float:
    """Return the most edges that a shortest path to the sink has; math.inf where one is missing."""
    # With wide ranges few rounds mark all nodes, each in time n; about n² / pairs are needed.
    if isinstance(adjacency, IndexRanges) and adjacency.n**3 <= adjacency.edges**2:
        return _greatest_by_rounds(adjacency, sink)
    backward = adjacency.transposed().as_csr
    farthest = float(scipy.sparse.csgraph.dijkstra(backward, indices=sink, unweighted=True).max())
    return int(farthest) if math.isfinite(farthest) else math.inf


def _greatest_by_rounds(adjacency: IndexRanges, sink: int) -> int | float:
    """Return the same: the rounds after which every node has sent to one that was marked before."""
    marked = np.zeros(adjacency.n, dtype=bool)
    marked[sink] = True
    rounds = 0
    while not marked.all():
        later = marked | (adjacency.gather(marked.astype(np.float64)) > 0)
        if (later == marked).all():
            return math.inf
        marked, rounds = later, rounds + 1
    return rounds
