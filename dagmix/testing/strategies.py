"""Hypothesis strategies that draw graphs, weights, heads, mixtures and attention."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TypeVar

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from dagmix.graphs.dag import FeedforwardDAG
from dagmix.operators.mixture import MultiHeadDiffusion, MultiHeadWalk

Mixed = TypeVar("Mixed", MultiHeadWalk, MultiHeadDiffusion)

MAX_NODES = 6
MAX_HEADS = 3
LARGEST_PART = 9  # weights are parts of a whole, each up to this


@st.composite
def feedforward_dags(
    draw: st.DrawFn,
    min_nodes: int = 1,
    max_nodes: int = MAX_NODES,
    *,
    self_loops: bool = True,
) -> FeedforwardDAG:
    """Draw feedforward graphs on 0..n−1 in any order, with any number of sinks.

    Parameters
    ----------
    min_nodes, max_nodes : int
        Bounds on the number n of nodes, 1 ≤ min_nodes ≤ max_nodes.
    self_loops : bool
        Whether every node has its self-loop, or none has.

    Returns
    -------
    SearchStrategy of FeedforwardDAG

    Raises
    ------
    hypothesis.errors.InvalidArgument
        When drawn from, unless 1 ≤ min_nodes ≤ max_nodes.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(feedforward_dags(), lambda graph: len(graph.sinks) > 1)
    FeedforwardDAG([], nodes=(0, 1))

    References
    ----------
    Strategies and shrinking: doi:10.21105/joss.01891.
    """
    (graph,) = draw(_graphs(1, min_nodes, max_nodes, least=0, self_loops=self_loops))
    return graph


@st.composite
def unique_sink_dags(
    draw: st.DrawFn,
    min_nodes: int = 1,
    max_nodes: int = MAX_NODES,
    *,
    ordered: bool = False,
    self_loops: bool = True,
) -> FeedforwardDAG:
    """Draw feedforward graphs on 0..n−1 with the unique sink n−1.

    Parameters
    ----------
    min_nodes, max_nodes : int
        Bounds on the number n of nodes, 1 ≤ min_nodes ≤ max_nodes.
    ordered : bool
        Whether every edge j → i, from sender j to receiver i, has j ≤ i.
    self_loops : bool
        Whether every node has its self-loop, or none has.

    Returns
    -------
    SearchStrategy of FeedforwardDAG

    Raises
    ------
    hypothesis.errors.InvalidArgument
        When drawn from, unless 1 ≤ min_nodes ≤ max_nodes.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(unique_sink_dags(), lambda graph: len(graph.nodes) == 3)
    FeedforwardDAG([(0, 2), (1, 2)], nodes=(0, 1, 2))

    References
    ----------
    Strategies and shrinking: doi:10.21105/joss.01891.
    """
    (graph,) = draw(_graphs(1, min_nodes, max_nodes, ordered=ordered, self_loops=self_loops))
    return graph


@st.composite
def convex_weights(draw: st.DrawFn, heads: int, *, positive: bool = True) -> tuple[Fraction, ...]:
    """Draw rational weights that sum to 1.

    Parameters
    ----------
    heads : int
        The number of weights, at least 1.
    positive : bool
        Whether all are positive, else some may be 0.

    Returns
    -------
    SearchStrategy of tuple of Fraction

    Raises
    ------
    hypothesis.errors.InvalidArgument
        When drawn from, for a negative number of heads.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(convex_weights(2), lambda weights: weights[0] > weights[1])
    (Fraction(2, 3), Fraction(1, 3))

    References
    ----------
    Strategies and shrinking: doi:10.21105/joss.01891.
    """
    part = st.integers(int(positive), LARGEST_PART)
    parts = draw(st.lists(part, min_size=heads, max_size=heads).filter(any))
    return tuple(Fraction(part, sum(parts)) for part in parts)


@st.composite
def heads(
    draw: st.DrawFn,
    min_nodes: int = 1,
    max_nodes: int = MAX_NODES,
    min_heads: int = 2,
    max_heads: int = MAX_HEADS,
    *,
    common_order: bool = False,
) -> tuple[FeedforwardDAG, ...]:
    """Draw heads on the same nodes 0..n−1, with all self-loops, each with the unique sink n−1.

    Parameters
    ----------
    min_nodes, max_nodes : int
        Bounds on the number n of nodes, 1 ≤ min_nodes ≤ max_nodes.
    min_heads, max_heads : int
        Bounds on the number of heads.
    common_order : bool
        Whether every edge j → i has j ≤ i, hence the union of the heads is acyclic.

    Returns
    -------
    SearchStrategy of tuple of FeedforwardDAG

    Raises
    ------
    hypothesis.errors.InvalidArgument
        When drawn from, unless 1 ≤ min_nodes ≤ max_nodes and min_heads ≤ max_heads.

    Examples
    --------
    >>> from hypothesis import find
    >>> [len(head.nodes) for head in find(heads(min_nodes=3), lambda drawn: True)]
    [3, 3]

    References
    ----------
    Strategies and shrinking: doi:10.21105/joss.01891.
    """
    count = draw(st.integers(min_heads, max_heads))
    return draw(_graphs(count, min_nodes, max_nodes, ordered=common_order))


@st.composite
def mixtures(
    draw: st.DrawFn,
    kind: type[Mixed],
    min_nodes: int = 1,
    max_nodes: int = MAX_NODES,
    *,
    common_order: bool = False,
) -> Mixed:
    """Draw mixtures of two or three heads with positive rational weights.

    Parameters
    ----------
    kind : type
        MultiHeadWalk or MultiHeadDiffusion.
    min_nodes, max_nodes : int
        Bounds on the number n of nodes, 1 ≤ min_nodes ≤ max_nodes.
    common_order : bool
        As for `heads`.

    Returns
    -------
    SearchStrategy of `kind`

    Raises
    ------
    hypothesis.errors.InvalidArgument
        When drawn from, unless 1 ≤ min_nodes ≤ max_nodes.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(mixtures(MultiHeadWalk), lambda walk: walk.mixing_time() > 1).mixing_time()
    2

    References
    ----------
    Strategies and shrinking: doi:10.21105/joss.01891.
    """
    drawn = draw(heads(min_nodes, max_nodes, common_order=common_order))
    return kind(drawn, draw(convex_weights(len(drawn))))


@st.composite
def causal_attention(
    draw: st.DrawFn,
    min_length: int = 1,
    max_length: int = MAX_NODES,
    max_heads: int = MAX_HEADS,
    *,
    positive: bool = False,
) -> NDArray[np.float64]:
    """Draw attention tensors: rows that sum to 1, nothing above the diagonal.

    Parameters
    ----------
    min_length, max_length : int
        Bounds on the length n, 1 ≤ min_length ≤ max_length.
    max_heads : int
        The most heads, at least 1.
    positive : bool
        Whether every query gives some weight to each key up to itself; the walk to the
        successors then reaches the last position from all others.

    Returns
    -------
    SearchStrategy of ndarray of float64, shape (heads, n, n)
        Entry [h, i, j] is the weight of key j for query i in head h.

    Raises
    ------
    hypothesis.errors.InvalidArgument
        When drawn from, where bounds exclude each other.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(causal_attention(2), lambda attention: True).tolist()
    [[[1.0, 0.0], [0.0, 1.0]]]

    References
    ----------
    Strategies and shrinking: doi:10.21105/joss.01891.
    """
    n, count = draw(st.integers(min_length, max_length)), draw(st.integers(1, max_heads))
    tensor = np.zeros((count, n, n))
    for head in range(count):
        for i in range(n):
            row = draw(convex_weights(i + 1, positive=positive))
            tensor[head, i, : i + 1] = list(map(float, row))
    return tensor


@st.composite
def _graphs(  # noqa: PLR0913 - what all strategies for graphs share
    draw: st.DrawFn,
    count: int,
    min_nodes: int,
    max_nodes: int,
    *,
    least: int = 1,
    ordered: bool = False,
    self_loops: bool = True,
) -> tuple[FeedforwardDAG, ...]:
    """Draw graphs on the same nodes, with at least so many edges from every node but the last.

    A node's receivers are given by their distance from the last node, and the nodes are a
    list, so that shrinking can take a node out and leave the others as they are.
    """
    distance = st.integers(0, max(max_nodes - 2, 0))
    further = st.lists(distance, max_size=max(max_nodes - 2, 0) + 1 - least)
    each = st.tuples(*[st.tuples(st.tuples(*[distance] * least), further)] * count)
    rows = draw(st.lists(each, min_size=min_nodes - 1, max_size=max_nodes - 1))
    n = len(rows) + 1
    orders = [range(n)] * count if ordered else [draw(_order(n, least)) for _ in range(count)]
    return tuple(
        FeedforwardDAG(
            _edges([{*row[head][0], *row[head][1]} for row in rows], order),
            nodes=range(n),
            self_loops=self_loops,
        )
        for head, order in enumerate(orders)
    )


def _order(n: int, least: int) -> st.SearchStrategy[Sequence[int]]:
    """Draw an order of 0..n−1, with n−1 at the end where every other node has to send."""
    if least:
        return st.permutations(range(n - 1)).map(lambda order: [*order, n - 1])
    return st.permutations(range(n))


def _edges(rows: Sequence[set[int]], order: Sequence[int]) -> list[tuple[int, int]]:
    """Return the edges to the receivers at these distances from the end, or to the next node."""
    last = len(rows)
    return [
        (order[j], order[max(last - distance, j + 1)])
        for j, distances in enumerate(rows)
        for distance in sorted(distances)
    ]
