"""Random feedforward graphs, drawn from a seed, and the repair that gives them one sink.

Edges (j, i) go from sender j to receiver i > j; every node has its self-loop. Users find
the graphs in `dagmix.families`. A seed gives the same graph wherever numpy's default
generator is the same.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dagmix._engine.adjacency.base import check_square
from dagmix._engine.exact.scalars import read_count, read_scalar
from dagmix._util.brief import brief
from dagmix.errors import NumberError
from dagmix.graphs.dag import FeedforwardDAG


def oriented_erdos_renyi(n: int, p: Any, seed: int, *, repair: bool = True) -> FeedforwardDAG:
    """Return a random graph: independently, each edge j → i, j < i, has probability p.

    Parameters
    ----------
    n : int
        Nodes, at least 1; n² ≤ 2²⁸, for the graph is drawn as a matrix.
    p : number
        Probability of an edge, 0 ≤ p ≤ 1.
    seed : int
        Of numpy's default generator, at least 0.
    repair : bool
        Whether nodes before the last that send to no other get an edge to n − 1.

    Returns
    -------
    FeedforwardDAG
        With the unique sink n − 1.

    Raises
    ------
    NumberError, ShapeError
        For an argument out of range; where n² is too large.
    SinkError
        Without `repair`, where there are several sinks.

    Examples
    --------
    >>> oriented_erdos_renyi(5, 1, seed=0).in_degree(4), oriented_erdos_renyi(5, 0, seed=0).sources
    (5, (0, 1, 2, 3))

    References
    ----------
    Random feedforward graphs under these measures: arXiv:2502.06751.
    """
    probability = _read_probability(p)
    mask = np.tril(_uniform_matrix(n, seed) < probability, -1)
    return with_one_sink(mask | np.eye(len(mask), dtype=bool), repair=repair)


def walk_back(n: int, p: Any, budget: int, seed: int, *, repair: bool = True) -> FeedforwardDAG:
    """Return a random graph of bounded in-degree, dense among near nodes.

    Every node i walks back over i − 1, i − 2, …, 0, skips each with probability p, receives
    from the others, and stops once it has `budget` senders besides itself. With p = 0 it is
    the sliding window.

    Parameters
    ----------
    n : int
        Nodes, at least 1; n² ≤ 2²⁸, for the graph is drawn as a matrix.
    p : number
        Probability of skipping a node, 0 ≤ p ≤ 1.
    budget : int
        The most senders of a node besides itself, at least 1 (0 where n = 1).
    seed : int
        Of numpy's default generator, at least 0.
    repair : bool
        As for `oriented_erdos_renyi`; the repair may exceed the budget of n − 1.

    Returns
    -------
    FeedforwardDAG
        With the unique sink n − 1.

    Raises
    ------
    NumberError, ShapeError
        For an argument out of range; where n² is too large.
    SinkError
        Without `repair`, where there are several sinks.

    Examples
    --------
    >>> from dagmix.families import sliding_window
    >>> walk_back(6, 0, 2, seed=1) == sliding_window(6, 2)
    True

    References
    ----------
    Our own construction, for the question of arXiv:2502.06751: which sparse graphs are good?
    """
    probability, most = _read_probability(p), read_count(budget, 0 if n == 1 else 1, "budget")
    taken = np.tril(_uniform_matrix(n, seed) >= probability, -1)
    from_near = np.cumsum(taken[:, ::-1], axis=1)[:, ::-1]  # senders from j on, j included
    mask = taken & (from_near <= most)
    return with_one_sink(mask | np.eye(len(mask), dtype=bool), repair=repair)


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


def _uniform_matrix(n: int, seed: int) -> NDArray[np.float64]:
    """Return an n × n matrix of independent numbers, uniform on [0, 1)."""
    size = read_count(n, 1, "n")
    check_square(size)
    return np.random.default_rng(read_count(seed, 0, "seed")).random((size, size))


def _read_probability(value: Any) -> float:
    number = read_scalar(value, "p")
    if not isinstance(number, Fraction | float) or not 0 <= number <= 1:
        message = f"p is a probability, from 0 to 1; got {brief(value)}"
        raise NumberError(message)
    return float(number)
