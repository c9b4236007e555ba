"""Named graphs and pairs: they are what they say, and do what theory says of them."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import oracle
import pytest
import sympy as sp
from cases.subjects import graph
from cases.zoo import unique_sink_dags
from hypothesis import given
from hypothesis import strategies as st
from oracle.fidelity import Signals

from dagmix import (
    DagmixError,
    DiffusionOperator,
    FeedforwardDAG,
    MultiHeadDiffusion,
    MultiHeadWalk,
    WalkOperator,
    errors,
    families,
)
from dagmix import closed_forms as known
from dagmix.random_graphs import with_one_sink

if TYPE_CHECKING:
    from collections.abc import Callable

QUARTER = Fraction(1, 4)


def proper(head: FeedforwardDAG) -> set[tuple[Any, Any]]:
    """Edges between different nodes."""
    return {(j, i) for j, i in head.edges if j != i}


@pytest.mark.parametrize("n", [1, 2, 3, 4, 9, 30])
def test_line_in_closed_form(n: int) -> None:
    line = families.line(n)
    walk, found = WalkOperator(line), families.describe(line)
    for epsilon in (QUARTER, Fraction(1, 100), Fraction(99, 100)):
        assert walk.mixing_time(epsilon) == known.line_mixing_time(n, epsilon)
    assert found.hitting_time == known.line_hitting_time(n)
    assert found.fidelity == known.line_fidelity(n)
    assert found.backward_mixing_time == found.mixing_time


@pytest.mark.parametrize("n", [3, 4, 9])
def test_the_line_is_least_at_its_second_node(n: int) -> None:
    """At t = 2n − 5 and 2n − 4."""
    operator = DiffusionOperator(families.line(n))
    assert operator.minimax_fidelity().nodes == (1,)
    assert operator.node_fidelity(1).times == (2 * n - 5, 2 * n - 4)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 9, 20])
def test_complete_in_closed_form(n: int) -> None:
    complete = families.complete(n)
    walk, found = WalkOperator(complete), families.describe(complete)
    assert [walk.distance(t) for t in range(8)] == [known.complete_distance(n, t) for t in range(8)]
    assert found.hitting_time == known.complete_hitting_time(n)
    assert found.fidelity == known.complete_fidelity(n)
    assert found.backward_mixing_time == found.mixing_time


@pytest.mark.parametrize("n", [4, 5, 6, 13, 30])
def test_express_pair_in_closed_form(n: int) -> None:
    walk = MultiHeadWalk(families.express_pair(n))
    for t in range(10):
        assert walk.distance(t) <= known.express_distance(t)
        assert n < 2 * t + 4 or walk.distance(t) == known.express_distance(t)


@pytest.mark.parametrize("k", [1, 2, 3, 6])
def test_lane_signals_in_closed_form(k: int) -> None:
    """The generating functions of the head and of the mixture, at y_1."""
    heads = families.lane_pair(k)
    head, mixed = DiffusionOperator(heads[0]), MultiHeadDiffusion(heads)
    for t in (0, 1, k, k + 1, 2 * k + 1, 4 * k):
        assert head.signal(k + 1, t) == known.lane_signal(k, t, mixed=False)
        assert mixed.signal(k + 1, t) == known.lane_signal(k, t, mixed=True)


@pytest.mark.parametrize("k", [1, 2, 4, 8])
def test_lane_fidelity_in_closed_form(k: int) -> None:
    mixed = MultiHeadDiffusion(families.lane_pair(k))
    assert mixed.minimax_fidelity().value == known.lane_fidelity(k, mixed=True)
    assert mixed.best_head().value == known.lane_fidelity(k, mixed=False)


def test_lane_amplification_grows_as_the_constant_says() -> None:
    """(7 / (4√5)) (10/7)^(k−1) (1 + O(1/k)): the relative error times k stays bounded."""
    off = {}
    for k in (8, 16, 32):
        gain = known.lane_fidelity(k, mixed=True) / known.lane_fidelity(k, mixed=False)
        off[k] = float(gain / known.LANE_GROWTH ** (k - 1)) / known.LANE_CONSTANT - 1
        assert k < 32 or round(float(gain)) == 50471
    assert all(abs(error) * k < 0.7 for k, error in off.items())
    assert abs(off[32]) < abs(off[16]) < abs(off[8])


@pytest.mark.parametrize("n", [2, 3, 6, 9])
def test_reversed_lines_in_closed_form(n: int) -> None:
    """A lazy symmetric walk on 1 … n−1 between two exits: E_j[T] = 2 j (n − j)."""
    mixed = MultiHeadWalk(families.reversed_lines(n))
    times = mixed.expected_hitting_times().tolist()
    assert times == [*(2 * j * (n - j) for j in range(1, n)), 0]
    assert max(times) == known.reversed_lines_hitting_time(n)


def test_reversed_lines_take_quadratic_time() -> None:
    for n in (40, 80, 160):
        heads = families.reversed_lines(n)
        assert WalkOperator(heads[0]).mixing_time() == known.line_mixing_time(n)
        ratio = MultiHeadWalk(heads).mixing_time() / n**2
        assert ratio == pytest.approx(known.REVERSED_LINES_CONSTANT, abs=2 / n**2)


@pytest.mark.parametrize("k", [1, 2, 3, 5, 9])
def test_run_pair_in_closed_form(k: int) -> None:
    """2k nodes, quick heads, and a mixture that waits for a run of k: 2(2ᵏ − 1) on average."""
    heads = families.run_pair(k)
    mixed = MultiHeadWalk(heads)
    assert len(mixed.nodes) == 2 * k
    assert [WalkOperator(head).mixing_time() for head in heads] == [
        known.line_mixing_time(k + 1)
    ] * 2
    assert max(mixed.expected_hitting_times()) == known.run_hitting_time(k)
    for epsilon in (QUARTER, Fraction(9, 10), Fraction(1, 1000)):
        assert mixed.mixing_time(epsilon) == known.run_mixing_time(k, epsilon)


@pytest.mark.parametrize(("k", "layers"), [(1, 0), (2, 5), (3, 11), (4, 24), (5, 50), (8, 390)])
def test_reset_pair_needs_as_many_layers(k: int, layers: int) -> None:
    """With them the mixture is as slow as the run pair's, with one fewer it is not."""
    heads = families.reset_pair(k, layers)
    union = FeedforwardDAG.union(heads)  # one order for both
    assert union.unique_sink.node == "τ"
    alone = [WalkOperator(head).mixing_time() for head in heads]
    assert alone == [known.line_mixing_time(k + 1)] * 2
    assert MultiHeadWalk(heads).mixing_time() == known.run_mixing_time(k)
    if layers > k - 1:
        fewer = MultiHeadWalk(families.reset_pair(k, layers - 1))
        assert fewer.mixing_time() < known.run_mixing_time(k)


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_reset_pair_has_enough_layers_by_default(k: int) -> None:
    """Up to T(¼) its distance is the run pair's, step by step."""
    reset, run = MultiHeadWalk(families.reset_pair(k)), MultiHeadWalk(families.run_pair(k))
    for t in range(known.run_mixing_time(k) + 1):
        assert reset.distance(t) == run.distance(t)
    assert reset.mixing_time() == run.mixing_time()


