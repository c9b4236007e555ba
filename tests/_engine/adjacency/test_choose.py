"""Which adjacency a relation is kept as, and that the answers do not depend on it."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from dagmix import DiffusionOperator, FeedforwardDAG, MultiHeadWalk, WalkOperator, families
from dagmix._engine.adjacency import choose
from dagmix._engine.adjacency.ranges import IndexRanges


def test_a_sparse_head_beside_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line is a list of pairs, a window is runs; their mixture is answered over both."""

    def times() -> Any:
        heads = [families.line(600), families.sliding_window(600, 40)]
        walk = MultiHeadWalk(heads, weights=["1/3", "2/3"])
        assert heads[0].adjacency.kind == "sparse"
        assert isinstance(walk.adjacency, IndexRanges) == (choose.RANGES_FROM < 600)
        return walk.expected_hitting_times().tolist()

    found = times()
    monkeypatch.setattr(choose, "RANGES_FROM", 10**6)
    assert found == times()


def auto_graphs() -> list[FeedforwardDAG]:
    """Graphs that are kept as runs by themselves."""
    n = 700
    window = families.sliding_window(n, 40)
    dilation = families.dilated(n, 16, 8)
    return [
        families.complete(n),
        window,
        families.sink_window(n, 4, 40),
        dilation,
        FeedforwardDAG.union([window, dilation, families.sink_window(n, 2, 20)]),
        FeedforwardDAG.from_mask(
            window.adjacency.dense(np.ones(window.adjacency.edges))
        ).reversed(),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("graph_", auto_graphs(), ids=repr)
def test_a_graph_is_the_same_on_every_adjacency(
    graph_: FeedforwardDAG, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IndexRanges are found among the edges, in any order, and give the answers of the matrix."""
    assert isinstance(graph_.adjacency, IndexRanges)
    ends = np.array(graph_.edges)
    rng = np.random.default_rng(3)
    again = FeedforwardDAG(rng.permutation(ends), nodes=range(700), self_loops=None)
    assert isinstance(again.adjacency, IndexRanges)
    assert again.adjacency.count < graph_.adjacency.count + 32, "the runs that made it, nearly"
    assert again == graph_
    assert hash(again) == hash(graph_)
    monkeypatch.setattr(choose, "RANGES_FROM", 10**6)
    other = FeedforwardDAG(ends, nodes=range(700), self_loops=None)
    assert not isinstance(other.adjacency, IndexRanges)
    assert other == graph_
    assert hash(other) == hash(graph_)
    same_answers(graph_, other)


def same_answers(one: FeedforwardDAG, other: FeedforwardDAG) -> None:
    walk, walk_too = WalkOperator(one), WalkOperator(other)
    assert walk.mixing_time() == walk_too.mixing_time()
    assert walk.distance(3) == walk_too.distance(3)
    assert walk.expected_hitting_times().tolist() == walk_too.expected_hitting_times().tolist()
    diffusion, diffusion_too = DiffusionOperator(one), DiffusionOperator(other)
    assert diffusion.signal(5, 4) == diffusion_too.signal(5, 4)
    # IndexRanges reach exact answers where the work of n² pairs leaves an enclosure.
    for found, found_too in (
        (diffusion.minimax_fidelity(), diffusion_too.minimax_fidelity()),
        (diffusion.node_fidelity(9), diffusion_too.node_fidelity(9)),
    ):
        assert found.exact
        assert found_too.lower <= found.value <= found_too.upper
        assert found == found_too or not found_too.exact


def test_what_is_not_made_of_runs_is_kept_as_before() -> None:
    random_edges = random.Random(5)  # noqa: S311 - reproducible, not secret
    edges = [(j, random_edges.randrange(j + 1, 1000)) for j in range(999) for _ in range(9)]
    assert FeedforwardDAG(edges, nodes=range(1000)).adjacency.kind == "sparse"
    assert families.line(1000).adjacency.kind == "sparse"
    assert families.sliding_window(1000, 7).adjacency.kind == "sparse", "fewer than 8 pairs a run"
    assert families.sliding_window(1000, 8).adjacency.kind == "1 range a row"
    assert families.complete(64).adjacency.kind == "dense"
    assert families.complete(1000).adjacency.kind == "1 range a row"
    sparse = families.line(1000)
    assert FeedforwardDAG.union([sparse, families.complete(1000)]) == families.complete(1000)
    assert FeedforwardDAG.union([sparse, sparse]) == sparse


def test_a_large_graph_without_edges_is_a_list() -> None:
    alone = FeedforwardDAG([], nodes=range(1000), self_loops=False)
    assert repr(alone) == "<FeedforwardDAG: 1000 nodes, 0 edges, sparse>"
