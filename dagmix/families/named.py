"""Graphs with names: lines, windows, dilated and log-sparse masks, and all small graphs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

import numpy as np

from dagmix._engine.adjacency.base import Ints
from dagmix._engine.exact.scalars import read_count
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.graphs.labels import check_count


def line(n: int) -> FeedforwardDAG:
    """Return the line 0 → 1 → … → n−1.

    φ_min = C(2n−4, n−2) / 4^(n−2) at node 1 for n ≥ 3; E[T] from node 0 is 2(n − 1).

    Parameters
    ----------
    n : int
        Nodes, 1 to 2²⁸.

    Returns
    -------
    FeedforwardDAG
        2n − 1 edges, self-loops counted.

    Raises
    ------
    NumberError, ShapeError
        Unless n is an integer, at least 1; where n is above 2²⁸.

    Examples
    --------
    >>> line(3).edges
    ((0, 0), (0, 1), (1, 1), (1, 2), (2, 2))

    References
    ----------
    arXiv:2502.06751, where the line is one of the graphs that are compared.
    """
    return sliding_window(n, 1)


def complete(n: int) -> FeedforwardDAG:
    """Return the graph of full causal attention: an edge j → i for all j ≤ i.

    φ_min = 1/n for n ≥ 3; E[T] from node 0 is 1 + H_{n−1} for n ≥ 2, H the harmonic numbers.

    Parameters
    ----------
    n : int
        Nodes, 1 to 2²⁸.

    Returns
    -------
    FeedforwardDAG
        n(n + 1)/2 edges, self-loops counted; they are stored as ranges.

    Raises
    ------
    NumberError, ShapeError
        Unless n is an integer, at least 1; where n is above 2²⁸.

    Examples
    --------
    >>> complete(4).in_degree(3)
    4

    References
    ----------
    Causal attention: arXiv:1706.03762, §3.2.3; as a graph: arXiv:2502.06751.
    """
    return sliding_window(n, n)


def sliding_window(n: int, width: int) -> FeedforwardDAG:
    """Return the causal window: node i receives from itself and its `width` predecessors.

    Parameters
    ----------
    n : int
        Nodes, 1 to 2²⁸.
    width : int
        Predecessors of a node besides itself, at least 1 (0 where n = 1); from n − 1 on the
        graph is complete.

    Returns
    -------
    FeedforwardDAG
        An edge j → i for i − width ≤ j ≤ i.

    Raises
    ------
    NumberError, ShapeError
        For n or `width` that is no integer or too small; where n is above 2²⁸.

    Examples
    --------
    >>> sliding_window(5, 2).edges[:3]
    ((0, 0), (0, 1), (0, 2))

    References
    ----------
    Window attention, here causal: arXiv:2004.05150, §3.1.
    """
    return FeedforwardDAG.from_runs(*causal_window(n, width))


def sink_window(n: int, sinks: int, width: int) -> FeedforwardDAG:
    """Return a causal window with attention sinks, nodes that send to all later ones.

    Node i receives from itself, its `width` predecessors and those of 0, …, `sinks` − 1 that
    come before it. (Attention sinks are first positions; the sink of the graph is the last.)

    Parameters
    ----------
    n : int
        Nodes, 1 to 2²⁸.
    sinks : int
        Attention sinks, at least 0.
    width : int
        As for `sliding_window`.

    Returns
    -------
    FeedforwardDAG
        The union of the window and of the edges from the attention sinks.

    Raises
    ------
    NumberError, ShapeError
        For an argument that is no integer or too small; where n is above 2²⁸.

    Examples
    --------
    >>> sink_window(5, 1, 1).in_degree(4), sink_window(5, 0, 1) == line(5)
    (3, True)

    References
    ----------
    Attention sinks: arXiv:2309.17453.
    """
    nodes, starts, stops = causal_window(n, width)
    first = np.minimum(min(read_count(sinks, 0, "sinks"), len(stops)), stops)
    ends = np.concatenate((np.zeros_like(starts), starts)), np.concatenate((first, stops))
    return FeedforwardDAG.from_runs(np.tile(nodes, 2), *ends)


def dilated(n: int, width: int, dilation: int, *, repair: bool = True) -> FeedforwardDAG:
    """Return the dilated window: node i receives from itself and i − d, i − 2d, …, i − width·d.

    With d = `dilation` ≥ 2 the last d nodes send to no other node.

    Parameters
    ----------
    n : int
        Nodes, 1 to 2²⁸.
    width : int
        Predecessors of a node besides itself, at least 1.
    dilation : int
        The step d between them, at least 1; with 1 it is `sliding_window`.
    repair : bool
        Whether each of the last d nodes gets the missing edge to n − 1.

    Returns
    -------
    FeedforwardDAG
        With the unique sink n − 1.

    Raises
    ------
    NumberError, ShapeError
        For an argument that is no integer or too small; where n is above 2²⁸.
    SinkError
        Without `repair`, where there are several sinks.

    Examples
    --------
    >>> [edge for edge in dilated(5, 2, 2).edges if edge[0] != edge[1]]
    [(0, 2), (0, 4), (1, 3), (2, 4), (3, 4)]

    References
    ----------
    Dilated window attention, here causal: arXiv:2004.05150, §3.1.
    """
    size = checked_size(n)
    step, nodes = min(read_count(dilation, 1, "dilation"), size), np.arange(size)
    back = np.minimum(nodes // step, min(read_count(width, 1, "width"), size)) * step
    starts, stops, steps = nodes - back, nodes + 1, np.full(size, step)
    if repair:
        # The last d nodes, which send to no other, are one more range of the last one's senders.
        nodes, starts = np.append(nodes, size - 1), np.append(starts, max(size - step, 0))
        stops, steps = np.append(stops, size), np.append(steps, 1)
    graph = FeedforwardDAG.from_runs(nodes, starts, stops, steps)
    _ = graph.unique_sink
    return graph


def log_sparse(n: int) -> FeedforwardDAG:
    """Return the graph of powers of two: node i receives from i, i − 1, i − 2, i − 4 and so on.

    Parameters
    ----------
    n : int
        Nodes, 1 to 2²⁸.

    Returns
    -------
    FeedforwardDAG
        About n log₂ n edges, which are not listed where n is above 4,096.

    Raises
    ------
    NumberError, ShapeError
        Unless n is an integer, at least 1; where n is above 2²⁸.

    Examples
    --------
    >>> [edge[0] for edge in log_sparse(9).edges if edge[1] == 8]
    [0, 4, 6, 7, 8]

    References
    ----------
    LogSparse attention: arXiv:1907.00235, §4.2.
    """
    size = checked_size(n)
    return FeedforwardDAG.from_shifts(size, [0, *(2**k for k in range((size - 1).bit_length()))])


def all_unique_sink_dags(n: int) -> Iterator[FeedforwardDAG]:
    """Yield every feedforward graph on 0..n−1 in that order whose unique sink is n−1.

    Each node but the last sends to some non-empty set of later nodes: Π (2ᵏ − 1) graphs,
    k = 1, …, n − 1.

    Parameters
    ----------
    n : int
        Nodes, at least 1; 315 graphs for 5, 9,765 for 6, 615,195 for 7.

    Yields
    ------
    FeedforwardDAG
        Labelled graphs: relabelled ones count as different.

    Raises
    ------
    NumberError
        Unless n is an integer, at least 1; when the first graph is asked for.

    Examples
    --------
    >>> [len(list(all_unique_sink_dags(n))) for n in (1, 2, 3, 4)]
    [1, 1, 3, 21]

    References
    ----------
    Unique sinks: arXiv:2507.02944, Definition 2.2.
    """
    read_count(n, 1, "n")
    choices = [
        [chosen for size in range(1, n - j) for chosen in combinations(range(j + 1, n), size)]
        for j in range(n - 1)
    ]
    for picks in product(*choices):
        edges = [(j, i) for j, receivers in enumerate(picks) for i in receivers]
        yield FeedforwardDAG(edges, nodes=range(n))


def checked_size(n: int) -> int:
    """Return a number of nodes, 1 to 2²⁸, as an int.

    >>> checked_size(3)
    3
    """
    return check_count(read_count(n, 1, "n"))


def causal_window(n: int, width: int) -> tuple[Ints, Ints, Ints]:
    """Return the nodes and the range of senders of each, which ends after the node itself.

    >>> [part.tolist() for part in causal_window(4, 2)]
    [[0, 1, 2, 3], [0, 0, 0, 1], [1, 2, 3, 4]]
    """
    size = checked_size(n)
    reach = min(read_count(width, 0 if size == 1 else 1, "width"), size)
    nodes = np.arange(size)
    return nodes, nodes - np.minimum(nodes, reach), nodes + 1