def rule(hears: Callable[[int, int], bool], n: int) -> set[tuple[int, int]]:
    """Edges j → i of a rule about receivers i and senders j < i."""
    return {(j, i) for i in range(n) for j in range(i) if hears(i, j)}


@pytest.mark.parametrize("n", [1, 2, 3, 9, 17])
def test_graphs_are_what_they_say(n: int) -> None:
    window = rule(lambda i, j: j < 2 or i - j <= 3, n)
    assert proper(families.sink_window(n, 2, 3)) == window
    sparse = rule(lambda i, j: math.log2(i - j).is_integer(), n)
    assert proper(families.log_sparse(n)) == sparse
    strided = rule(lambda i, j: i - j in (3, 6), n)
    ends = {(j, n - 1) for j in range(n - 1) if j + 3 >= n}
    assert proper(families.dilated(n, 2, 3)) == strided | ends
    assert families.dilated(n, 2, 1) == families.sliding_window(n, 2 if n > 1 else 0)


def test_special_cases_coincide() -> None:
    assert families.sink_window(6, 6, 1) == families.complete(6)
    assert families.sink_window(6, 0, 2) == families.sliding_window(6, 2)
    assert families.oriented_erdos_renyi(6, 1, seed=3) == families.complete(6)
    assert families.walk_back(6, "0", 2, seed=3) == families.sliding_window(6, 2)
    assert families.walk_back(6, 0, 9, seed=3) == families.complete(6)
    star = graph(6, [(j, 5) for j in range(5)])
    assert families.oriented_erdos_renyi(6, 0, seed=3) == star
    assert families.walk_back(6, 1, 2, seed=3) == star
    assert families.walk_back(1, 0, 0, seed=3) == families.line(1)


chances = st.fractions(0, 1, max_denominator=20)
seeds = st.integers(0, 2**32)


@given(st.integers(1, 12), chances, seeds)
def test_random_graphs_have_one_sink_and_come_back(n: int, p: Fraction, seed: int) -> None:
    """The last node is the sink, every node has its self-loop, a seed gives one graph."""
    twice = [
        (families.oriented_erdos_renyi(n, p, seed), families.walk_back(n, p, 3, seed))
        for _ in range(2)
    ]
    assert twice[0] == twice[1]
    assert all(head.unique_sink.node == n - 1 and head.self_loops for head in twice[0])


@given(st.integers(2, 12), chances, st.integers(1, 4), seeds)
def test_walk_back_stops_at_its_budget(n: int, p: Fraction, budget: int, seed: int) -> None:
    """No node but the last hears more than the budget, and a larger budget only adds senders."""
    small, large = (families.walk_back(n, p, some, seed) for some in (budget, budget + 1))
    for i in range(n - 1):
        one, two = ({j for j, k in proper(head) if k == i} for head in (small, large))
        assert len(one) <= budget
        assert one <= two
        assert max(two - one, default=-1) < min(one, default=n)


