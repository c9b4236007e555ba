"""Graphs from ranges and masks: what is read, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import networkx as nx
import numpy as np
import pytest

from dagmix import DiffusionOperator, FeedforwardDAG, WalkOperator, families
from dagmix.errors import CycleError, KindError, NumberError, ShapeError


def test_runs_that_are_refused() -> None:
    rows = np.arange(4)
    for starts, stops, steps in ([-1, 2, 1], [0, 5, 1], [0, 2, 0]):
        with pytest.raises(NumberError, match="runs lie within the rows 0 to 3"):
            FeedforwardDAG.from_runs(rows, starts, stops, steps)
    with pytest.raises(NumberError, match="starts of runs are integers"):
        FeedforwardDAG.from_runs(rows, rows / 2, 4)
    with pytest.raises(ShapeError, match="1-D arrays"):
        FeedforwardDAG.from_runs(rows, rows[:3], 4)
    with pytest.raises(ShapeError, match="1-D arrays"):
        FeedforwardDAG.from_runs(rows[:, None], 0, 4)
    with pytest.raises(CycleError):
        FeedforwardDAG.from_runs(np.arange(8), 0, 8)


@pytest.mark.parametrize("step", [5, 10**8, 2**55, 2**60, 2**62, 2**63 - 1])
def test_a_run_of_one_node_may_have_any_step(step: int) -> None:
    runs = [4, 1, 3, 0, 2], [3, 0, 2, 0, 1], [5, 2, 4, 1, 3]
    expected = ((0, 0), (0, 1), (1, 2), (2, 3), (3, 4))
    assert FeedforwardDAG.from_runs(*runs, step).edges == expected
    long = np.arange(100)
    heard = FeedforwardDAG.from_runs(long, long * 0, long + 1, max(step, 100))
    assert heard.edges == tuple((0, i) for i in range(100))


@pytest.mark.parametrize("parts", [(np.uint64(2**64 - 1),), (10, np.uint64(2**63))])
def test_numbers_of_runs_do_not_wrap_around(parts: tuple[Any, ...]) -> None:
    with pytest.raises(NumberError, match="of runs are integers below 2\\^63; got dtype uint64"):
        FeedforwardDAG.from_runs(np.arange(4), 0, *parts)


def test_no_runs_are_a_graph_without_edges() -> None:
    assert FeedforwardDAG.from_runs([], [], [], nodes="ab").edges == ()


def test_the_cycle_of_a_mask_that_is_not_causal_is_named() -> None:
    with pytest.raises(CycleError, match="the cycle 0 → 1 → 0"):
        FeedforwardDAG.from_runs(np.arange(300), 0, 300)
    with pytest.raises(CycleError, match="the cycle b → c → d → b"):
        FeedforwardDAG([("a", "b"), ("b", "c"), ("c", "d"), ("d", "b"), ("d", "e")])


def test_masks_with_labels() -> None:
    graph = FeedforwardDAG.from_mask(np.tri(2), nodes="ab")
    assert graph.edges == (("a", "a"), ("a", "b"), ("b", "b"))
    for mask, error in ((np.ones(3), ShapeError), (np.full((2, 2), 0.5), NumberError)):
        with pytest.raises(error, match="a mask"):
            FeedforwardDAG.from_mask(mask)
    with pytest.raises(ShapeError, match="1 nodes for a mask"):
        FeedforwardDAG.from_mask(np.tri(2), nodes="a")


def test_a_graph_without_edges_between_nodes() -> None:
    """Isolated nodes without loops: every node is a sink and a source."""
    graph = FeedforwardDAG([], nodes=range(20), self_loops=False)
    assert len(graph.sinks) == len(graph.sources) == 20
    assert repr(graph) == "<FeedforwardDAG: 20 nodes, 0 edges, sparse>"
    walk = WalkOperator(graph, sink=3)
    assert walk.mixing_time() == np.inf
    assert walk.distance(5) == 1
    assert DiffusionOperator(graph, sink=3).signals(2)[2].tolist() == [
        int(j == 3) for j in range(20)
    ]


@pytest.mark.parametrize("self_loops", ["no", 0, 1, "False", []])
def test_self_loops_are_true_false_or_none(self_loops: Any) -> None:
    """The word 'no' is a true value."""
    graph: nx.DiGraph[int] = nx.DiGraph([(0, 1)])
    calls: tuple[Callable[[], object], ...] = (
        lambda: FeedforwardDAG([(0, 1)], self_loops=self_loops),
        lambda: FeedforwardDAG.from_mask(np.tri(2), self_loops=self_loops),
        lambda: FeedforwardDAG.from_networkx(graph, self_loops=self_loops),
    )
    for call in calls:
        with pytest.raises(KindError, match="self_loops is True, False or None; got"):
            call()
    every: Any = np.ones(1, dtype=bool)[0]  # a bool of NumPy's is one, too
    assert FeedforwardDAG.from_networkx(graph, self_loops=every).self_loops is True


@pytest.mark.parametrize("graphs", [None, 3, families.line(2), [None], [families.line(2), 3]])
def test_unions_are_of_graphs(graphs: Any) -> None:
    with pytest.raises(KindError, match="a union is of"):
        FeedforwardDAG.union(graphs)


@pytest.mark.parametrize("graph", [None, 3, [(0, 1)], families.line(2)])
def test_what_is_no_graph_of_networkx(graph: Any) -> None:
    with pytest.raises(KindError, match="a networkx DiGraph is asked for"):
        FeedforwardDAG.from_networkx(graph)


def test_ragged_masks_and_runs() -> None:
    with pytest.raises(ShapeError, match="a mask: an array is asked for"):
        FeedforwardDAG.from_mask([[1], [1, 1]])
    with pytest.raises(ShapeError, match="starts of runs: an array is asked for"):
        FeedforwardDAG.from_runs(0, [[0], [0, 1]], 1)


def test_graphs_with_labels_of_thousands_of_digits_have_a_repr() -> None:
    assert len(repr(FeedforwardDAG([(10**5000, 0)]))) < 300


def test_the_longest_path_of_a_long_mask_lists_no_edge() -> None:
    """A window visits all nodes; a dilated one does not, and networkx finds the path in a list."""
    n = 20_000
    assert families.complete(n).longest_path == tuple(range(n))
    backward = FeedforwardDAG.from_runs(range(n), range(n), [min(i + 99, n) for i in range(n)])
    assert backward.longest_path == tuple(range(n))[::-1]
    dilated = families.dilated(300, 8, 4)
    path = dilated.longest_path
    assert (len(path), set(pairwise(path)) <= set(dilated.edges)) == (76, True)
