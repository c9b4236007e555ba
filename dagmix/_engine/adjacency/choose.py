"""Which adjacency a graph gets: a matrix, a list of pairs, or index ranges.

Up to `RANGES_FROM` nodes a product with a small matrix costs less than bookkeeping. Beyond, a graph
whose receivers fall into ranges of `PAIRS_A_RANGE` nodes or more on average is kept as ranges.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from dagmix._engine.adjacency.base import Adjacency, Ints, distinct
from dagmix._engine.adjacency.diagonals import diagonal_ranges
from dagmix._engine.adjacency.explicit import from_distinct, from_pairs
from dagmix._engine.adjacency.ranges import IndexRanges, union
from dagmix._engine.adjacency.strided import strided_ranges

RANGES_FROM = 64  # nodes
SHIFTS_FROM = 2**12  # nodes; below, exact answers over lists cost less
PAIRS_A_RANGE = 8
SHORTEST_RANGE = 4  # nodes of a range that is taken out of a list of pairs
MOST_STRIDES = 3  # different steps that are looked for


def adjacency_of_pairs(n: int, receivers: Ints, senders: Ints) -> Adjacency:
    """Return the adjacency of the pairs of a graph, in any order, repeats allowed."""
    return _chosen(n, *distinct(n, receivers, senders))


def union_of_graphs(adjacencies: Sequence[Adjacency]) -> Adjacency:
    """Return the adjacency of all pairs of several graphs on the same nodes."""
    merged = union(adjacencies)
    if isinstance(merged, IndexRanges) and _is_worth_it(merged):
        return merged
    return _chosen(merged.n, *merged.pairs)


def intersection_of_graphs(adjacencies: Sequence[Adjacency]) -> Adjacency:
    """Return the adjacency of the pairs that all of several graphs on the same nodes have."""
    first, *others = adjacencies
    for other in others:
        if isinstance(first, IndexRanges) and isinstance(other, IndexRanges):
            both = first.without(first.without(other))
            first = both if _is_worth_it(both) else _chosen(both.n, *both.pairs)
        else:
            shared = np.intersect1d(_keys(first), _keys(other), assume_unique=True)
            first = _chosen(first.n, shared % first.n, shared // first.n)
    return first


def _keys(adjacency: Adjacency) -> Ints:
    receivers, senders = adjacency.pairs
    return senders * adjacency.n + receivers


def _chosen(n: int, receivers: Ints, senders: Ints) -> Adjacency:
    found = find_ranges(n, receivers, senders) if n > RANGES_FROM else None
    return from_distinct(n, receivers, senders) if found is None else found


def from_runs(
    n: int, rows: Ints, starts: Ints, stops: Ints, steps: Ints, *, always: bool = False
) -> Adjacency:
    """Return the adjacency whose senders to rows[k] are range(starts[k], stops[k], steps[k]).

    Ranges that are no shorter a description than their pairs are listed, unless `always`.
    """
    counts = np.maximum(-((starts - stops) // steps), 0)
    steps = np.where(counts > 1, steps, 1)  # one node has no step; what is left is below n
    layers = [
        strided_ranges(n, step, rows[own], starts[own], counts[own])
        for step in np.unique(steps).tolist()
        for own in [steps == step]
    ]
    by_receiver = IndexRanges(n, layers)
    if always or (n > RANGES_FROM and _is_worth_it(by_receiver)):
        return by_receiver.transposed()
    senders, receivers = by_receiver.pairs
    return from_pairs(n, receivers, senders)


def from_shifts(n: int, distances: Ints, *, always: bool = False) -> Adjacency:
    """Return the adjacency of all pairs (j, j + d), d in distinct distances from 0 to n − 1.

    Up to `SHIFTS_FROM` nodes these are listed, unless `always`.
    """
    shifts = diagonal_ranges(n, distances)
    if always or n > SHIFTS_FROM:
        return IndexRanges(n, [shifts])
    senders, receivers = shifts.listed()
    return adjacency_of_pairs(n, receivers, senders)


def _is_worth_it(runs: IndexRanges) -> bool:
    return runs.forward is not None and 0 < runs.edges >= runs.count * PAIRS_A_RANGE


def find_ranges(n: int, receivers: Ints, senders: Ints) -> IndexRanges | None:
    """Return sorted pairs as index ranges; None where the pairs are as short a description.

    The commonest gap between the receivers of a node is the step of the first ranges, what
    falls into no long range is looked at again, and what is left is ranges of one node.
    """
    layers = [strided_ranges(n, *part) for part in progressions(senders, receivers)]
    if sum(len(part.table.rows) for part in layers) * PAIRS_A_RANGE > len(receivers):
        return None
    runs = IndexRanges(n, layers)
    return runs if _is_worth_it(runs) else None


def progressions(rows: Ints, nodes: Ints) -> Iterator[tuple[int, Ints, Ints, Ints]]:
    """Yield step, rows, first nodes and lengths of ranges that make up pairs sorted by row.

    >>> parts = progressions(np.zeros(6, dtype=int), np.array([0, 2, 4, 6, 8, 9]))
    >>> [[step, *(part.tolist() for part in parts)] for step, *parts in parts]
    [[2, [0], [0], [5]], [1, [0], [9], [1]]]
    """
    for _ in range(MOST_STRIDES):
        step = _commonest_gap(nodes, rows)
        if step is None:
            break
        heads, lengths = _progressions(nodes, rows, step)
        long = lengths >= SHORTEST_RANGE
        yield step, rows[heads[long]], nodes[heads[long]], lengths[long]
        rest = np.repeat(~long, lengths)
        rows, nodes = rows[rest], nodes[rest]
    yield 1, rows, nodes, np.ones_like(rows)


def _commonest_gap(receivers: Ints, senders: Ints) -> int | None:
    gaps = np.diff(receivers)[senders[1:] == senders[:-1]]
    return int(np.bincount(gaps).argmax()) if gaps.size else None


def _progressions(receivers: Ints, senders: Ints, step: int) -> tuple[Ints, Ints]:
    """Return where maximal progressions of a step begin among the pairs, and their lengths."""
    follows = (senders[1:] == senders[:-1]) & (np.diff(receivers) == step)
    heads = np.flatnonzero(np.concatenate(([True], ~follows))[: len(receivers)])
    return heads, np.diff(np.append(heads, len(receivers)))