def test_a_repair_adds_only_what_is_missing() -> None:
    """Every edge that it adds goes from a further sink to the last node."""
    for seed in range(20):
        repaired = families.oriented_erdos_renyi(8, "1/4", seed)
        try:
            kept = families.oriented_erdos_renyi(8, "1/4", seed, repair=False)
        except errors.SinkError as error:
            added = {j for j in range(7) if f"{j}, " in str(error)}
            assert added
            assert all(proper(repaired) & {(j, i) for i in range(8)} == {(j, 7)} for j in added)
        else:
            assert kept == repaired


def test_erdos_renyi_has_the_density_asked_for() -> None:
    """Of 4,950 pairs about 30 % are edges: within five standard deviations."""
    edges = len(proper(families.oriented_erdos_renyi(100, 0.3, seed=1)))
    assert abs(edges - 0.3 * 4950) < 5 * math.sqrt(4950 * 0.21) + 5


@pytest.mark.parametrize("edges", unique_sink_dags(4))
def test_describe_agrees_with_brute_force(edges: tuple[tuple[int, int], ...]) -> None:
    found = families.describe(graph(4, edges))
    W, delta = oracle.walk_matrix(4, edges), oracle.diffusion_matrix(4, edges)
    least = Signals(delta, 3).minimax()[0]
    assert (found.n, found.edges) == (4, 4 + len(edges))
    assert found.mixing_time == oracle.mixing_time(W, 3, QUARTER)
    assert found.hitting_time == max(oracle.hitting_times(W, 3))
    assert (found.fidelity, found.normalised_fidelity) == (least, 4 * least)
    sources = [i for i in range(4) if delta[i][i] == 1]
    backward = oracle.mixing_time(oracle.transpose(delta), sources[0], QUARTER)
    assert found.backward_mixing_time == (backward if len(sources) == 1 else math.inf)


@pytest.mark.parametrize(
    ("n", "time", "normalised"),
    [(8, 9, 1.6790), (16, 18, 2.1370), (32, 35, 2.8846), (64, 68, 3.9915)],
)
def test_describe_windows_of_two(n: int, time: int, normalised: float) -> None:
    found = families.describe(families.sliding_window(n, 2))
    assert found.mixing_time == time
    assert round(float(found.normalised_fidelity), 4) == normalised


@pytest.mark.parametrize(
    "head",
    [
        families.line(12),
        families.complete(12),
        families.sink_window(12, 2, 2),
        families.log_sparse(12),
        families.walk_back(12, "1/4", 2, seed=5),
        families.express_pair(12)[0],
        families.lane_pair(5)[0],
    ],
    ids=lambda head: f"{len(head.edges)}-edges",
)
def test_backward_mixing_bounds_normalised_fidelity(head: FeedforwardDAG) -> None:
    """n · φ_min ≤ (8/3) T_bwd, trivially where there are several sources."""
    found = families.describe(head)
    assert found.normalised_fidelity <= Fraction(8, 3) * found.backward_mixing_time


BAD: dict[str, tuple[Callable[[], object], type[DagmixError], str]] = {
    "no-nodes": (lambda: families.line(0), errors.NumberError, "n is"),
    "half-a-node": (lambda: families.complete(2.5), errors.NumberError, "2.5"),  # type: ignore[arg-type]
    "no-width": (lambda: families.sink_window(3, 1, 0), errors.NumberError, "width"),
    "sinks": (lambda: families.sink_window(3, -1, 1), errors.NumberError, "sinks"),
    "dilation": (lambda: families.dilated(3, 1, 0), errors.NumberError, "dilation"),
    "two-sinks": (lambda: families.dilated(5, 1, 2, repair=False), errors.SinkError, "3, 4"),
    "chance": (lambda: families.walk_back(3, 1.5, 1, 0), errors.NumberError, "1.5"),
    "symbol": (
        lambda: families.oriented_erdos_renyi(3, sp.Symbol("p"), 0),
        errors.NumberError,
        "probability",
    ),
    "budget": (lambda: families.walk_back(3, 0, 0, 0), errors.NumberError, "budget"),
    "seed": (lambda: families.walk_back(3, 0, 1, -1), errors.NumberError, "seed"),
    "layers": (lambda: families.reset_pair(4, 2), errors.NumberError, "layers"),
    "run": (lambda: families.run_pair(0), errors.NumberError, "k is"),
    "reversed": (lambda: families.reversed_lines(1), errors.NumberError, "n is"),
    "several-sinks": (
        lambda: families.describe(FeedforwardDAG([], nodes="ab")),
        errors.SinkError,
        "'a', 'b'",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_refused(name: str) -> None:
    call, error, named = BAD[name]
    with pytest.raises(error, match=named):
        call()


def test_no_seed_is_needed_where_nothing_is_drawn() -> None:
    """A dilated graph whose last nodes all send to the sink is its own repair."""
    assert families.dilated(3, 1, 1, repair=False) == families.line(3)
    masks = [np.tri(4, dtype=bool), np.eye(4, dtype=bool)]
    assert [with_one_sink(mask, repair=True).unique_sink.index for mask in masks] == [3, 3]
    assert not masks[1][3, 0]  # the mask given is left as it is
