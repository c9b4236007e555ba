"""Mixing times against the oracle: every small graph with a unique sink, every tie."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice, pairwise, permutations
from typing import TYPE_CHECKING

import oracle
import pytest
from cases.subjects import every_graph, graph, reordered, with_and_without_loops
from cases.zoo import unique_sink_dags

from dagmix import WalkOperator

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


@pytest.mark.parametrize("steps", [1, 3, 8])
def test_ties_among_numbers_too_small_for_floats(steps: int) -> None:
    """d(t) = (1 − p)ᵗ ties with ε in no precision of balls, so that integers decide."""
    walk = WalkOperator.from_matrix([[1 - TINY, 0], [TINY, 1]])
    epsilon = (1 - TINY) ** steps
    assert walk.mixing_time(epsilon) == steps
    assert walk.mixing_time(epsilon + TINY**2) == steps
    assert walk.mixing_time(epsilon - TINY**2) == steps + 1
