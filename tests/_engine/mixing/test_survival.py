"""Survival in floats against exact integers: range, soundness, what goes to balls."""

from __future__ import annotations

import math
import tracemalloc
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import oracle
import pytest
import sympy  # noqa: F401 - loaded before memory is measured
from cases.strategies import mixtures
from cases.subjects import every_graph, graph, mixed_walk, with_and_without_loops
from cases.zoo import Mixture, sampled_dags, unique_sink_dags
from hypothesis import given
from hypothesis import strategies as st

from dagmix import FeedforwardDAG, MultiHeadWalk, WalkOperator, families
from dagmix._engine.chains import transition
from dagmix._engine.chains.matrices import GraphWalk
from dagmix._engine.chains.powers import ball_powers
from dagmix._engine.mixing import float_squares, mixing_time
from dagmix._engine.mixing import survival as survival_module
from dagmix._engine.mixing.survival import ExactSurvival, FloatSurvival, is_over, scaled
from dagmix.errors import ShapeError, UndecidedError
from dagmix.operators import Enclosure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cases.zoo import Edges

GRAPHS = {
    "complete": families.complete(30),
    "window": families.sliding_window(40, 3),
    "sinks": families.sink_window(30, 2, 4),
    "line": families.line(20),
}
each_graph = pytest.mark.parametrize("g", GRAPHS.values(), ids=GRAPHS)


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every operator counts as too large for exact answers, and for balls."""
    with monkeypatch.context() as patch:
        patch.setattr(transition, "LARGEST_EXACT", 0)
        patch.setattr(ball_powers, "LARGEST", 0)
        yield


def exact_distances(g: FeedforwardDAG, steps: int) -> list[Fraction]:
    """d(0), …, d(steps) of a graph's walk to its last node, in integers over one denominator."""
    n = len(g.nodes)
    receivers: list[list[int]] = [[] for _ in range(n)]
    for j, i in g.edges:
        receivers[g.nodes.row(j)].append(g.nodes.row(i))
    scale = math.lcm(*(len(near) for near in receivers if near))
    row, found = [*[1] * (n - 1), 0], []
    for t in range(steps + 1):
        found.append(Fraction(max(row), scale**t))
        row = [sum(row[i] for i in near) * (scale // max(len(near), 1)) for near in receivers]
    return found


@pytest.mark.slow
@pytest.mark.usefixtures("large")
@each_graph
def test_far_below_the_smallest_float(g: FeedforwardDAG) -> None:
    """Enclosures hold d(t), and T(ε) is the least t with d(t) ≤ ε, for ε down to 10⁻²⁰⁰."""
    walk, steps = WalkOperator(g), 900
    exact = exact_distances(g, steps)
    for t in (0, 1, 10, 300, 700):
        found = walk.distance(t)
        assert isinstance(found, Enclosure)
        assert found.lower <= exact[t] <= found.upper
    for power in (1, 30, 90, 200):
        epsilon = Fraction(1, 10**power)
        time = walk.mixing_time(epsilon)
        assert time == next(t for t, d in enumerate(exact) if d <= epsilon)


@pytest.mark.usefixtures("large")
def test_nothing_is_lost_where_no_entry_is_small() -> None:
    """On two states the row is one number, kept in range for ever: d(t) = 3⁻ᵗ."""
    walk = WalkOperator.from_matrix([["1/3", 0], ["2/3", 1]])
    survival = FloatSurvival(walk.transition, 1)
    for _ in range(10_000):
        survival.step()
    assert survival.is_certified
    ratio = survival.ratio(*scaled(Fraction(1, 3**10_000)))
    assert abs(ratio - 1) <= survival.error_bound < 1e-10
    assert walk.mixing_time(Fraction(1, 3**10_000 - 1)) == 10_000
    assert walk.mixing_time(Fraction(1, 3**10_000 + 1)) == 10_001


def test_a_ratio_past_the_largest_float_is_great() -> None:
    walk = WalkOperator(families.line(3))
    survival = FloatSurvival(walk.transition, 2)
    assert survival.ratio(*scaled(Fraction(1, 10**5000))) > 1


def tiny_steps(power: int) -> WalkOperator:
    """A walk that stays with chance 2^−power, else goes to the sink."""
    stay = 2.0**-power
    return WalkOperator.from_matrix(np.array([[stay, 0.0], [1 - stay, 1.0]]))


def test_what_underflows_is_not_sound() -> None:
    """d(2) = 2⁻¹⁶⁰⁰: floats have lost it, balls have not."""
    walk = tiny_steps(800)
    survival = FloatSurvival(walk.transition, 1)
    seen = []
    for _ in range(2):
        survival.step()
        seen.append((survival.is_certified, survival.distance))
    assert seen == [(True, 2.0**-800), (False, 0.0)]
    assert walk.mixing_time(Fraction(1, 2**1600)) == 2
    assert walk.mixing_time(Fraction(1, 2**1599)) == 2
    assert walk.mixing_time(Fraction(1, 2**1601)) == 3
    assert walk.mixing_time(Fraction(1, 2**4000)) == 5
    assert walk.distance(2) == 0.0


def test_an_entry_that_underflows_beside_others_counts_as_lost() -> None:
    """One state is left at once, another with chance ½ a step; after 2000 steps floats own up."""
    matrix = np.array([[0.5, 0.0, 0.0], [0.0, 2.0**-800, 0.0], [0.5, 1.0, 1.0]])
    walk = WalkOperator.from_matrix(matrix, sink=2)
    survival = FloatSurvival(walk.transition, 2)
    for _ in range(2000):
        survival.step()
    assert not survival.is_certified
    assert walk.mixing_time(Fraction(1, 2**2000)) == 2000


def test_a_table_asks_balls_where_floats_do_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ball_powers, "distance", lambda *_: (0.5, -2))
    assert tiny_steps(1000).distances(1).tolist() == [0.125, 0.125]


def test_a_walk_that_is_over_needs_no_integers(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a bare line d(t) is 1 up to the last edge and then 0, whatever integers cost."""
    monkeypatch.setattr(survival_module, "LARGEST_ROW", -1)
    bare = FeedforwardDAG(zip(range(99), range(1, 100), strict=True), range(100), self_loops=False)
    assert WalkOperator(bare).mixing_time(Fraction(1, 10**400)) == 99


def test_entries_without_an_error_bound_are_not_sound() -> None:
    walk = tiny_steps(1000)
    assert not FloatSurvival(walk.transition, 1).is_certified
    assert walk.distances(1).tolist() == [1.0, 2.0**-1000]


def test_what_floats_and_balls_cannot_say_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ball_powers, "LARGEST", 3)
    with pytest.raises(UndecidedError, match="2 × 2 balls are too many"):
        tiny_steps(800).distance(2)


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_a_walk_is_over_where_no_path_is_so_long(n: int) -> None:
    """Without loops d(t) = 0 from the longest path on: every graph, every t up to n."""
    for edges in unique_sink_dags(n):
        g = graph(n, edges, loops=False)
        walk = WalkOperator(g)
        longest = len(g.longest_path) - 1
        for t in range(n + 1):
            assert is_over(walk.transition, n - 1, t) == (t >= longest)
            assert (walk.distance(t) == 0) == (t >= longest)
        assert walk.mixing_time(Fraction(1, 10**400)) == longest


def test_loops_and_cycles_are_never_over() -> None:
    assert not is_over(WalkOperator(families.line(3)).transition, 2, 10**9)
    edges = ([("u", "v")], [("v", "u"), ("u", "τ")])
    heads = [FeedforwardDAG(some, nodes="uvτ", self_loops=False) for some in edges]
    walk = MultiHeadWalk(heads, sink="τ")
    assert not is_over(walk.transition, 2, 10**9)


@given(mixtures(max_nodes=4), st.integers(1, 12))
def test_large_walks_agree_with_the_oracle(mix: Mixture, t: int) -> None:
    """d(t) is enclosed and T(d(t)) decided, for any mixture."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transition, "LARGEST_EXACT", 0)
        walk = mixed_walk(mix)
        found = walk.distance(t)
        distances = walk.distances(t)
    exact = oracle.distance(oracle.power(mix.walk(), t), mix.n - 1)
    assert isinstance(found, Enclosure)
    assert found.lower <= exact <= found.upper
    assert distances.dtype == np.float64
    assert distances[t] == pytest.approx(float(exact), rel=1e-12, abs=0)


def test_tables_of_distances_are_bounded_in_size() -> None:
    """Refused before anything is made, whatever the field."""
    for weights in ([1.0], [1]):
        walk = MultiHeadWalk([families.line(5)], weights)
        with pytest.raises(ShapeError, match="a table of 10000000000001 distances"):
            walk.distances(10**13)


def test_large_walks_are_tabled_in_floats() -> None:
    table = WalkOperator(families.sliding_window(5000, 500)).distances(20)
    assert table.dtype == np.float64
    assert table[0] == 1
    assert (np.diff(table) <= 0).all()


# --- thresholds near 1 on slow walks ---


def slow_line(n: int, rate: float) -> WalkOperator:
    matrix = np.eye(n) * (1 - rate) + rate * np.eye(n, k=-1)
    matrix[-1, -1] = 1
    return WalkOperator.from_matrix(matrix)


@pytest.mark.slow
@pytest.mark.parametrize("gap", [1e-3, 1e-7, 1e-12, 2.0**-53])
def test_thresholds_near_one_do_not_step_for_ever(gap: float) -> None:
    """(1 − ε)E is no estimate of T there: T(1 − δ) of a slow line is about k!^(1/k) δ^(1/k) / p."""
    walk = slow_line(8, 1e-9)
    epsilon = Fraction(1) - Fraction(gap)
    time = walk.mixing_time(epsilon)
    guess = (math.factorial(7) * gap) ** (1 / 7) / 1e-9
    assert guess < time < 3 * guess
    bits = ball_powers.compare_distance(walk.transition, 7, int(time), epsilon, 400)
    before = ball_powers.compare_distance(walk.transition, 7, int(time) - 1, epsilon, 400)
    assert (bits, before) == (True, False)


def test_a_tie_past_where_squaring_begins_is_decided_in_integers() -> None:
    """d(5000) = (2/3)⁵⁰⁰⁰ exactly: no balls tell, and nothing is stepped anew."""
    walk = WalkOperator.from_matrix([["2/3", 0], ["1/3", 1]])
    assert mixing_time.affordable(walk.transition) < 5000
    assert walk.mixing_time(Fraction(2, 3) ** 5000) == 5000


def test_squaring_begins_where_stepping_has_cost_as_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    steps: list[Any] = []
    step = FloatSurvival.step

    def counted(self: FloatSurvival, count: int = 1) -> None:
        steps.extend([self] * count)
        step(self, count)

    monkeypatch.setattr(FloatSurvival, "step", counted)
    walk = slow_line(8, 1e-9)
    walk.mixing_time(1 - 1e-9)
    assert len(steps) <= mixing_time.affordable(walk.transition)


def test_what_is_too_large_for_balls_is_stepped(monkeypatch: pytest.MonkeyPatch) -> None:
    walk = slow_line(5, 1e-3)
    expected = walk.mixing_time()
    monkeypatch.setattr(ball_powers, "LARGEST", 24)
    assert mixing_time.affordable(walk.transition) == math.inf
    assert walk.mixing_time() == expected


@pytest.mark.usefixtures("large")
def test_small_dags_of_six_nodes_are_enclosed() -> None:
    for edges in sampled_dags(6, 8, seed=7):
        g = graph(6, edges, loops=True)
        walk, exact = WalkOperator(g), exact_distances(g, 40)
        for t in (5, 40):
            found = walk.distance(t)
            assert isinstance(found, Enclosure)
            assert found.lower <= exact[t] <= found.upper


@pytest.mark.slow
def test_a_tie_among_too_many_numbers_is_not_attempted() -> None:
    """The exact row is refused by its size, before a number of it is made."""
    walk = GraphWalk(families.complete(50_000).adjacency)
    survival = ExactSurvival(walk, 49_999)
    tracemalloc.start()
    with pytest.raises(UndecidedError, match="needs 50000 numbers of"):
        survival.is_at_most(10, Fraction(1, 4))
    assert tracemalloc.get_traced_memory()[1] < 2**24
    tracemalloc.stop()


@with_and_without_loops
@every_graph
def test_distance(chunk: tuple[int, tuple[Edges, ...]], *, loops: bool) -> None:
    """d(t) is the largest total variation from the sink, an exact fraction."""
    n, graphs = chunk
    for edges in graphs:
        walk = WalkOperator(graph(n, edges, loops=loops))
        expected = list(
            islice(oracle.distances(oracle.walk_matrix(n, edges, loops=loops), n - 1), 8)
        )
        found = [walk.distance(t) for t in range(8)]
        assert found == expected, edges
        assert all(isinstance(value, Fraction) for value in found)


def test_a_tie_of_entries_without_a_bound_is_stepped_in_integers() -> None:
    assert tiny_steps(1000).mixing_time(Fraction(1, 2**2000)) == 2


def test_disagreeing_orders_too_large_to_square_are_stepped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stay = 1 - 2.0**-10
    leave = (1 - stay) / 2
    matrix = np.array([[stay, leave, 0.0], [leave, stay, 0.0], [leave, leave, 1.0]])
    walk = WalkOperator.from_matrix(matrix, sink=2)
    expected = walk.mixing_time()
    assert expected > mixing_time.STEPS_BEFORE_ESTIMATE
    for module in (ball_powers, float_squares):
        monkeypatch.setattr(module, "LARGEST", 8)
    assert walk.mixing_time() == expected
