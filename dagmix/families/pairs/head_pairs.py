"""Pairs of heads whose mixture does what neither head does.

Every node has its self-loop, edges (j, i) go from sender j to receiver i, and both heads have
the same unique sink. The uniform mixture has weight ½ for each head. Users find the pairs in
`dagmix.families`. The theorems about them are proved in the guide.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from dagmix._engine.adjacency.base import Ints
from dagmix._engine.exact.scalars import read_count
from dagmix.families.closed_forms import run_mixing_time
from dagmix.families.pairs.pair_edges import all_to, check_edges, graph_of, path
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.graphs.labels import check_count

HeadPair = tuple[FeedforwardDAG, FeedforwardDAG]


def express_pair(n: int) -> HeadPair:
    """Return two slow heads whose uniform mixture is fast for every n.

    In head 0 every even node has its one edge to the sink, every odd node j its one edge to
    min(j + 2, n − 1); head 1 swaps the parities. Each head has one slow lane, which the
    other head leaves at once: the mixture has T(¼) = 5 for n ≥ 6.

    Parameters
    ----------
    n : int
        Nodes 0..n−1 of each head, 2 to 2²⁸; the sink is n − 1.

    Returns
    -------
    tuple of two FeedforwardDAG
        The heads share the order 0..n−1.

    Raises
    ------
    NumberError, ShapeError
        Unless n is an integer, at least 2; where n is above 2²⁸.

    Examples
    --------
    >>> [sorted(edge for edge in head.edges if edge[0] != edge[1]) for head in express_pair(4)]
    [[(0, 3), (1, 3), (2, 3)], [(0, 2), (1, 3), (2, 3)]]

    References
    ----------
    Theorem B1 of the guide; the claim that it refutes: arXiv:2507.02944, after equation (15).
    """
    size = check_count(read_count(n, 2, "n"))
    senders = np.arange(size - 1)
    near = np.minimum(senders + 2, size - 1)
    one, two = (np.where(senders % 2 == parity, size - 1, near) for parity in (0, 1))
    return graph_of(size, (senders, one)), graph_of(size, (senders, two))


def lane_pair(k: int) -> HeadPair:
    """Return two heads whose uniform mixture amplifies fidelity without bound as k grows.

    Nodes are s = 0, x_i = i, y_i = k + i for i = 1, …, k, and τ = 2k + 1. Head 0 has the
    lane s → x_1 → … → x_k → τ, and the lane s → y_1 → … → y_k → τ each of whose nodes also
    receives from s. Head 1 swaps x and y.

    Parameters
    ----------
    k : int
        Inner nodes of a lane, at least 1; 2k + 2 ≤ 2²⁸.

    Returns
    -------
    tuple of two FeedforwardDAG
        On 2k + 2 nodes, with the common order 0..2k+1.

    Raises
    ------
    NumberError, ShapeError
        Unless k is an integer, at least 1; where there are more than 2²⁸ nodes.

    Examples
    --------
    >>> lane_pair(2)[0].in_degree(4), lane_pair(2)[1].in_degree(4)
    (3, 2)

    References
    ----------
    Theorem C of the guide; amplification: arXiv:2507.02944, Definition 3.12.
    """
    return feed_pair(k, 1)


def feed_pair(k: int, f: int, *, heard: bool = False) -> HeadPair:
    """Return the lane pair with f sources, each of which feeds every node of one lane.

    Nodes are s_a = a for a = 0, …, f − 1, x_i = f + i − 1 and y_i = f + k + i − 1 for i = 1, …, k,
    and τ = 2k + f. Both heads have the lanes s_0 → x_1 → … → x_k → τ and s_0 → y_1 → … → y_k → τ.
    In head 0 every y_i also receives from every source, in head 1 every x_i. With more sources a
    lane that is fed is left sooner, and the amplification is larger.

    Parameters
    ----------
    k : int
        Inner nodes of a lane, at least 1.
    f : int
        Sources, at least 1; 2k + f + 1 ≤ 2²⁸ and k f ≤ 2²⁸.
    heard : bool
        Whether the sink also receives from every source, in both heads.

    Returns
    -------
    tuple of two FeedforwardDAG
        On 2k + f + 1 nodes, with the common order 0..2k+f.

    Raises
    ------
    NumberError, ShapeError
        Unless k and f are integers, at least 1; where there are more than 2²⁸ nodes, or edges from
        sources.

    Examples
    --------
    >>> from dagmix import MultiHeadDiffusion
    >>> pairs = feed_pair(4, 1), feed_pair(3, 3)
    >>> [round(float(MultiHeadDiffusion(pair).amplification()), 3) for pair in pairs]
    [2.515, 4.313]
    >>> [head.in_degree(5) for head in feed_pair(2, 1, heard=True)]
    [4, 4]

    References
    ----------
    Theorem C of the guide, and Theorem H for the sink that receives from the sources;
    amplification: arXiv:2507.02944, Definition 3.12.
    """
    length, sources = read_count(k, 1, "k"), read_count(f, 1, "f")
    check_count(2 * length + sources + 1)
    check_edges(length * sources, "edges from sources")
    x, y = np.arange(length) + sources, np.arange(length) + sources + length
    return _lanes(x, y, sources, heard=heard), _lanes(y, x, sources, heard=heard)


def reversed_lines(n: int) -> HeadPair:
    """Return the lines 1 → 2 → … → n−1 → τ and n−1 → … → 2 → 1 → τ.

    They share no order for n ≥ 3. Each has T(¼) of order 2n, the uniform mixture, a lazy
    symmetric walk between two exits, of order (4/π²) ln(16/π) n² = 0.6597 n².

    Parameters
    ----------
    n : int
        Nodes 1, …, n − 1 and "τ" of each head, 2 to 2²⁸.

    Returns
    -------
    tuple of two FeedforwardDAG
        Nodes in the order 1, …, n − 1, "τ" in both.

    Raises
    ------
    NumberError, ShapeError
        Unless n is an integer, at least 2; where n is above 2²⁸.

    Examples
    --------
    >>> [head.longest_path for head in reversed_lines(4)]
    [(1, 2, 3, 'τ'), (3, 2, 1, 'τ')]

    References
    ----------
    Theorem B3 of the guide; the bound that it refutes: arXiv:2507.02944, Theorem 2.8.
    """
    inner = range(1, check_count(read_count(n, 2, "n")))
    nodes = (*inner, "τ")
    one, two = ([*pairwise(order), (order[-1], "τ")] for order in (inner, inner[::-1]))
    return FeedforwardDAG(one, nodes=nodes), FeedforwardDAG(two, nodes=nodes)


def run_pair(k: int) -> HeadPair:
    """Return two quick heads, of different orders, whose mixture waits for a run of k.

    Nodes are 0 (the initial state), r and −r for runs of r = 1, …, k−1 moves of one head, and
    "τ": 2k in all. Head 0 goes from r to r + 1 for r > 0, from 0 and from r < 0 to 1, and from
    k − 1 to τ; head 1 does the same with signs exchanged. Each has T(¼) = T(line of k + 1
    nodes), the uniform mixture E[T] = 2(2ᵏ − 1) from 0.

    Parameters
    ----------
    k : int
        The run to wait for, at least 1; 2k ≤ 2²⁸.

    Returns
    -------
    tuple of two FeedforwardDAG
        They share no order for k ≥ 2.

    Raises
    ------
    NumberError, ShapeError
        Unless k is an integer, at least 1; where there are more than 2²⁸ nodes.

    Examples
    --------
    >>> run_pair(2)[0].edges
    ((0, 0), (0, 1), (1, 1), (1, 'τ'), (-1, 1), (-1, -1), ('τ', 'τ'))

    References
    ----------
    Theorem B2 of the guide; the claim that it refutes: arXiv:2507.02944, end of §2.2.
    """
    length = read_count(k, 1, "k")
    check_count(2 * length)
    runs = range(1, length)
    nodes: list[Any] = [0, *runs, *(-r for r in runs), "τ"]
    one, two = ([(node, next_run(node, sign, length)) for node in nodes[:-1]] for sign in (1, -1))
    return FeedforwardDAG(one, nodes=nodes), FeedforwardDAG(two, nodes=nodes)


def reset_pair(k: int, layers: int | None = None) -> HeadPair:
    """Return two quick heads of one order whose mixture waits for a run of k.

    The run pair, unrolled: nodes are (layer, run), run as in `run_pair` and no longer than
    the layer, for the layers 0, …, `layers`; and "τ". Every edge goes to the next layer, from
    the last one to τ. A run of k goes to τ.

    Parameters
    ----------
    k : int
        The run to wait for, at least 1.
    layers : int, optional
        At least k − 1. By default T(¼) of the run pair's uniform mixture, so that this pair's
        is the same: t steps make at most t moves, hence no walk has left by the last layer
        before that time. Fewer layers can only make the mixture faster.

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
    >>> one, two = reset_pair(2, layers=2)
    >>> one.nodes
    ((0, 0), (1, 1), (1, -1), (2, 1), (2, -1), 'τ')
    >>> one.longest_path, two.longest_path
    (((0, 0), (1, 1), 'τ'), ((0, 0), (1, -1), 'τ'))

    References
    ----------
    Theorem B2 of the guide; the claim that it refutes: arXiv:2507.02944, end of §2.2.
    """
    return layered_pair(k, layers, next_run)


def layered_pair(k: int, layers: int | None, following: Callable[[int, int, int], Any]) -> HeadPair:
    """Return a pair whose nodes are (layer, run), from the run that follows a move of a head.

    `following` takes a run, the sign of the head (1 or −1) and k, and returns a run or "τ".
    """
    length = read_count(k, 1, "k")
    if layers is None:
        # t tosses have a run of k with probability at most t · 2 / 2ᵏ, hence T(¼) ≥ 3 · 2ᵏ / 8.
        check_count(reset_size(length, 3 << min(length, 64) >> 3))
        last = run_mixing_time(length)
    else:
        last = read_count(layers, length - 1, "layers")
    check_count(reset_size(length, last))
    states = [
        (layer, sign * run)
        for layer in range(last + 1)
        for sign in ((1, -1) if layer else (1,))
        for run in range(min(layer, 1), min(layer, length - 1) + 1)
    ]

    def onward(state: tuple[int, int], sign: int) -> Any:
        layer, run = state
        then = following(run, sign, length)
        return "τ" if then == "τ" or layer == last else (layer + 1, then)

    heads = ([(state, onward(state, sign)) for state in states] for sign in (1, -1))
    one, two = (FeedforwardDAG(edges, nodes=[*states, "τ"]) for edges in heads)
    return one, two


def reset_size(k: int, last: int) -> int:
    """Return the number of nodes: layers grow by two nodes up to layer k − 1, then are alike."""
    growing = min(last, k - 1)
    return 2 + growing * (growing + 1) + 2 * (k - 1) * (last - growing)


def next_run(run: int, sign: int, k: int) -> Any:
    """Return the run after a move of the head of that sign, or "τ" for a run of k."""
    longer = run * sign + 1 if run * sign > 0 else 1
    return "τ" if longer == k else longer * sign


def _lanes(clean: Ints, fed: Ints, f: int, *, heard: bool) -> FeedforwardDAG:
    sink, sources = 2 * len(fed) + f, np.arange(f)
    lanes = path(0, clean, sink), path(0, fed, sink)
    heard_ones = sources[: f if heard else 0]
    return graph_of(sink + 1, *lanes, all_to(sources, fed), all_to(heard_ones, sink))
