"""The pair of heads of different orders that comes nearest to the greatest amplification.

As in `head_pairs`, every node has its self-loop, and both heads have the same unique sink.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from dagmix._engine.exact.scalars import read_count
from dagmix.errors import ShapeError
from dagmix.families.pairs.head_pairs import HeadPair
from dagmix.families.pairs.pair_edges import all_to, check_edges, graph_of, path
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.graphs.labels import check_count


def crossed_pair(n: int, f: int) -> HeadPair:
    """Return the pair in which the sources of each head are on the lane of the other.

    Nodes are 0, …, n − 1, the sink is n − 1. Head 0 has the sources 0, …, f − 1, head 1 the
    sources f, …, 2f − 1. The other nodes of a head are its lane, a path to the sink, and each of
    its sources has an edge to every node of its lane and to the sink.

    The lanes are such that every node is near a source when heads alternate. Node j with
    2f ≤ j < 4f comes directly before the source j − 2f, on the lane which that one is on; node
    j ≥ 4f directly before node ⌊j/2⌋, on the lane of head 0 where j is even, else of head 1. In a
    head these edges are paths. Its lane is one after the other, in the order of their first nodes.

    Parameters
    ----------
    n : int
        Nodes, at least 3, at most 2²⁸.
    f : int
        Sources of each head, at least 1; 2f ≤ n − 1 and f (n − f) ≤ 2²⁸.

    Returns
    -------
    tuple of two FeedforwardDAG
        They share no order.

    Raises
    ------
    NumberError, ShapeError
        Unless n is an integer, at least 3, and f one, at least 1; where 2f > n − 1, or there are
        more than 2²⁸ nodes, or edges from sources.

    Examples
    --------
    >>> [[edge for edge in head.edges if edge[0] != edge[1]] for head in crossed_pair(4, 1)]
    [[(0, 1), (0, 2), (0, 3), (1, 2), (2, 3)], [(0, 3), (1, 0), (1, 2), (1, 3), (2, 0)]]
    >>> from dagmix import MultiHeadDiffusion
    >>> round(float(MultiHeadDiffusion(crossed_pair(10, 4)).amplification()), 3)
    627.097

    References
    ----------
    Theorem E of the guide; amplification: arXiv:2507.02944, Definition 3.12.
    """
    size, sources = check_count(read_count(n, 3, "n")), read_count(f, 1, "f")
    if 2 * sources > size - 1:
        message = (
            f"both heads have f sources, 2f in all, which are no sinks: 2f is at most n − 1; got "
            f"n = {size} and f = {sources}"
        )
        raise ShapeError(message)
    check_edges(sources * (size - sources), "edges from sources")
    later: tuple[dict[int, int], dict[int, int]] = {}, {}
    for j in range(2 * sources, size - 1):
        if j < 4 * sources:
            later[j < 3 * sources][j] = j - 2 * sources
        else:
            later[j % 2][j] = j // 2
    one, two = (_crossed(size, sources, head, later[head]) for head in (0, 1))
    return one, two


def _crossed(size: int, f: int, head: int, after: Mapping[int, int]) -> FeedforwardDAG:
    sink, sources = size - 1, np.arange(f) + head * f
    others = [*range(f - head * f, 2 * f - head * f), *range(2 * f, sink)]
    lane = np.array(_joined(others, after))
    return graph_of(size, path(lane, sink), all_to(sources, lane), all_to(sources, sink))


def _joined(nodes: Iterable[int], after: Mapping[int, int]) -> list[int]:
    """Return all nodes as one path: the paths by which one comes after another, in turn.

    >>> _joined([0, 3, 4, 5], {4: 3, 5: 0})
    [4, 3, 5, 0]
    """
    preceded = set(after.values())
    lane: list[int] = []
    for first in nodes:
        if first in preceded:
            continue
        lane.append(first)
        while lane[-1] in after:
            lane.append(after[lane[-1]])
    return lane
