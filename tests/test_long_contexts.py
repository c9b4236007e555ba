"""Long contexts: answers beside exact ones, what they are known to, and what is never made."""

from __future__ import annotations

import math
import pickle
import tracemalloc
from fractions import Fraction
from itertools import pairwise
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
    balls,
    bounds,
    families,
    listener,
    signals,
    transition,
)
from dagmix.absorption import hitting_slack, hitting_times
from dagmix.bounds import backward_mixing
from dagmix.closed_forms import complete_hitting_time
from dagmix.errors import EmptyError, ShapeError, UndecidedError, UnknownNodeError
from dagmix.given import GraphWalk
from dagmix.kernels import ScaledKernel as Kernel
from dagmix.nodes import Nodes
from dagmix.pair_supports import from_pairs
from dagmix.progress import mean_time
from dagmix.results import Enclosure
from dagmix.runs import Runs
from dagmix.support import Support
from dagmix.survival import ExactSurvival
from dagmix.transition import LARGEST_EXACT

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

    monkeypatch.setattr(Support, "dense", refuse)
    monkeypatch.setattr(Runs, "listed", property(refuse))
    monkeypatch.setattr(Runs, "pairs", property(refuse))


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
    assert isinstance(walk.support, Runs)
    assert walk.support.edges == heads[1].support.edges
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
    assert isinstance(graph.support, Runs)
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
    slack = hitting_slack(floats, found)
    off = max(abs(Fraction(x) / y - 1) for x, y in zip(found.tolist(), exact, strict=True) if y)
    assert off <= slack < 1e-9


def test_hitting_times_of_the_complete_graph_have_a_closed_form() -> None:
    """E from node 0 is 1 + H_{n−1}, at a size where nothing exact could be asked."""
    times = WalkOperator(families.complete(20_000)).expected_hitting_times()
    assert math.isclose(times[0], complete_hitting_time(20_000), rel_tol=1e-13)


def test_mixing_time_of_long_windows() -> None:
    """Values computed once in rationals on a Dense support, n = 3,000; pinned."""
    assert WalkOperator(families.sliding_window(3000, 200)).mixing_time() == 38
    assert WalkOperator(families.complete(100_000)).mixing_time() == 15


def test_a_tie_among_too_many_numbers_is_not_attempted() -> None:
    """The exact row is refused by its size, before a number of it is made."""
    walk = GraphWalk(families.complete(50_000).support)
    survival = ExactSurvival(walk, 49_999)
    tracemalloc.start()
    with pytest.raises(UndecidedError, match="needs 50000 numbers of"):
        survival.is_at_most(10, Fraction(1, 4))
    assert tracemalloc.get_traced_memory()[1] < 2**24
    tracemalloc.stop()


@pytest.mark.slow
def test_exact_signals_of_too_many_nodes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transition, "LARGEST_EXACT", 10**6)
    diffusion = DiffusionOperator(families.complete(100_000))
    with pytest.raises(UndecidedError, match="exact signals need 100000 numbers"):
        diffusion.minimax_fidelity()


def test_what_must_list_is_refused_before_it_is_made() -> None:
    """A complete graph of 20,000 nodes has 200,010,000 edges; a list would take 3 GiB."""
    graph = families.complete(20_000)
    walk = WalkOperator(graph)
    tracemalloc.start()
    for ask in (lambda: graph.edges, lambda: graph.longest_path, graph.to_networkx):
        with pytest.raises(ShapeError, match="20000 nodes with 200010000 pairs"):
            ask()
    for ask in (lambda: walk.matrix, lambda: walk.exact):
        with pytest.raises(ShapeError, match="400000000 entries; too large"):
            ask()
    with pytest.raises(ShapeError, match="200010000 pairs; too many to list"):
        Runs.of([graph.support]).layers[0].table.expanded()
    with pytest.raises(ShapeError, match="a table of 100001 steps of 20000 nodes is too large"):
        DiffusionOperator(graph).signals(100_000)
    assert tracemalloc.get_traced_memory()[1] < 2**25
    tracemalloc.stop()


