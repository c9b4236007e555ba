"""Named graphs and pairs of heads, with known answers.

Nodes are 0..n−1 unless said otherwise, every node has its self-loop, and the sink is the
last node. Graphs that may lack a unique sink are repaired or refused, as they say. What is
known of them without computing is in `dagmix.closed_forms`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

import numpy as np

from dagmix.graph import FeedforwardDAG
from dagmix.measures import Measures, describe
from dagmix.nodes import check_count
from dagmix.pairs import express_pair, lane_pair, reset_pair, reversed_lines, run_pair
from dagmix.random_graphs import oriented_erdos_renyi, walk_back
from dagmix.scalars import read_count
from dagmix.support import Ints

__all__ = [
    "Measures",
    "complete",
    "describe",
    "dilated",
    "express_pair",
    "lane_pair",
    "line",
    "log_sparse",
    "oriented_erdos_renyi",
    "reset_pair",
    "reversed_lines",
    "run_pair",
    "sink_window",
    "sliding_window",
    "unique_sink_dags",
    "walk_back",
]


def line(n: int) -> FeedforwardDAG:
    """Return the line 0 → 1 → … → n−1.

    φ_min = C(2n−4, n−2) / 4^(n−2) at node 1 for n ≥ 3; E[T] from node 0 is 2(n − 1).

    >>> line(3).edges
    ((0, 0), (0, 1), (1, 1), (1, 2), (2, 2))
    """
    return sliding_window(n, 1)


def complete(n: int) -> FeedforwardDAG:
    """Return the graph of full causal attention: an edge j → i for all j ≤ i.

    φ_min = 1/n for n ≥ 3, E[T] from node 0 is 1 + H_{n−1}.

    >>> complete(4).in_degree(3)
    4
    """
    return sliding_window(n, n)


def sliding_window(n: int, width: int) -> FeedforwardDAG:
    """Return the causal window: node i hears itself and its `width` predecessors.

    >>> sliding_window(5, 2).edges[:3]
    ((0, 0), (0, 1), (0, 2))
    """
    return FeedforwardDAG.from_runs(*_window(n, width))


def sink_window(n: int, sinks: int, width: int) -> FeedforwardDAG:
    """Return a causal window with attention sinks, nodes that everybody later hears.

    Node i hears itself, its `width` predecessors and the nodes 0, …, `sinks` − 1.

    >>> sink_window(5, 1, 1).in_degree(4), sink_window(5, 0, 1) == line(5)
    (3, True)
    """
    nodes, starts, stops = _window(n, width)
    first = np.minimum(read_count(sinks, 0, "sinks"), stops)
    ends = np.concatenate((np.zeros_like(starts), starts)), np.concatenate((first, stops))
    return FeedforwardDAG.from_runs(np.tile(nodes, 2), *ends)


def dilated(n: int, width: int, dilation: int, *, repair: bool = True) -> FeedforwardDAG:
    """Return the dilated window: node i hears itself and i − d, i − 2d, …, i − width·d.

    With d = `dilation` ≥ 2 the last d nodes send to nobody. With `repair` each of them gets
    the missing edge to n − 1; without, SinkError is raised where there are several sinks.

    >>> [edge for edge in dilated(5, 2, 2).edges if edge[0] != edge[1]]
    [(0, 2), (0, 4), (1, 3), (2, 4), (3, 4)]
    """
    size = _size(n)
    step, nodes = min(read_count(dilation, 1, "dilation"), size), np.arange(size)
    back = np.minimum(nodes // step, read_count(width, 1, "width")) * step
    starts, stops, steps = nodes - back, nodes + 1, np.full(size, step)
    if repair:
        # The last d nodes, which send to nobody, are one more run of the last node's.
        nodes, starts = np.append(nodes, size - 1), np.append(starts, max(size - step, 0))
        stops, steps = np.append(stops, size), np.append(steps, 1)
    graph = FeedforwardDAG.from_runs(nodes, starts, stops, steps)
    _ = graph.unique_sink
    return graph


def log_sparse(n: int) -> FeedforwardDAG:
    """Return the graph of powers of two: node i hears i, i − 1, i − 2, i − 4 and so on.

    >>> [edge[0] for edge in log_sparse(9).edges if edge[1] == 8]
    [0, 4, 6, 7, 8]
    """
    size = _size(n)
    nodes = np.arange(size)
    edges = [(nodes[:-back], nodes[back:]) for back in 2 ** np.arange((size - 1).bit_length())]
    senders, receivers = zip((nodes, nodes), *edges, strict=True)
    pairs = np.stack((np.concatenate(senders), np.concatenate(receivers)), axis=1)
    return FeedforwardDAG(pairs, nodes=range(size))


def unique_sink_dags(n: int) -> Iterator[FeedforwardDAG]:
    """Yield every feedforward graph on 0..n−1 in that order whose unique sink is n−1.

    Each node but the last sends to some non-empty set of later nodes: Π (2^k − 1) graphs,
    k = 1, …, n − 1.

    >>> [len(list(unique_sink_dags(n))) for n in (1, 2, 3, 4)]
    [1, 1, 3, 21]
    """
    read_count(n, 1, "n")
    choices = [
        [chosen for size in range(1, n - j) for chosen in combinations(range(j + 1, n), size)]
        for j in range(n - 1)
    ]
    for picks in product(*choices):
        edges = [(j, i) for j, receivers in enumerate(picks) for i in receivers]
        yield FeedforwardDAG(edges, nodes=range(n))


def _size(n: int) -> int:
    return check_count(read_count(n, 1, "n"))


def _window(n: int, width: int) -> tuple[Ints, Ints, Ints]:
    """Return the nodes and, for each, whom it hears: from a first node up to one after itself."""
    size = _size(n)
    reach = read_count(width, 0 if size == 1 else 1, "width")
    nodes = np.arange(size)
    return nodes, nodes - np.minimum(nodes, reach), nodes + 1
