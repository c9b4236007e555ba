"""Longest paths and greatest distances."""

from __future__ import annotations

import pytest

from dagmix import FeedforwardDAG, WalkOperator, bounds


@pytest.mark.parametrize("loops", [True, False])
def test_paths_and_distances_in_any_node_order(*, loops: bool) -> None:
    """The longest path and the greatest distance do not depend on labels."""
    edges = [("c", "a"), ("a", "d"), ("d", "b"), ("c", "b"), ("d", "e"), ("e", "b")]
    for nodes in ("abcde", "edcba", "cadeb"):
        walk = WalkOperator(FeedforwardDAG(edges, nodes=nodes, self_loops=loops))
        found = bounds.mixing_time(walk)
        assert (found.longest_path, found.distance) == (4, 2)
