"""Long contexts: answers beside exact ones, what they are known to, and what is never made."""

from __future__ import annotations

import math
import pickle
import tracemalloc
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import sympy  # noqa: F401 - loaded before memory is measured

from dagmix import (
    DiffusionOperator,
    FeedforwardDAG,
    MultiHeadDiffusion,
    MultiHeadWalk,
    WalkOperator,
    families,
)
from dagmix._engine.adjacency.base import Adjacency
from dagmix._engine.adjacency.ranges import IndexRanges
from dagmix._engine.adjacency.strided import StridedRanges
from dagmix._engine.chains import transition
from dagmix._engine.chains.first_step import hitting_error_bound
from dagmix.bounds import backward_mixing
from dagmix.errors import ShapeError
from dagmix.operators import Enclosure

if TYPE_CHECKING:
    from collections.abc import Callable

LONG = 5000
GRAPHS: dict[str, Callable[[int], FeedforwardDAG]] = {
    "window": lambda n: families.sliding_window(n, 100),
    "complete": families.complete,
    "sinks and window": lambda n: families.sink_window(n, 4, 100),
    "dilated": lambda n: families.dilated(n, 50, 4),
    "window and dilated": lambda n: FeedforwardDAG.union(
        [families.sliding_window(n, 50), families.dilated(n, 50, 8)]
    ),
}
each_graph = pytest.mark.parametrize("make", GRAPHS.values(), ids=GRAPHS)


@pytest.fixture
def nothing_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would make a matrix or a list of pairs fails the test."""

    def refuse(*_: Any) -> None:
        message = "something of size n² was asked for"
        raise AssertionError(message)

    monkeypatch.setattr(Adjacency, "dense", refuse)
    monkeypatch.setattr(IndexRanges, "listed", property(refuse))
    monkeypatch.setattr(IndexRanges, "pairs", property(refuse))


@pytest.mark.slow
@pytest.mark.usefixtures("nothing_listed")
@each_graph
def test_every_quantity_without_a_matrix_or_a_list(make: Callable[[int], FeedforwardDAG]) -> None:
    """Graph, walk, diffusion, mixture and backward chain at n = 5,000; memory stays O(n)."""
    tracemalloc.start()
    graph = make(LONG)
    assert "range" in repr(graph)
    assert graph == pickle.loads(pickle.dumps(graph))  # noqa: S301 - our own
    assert hash(graph) == hash(make(LONG))
    assert graph.topological_order == tuple(range(LONG))
    walk, diffusion = WalkOperator(graph), DiffusionOperator(graph)
    for operator in (walk, diffusion, MultiHeadWalk([graph, families.sliding_window(LONG, 30)])):
        assert "range" in repr(operator)
    time = int(walk.mixing_time())
    assert walk.distance(time) <= 0.25 < walk.distance(time - 1)
    assert walk.expected_hitting_times()[-1] == 0
    assert walk.stationary_distribution()[-1] == 1
    assert 0 < walk.forward_probability() < 1
    assert diffusion.signal(LONG - 2, 2) > 0
    assert diffusion.signals(2).shape == (3, LONG)
    assert diffusion.node_fidelity(LONG // 2).lower > 0
    minimax = diffusion.minimax_fidelity()
    assert 0 < minimax.lower < minimax.upper < 1
    assert diffusion.successors().mixing_time() < math.inf
    chain = backward_mixing(diffusion) if len(graph.sources) == 1 else None
    assert chain is None or chain.normalised <= chain.visited <= chain.hitting
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < LONG * 10_000 < LONG**2 * 8


@pytest.mark.usefixtures("nothing_listed")
def test_mixtures_are_stepped_head_by_head() -> None:
    """A window and a complete head: neither is ever merged into pairs."""
    heads = [families.sliding_window(LONG, 64), families.complete(LONG)]
    walk = MultiHeadWalk(heads, weights=["1/3", "2/3"])
    diffusion = MultiHeadDiffusion(heads, weights=[0.25, 0.75])
    assert isinstance(walk.adjacency, IndexRanges)
    assert walk.adjacency.edges == heads[1].adjacency.edges
    assert walk.mixing_time() <= WalkOperator(heads[0]).mixing_time()
    assert walk.expected_hitting_times()[0] < WalkOperator(heads[0]).expected_hitting_times()[0]
    assert walk == MultiHeadWalk(heads, weights=["1/3", "2/3"])
    assert walk != MultiHeadWalk(heads[:1])
    found = diffusion.minimax_fidelity()
    assert found.lower < found.value < found.upper


@each_graph
def test_bounds_hold_against_exact_answers(
    make: Callable[[int], FeedforwardDAG], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same graph answered as a large one is and exactly: n = 600."""
    graph = make(600)
    assert isinstance(graph.adjacency, IndexRanges)
    exact_walk, exact = WalkOperator(graph), DiffusionOperator(graph)
    truth: dict[str, Any] = {
        "times": exact_walk.expected_hitting_times(),
        "distance": exact_walk.distance(5),
        "signal": exact.signal(300, 6),
        "minimax": exact.minimax_fidelity(),
        "mixing": exact_walk.mixing_time(),
        "node": exact.node_fidelity(200),
        "least": exact_walk.forward_probability(),
    }
    monkeypatch.setattr(transition, "LARGEST_EXACT", 500)
    walk, diffusion = WalkOperator(graph), DiffusionOperator(graph)
    assert walk.mixing_time() == truth["mixing"]
    for found, known in (
        (walk.distance(5), truth["distance"]),
        (diffusion.signal(300, 6), truth["signal"]),
    ):
        assert isinstance(found, Enclosure)
        assert found.lower < known <= found.upper
        assert found.lower < found <= found.upper < found.lower * (1 + 1e-9)
    check_times(walk, truth["times"])
    found_minimax = diffusion.minimax_fidelity()
    assert found_minimax.lower < truth["minimax"].value < found_minimax.upper
    assert set(truth["minimax"].nodes) <= set(found_minimax.nodes)
    node = diffusion.node_fidelity(200)
    assert node.lower < truth["node"].value < node.upper
    assert set(truth["node"].times) <= set(node.times)
    assert math.isclose(walk.forward_probability(), truth["least"], rel_tol=1e-12)


