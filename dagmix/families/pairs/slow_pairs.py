"""Pairs of heads that are slow, or fast, by the order in which the heads take turns.

As in `head_pairs`, every node has its self-loop, and both heads have the same unique sink.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dagmix._engine.adjacency.base import Ints
from dagmix._engine.exact.scalars import read_count
from dagmix.families.pairs.head_pairs import HeadPair, layered_pair, next_run
from dagmix.families.pairs.pair_edges import Edges, check_edges, graph_of, path
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.graphs.labels import check_count


def change_pair(k: int, layers: int | None = None) -> HeadPair:
    """Return two slow heads of one order that wait for k moves whose heads take turns.

    Nodes are (layer, run), as in `reset_pair`, and "τ": run r > 0 says that the last r moves were
    by different heads in turn, the last one by head 0, and run −r that the last one was by head 1;
    0 is the run of the initial state. Every edge goes to the next layer, from the last one to τ;
    a run of k goes to τ. From the initial state a head alone has runs of 1 only: it goes through
    all layers where k ≥ 2.

    Parameters
    ----------
    k : int
        The run to wait for, at least 1.
    layers : int, optional
        At least k − 1. By default T(¼) of the run pair's uniform mixture, so that this pair's
        mixture has the same T(¼): fair tosses are as often alike as they take turns.

    Returns
    -------
    tuple of two FeedforwardDAG
        On about 2(k − 1) · `layers` nodes.

    Raises
    ------
    NumberError, ShapeError
        Unless k is an integer, at least 1, and `layers` one that is at least k − 1; where there
        are more than 2²⁸ nodes.

    Examples
    --------
    >>> one, two = change_pair(3, layers=2)
    >>> one.nodes
    ((0, 0), (1, 1), (1, -1), (2, 1), (2, 2), (2, -1), (2, -2), 'τ')
    >>> [edge for edge in one.edges if edge[0] != edge[1] and "τ" not in edge]
    [((0, 0), (1, 1)), ((1, 1), (2, 1)), ((1, -1), (2, 2))]

    References
    ----------
    Theorem H of the guide; mixing time: arXiv:2507.02944, Definition 2.7.
    """
    return layered_pair(k, layers, _next_change)


def wide_run_pair(k: int, width: int) -> HeadPair:
    """Return the run pair in which a move of a head chooses among many nodes, and so hardly waits.

    Nodes are (0, 0), the initial one, (r, i) and (−r, i) for r = 1, …, k − 1 and i = 0, …,
    width − 1, and "τ". A node (r, i) stands for the run r of `run_pair`. Where a head goes to a
    run other than k, it has edges to all nodes of that run: a step stays with probability
    1/(width + 1) only. Where the next run is k the one edge is to τ.

    Parameters
    ----------
    k : int
        The run to wait for, at least 1.
    width : int
        Nodes of a run, at least 1; there are at most 2²⁸ nodes, and edges of a head.

    Returns
    -------
    tuple of two FeedforwardDAG
        On 2(k − 1) · width + 2 nodes; they share no order for k ≥ 2. For width = 1 it is the run
        pair with other labels.

    Raises
    ------
    NumberError, ShapeError
        Unless k and width are integers, at least 1; where there are more than 2²⁸ nodes, or edges.

    Examples
    --------
    >>> from dagmix import MultiHeadWalk, WalkOperator
    >>> heads = wide_run_pair(4, 20)
    >>> [WalkOperator(head).mixing_time() for head in heads], MultiHeadWalk(heads).mixing_time()
    ([6, 6], 31)

    References
    ----------
    Theorem K of the guide; the claim that it refutes: arXiv:2507.02944, end of §2.2.
    """
    length, copies = read_count(k, 1, "k"), read_count(width, 1, "width")
    check_count(2 * (length - 1) * copies + 2)
    check_edges(2 * (length - 1) * copies**2, "edges between runs")
    signed = [0, *range(1, length), *range(-1, -length, -1)]
    nodes = {run: [(run, i) for i in range(copies if run else 1)] for run in signed}
    every: list[Any] = [*(node for run in signed for node in nodes[run]), "τ"]

    def head(sign: int) -> FeedforwardDAG:
        onward = {run: nodes.get(next_run(run, sign, length), ["τ"]) for run in signed}
        edges = [(old, new) for run in signed for old in nodes[run] for new in onward[run]]
        return FeedforwardDAG(edges, nodes=every)

    return head(1), head(-1)


def fan_pair(k: int) -> HeadPair:
    """Return two quick heads, of different orders, whose uniform mixture takes of order 3ᵏ/k steps.

    Nodes are a_j = j − 1 and b_j = k + j − 1 for j = 1, …, k, and τ = 2k. Head 0 has the line
    a_1 → … → a_k → τ, and every b_j has edges to b_1, …, b_(j−1) and to a_1. Head 1 exchanges a
    and b. So each head undoes what the other has done.

    Parameters
    ----------
    k : int
        Nodes of a line, at least 1; 2k + 1 ≤ 2²⁸ and k (k + 1)/2 ≤ 2²⁸.

    Returns
    -------
    tuple of two FeedforwardDAG
        On 2k + 1 nodes; they share no order.

    Raises
    ------
    NumberError, ShapeError
        Unless k is an integer, at least 1; where there are more than 2²⁸ nodes, or edges from
        the b_j.

    Examples
    --------
    >>> [edge for edge in fan_pair(2)[0].edges if edge[0] != edge[1]]
    [(0, 1), (1, 4), (2, 0), (3, 0), (3, 2)]
    >>> from dagmix import MultiHeadWalk
    >>> MultiHeadWalk(fan_pair(2)).expected_hitting_times()[0]
    Fraction(40, 3)

    References
    ----------
    Theorem K of the guide; the claim that it refutes: arXiv:2507.02944, end of §2.2.
    """
    length = read_count(k, 1, "k")
    check_count(2 * length + 1)
    check_edges(length * (length + 1) // 2, "edges from the nodes that go back")
    a, b = np.arange(length), np.arange(length) + length
    one, two = (
        graph_of(2 * length + 1, path(line, 2 * length), _back(fan, line[0]))
        for line, fan in ((a, b), (b, a))
    )
    return one, two


def _back(fan: Ints, first: int) -> Edges:
    """Return the edges from every node of a fan to the earlier ones and to the other line."""
    later, earlier = np.tril_indices(len(fan), -1)
    return np.append(fan[later], fan), np.append(fan[earlier], np.full(len(fan), first))


def _next_change(run: int, sign: int, k: int) -> Any:
    longer = 1 - run * sign if run * sign < 0 else 1
    return "τ" if longer == k else longer * sign
