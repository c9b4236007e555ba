"""Named graphs and pairs of heads, with known answers.

Nodes are 0..n−1 unless said otherwise, every node has its self-loop, and the sink is the
last node.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise, product

import numpy as np

from dagmix.graph import FeedforwardDAG
from dagmix.scalars import read_count


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
    read_count(n, 1, "n")
    read_count(width, 0 if n == 1 else 1, "width")
    ones = np.ones((n, n), dtype=bool)
    return FeedforwardDAG.from_mask(np.tril(ones) & np.triu(ones, -width))


def express_pair(n: int) -> tuple[FeedforwardDAG, FeedforwardDAG]:
    """Return two slow heads whose even mixture is fast for every n.

    In head 1 every even node has its one edge to the sink, every odd node j its one edge to
    min(j + 2, n − 1); head 2 swaps the parities. Each head has one slow lane, which the
    other head leaves at once: the mixture has T(¼) = 5 for n ≥ 6.

    >>> [sorted(edge for edge in head.edges if edge[0] != edge[1]) for head in express_pair(4)]
    [[(0, 3), (1, 3), (2, 3)], [(0, 2), (1, 3), (2, 3)]]
    """
    read_count(n, 2, "n")
    one, two = (
        [(j, n - 1 if j % 2 == parity else min(j + 2, n - 1)) for j in range(n - 1)]
        for parity in (0, 1)
    )
    return FeedforwardDAG(one, nodes=range(n)), FeedforwardDAG(two, nodes=range(n))


def lane_pair(k: int) -> tuple[FeedforwardDAG, FeedforwardDAG]:
    """Return two heads whose even mixture amplifies fidelity without bound as k grows.

    Nodes are s = 0, x_i = i, y_i = k + i for i = 1, …, k, and τ = 2k + 1. Head 1 has the
    lane s → x_1 → … → x_k → τ, and the lane s → y_1 → … → y_k → τ each of whose nodes is
    also fed by s. Head 2 swaps x and y.

    >>> lane_pair(2)[0].in_degree(4), lane_pair(2)[1].in_degree(4)
    (3, 2)
    """
    read_count(k, 1, "k")
    x, y = list(range(1, k + 1)), list(range(k + 1, 2 * k + 1))
    nodes = range(2 * k + 2)
    one, two = _lanes(x, y, nodes[-1]), _lanes(y, x, nodes[-1])
    return FeedforwardDAG(one, nodes=nodes), FeedforwardDAG(two, nodes=nodes)


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


def _lanes(clean: list[int], fed: list[int], sink: int) -> list[tuple[int, int]]:
    steps = [step for lane in (clean, fed) for step in pairwise([0, *lane, sink])]
    return steps + [(0, node) for node in fed]
