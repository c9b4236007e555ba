"""Chains of graphs: which self-loops they are given."""

from __future__ import annotations

import numpy as np

from dagmix import FeedforwardDAG, WalkOperator, families
from dagmix._engine.adjacency.ranges import IndexRanges
from dagmix._engine.chains.matrices import GraphDiffusion, GraphWalk


def test_walks_of_a_graph_without_loops_at_its_sink() -> None:
    """Def 2.3: the last node, which sends to nobody, stays; so does a first one that hears none."""
    rows = np.arange(1, 900)
    bare = FeedforwardDAG.from_runs(rows, np.maximum(rows - 30, 0), rows, nodes=range(900))
    assert isinstance(bare.adjacency, IndexRanges)
    assert not bare.self_loops
    assert GraphWalk(bare.adjacency).adjacency.has_loop.sum() == 1
    assert GraphDiffusion(bare.adjacency).adjacency.has_loop.tolist()[0]
    window = families.sliding_window(900, 30)
    assert WalkOperator(bare).mixing_time() < WalkOperator(window).mixing_time()
