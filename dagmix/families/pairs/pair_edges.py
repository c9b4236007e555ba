"""How the edges of a pair of heads are put together: paths, and all edges from one set to another.

Edges are two arrays, senders and receivers; one that is listed twice is one edge.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dagmix._engine.adjacency.base import Ints
from dagmix.errors import ShapeError
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.graphs.labels import LARGEST_COUNT

Edges = tuple[Ints, Ints]


def check_edges(count: int, what: str) -> None:
    """Raise ShapeError where so many edges would not fit, however few the nodes are."""
    if count > LARGEST_COUNT:
        message = f"{count} {what}; at most {LARGEST_COUNT} are listed"
        raise ShapeError(message)


def path(*parts: ArrayLike) -> Edges:
    """Return the edges from each node of a path to the next; its parts are nodes or arrays.

    >>> [side.tolist() for side in path(0, [4, 2], 7)]
    [[0, 4, 2], [4, 2, 7]]
    """
    nodes = np.concatenate([np.atleast_1d(np.asarray(part)) for part in parts])
    return nodes[:-1], nodes[1:]


def all_to(senders: ArrayLike, receivers: ArrayLike) -> Edges:
    """Return the edges from each of the senders to each of the receivers.

    >>> [side.tolist() for side in all_to([0, 1], 5)]
    [[0, 1], [5, 5]]
    """
    one, other = np.atleast_1d(senders), np.atleast_1d(receivers)
    return np.repeat(one, len(other)), np.tile(other, len(one))


def graph_of(size: int, *edges: Edges) -> FeedforwardDAG:
    """Return the graph of some edges on 0..size−1, with all self-loops.

    >>> graph_of(3, path(0, 1, 2), all_to([0, 1], 2)).edges
    ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
    """
    both = [np.concatenate(side) for side in zip(*edges, strict=True)]
    return FeedforwardDAG(np.stack(both, axis=1), nodes=range(size))
