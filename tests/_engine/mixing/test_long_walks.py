"""Walks too long to step: squaring in balls, and the integers it must give."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagmix import FeedforwardDAG, MultiHeadWalk, WalkOperator, families
from dagmix._engine.exact import arb
from dagmix._engine.mixing import mixing_time, survival
from dagmix.errors import UndecidedError

QUARTER = Fraction(1, 4)
PRECISION = 2000  # bits of the oracles


def two_states(leave: Any) -> WalkOperator:
    """A walk that leaves its one state with a given probability: d(t) = (1 − leave)ᵗ."""
    return WalkOperator.from_matrix([[1 - leave, 0], [leave, 1]])


def sticky_line(n: int, leave: float) -> WalkOperator:
    matrix = np.eye(n) * (1 - leave) + np.eye(n, k=-1) * leave
    matrix[-1, -1] = 1
    return WalkOperator.from_matrix(matrix)


def log_of(number: Fraction) -> Any:
    return arb.ball(number).log()


@given(st.integers(1, 10**30), st.integers(2, 200))
def test_two_states_have_the_logarithm(denominator: int, inverse: int) -> None:
    """T(ε) = ⌈ln ε / ln(1 − p)⌉ where that is no integer, for any rational p and ε."""
    leave, epsilon = Fraction(1, denominator + 1), Fraction(1, inverse)
    with arb.precision(1000):
        ratio = log_of(epsilon) / log_of(1 - leave)
        expected = ratio.ceil().unique_fmpz()
    if expected is not None:
        assert two_states(leave).mixing_time(epsilon) == int(expected)


def test_the_sticky_line() -> None:
    """mathematics.md §1: the leaving probability is what the successors get."""
    assert sticky_line(100, 1e-9).mixing_time() == 105517222972


@pytest.mark.slow
def test_the_distance_of_the_sticky_line_passes_the_threshold_there() -> None:
    walk, time = sticky_line(100, 1e-9), 105517222972
    assert walk.distance(time) <= 0.25 < walk.distance(time - 10**6)


@pytest.mark.parametrize("power", [1, 2, 3])
def test_ties_of_numbers_too_small_for_floats(power: int) -> None:
    """d(t) = 3⁻ᵗ ties with ε = 3⁻⁷⁰⁰ at t = 700, far below the smallest float."""
    walk = two_states(Fraction(2, 3))
    epsilon = Fraction(1, 3 ** (300 * power + 400))
    assert walk.mixing_time(epsilon) == 300 * power + 400
    assert walk.mixing_time(epsilon * Fraction(99, 100)) == 300 * power + 401


def test_entries_too_small_for_floats() -> None:
    leave = Fraction(1, 10**400)
    time = two_states(leave).mixing_time()
    with arb.precision(5000):
        expected = (log_of(QUARTER) / log_of(1 - leave)).ceil().unique_fmpz()
    assert time == int(expected)
    assert two_states(1e-290).mixing_time() > 10**290


def test_distances_of_long_walks() -> None:
    """Beyond what is stepped, d(t) is right to the last bit but one."""
    leave = 2.0**-30
    for t in (10**6, 10**9, 10**12):
        with arb.precision(256):
            expected = float((log_of(1 - Fraction(leave)) * t).exp())
        assert sticky_line(2, leave).distance(t) == pytest.approx(expected, rel=2.0**-51)


def test_a_distance_below_the_smallest_float_is_zero() -> None:
    assert sticky_line(2, 0.5).distance(2000) == 0


def test_a_distance_out_of_reach() -> None:
    walk = WalkOperator(families.line(4))
    with pytest.raises(UndecidedError, match="bounds that are too long"):
        walk.distance(10**10)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The times at which exact arithmetic was asked."""
    times: list[int] = []
    decide = mixing_time.at_most

    def spy(survival: Any, steps: int, epsilon: Fraction) -> bool:
        times.append(steps)
        return decide(survival, steps, epsilon)

    monkeypatch.setattr(mixing_time, "at_most", spy)
    return times


@pytest.mark.parametrize("t", range(1, 13))
def test_every_tie_is_settled_exactly(t: int, asked: list[int]) -> None:
    """At ε = d(t) the exact path decides, at t and nowhere after it."""
    for walk in (WalkOperator(families.line(5)), MultiHeadWalk(families.express_pair(8))):
        asked.clear()
        epsilon = Fraction(walk.distance(t))
        if epsilon < 1:
            time = walk.mixing_time(epsilon)
            assert walk.distance(int(time)) == epsilon
            assert asked[-1] == time


def test_the_line_of_a_thousand_needs_no_exact_step(asked: list[int]) -> None:
    assert WalkOperator(families.line(1000)).mixing_time(QUARTER) == 2028
    assert asked == []


def test_a_near_tie_of_floats_is_decided_by_balls(
    asked: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Float arrays: a threshold within the error, but no tie, never reaches the integers."""
    rng = np.random.default_rng(5)
    matrix = np.tril(rng.random((12, 12)))
    walk = WalkOperator.from_matrix(matrix / matrix.sum(axis=0))
    near = walk.distance(7)
    monkeypatch.setattr(survival.ExactSurvival, "is_at_most", None)
    times = {
        walk.mixing_time(eps) for eps in (near, math.nextafter(near, 0), math.nextafter(near, 1))
    }
    assert times <= {7, 8}
    assert asked


def test_disagreeing_orders_may_be_long_too() -> None:
    """Near-identity heads that disagree about the order: a cycle, and a long walk."""
    rest = FeedforwardDAG([], nodes="uvτ")
    one, two = (FeedforwardDAG(pairwise(path), nodes="uvτ") for path in ("uvτ", "vuτ"))
    tiny = Fraction(1, 10**6)
    walk = MultiHeadWalk([rest, one, two], [1 - 2 * tiny, tiny, tiny], sink="τ")
    time = int(walk.mixing_time())
    mean = max(walk.expected_hitting_times())
    assert time > 10**6
    assert (1 - QUARTER) * mean <= time <= math.ceil(mean / QUARTER) - 1
    assert walk.exact.shape == (3, 3)


@pytest.mark.parametrize(("n", "leave"), [(5, 1e-18), (40, 1e-16), (100, 2.5e-17), (100, 1e-9)])
def test_sticky_lines_mix_at_a_quantile_of_the_binomial(n: int, leave: float) -> None:
    """d(t) = P[Bin(t, p) ≤ n − 2] by its closed form, at integers up to 10¹⁸ and more."""
    matrix = np.eye(n) + leave * np.eye(n, k=-1)
    walk = WalkOperator.from_matrix(matrix, tolerance=1e-8)
    time = int(walk.mixing_time())
    # Columns are divided by their sums: p over 1 + p, of the numbers that the floats are.
    inside = Fraction(matrix[0, 0]) + Fraction(leave)
    p = Fraction(leave) / inside
    with arb.precision(PRECISION):
        assert not distance(n, p, time) > arb.ball(Fraction(1, 4))
        assert distance(n, p, time - 1) > arb.ball(Fraction(1, 4))


def distance(n: int, p: Fraction, t: int) -> Any:
    """Return P[Bin(t, p) ≤ n − 2], the chance that a line of n nodes is not yet crossed."""
    term = arb.ball(1 - p) ** t
    total = term
    for k in range(1, n - 1):
        term *= arb.ball(p / (1 - p)) * (t - k + 1) / k
        total += term
    return total
