"""Walks against the oracle: every small graph with a unique sink, every threshold that ties."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice, pairwise, permutations
from typing import TYPE_CHECKING

import oracle
import pytest
from cases.subjects import CHUNKS, chunk_name, graph, reordered
from cases.zoo import unique_sink_dags

from dagmix import WalkOperator

if TYPE_CHECKING:
    from cases.zoo import Edges

LAST = 12  # the last step whose distance serves as a threshold
every_graph = pytest.mark.parametrize("chunk", CHUNKS, ids=chunk_name)
with_and_without_loops = pytest.mark.parametrize("loops", [True, False], ids=["loops", "bare"])


def thresholds(W: oracle.Matrix, sink: int) -> dict[Fraction, int]:
    """Every ε = d(t) and every ε halfway between two neighbouring distances, with its T(ε)."""
    d = list(islice(oracle.distances(W, sink), LAST + 2))
    assert d == sorted(d, reverse=True), "the oracle itself: d never increases"
    ties = {value for value in d[1 : LAST + 1] if 0 < value < 1}
    levels = sorted({*d, Fraction(0)})
    between = {(low + high) / 2 for low, high in pairwise(levels)}
    reached = [epsilon for epsilon in ties | between if epsilon >= d[-1]]
    return {e: next(t for t, value in enumerate(d) if value <= e) for e in reached}


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


@with_and_without_loops
@every_graph
def test_vectors_and_forward_probability(
    chunk: tuple[int, tuple[Edges, ...]], *, loops: bool
) -> None:
    """Hitting times solve E = 1 + E W off the sink; p is the least probability of leaving."""
    n, graphs = chunk
    for edges in graphs:
        W = oracle.walk_matrix(n, edges, loops=loops)
        walk = WalkOperator(graph(n, edges, loops=loops))
        assert list(walk.expected_hitting_times()) == oracle.hitting_times(W, n - 1), edges
        assert list(walk.stationary_distribution()) == [0] * (n - 1) + [1], edges
        if n > 1:
            assert walk.forward_probability() == min(1 - W[j][j] for j in range(n - 1)), edges


@with_and_without_loops
@pytest.mark.parametrize("n", [3, 4])
def test_vectors_follow_the_node_order(n: int, *, loops: bool) -> None:
    """Entry k of a vector belongs to nodes[k]."""
    for edges in unique_sink_dags(n):
        expected = oracle.hitting_times(oracle.walk_matrix(n, edges, loops=loops), n - 1)
        for order in permutations(range(n)):
            walk = WalkOperator(reordered(order, edges, loops=loops))
            assert list(walk.expected_hitting_times()) == [expected[j] for j in order]
            assert list(walk.stationary_distribution()) == [int(j == n - 1) for j in order]
            assert walk.nodes == order


@with_and_without_loops
def test_matrix_is_the_definition(*, loops: bool) -> None:
    """Entry [i, j] is 1 / outdeg(j), as floats and exactly."""
    for edges in unique_sink_dags(4):
        W = oracle.walk_matrix(4, edges, loops=loops)
        walk = WalkOperator(graph(4, edges, loops=loops))
        assert walk.matrix.tolist() == [[float(entry) for entry in row] for row in W]
        exact = walk.exact
        assert all(exact[i, j] == W[i][j] for i in range(4) for j in range(4)), edges
