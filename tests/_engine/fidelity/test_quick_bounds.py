"""Bounds of the minimax fidelity by one pass over the edges, beside the oracle's φ_min."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import oracle
import pytest
from cases.attention_samples import SAMPLES, sample
from cases.subjects import every_graph, graph, with_and_without_loops
from oracle.fidelity import Signals

from dagmix import DiffusionOperator, families
from dagmix._engine.fidelity.quick_bounds import least_average, least_reach
from dagmix._engine.fidelity.sink_context import STEPS, SinkContext

if TYPE_CHECKING:
    from cases.zoo import Edges

from_step = pytest.mark.parametrize("first", [0, 1, 2])


def bounds(diffusion: DiffusionOperator, first: int = 0) -> tuple[float, float]:
    context = SinkContext(diffusion.transition, diffusion.sink.index, first)
    return least_average(context), least_reach(context)


@pytest.mark.slow
@from_step
@with_and_without_loops
@every_graph
def test_the_minimum_lies_between(
    chunk: tuple[int, tuple[Edges, ...]], *, loops: bool, first: int
) -> None:
    n, graphs = chunk
    for edges in graphs:
        exact, _ = Signals(oracle.diffusion_matrix(n, edges, loops=loops), n - 1).minimax(first)
        below, above = bounds(DiffusionOperator(graph(n, edges, loops=loops)), first)
        assert 0 <= below <= exact <= above <= 1, edges


@from_step
@pytest.mark.parametrize("seed", [seed for seed in range(SAMPLES) if seed % 10][::7])
def test_floats_enclose_the_rational_minimum(seed: int, first: int) -> None:
    """Attention soft, sharp, sparse and sticky, of floats that are short rationals."""
    attention = sample(seed)[0].reshape(-1, *sample(seed)[0].shape[-2:])
    for matrix in attention:
        n = len(matrix)
        exact = [[Fraction(x) for x in row] for row in matrix.tolist()]
        floats = DiffusionOperator.from_matrix(matrix, sink=n - 1)
        value, _ = Signals(exact, n - 1).minimax(first)
        below, above = bounds(floats, first)
        found = floats.minimax_fidelity(first)
        assert below <= value <= above
        assert found.lower <= value <= found.upper


def test_a_node_reached_with_certainty_bounds_nothing_and_a_rare_one_much() -> None:
    """Of the line every node is reached; a share of 2⁻³⁰ is all that ever reaches node 1."""
    assert bounds(DiffusionOperator(families.line(9)))[1] == 1
    rare = [[1, 0, 0], [1, 0, 0], [1 - 2.0**-30, 2.0**-30, 0]]
    below, above = bounds(DiffusionOperator.from_matrix(rare, sink=2))
    assert 2.0**-33 < below <= 2.0**-30 <= above < 2.0**-29


def test_the_sink_is_left_once_and_for_all() -> None:
    """From t = 3 on its fidelity is its holding probability cubed, whatever comes of the rest."""
    delta = DiffusionOperator.from_matrix([[1, 0], ["3/4", "1/4"]])
    assert delta.minimax_fidelity(3).value == Fraction(1, 64)
    below, above = bounds(delta, 3)
    assert below <= Fraction(1, 64) <= above < 0.016


CYCLE = [["1/2", "1/2", 0], ["1/2", "1/2", 0], ["1/3", "1/3", "1/3"]]
TINY = [[1.0, 0, 0], [1.0, 0, 0], [1 - 1e-290, 1e-290, 0]]


@pytest.mark.parametrize(
    ("matrix", "first"),
    [(CYCLE, 0), (np.array(TINY), 0), (TINY, 0)],
    ids=["no order", "tiny floats", "tiny"],
)
def test_what_floats_cannot_bound_has_the_trivial_bounds(matrix: Any, first: int) -> None:
    assert bounds(DiffusionOperator.from_matrix(matrix, sink=2), first) == (0, 1)


def test_a_late_first_step_has_no_average() -> None:
    below, above = bounds(DiffusionOperator(families.complete(3)), STEPS + 1)
    assert below == 0
    assert above < 1e-200
