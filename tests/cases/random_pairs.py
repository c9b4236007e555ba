"""Random pairs of small heads with one sink, on which exact optimal weights are measured."""

from __future__ import annotations

import numpy as np

from dagmix import FeedforwardDAG, families

FOUR, FIVE = range(40), range(20)  # seeds of the pairs on four and on five nodes


def random_pair(n: int, seed: int) -> list[FeedforwardDAG]:
    """Draw two heads with edge probability ½ and the unique sink n − 1.

    Those of even seeds share an order; of odd ones each has an order of its own.
    """
    drawn = np.random.default_rng(seed)
    pair = []
    for head in range(2):
        graph = families.oriented_erdos_renyi(n, "1/2", seed=2 * seed + head, repair=True)
        names = drawn.permutation(n - 1) if seed % 2 else np.arange(n - 1)
        label = [*names.tolist(), n - 1]
        receivers, senders = graph.adjacency.pairs
        edges = [(label[j], label[i]) for i, j in zip(receivers, senders, strict=True) if i != j]
        pair.append(FeedforwardDAG(edges, nodes=range(n)))
    return pair
