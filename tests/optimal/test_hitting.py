"""Weights of least expected hitting time: exact for two heads, never worse than simple ones."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import oracle
import pytest
from cases.pairs_of_heads import EXAMPLE_8, EXAMPLE_13, GRID, Pair, heads, size

from dagmix import FeedforwardDAG, MultiHeadWalk, WalkOperator, Work, families
from dagmix.errors import ObjectiveError
from dagmix.optimal import Algebraic, optimal_weights
from dagmix.optimal.gradients import FloatHittingTimes

SHORTCUTS: Pair = (((0, 3), (1, 2), (2, 3)), ((0, 2), (1, 3), (2, 3)))
UNEVEN: Pair = (((0, 1), (0, 3), (1, 2), (2, 3)), ((0, 2), (1, 3), (2, 3)))
HALF = Fraction(1, 2)


def longest(pair: Pair, alpha: Fraction) -> Fraction | float:
    """The greatest hitting time by brute force."""
    n = size(pair)
    W = oracle.mixture([alpha, 1 - alpha], [oracle.walk_matrix(n, edges) for edges in pair])
    return max(oracle.hitting_times(W, n - 1))


@pytest.mark.parametrize("pair", [EXAMPLE_8, EXAMPLE_13, SHORTCUTS, UNEVEN])
def test_two_heads_are_solved_exactly(pair: Pair) -> None:
    """No weights of a grid, and none next to those found, are better."""
    best = optimal_weights(heads(pair), "hitting")
    assert (best.proved, best.method, best.optimum) == (True, "exact", best.value)
    assert sum(best.weights) == 1
    near = Fraction(float(best.weights[0])).limit_denominator(1000)
    around = {min(max(near + k * Fraction(1, 500), Fraction(0)), Fraction(1)) for k in range(-3, 4)}
    assert all(longest(pair, alpha) >= best.value for alpha in {*GRID, *around})
    if isinstance(best.weights[0], Fraction):
        assert longest(pair, best.weights[0]) == best.value


def test_known_optima() -> None:
    """Example 3.8: 2/α + 2/(1 − α) is least at ½. In the shortcuts two times cross at ½."""
    best = optimal_weights(heads(EXAMPLE_8), "hitting")
    assert (best.weights, best.value) == ((HALF, HALF), 8)
    crossed = optimal_weights(heads(SHORTCUTS), "hitting")
    assert (crossed.weights, crossed.value) == ((HALF, HALF), 3)
    stretched = [WalkOperator.from_matrix(m) for m in (slow("1/2", "1/3"), slow("1/4", "1"))]
    found = optimal_weights(stretched, "hitting")
    assert isinstance(found.weights[0], Algebraic)
    assert found.proved


def moved(node: int, rate: float) -> list[list[float]]:
    """The walk on 0, 1 and 2 that only moves from one node to the next."""
    W = np.eye(3)
    W[node, node], W[node + 1, node] = 1 - rate, rate
    return [[float(x) for x in row] for row in W]


def slow(first: str, second: str) -> list[list[Any]]:
    """The walk 0 → 1 → 2 with these probabilities of leaving."""
    one, two = Fraction(first), Fraction(second)
    return [[1 - one, 0, 0], [one, 1 - two, 0], [0, two, 1]]


def test_more_heads_and_floats_descend() -> None:
    """At least as good as the exact optimum to rounding; the bound is that of distance."""
    pair = heads(EXAMPLE_8)
    three = optimal_weights([*pair, pair[0]], "hitting")
    assert three.method == "numerical"
    assert 8 <= three.value <= 8 * (1 + Fraction(1, 10**6))
    assert three.bound == 2
    leave = 0.1, 0.3
    floats = [WalkOperator.from_matrix(np.array(moved(h, leave[h])), sink=2) for h in range(2)]
    known = optimal_weights([WalkOperator.from_matrix(f.exact, sink=2) for f in floats], "hitting")
    found = optimal_weights(floats, "hitting")
    assert found.lower <= found.value <= found.upper
    assert found.lower < found.upper
    assert float(known.value) * (1 - 1e-12) <= found.value <= float(known.value) * (1 + 1e-6)
    soon = optimal_weights(pair, "hitting", budget=Work(0))
    assert soon.value <= 8


def test_the_sink_is_missed_or_alone() -> None:
    missed = [FeedforwardDAG([(0, 1)], nodes=range(3))] * 2
    for count in (2, 3):
        found = optimal_weights((missed * 2)[:count], "hitting", sink=2)
        assert (found.value, found.bound) == (math.inf, math.inf)
    for count in (2, 3):
        alone = optimal_weights([families.line(1)] * count, "hitting")
        assert (alone.value, alone.proved) == (0, True)


def test_gradients_are_differences() -> None:
    walk = MultiHeadWalk(heads(EXAMPLE_13))
    matrices = np.array([part.floats.kernel.dense()[:3, :3] for _, part in walk.parts])
    model, at, step = FloatHittingTimes(matrices, np.ones(3)), np.array([0.3, 0.7]), 1e-6
    values, gradients = model.values_and_gradients(at, [(0, j) for j in range(3)])
    assert values == pytest.approx(model.times(at), rel=1e-12)
    for h in range(2):
        moved = [model.times(at + side * step * np.eye(2)[h]) for side in (1, -1)]
        slope = (moved[0] - moved[1]) / (2 * step)
        assert gradients[:, h] == pytest.approx(slope, rel=1e-5)


def test_an_objective_that_is_none() -> None:
    wrong: Any = "hits"
    with pytest.raises(ObjectiveError, match="'hitting'; got 'hits'"):
        optimal_weights(heads(EXAMPLE_8), wrong)
