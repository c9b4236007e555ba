"""Random pairs and triples of small heads with one sink, on which optimal weights are measured."""

from __future__ import annotations

import numpy as np

from dagmix import FeedforwardDAG, families

FOUR, FIVE = range(40), range(20)  # seeds of the pairs on four and on five nodes
TRIPLES = range(16)  # seeds of the triples on four nodes


def random_pair(n: int, seed: int) -> list[FeedforwardDAG]:
    """Draw two heads with edge probability ½ and the unique sink n − 1.

    Those of even seeds share an order; of odd ones each has an order of its own.
    """
    return random_heads(2, n, seed)


def random_triple(n: int, seed: int) -> list[FeedforwardDAG]:
    """Draw three heads in the same way."""
    return random_heads(3, n, seed)


def random_heads(count: int, n: int, seed: int) -> list[FeedforwardDAG]:
    """Draw so many heads."""
    drawn = np.random.default_rng(seed)
    heads = []
    for head in range(count):
        graph = families.oriented_erdos_renyi(n, "1/2", seed=count * seed + head, repair=True)
        names = drawn.permutation(n - 1) if seed % 2 else np.arange(n - 1)
        label = [*names.tolist(), n - 1]
        receivers, senders = graph.adjacency.pairs
        edges = [(label[j], label[i]) for i, j in zip(receivers, senders, strict=True) if i != j]
        heads.append(FeedforwardDAG(edges, nodes=range(n)))
    return heads
