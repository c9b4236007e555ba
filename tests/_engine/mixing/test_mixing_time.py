"""Mixing times against the oracle: every small graph with a unique sink, every tie."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import islice, pairwise, permutations
from typing import TYPE_CHECKING

import numpy as np
import oracle
import pytest
from cases.subjects import every_graph, graph, reordered, with_and_without_loops
from cases.zoo import unique_sink_dags

from dagmix import WalkOperator, families
from dagmix._engine.chains.powers import ball_powers
from dagmix._engine.mixing import float_squares, mixing_time
from dagmix._engine.mixing.survival import FloatSurvival, scaled
from dagmix.errors import UndecidedError

if TYPE_CHECKING:
    from cases.zoo import Edges

LAST = 12  # the last step whose distance serves as a threshold


def thresholds(W: oracle.Matrix, sink: int) -> dict[Fraction, int]:
    """Every ε = d(t) and every ε halfway between two neighbouring distances, with its T(ε)."""
    d = list(islice(oracle.distances(W, sink), LAST + 2))
    assert d == sorted(d, reverse=True), "the oracle itself: d never increases"
    ties = {value for value in d[1 : LAST + 1] if 0 < value < 1}
    levels = sorted({*d, Fraction(0)})
    between = {(low + high) / 2 for low, high in pairwise(levels)}
    reached = [epsilon for epsilon in ties | between if epsilon >= d[-1]]
    return {e: next(t for t, value in enumerate(d) if value <= e) for e in reached}


@pytest.mark.slow
@with_and_without_loops
@every_graph
def test_mixing_time_at_every_threshold(
    chunk: tuple[int, tuple[Edges, ...]], *, loops: bool
) -> None:
    """T(ε) = min{t : d(t) ≤ ε}, also where ε equals a distance."""
    n, graphs = chunk
    for edges in graphs:
        walk = WalkOperator(graph(n, edges, loops=loops))
        for epsilon, expected in thresholds(
            oracle.walk_matrix(n, edges, loops=loops), n - 1
        ).items():
            assert walk.mixing_time(epsilon) == expected, (edges, epsilon)


@pytest.mark.slow
@with_and_without_loops
@pytest.mark.parametrize("n", [2, 3, 4])
def test_mixing_time_in_every_node_order(n: int, *, loops: bool) -> None:
    """The order of rows and columns changes no mixing time."""
    for edges in unique_sink_dags(n):
        expected = thresholds(oracle.walk_matrix(n, edges, loops=loops), n - 1)
        for order in permutations(range(n)):
            walk = WalkOperator(reordered(order, edges, loops=loops))
            found = {epsilon: walk.mixing_time(epsilon) for epsilon in expected}
            assert found == expected, (edges, order)


TINY = Fraction(1, 10**400)  # no float


@pytest.mark.slow
@pytest.mark.parametrize("steps", [1, 3, 8])
def test_ties_among_numbers_too_small_for_floats(steps: int) -> None:
    """d(t) = (1 − p)ᵗ ties with ε in no precision of balls, so that integers decide."""
    walk = WalkOperator.from_matrix([[1 - TINY, 0], [TINY, 1]])
    epsilon = (1 - TINY) ** steps
    assert walk.mixing_time(epsilon) == steps
    assert walk.mixing_time(epsilon + TINY**2) == steps
    assert walk.mixing_time(epsilon - TINY**2) == steps + 1


def _ring(leak: float) -> WalkOperator:
    """Four nodes in a ring, of which the first leaves for the sink with a small probability."""
    rows = np.zeros((5, 5))
    for j in range(4):
        rows[j, j], rows[(j + 1) % 4, j] = 0.5, 0.5
    rows[0, 0], rows[4, 0], rows[4, 4] = 0.5 - leak, leak, 1
    return WalkOperator.from_matrix(rows, sink=4)


@pytest.mark.parametrize("leak", [2.0**-30, 2.0**-50, 2.0**-90])
def test_large_walks_without_an_order_are_refused_soon(
    leak: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where squaring is impossible, a walk that would be stepped for hours is told by its mean."""
    walk = _ring(leak)
    assert mixing_time._guessed_mean(walk.transition, 4) >= min(3 / leak, mixing_time.LONG)
    monkeypatch.setattr(ball_powers, "LARGEST", 1)
    monkeypatch.setattr(float_squares, "LARGEST", 1)
    monkeypatch.setattr(mixing_time, "MOST_WORK", 2**40)
    with pytest.raises(UndecidedError, match="T is too large to step, and 5 × 5 balls"):
        walk.mixing_time()


@pytest.mark.parametrize("pairs", [0, 2**20])
def test_large_walks_without_an_order_are_stepped_else(
    pairs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = _ring(2.0**-8).mixing_time()
    monkeypatch.setattr(ball_powers, "LARGEST", 1)
    monkeypatch.setattr(float_squares, "LARGEST", 1)
    monkeypatch.setattr(mixing_time, "MOST_PAIRS", pairs)
    assert _ring(2.0**-8).mixing_time() == expected > mixing_time.STEPS_BEFORE_ESTIMATE


def test_long_walks_are_not_compared_at_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many steps at once as are certainly before T(ε), and before a time that is given."""
    walk = WalkOperator(families.line(2100))
    survival = FloatSurvival(walk.transition, 2099)
    survival.step(1024)
    threshold = scaled(Fraction(1, 4))
    time = walk.mixing_time()
    assert time - 2 * mixing_time.LEAP < mixing_time._leapt(survival, threshold, 10**9).time < time
    assert mixing_time._leapt(survival, threshold, 1024 + 100).time == 1024 + mixing_time.LEAP
    assert survival.time == 1024
    monkeypatch.setattr(mixing_time, "LEAP", math.inf)
    assert walk.mixing_time() == time
