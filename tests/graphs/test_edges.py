"""Edges as they are brought, and how they are read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dagmix import FeedforwardDAG
from dagmix.errors import ShapeError, UnknownNodeError


def test_an_array_of_edges_is_read_without_a_loop() -> None:
    edges = np.array([[2, 4], [4, 8], [2, 8]])
    graph = FeedforwardDAG(edges, nodes=range(2, 10, 2))
    assert graph == FeedforwardDAG(edges.tolist(), nodes=[2, 4, 6, 8])
    with pytest.raises(UnknownNodeError, match="edge 1, \\(4, 9\\)"):
        FeedforwardDAG(np.array([[2, 4], [4, 9]]), nodes=range(2, 10, 2))
    for wrong in (edges[:, :1], edges.astype(float)):
        with pytest.raises(ShapeError, match="integer array \\(m, 2\\)"):
            FeedforwardDAG(wrong, nodes=range(2, 10, 2))


@pytest.mark.parametrize("kind", [set, frozenset])
def test_sets_of_edges_need_nodes(kind: Any) -> None:
    """The order in which nodes appear in a set depends on hashing, and so would every row."""
    with pytest.raises(ShapeError, match="a set of edges has no order"):
        FeedforwardDAG(kind([("a", "b"), ("b", "c")]))
    edges = [("a", "b"), ("b", "c")]
    listed = FeedforwardDAG(edges, nodes="abc")
    assert FeedforwardDAG(kind(edges), nodes="abc") == listed
    assert FeedforwardDAG(dict.fromkeys(edges)) == listed  # in order


@pytest.mark.parametrize("edge", [{"a", "b"}, frozenset("ab"), "abc", 3])
def test_an_edge_has_a_first_and_a_second_end(edge: Any) -> None:
    with pytest.raises(ShapeError, match="an edge is a pair"):
        FeedforwardDAG([("a", "b"), edge], nodes="ab")