def test_counts_do_not_overflow() -> None:
    """Edges past 2³², keys up to n², walks of 10¹⁸ steps, counted as marks and not as walks."""
    n = 100_000
    graph = families.complete(n)
    assert graph.support.edges == n * (n + 1) // 2 > 2**32
    assert graph.support.out_degree.sum() == graph.support.in_degree.sum() == n * (n + 1) // 2
    far = from_pairs(2**31, np.array([2**31 - 1]), np.array([2**31 - 2]))
    assert far.pairs[0].tolist() == [2**31 - 1]
    assert graph.support.senders_after(n - 1, 10**18).all()


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


def test_random_masks_are_matrices() -> None:
    for make in (families.oriented_erdos_renyi, lambda n, p, s: families.walk_back(n, p, 9, s)):
        with pytest.raises(ShapeError, match="entries; too large"):
            make(10**6, 0.5, 0)


def test_small_signals_of_many_nodes_are_enclosed() -> None:
    """C(5000, 4999) 2⁻⁵⁰⁰⁰ is below the smallest float, and said to be below 2⁻⁸⁹⁹."""
    found = DiffusionOperator(families.line(5000)).signal(0, 5000)
    assert isinstance(found, Enclosure)
    assert (found.lower, found.upper) == (0.0, 2.0**-899)


def test_signals_of_many_nodes_may_take_more_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """What balls cannot square is stepped for about a minute, and then refused."""
    monkeypatch.setattr(transition, "LARGEST_EXACT", 0)
    monkeypatch.setattr(signals, "MOST_STEPS", 10)
    diffusion = DiffusionOperator(families.line(6))
    squared = diffusion.signal(0, 20)
    monkeypatch.setattr(balls, "LARGEST", 35)
    stepped = diffusion.signal(0, 20)
    monkeypatch.setattr(transition, "LARGEST_EXACT", 6)
    exact = diffusion.signal(0, 20)
    for found in (squared, stepped):
        assert isinstance(found, Enclosure)
        assert found.lower <= exact <= found.upper
    monkeypatch.setattr(transition, "LARGEST_EXACT", 0)
    monkeypatch.setattr(signals, "MOST_WORK", 100)
    with pytest.raises(UndecidedError, match="6 × 6 balls are too many"):
        diffusion.signal(0, 20)


def test_an_enclosure_lies_between_its_bounds() -> None:
    found = Enclosure.within(1.0000000000000615, 1e-12)
    assert found.lower < found == found.upper == 1


