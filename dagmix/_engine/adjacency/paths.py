"""Paths of an adjacency: recurrent classes, the longest path, the greatest distance."""

from __future__ import annotations

import math

import numpy as np
import scipy

from dagmix._engine.adjacency.base import Adjacency, Ints


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
    receivers, starts = adjacency.pairs[0], adjacency.starts
    length = np.full(adjacency.n, -1)  # −1 marks a node without a path to the sink
    length[sink] = 0
    for j in reversed(order.tolist()):
        ahead = length[receivers[starts[j] : starts[j + 1]]].max()
        if j != sink and ahead >= 0:
            # Only later nodes have a length yet, so that j's own loop does not count.
            length[j] = ahead + 1
    return int(length.max())


def greatest_distance(adjacency: Adjacency, sink: int) -> int | float:
    """Return the most edges that a shortest path to the sink has; math.inf where one is missing."""
    backward = adjacency.transposed().as_csr
    farthest = float(scipy.sparse.csgraph.dijkstra(backward, indices=sink, unweighted=True).max())
    return int(farthest) if math.isfinite(farthest) else math.inf
