"""Random feedforward graphs, drawn from a seed, and the repair that gives them one sink.

Users find the graphs in `dagmix.families`. A seed gives the same graph wherever numpy's
default generator is the same.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dagmix.errors import NumberError
from dagmix.graph import FeedforwardDAG
from dagmix.scalars import read_count, read_scalar
from dagmix.support import check_square


def oriented_erdos_renyi(n: int, p: Any, seed: int, *, repair: bool = True) -> FeedforwardDAG:
    """Return a random graph: each edge j → i, j < i, is there with probability p, by itself.

    With `repair`, nodes before the last that send to nobody get an edge to n − 1; without,
    SinkError is raised where there are several sinks.

    >>> oriented_erdos_renyi(5, 1, seed=0).in_degree(4), oriented_erdos_renyi(5, 0, seed=0).sources
    (5, (0, 1, 2, 3))
    """
    size, chance = _size(n), _read_probability(p)
    mask = np.tril(_generator(seed).random((size, size)) < chance, -1)
    return with_one_sink(mask | np.eye(size, dtype=bool), repair=repair)


def walk_back(n: int, p: Any, budget: int, seed: int, *, repair: bool = True) -> FeedforwardDAG:
    """Return a random graph of bounded in-degree, dense among near nodes.

    Every node i walks back over i − 1, i − 2, …, 0, skips each with probability p, hears the
    others, and stops once it hears `budget` nodes besides itself. With p = 0 it is the
    sliding window.

    `repair` is as for `oriented_erdos_renyi`; the repair may exceed the budget of n − 1.

    >>> from dagmix.families import sliding_window
    >>> walk_back(6, 0, 2, seed=1) == sliding_window(6, 2)
    True
    """
    size, most = _size(n), read_count(budget, 0 if n == 1 else 1, "budget")
    skip = _read_probability(p)
    heard = np.tril(_generator(seed).random((size, size)) >= skip, -1)
    from_near = np.cumsum(heard[:, ::-1], axis=1)[:, ::-1]  # nodes heard from j on, j included
    mask = heard & (from_near <= most)
    return with_one_sink(mask | np.eye(size, dtype=bool), repair=repair)


def with_one_sink(mask: NDArray[np.bool_], *, repair: bool) -> FeedforwardDAG:
    """Return the graph of a causal mask, each further sink joined to the last node.

    Without `repair`, SinkError names the sinks where there are several.

    >>> with_one_sink(np.eye(3, dtype=bool), repair=True).in_degree(2)
    3
    """
    if repair:
        sends = (mask & ~np.eye(len(mask), dtype=bool)).any(axis=0)
        mask = mask.copy()
        mask[-1, ~sends] = True
    graph = FeedforwardDAG.from_mask(mask)
    _ = graph.unique_sink
    return graph


def _size(n: int) -> int:
    size = read_count(n, 1, "n")
    check_square(size)
    return size


def _generator(seed: int) -> np.random.Generator:
    return np.random.default_rng(read_count(seed, 0, "seed"))


def _read_probability(value: Any) -> float:
    number = read_scalar(value, "p")
    if not isinstance(number, Fraction | float) or not 0 <= number <= 1:
        message = f"p is a probability, from 0 to 1; got {value!r}"
        raise NumberError(message)
    return float(number)
