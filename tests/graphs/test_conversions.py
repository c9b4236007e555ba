"""Graphs as masks and runs, and back; intersections and shifts beside sets of edges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from cases.zoo import sampled_dags, unique_sink_dags
from hypothesis import given, settings
from hypothesis import strategies as st

from dagmix import FeedforwardDAG, families
from dagmix._engine.adjacency import choose
from dagmix.errors import DagmixError, EmptyError, HeadsError, KindError, NumberError, ShapeError
from dagmix.graphs import conversions

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS = {
    "one": families.line(1),
    "small": families.sliding_window(9, 3),
    "window": families.sliding_window(100, 20),
    "sinks": families.sink_window(100, 3, 20),
    "dilated": families.dilated(120, 12, 8),
    "strided": families.strided(120, 9),
    "sparse": families.line(200),
    "fixed": families.fixed(130, 16),
    "empty": FeedforwardDAG([], nodes="abc", self_loops=False),
    "labels": FeedforwardDAG([("b", "a")], nodes="ba"),
}


@pytest.mark.parametrize("name", KINDS)
def test_there_and_back(name: str) -> None:
    graph = KINDS[name]
    mask = graph.to_mask()
    assert (mask.sum(), mask.sum(axis=0).tolist()) == (
        graph.edge_count,
        graph.adjacency.out_degree.tolist(),
    )
    assert FeedforwardDAG.from_mask(mask, nodes=graph.nodes) == graph
    runs = graph.to_runs()
    assert FeedforwardDAG.from_runs(*runs, nodes=graph.nodes) == graph
    counts = [len(range(*run)) for run in zip(*(part.tolist() for part in runs[1:]), strict=True)]
    assert sum(counts) == graph.edge_count
    keys = list(zip(runs[0].tolist(), runs[1].tolist(), strict=True))
    assert keys == sorted(set(keys))


@pytest.mark.parametrize("edges", [*unique_sink_dags(4)[::5], *sampled_dags(6, 8, seed=3)])
def test_small_graphs_there_and_back(edges: Any) -> None:
    n = 1 + max(max(edge) for edge in edges)
    graph = FeedforwardDAG(edges, nodes=range(n))
    assert FeedforwardDAG.from_runs(*graph.to_runs(), nodes=graph.nodes) == graph
    assert FeedforwardDAG.from_mask(graph.to_mask()) == graph


def test_a_large_graph_has_no_mask() -> None:
    with pytest.raises(ShapeError, match="too large"):
        families.sliding_window(10**5, 3).to_mask()
    assert families.sliding_window(10**5, 30).edge_count == 31 * 10**5 - 465


def test_runs_of_shifts_are_listed_where_they_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose, "SHIFTS_FROM", 0)
    shifts = families.shifts(70, [1, 3, 9])
    assert FeedforwardDAG.from_runs(*shifts.to_runs()) == families.shifts(70, [9, 3, 1])
    assert (shifts.to_mask() == families.shifts(70, [1, 3, 9]).to_mask()).all()
    monkeypatch.setattr(conversions, "LARGEST_LIST", 99)
    with pytest.raises(ShapeError, match="4 shifts of 70 nodes are 267 runs"):
        shifts.to_runs()


heads = st.sampled_from(
    [
        families.sliding_window(90, 20),
        families.dilated(90, 9, 5),
        families.strided(90, 8),
        families.fixed(90, 8),
        families.line(90),
        families.complete(90),
        families.walk_back(90, "1/2", 3, seed=0),
        families.sink_window(90, 3, 10),
    ]
)


@settings(max_examples=30)
@given(st.lists(heads, min_size=1, max_size=3), st.booleans())
def test_intersections_have_what_all_have(graphs: list[FeedforwardDAG], kept: bool) -> None:  # noqa: FBT001 - drawn
    with pytest.MonkeyPatch.context() as patch:
        if kept:
            patch.setattr(choose, "PAIRS_A_RANGE", 0)
        found = FeedforwardDAG.intersection(graphs)
    wanted = np.logical_and.reduce([graph.to_mask() for graph in graphs])
    assert (found.to_mask() == wanted).all()


def test_an_intersection_of_large_masks_lists_nothing() -> None:
    """The window cuts the dilated runs; n − 1 has the 7 edges of their repair besides."""
    n = 20_000
    window, dilated = families.sliding_window(n, 400), families.dilated(n, 1000, 8)
    found = FeedforwardDAG.intersection([window, dilated])
    assert "ranges a row" in repr(found)
    assert found.edge_count == sum(min(i // 8, 50) + 1 for i in range(n)) + 7


@pytest.mark.parametrize("n", [1, 2, 7, 66])
def test_shifts_are_their_distances(n: int) -> None:
    i, j = np.indices((n, n))
    for distances in ([], [0], [1, 3], [0, 5, 2, 5], [10**30]):
        found = FeedforwardDAG.from_shifts(n, distances)
        assert (found.to_mask() == np.isin(i - j, [float(d) for d in distances])).all()


BAD: dict[str, tuple[Callable[[], object], type[DagmixError], str]] = {
    "no-graphs": (lambda: FeedforwardDAG.intersection([]), EmptyError, "an intersection needs"),
    "nodes": (
        lambda: FeedforwardDAG.intersection([families.line(3), families.line(4)]),
        HeadsError,
        "same nodes",
    ),
    "kind": (lambda: FeedforwardDAG.intersection([3]), KindError, "an intersection is of"),  # type: ignore[list-item]
    "number": (lambda: FeedforwardDAG.intersection(3), KindError, "got 3"),  # type: ignore[arg-type]
    "negative": (lambda: FeedforwardDAG.from_shifts(3, [-1]), NumberError, "at least 0"),
    "distance": (lambda: FeedforwardDAG.from_shifts(3, 1), NumberError, "got 1"),  # type: ignore[arg-type]
    "half": (lambda: FeedforwardDAG.from_shifts(3, [0.5]), NumberError, "integers"),  # type: ignore[list-item]
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input(name: str) -> None:
    call, error, words = BAD[name]
    with pytest.raises(error, match=words):
        call()
