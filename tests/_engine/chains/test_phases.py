"""Periods of recurrent classes, and limits at each phase, beside powers of the matrix."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import oracle
import pytest

from dagmix import DiffusionOperator
from dagmix._engine.chains import phases

HALF = Fraction(1, 2)


def found(rows: list[list[Any]], node: int, members: list[int]) -> tuple[Any, list[Fraction]]:
    """Return the phases of a class and the limits of a node of it at the last node."""
    sink = len(rows) - 1
    transition = DiffusionOperator.from_matrix(rows, sink=sink).transition
    phase = phases.phases(transition.adjacency, node, np.array(members))
    kernel = transition.rationals.transposed
    return phase, phases.limits(kernel, sink, node, np.array(members), phase)


def test_a_class_that_settles_has_one_limit() -> None:
    """1/2 enters a class of two nodes with the weights 2/3 and 1/3."""
    rows: list[list[Any]] = [[HALF, HALF, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0], [HALF, 0, HALF, 0]]
    phase, limits = found(rows, 0, [0, 1])
    assert (phase.period, phase.of.tolist(), limits) == (1, [0, 0], [Fraction(1, 3)])


@pytest.mark.parametrize("delay", [HALF, Fraction(0), Fraction(2, 3)])
def test_limits_at_each_phase(delay: Fraction) -> None:
    """A class of three parts that a sink enters after a geometric time, or two steps later."""
    rows: list[list[Any]] = [
        [0, 1, 0, 0, 0, 0],
        [0, 0, HALF, HALF, 0, 0],
        [1, 0, 0, 0, 0, 0],
        [1, 0, 0, 0, 0, 0],
        [1, 0, 0, 0, 0, 0],
        [0, (1 - delay) / 2, 0, 0, (1 - delay) / 2, delay],
    ]
    phase, limits = found(rows, 2, [0, 1, 2, 3])
    assert (phase.period, phase.of.tolist()) == (3, [2, 1, 0, 0])
    assert sum(limits) == HALF
    delta = [[Fraction(x) for x in row] for row in rows]
    late = oracle.power(delta, 300)
    for limit in limits:
        assert abs(late[5][2] - limit) < Fraction(1, 10**40)
        late = oracle.product(late, delta)
