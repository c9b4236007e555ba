"""The paper's examples are what it says of them."""

from __future__ import annotations

import pytest

from dagmix import FeedforwardDAG
from dagmix.errors import CycleError
from dagmix.paper import example_3_13
from dagmix.paper.examples import without_loops


def test_the_union_of_example_3_13_has_a_cycle() -> None:
    with pytest.raises(CycleError, match="u → v → u"):
        FeedforwardDAG.union(example_3_13())


def test_without_loops_the_other_edges_stay() -> None:
    head = example_3_13()[0]
    assert set(without_loops(head).edges) == {("u", "v"), ("v", "w"), ("w", "τ")}
    assert set(head.edges) - set(without_loops(head).edges) == {(node, node) for node in "uvwτ"}
