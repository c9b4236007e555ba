"""Steps of the extreme gates, against the greatest and least over all sequences of gates."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache
from itertools import product

import numpy as np
import pytest
from cases.subjects import graph
from cases.zoo import unique_sink_dags
from oracle import Matrix, walk_matrix

from dagmix import WalkOperator
from dagmix._engine.chains.gates.steps import GateSteps
from dagmix._engine.exact.vectors import unit

EDGES = ((0, 1), (1, 2)), ((0, 2), (1, 2)), ((1, 0), (0, 2))
TRANSITIONS = [WalkOperator(graph(3, edges)).transition for edges in EDGES]
WALKS = [walk_matrix(3, edges) for edges in EDGES]


def by_brute_force(heads: list[Matrix], steps: int, *, greatest: bool) -> list[Fraction]:
    """Try every head at every node and step: the row e_τ M_1 ⋯ M_t, entry by entry extreme."""
    n, extreme = len(heads[0]), max if greatest else min
    gates = [
        [[heads[chosen[j]][i][j] for j in range(n)] for i in range(n)]
        for chosen in product(range(len(heads)), repeat=n)
    ]

    @cache
    def rows(time: int) -> set[tuple[Fraction, ...]]:
        if not time:
            return {tuple(Fraction(int(i == n - 1)) for i in range(n))}
        return {
            tuple(sum((row[i] * M[i][j] for i in range(n)), Fraction(0)) for j in range(n))
            for row in rows(time - 1)
            for M in gates
        }

    return [extreme(row[j] for row in rows(steps)) for j in range(n)]


@pytest.mark.parametrize("greatest", [True, False])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_extreme_row_is_that_of_all_gates(count: int, *, greatest: bool) -> None:
    """Up to three steps of 1, 8 or 27 gates each; floats hold their bounds."""
    exact = GateSteps(TRANSITIONS[:count], greatest=greatest, exact=True)
    floats = GateSteps(TRANSITIONS[:count], greatest=greatest, exact=False)
    row, near = unit(3, 2, 1), unit(3, 2)
    assert exact.error_bound(3) == 0
    for time in range(4 if count < 3 else 3):
        expected = by_brute_force(WALKS[:count], time, greatest=greatest)
        assert [exact.bounds(entry, time) for entry in row] == [(x, x) for x in expected]
        for entry, number in zip(near, expected, strict=True):
            lower, upper = floats.bounds(entry, time)
            assert lower <= number <= upper < lower + 1e-14
        row, near = exact.step(row), floats.step(near)


def test_the_choice_is_the_first_head_that_attains_the_extreme() -> None:
    """For every pair of graphs on four nodes, at a row without ties but those of equal columns."""
    heads = [WalkOperator(graph(4, edges)).transition for edges in unique_sink_dags(4)]
    row = np.array([1, 10, 100, 1000], dtype=object)
    steps = GateSteps(heads, greatest=False, exact=True)
    every = np.array(steps.all_steps(row))
    values, choice = steps.best(row)
    assert (every[choice, range(4)] == values).all()
    assert (choice == every.argmin(axis=0)).all()
    assert (values == every.min(axis=0)).all()


def test_floats_without_a_bound_say_so() -> None:
    """Entries below 2⁻⁹⁰⁰ have no relative error, and nor have rows after too many steps."""
    tiny = np.array([[2.0**-1000, 0], [1, 1]])
    steps = GateSteps([WalkOperator.from_matrix(tiny).transition], greatest=True, exact=False)
    assert steps.error_bound(1) == math.inf
    assert steps.bounds(0.5, 1) == (0, 1)
    line = GateSteps(TRANSITIONS[:1], greatest=True, exact=False)
    assert line.error_bound(2**52) == math.inf
