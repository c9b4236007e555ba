"""First-step equations in floats, beside exact answers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dagmix import DiffusionOperator, FeedforwardDAG, MultiHeadDiffusion, WalkOperator, families
from dagmix._engine.adjacency.ranges import IndexRanges
from dagmix._engine.chains.first_step import hitting_times
from dagmix.families import complete_hitting_time


def test_hitting_times_of_the_complete_graph_have_a_closed_form() -> None:
    """E from node 0 is 1 + H_{n−1}, at a size where nothing exact could be asked."""
    times = WalkOperator(families.complete(20_000)).expected_hitting_times()
    assert math.isclose(times[0], complete_hitting_time(20_000), rel_tol=1e-13)


def test_hitting_times_where_the_sink_may_be_missed() -> None:
    """Node 0 may end at the other sink; nodes past the last d of a dilation only there."""
    rows = np.arange(1000)
    graph = FeedforwardDAG.from_runs(rows, rows - np.minimum(rows // 2, 20) * 2, rows + 1, 2)
    walk = WalkOperator(graph, sink=999)
    times = hitting_times(walk.transition.floats.kernel, 999)
    assert np.isinf(times[::2]).all()
    assert np.isfinite(times[1::2]).all()
    assert walk.mixing_time() == math.inf
    diffusion = DiffusionOperator(graph, sink=999)
    assert diffusion.minimax_fidelity().value == 0
    assert diffusion.node_fidelity(501).value > 0 == diffusion.node_fidelity(500).value


def test_absorption_in_floats_where_heads_disagree_on_an_order() -> None:
    """Two heads that make a cycle of 2 and 3, two sources: beside the exact answer."""
    heads = [
        FeedforwardDAG([(0, 2), (2, 3), (3, 4)], nodes=range(5)),
        FeedforwardDAG([(1, 3), (3, 2), (2, 4)], nodes=range(5)),
    ]
    exact = MultiHeadDiffusion(heads, weights=["1/4", "3/4"])
    floats = MultiHeadDiffusion(heads, weights=[0.25, 0.75])
    assert floats.adjacency.order is None
    for node in range(5):
        found, known = floats.node_fidelity(node), exact.node_fidelity(node)
        assert found.lower <= known.value <= found.upper
        assert found.upper - found.lower < 1e-12


def test_absorption_in_many_sources_of_a_large_graph() -> None:
    """The sources of a dilated window: floats beside the exact answer, which adds to 1."""
    graph = families.dilated(600, 40, 8)
    exact = MultiHeadDiffusion([graph], weights=[1])
    floats = MultiHeadDiffusion([graph], weights=[1.0])
    assert isinstance(floats.adjacency, IndexRanges)
    known = [exact.node_fidelity(node).value for node in graph.sources]
    assert sum(known) == 1
    assert len(known) == 8
    for node, value in zip(graph.sources, known, strict=True):
        found = floats.node_fidelity(node)
        assert found.lower <= value <= found.upper
        assert found.upper - found.lower < 1e-10
        assert found.value == pytest.approx(float(value), rel=1e-12)
