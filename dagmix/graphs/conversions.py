"""Graphs as masks and as index ranges, to and from what other libraries have."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dagmix._engine.adjacency.base import Adjacency, Ints
from dagmix._engine.adjacency.diagonals import DiagonalRanges
from dagmix._engine.adjacency.ranges import LARGEST_LIST, IndexRanges
from dagmix._engine.adjacency.strided import StridedRanges
from dagmix._util.frozen import Frozen
from dagmix.errors import ShapeError
from dagmix.graphs.labels import Nodes


class Convertible(Frozen):
    """What a graph can be turned into: the part of `FeedforwardDAG` that is about masks."""

    nodes: Nodes
    adjacency: Adjacency

    @property
    def edge_count(self) -> int:
        """The number of edges, self-loops included; none of them is listed."""
        return self.adjacency.edges

    def to_mask(self) -> NDArray[np.bool_]:
        """Return the attention mask, entry [i, j] true where query i sees key j (edge j → i).

        Returns
        -------
        (n, n) array of booleans
            In node order; `from_mask` reads it.

        Raises
        ------
        ShapeError
            Where n² is above 2²⁸.

        Examples
        --------
        >>> from dagmix import families
        >>> families.line(3).to_mask().astype(int).tolist()
        [[1, 0, 0], [1, 1, 0], [0, 1, 1]]
        """
        adjacency = self.adjacency
        adjacency.need_square()
        mask = np.zeros((adjacency.n, adjacency.n), dtype=bool)
        mask[adjacency.pairs] = True
        return mask

    def to_runs(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Return receivers, starts, stops and steps of runs that have every edge once.

        Returns
        -------
        four integer arrays of one length
            By receiver, then by start; `from_runs` reads them, with the nodes.

        Raises
        ------
        ShapeError
            For a graph kept as shifts, whose edges are too many to list.

        Examples
        --------
        >>> from dagmix import families
        >>> [part.tolist() for part in families.sliding_window(4, 2).to_runs()]
        [[0, 1, 2, 3], [0, 0, 0, 1], [1, 2, 3, 4], [1, 1, 1, 1]]
        """
        return runs_of(self.adjacency)


def runs_of(adjacency: Adjacency) -> tuple[Ints, Ints, Ints, Ints]:
    """Return receivers, starts, stops and steps of ranges with the same pairs, by receiver.

    >>> from dagmix._engine.adjacency.explicit import from_mask
    >>> [part.tolist() for part in runs_of(from_mask(np.tri(3, dtype=bool)))]
    [[0, 1, 2], [0, 0, 0], [1, 2, 3], [1, 1, 1]]
    """
    if isinstance(adjacency, IndexRanges):
        parts = [_of_ranges(part) for part in adjacency.transposed().ranges]
        rows, starts, stops, steps = map(np.concatenate, zip(*parts, strict=True))
    else:
        receivers, senders = adjacency.pairs
        order = np.lexsort((senders, receivers))
        receivers, senders = receivers[order], senders[order]
        begins = np.ones(len(receivers), dtype=bool)
        begins[1:] = (np.diff(receivers) != 0) | (np.diff(senders) != 1)
        first = np.flatnonzero(begins)
        last = np.append(first, len(receivers))[1:] - 1
        rows, starts, stops = receivers[first], senders[first], senders[last] + 1
        steps = np.ones_like(rows)
    order = np.lexsort((starts, rows))
    return rows[order], starts[order], stops[order], steps[order]


def _of_ranges(part: StridedRanges | DiagonalRanges) -> tuple[Ints, Ints, Ints, Ints]:
    if isinstance(part, DiagonalRanges):
        if part.work > LARGEST_LIST:
            message = f"{part.count} shifts of {part.n} nodes are {part.work} runs; too many"
            raise ShapeError(message)
        rows, first = part.listed()
        return rows, first, first + 1, np.ones_like(rows)
    table = part.table
    rows, first, last = part.node(table.rows), part.node(table.starts), part.node(table.stops - 1)
    return rows, first, last + 1, np.full(len(rows), part.step)