def check_times(walk: WalkOperator, exact: Any) -> None:
    """Hitting times keep to their bound, and it is not far from what they need."""
    floats = walk.transition.floats
    found = walk.expected_hitting_times()
    assert found.dtype == np.float64
    error_bound = hitting_error_bound(floats, found)
    off = max(abs(Fraction(x) / y - 1) for x, y in zip(found.tolist(), exact, strict=True) if y)
    assert off <= error_bound < 1e-9


def test_mixing_time_of_long_windows() -> None:
    """Values computed once in rationals on a DenseAdjacency adjacency, n = 3,000; pinned."""
    assert WalkOperator(families.sliding_window(3000, 200)).mixing_time() == 38
    assert WalkOperator(families.complete(100_000)).mixing_time() == 15


def test_what_must_list_is_refused_before_it_is_made() -> None:
    """A complete graph of 20,000 nodes has 200,010,000 edges; a list would take 3 GiB."""
    graph = families.complete(20_000)
    walk = WalkOperator(graph)
    tracemalloc.start()
    for ask in (lambda: graph.edges, graph.to_networkx):
        with pytest.raises(ShapeError, match="20000 nodes with 200010000 pairs"):
            ask()
    for ask in (lambda: walk.matrix, lambda: walk.exact):
        with pytest.raises(ShapeError, match="400000000 entries; too large"):
            ask()
    (part,) = IndexRanges.of([graph.adjacency]).ranges
    assert isinstance(part, StridedRanges)
    with pytest.raises(ShapeError, match="200010000 pairs; too many to list"):
        part.table.expanded()
    with pytest.raises(ShapeError, match="a table of 100001 steps of 20000 nodes is too large"):
        DiffusionOperator(graph).signals(100_000)
    assert tracemalloc.get_traced_memory()[1] < 2**25
    tracemalloc.stop()


@pytest.mark.parametrize(
    "make",
    [
        lambda: families.sliding_window(10**12, 4),
        lambda: families.log_sparse(10**30),
        lambda: families.dilated(10**12, 4, 2),
        lambda: FeedforwardDAG.from_runs([10**12], [0], [1]),
        lambda: FeedforwardDAG([(0, 1)], nodes=range(-5, 10**30, 3)),
    ],
)
def test_too_many_nodes_are_refused(make: Callable[[], FeedforwardDAG]) -> None:
    tracemalloc.start()
    with pytest.raises(ShapeError, match=r"\d{12,} nodes; a graph has at most 268435456"):
        make()
    assert tracemalloc.get_traced_memory()[1] < 2**20
    tracemalloc.stop()
