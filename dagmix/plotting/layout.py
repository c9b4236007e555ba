"""Where the nodes of a picture stand: on a line, in an order in which edges go forward."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dagmix._engine.adjacency.base import Adjacency

ARC = 0.3  # height of an arc over half its span
HIGHER = 0.16  # what the arcs of each further head add to that


@dataclass(frozen=True)
class Arc:
    """An edge between places of the line; `bend` is its height over half its span.

    Forward arcs bend upward, backward ones downward.
    """

    start: int
    end: int
    bend: float


def order(adjacency: Adjacency) -> list[int]:
    """Return the rows in an order in which edges go forward, except within a cycle.

    The order of the rows is kept where every edge goes forward in it. Otherwise a node that
    reaches more nodes comes first: along an edge outside a cycle their number falls.

    >>> from dagmix._engine.adjacency.explicit import from_pairs
    >>> order(from_pairs(3, np.array([0, 2]), np.array([1, 0])))
    [1, 0, 2]
    """
    receivers, senders = adjacency.pairs
    if (senders <= receivers).all():
        return list(range(adjacency.n))
    reach = [np.count_nonzero(adjacency.reached(np.array([j]))) for j in range(adjacency.n)]
    return sorted(range(adjacency.n), key=lambda j: -reach[j])


def arcs(adjacency: Adjacency, places: dict[int, int], level: int = 0) -> list[Arc]:
    """Return the edges to other nodes as arcs between places, higher at each level."""
    ends = zip(*(rows.tolist() for rows in adjacency.pairs), strict=True)
    pairs = sorted((places[j], places[i]) for i, j in ends if i != j)
    return [Arc(start, end, _bend(start, end, level)) for start, end in pairs]


def _bend(start: int, end: int, level: int) -> float:
    straight = end == start + 1 and not level
    return 0.0 if straight else ARC + HIGHER * level
