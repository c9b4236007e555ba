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

from dagmix._engine.adjacency.base import Ints
from dagmix._engine.exact.scalars import read_count, read_scalar
from dagmix._util.brief import brief
from dagmix.errors import NumberError, ShapeError
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.graphs.labels import check_count

LARGEST_DRAWN = 2**14  # nodes of a graph that is drawn as a matrix; larger ones edge by edge
LARGEST_COUNT = 2**26  # edges of one that is not
BATCH = 2**16  # gaps that are drawn at once
LONGEST = 2**62 // BATCH  # gap, so that the sum of all of them is below 2⁶³


def oriented_erdos_renyi(n: int, p: Any, seed: int, *, repair: bool = True) -> FeedforwardDAG:
    """Return a random graph: independently, each edge j → i, j < i, has probability p.

    Parameters
    ----------
    n : int
        Nodes, 1 to 2²⁸.
    p : number
        Probability of an edge, 0 ≤ p ≤ 1; on more than 16,384 nodes p n² / 2 ≤ 2²⁶.
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
        For an argument out of range; where there would be too many edges.
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
    if (size := _read_size(n)) > LARGEST_DRAWN:
        return _joined(size, *_skipped_pairs(size, probability, seed), repair=repair)
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
        Nodes, 1 to 2²⁸; on more than 16,384 of them n · budget ≤ 2²⁶.
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
        For an argument out of range; where there would be too many edges.
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
    if (size := _read_size(n)) > LARGEST_DRAWN:
        return _joined(size, *_walked_pairs(size, probability, most, seed), repair=repair)
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


def _read_size(n: Any) -> int:
    return check_count(read_count(n, 1, "n"))


def _joined(n: int, receivers: Ints, senders: Ints, *, repair: bool) -> FeedforwardDAG:
    """Return the graph of some edges; `repair` as of `with_one_sink`."""
    if repair:
        stray = np.ones(n, dtype=bool)
        stray[senders] = stray[-1] = False
        senders = np.concatenate((senders, np.flatnonzero(stray)))
        receivers = np.concatenate((receivers, np.full(len(senders) - len(receivers), n - 1)))
    graph = FeedforwardDAG(np.stack((senders, receivers), axis=1), nodes=range(n))
    _ = graph.unique_sink
    return graph


def _check_edges(expected: float) -> None:
    if expected > LARGEST_COUNT:
        message = f"a random graph has at most {LARGEST_COUNT} edges; about {expected:.3g} expected"
        raise ShapeError(message)


def _skipped_pairs(n: int, p: float, seed: int) -> tuple[Ints, Ints]:
    """Draw every pair j < i with probability p, going from one that is taken to the next.

    The gap is geometric. One longer than the longest is cut there, which is no pair, and drawn
    on: how long a gap has been says nothing of how long it will be.
    """
    total = n * (n - 1) // 2
    _check_edges(p * total)
    generator = np.random.default_rng(read_count(seed, 0, "seed"))
    taken, last = [np.zeros(0, dtype=np.int64)], -1
    while p and last < total - 1:
        gaps = generator.geometric(p, BATCH)
        places = last + np.cumsum(np.minimum(gaps, LONGEST))
        last = int(places[-1])
        taken.append(places[(gaps <= LONGEST) & (places < total)])
    pairs = np.concatenate(taken)
    # Pair k is i (i − 1) / 2 + j; a rounded root is off by one at the most.
    receivers = ((1 + np.sqrt(1 + 8.0 * pairs)) / 2).astype(np.intp)
    receivers -= receivers * (receivers - 1) // 2 > pairs
    receivers += (receivers + 1) * receivers // 2 <= pairs
    return receivers, pairs - receivers * (receivers - 1) // 2


def _walked_pairs(n: int, p: float, budget: int, seed: int) -> tuple[Ints, Ints]:
    """Draw the senders of every node, going back by geometric gaps."""
    most = min(budget, n)
    _check_edges(n * most)
    generator = np.random.default_rng(read_count(seed, 0, "seed"))
    if p == 1:
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
    gaps = np.minimum(generator.geometric(1 - p, (n, most)), n)
    senders = np.arange(n)[:, None] - np.cumsum(gaps, axis=1)
    receivers, drawn = np.nonzero(senders >= 0)
    return receivers, senders[receivers, drawn]


def _uniform_matrix(n: int, seed: int) -> NDArray[np.float64]:
    """Return an n × n matrix of independent numbers, uniform on [0, 1)."""
    return np.random.default_rng(read_count(seed, 0, "seed")).random((n, n))


def _read_probability(value: Any) -> float:
    number = read_scalar(value, "p")
    if not isinstance(number, Fraction | float) or not 0 <= number <= 1:
        message = f"p is a probability, from 0 to 1; got {brief(value)}"
        raise NumberError(message)
    return float(number)
