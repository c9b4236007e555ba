"""Longest paths and greatest distances."""

from __future__ import annotations

import math

import numpy as np
import pytest
from cases.relations import runs_of
from hypothesis import given
from hypothesis import strategies as st

from dagmix import FeedforwardDAG, WalkOperator, bounds, families
from dagmix._engine.adjacency.paths import greatest_distance, longest_path
from dagmix._engine.adjacency.ranges import IndexRanges


@pytest.mark.parametrize("loops", [True, False])
def test_paths_and_distances_in_any_node_order(*, loops: bool) -> None:
    """The longest path and the greatest distance do not depend on labels."""
    edges = [("c", "a"), ("a", "d"), ("d", "b"), ("c", "b"), ("d", "e"), ("e", "b")]
    for nodes in ("abcde", "edcba", "cadeb"):
        walk = WalkOperator(FeedforwardDAG(edges, nodes=nodes, self_loops=loops))
        found = bounds.mixing_time(walk)
        assert (found.longest_path, found.distance) == (4, 2)


@given(st.integers(1, 9), st.data())
def test_ranges_have_the_paths_of_their_pairs(n: int, data: st.DataObject) -> None:
    """Rows of any mask along the order, with loops and without, as ranges and as pairs."""
    marks = data.draw(st.lists(st.booleans(), min_size=n * n, max_size=n * n))
    mask = np.tril(np.array(marks).reshape(n, n))
    mask |= np.diag(~mask.any(axis=0))  # who sends to nobody keeps what it has
    ranges = runs_of(mask)
    order, sink = np.arange(n), data.draw(st.integers(0, n - 1))
    assert isinstance(ranges, IndexRanges)
    assert longest_path(ranges, order, sink) == longest_path(ranges.listed, order, sink)
    assert greatest_distance(ranges, sink) == greatest_distance(ranges.listed, sink)


def test_bounds_take_long_masks() -> None:
    """Wide windows of 20,000 positions: no pair of the forty million is listed."""
    found = WalkOperator(families.sliding_window(20_000, 2048))
    assert longest_path(found.adjacency, np.arange(20_000), 19_999) == 19_999
    assert greatest_distance(found.adjacency, 19_999) == math.ceil(19_999 / 2048)