def test_bounds_of_many_nodes_print(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mean is enclosed in floats, around the exact one; no number is too long."""
    found = bounds.mixing_time(WalkOperator(families.sliding_window(LONG, 500)))
    assert isinstance(found.mean, float)
    assert f"E = {found.mean:.6g}" in str(found)
    for g in (families.sliding_window(60, 7), families.dilated(50, 4, 3)):
        walk = WalkOperator(g)
        exact = bounds.mixing_time(walk)
        with monkeypatch.context() as patch:
            patch.setattr(transition, "LARGEST_EXACT", 0)
            known = mean_time(walk.transition, len(g.nodes) - 1)
            large = bounds.mixing_time(walk)
        found = hitting_times(walk.transition.floats.kernel, len(g.nodes) - 1).max()
        assert known.low < min(exact.mean, Fraction(found))
        assert max(exact.mean, Fraction(found)) < known.high
        assert known.low < exact.mean < known.high < known.low * (1 + Fraction(1, 10**9))
        assert (large.mean_upper, large.time) == (exact.mean_upper, exact.time)


def test_means_that_floats_do_not_bound_are_left_to_balls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transition, "LARGEST_EXACT", 0)
    tiny = Fraction(1, 2**50)
    rest = FeedforwardDAG([], nodes="uvτ")
    ways = [FeedforwardDAG(pairwise(path), nodes="uvτ") for path in ("uvτ", "vuτ")]
    cyclic = MultiHeadWalk(ways, sink="τ")
    slow = MultiHeadWalk([rest, ways[0]], [1 - tiny, tiny], sink="τ")
    for walk, mean in ((cyclic, 4), (slow, 2**52)):
        known = mean_time(walk.transition, 2)
        assert known.low <= mean <= known.high
        assert known.high - known.low < mean * Fraction(1, 10**15)


def test_masks_of_upstream_nodes_are_not_hoarded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "LARGEST_MASKS", 2 * LONG)
    ear = listener.Listener(
        DiffusionOperator(families.sliding_window(LONG, 9)).transition, LONG - 1, 0
    )
    masks = [ear.upstream(node) for node in range(20)]
    assert len(ear._upstream) <= 3
    assert [int(np.flatnonzero(mask)[0]) for mask in masks] == list(range(20))


def test_ranges_are_labels_that_cost_little() -> None:
    nodes = Nodes(range(10, 40, 3))
    assert nodes == Nodes(list(range(10, 40, 3)))
    assert [nodes.row(node) for node in nodes] == list(range(10))
    assert nodes.row(np.int64(13)) == nodes.row(13.0) == 1
    assert pickle.loads(pickle.dumps(nodes)).row(16) == 2  # noqa: S301 - our own
    for unknown in (11, 40, "x"):
        with pytest.raises(UnknownNodeError):
            nodes.row(unknown)
    with pytest.raises(EmptyError):
        Nodes(range(0))


def test_an_array_of_edges_is_read_without_a_loop() -> None:
    edges = np.array([[2, 4], [4, 8], [2, 8]])
    graph = FeedforwardDAG(edges, nodes=range(2, 10, 2))
    assert graph == FeedforwardDAG(edges.tolist(), nodes=[2, 4, 6, 8])
    with pytest.raises(UnknownNodeError, match="edge 1, \\(4, 9\\)"):
        FeedforwardDAG(np.array([[2, 4], [4, 9]]), nodes=range(2, 10, 2))
    for wrong in (edges[:, :1], edges.astype(float)):
        with pytest.raises(ShapeError, match="integer array \\(m, 2\\)"):
            FeedforwardDAG(wrong, nodes=range(2, 10, 2))


def test_enclosures_are_floats_that_know_their_bounds() -> None:
    found = WalkOperator(families.sliding_window(LONG, 100)).distance(99)
    assert isinstance(found, Enclosure)
    again = pickle.loads(pickle.dumps(found))  # noqa: S301 - our own
    assert (again, again.lower, again.upper) == (found, found.lower, found.upper)
    assert repr(found).startswith("Enclosure(0.")
    assert LARGEST_EXACT < LONG


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
    assert floats.support.order is None
    for node in range(5):
        found, known = floats.node_fidelity(node), exact.node_fidelity(node)
        assert found.lower <= known.value <= found.upper
        assert found.upper - found.lower < 1e-12


def test_absorption_in_many_sources_of_a_large_graph() -> None:
    """The sources of a dilated window: floats beside the exact answer, which adds to 1."""
    graph = families.dilated(600, 40, 8)
    exact = MultiHeadDiffusion([graph], weights=[1])
    floats = MultiHeadDiffusion([graph], weights=[1.0])
    assert isinstance(floats.support, Runs)
    known = [exact.node_fidelity(node).value for node in graph.sources]
    assert sum(known) == 1
    assert len(known) == 8
    for node, value in zip(graph.sources, known, strict=True):
        found = floats.node_fidelity(node)
        assert found.lower <= value <= found.upper
        assert found.upper - found.lower < 1e-10
        assert found.value == pytest.approx(float(value), rel=1e-12)


def test_heads_of_one_support_differ_by_their_numbers() -> None:
    support = from_pairs(3, np.array([0, 1, 2]), np.array([0, 0, 1]))
    numbers = np.array([0.5, 0.25, 1.0])
    first = Kernel(support, None, numbers)
    assert transition._same_parts(first, Kernel(support, None, numbers.copy()))
    for other in (
        Kernel(support, None, numbers[::-1].copy()),
        Kernel(support, None, None),
        Kernel(support, numbers, numbers),
        Kernel(support, None, numbers, numbers),
    ):
        assert not transition._same_parts(first, other)
        assert not transition._same_parts(other, first)
