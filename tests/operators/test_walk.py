"""Walks: their matrix, hitting times and stationary distribution; what is refused."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
import oracle
import pytest
from cases.strategies import mixtures
from cases.subjects import every_graph, graph, mixed_walk, reordered, with_and_without_loops
from cases.zoo import unique_sink_dags
from hypothesis import given, settings
from hypothesis import strategies as st

from dagmix import FeedforwardDAG, MultiHeadWalk, WalkOperator, families
from dagmix.errors import NumberError, ShapeError, SinkError, UndecidedError
from dagmix.operators import Enclosure
from dagmix.operators import walk as walk_module

if TYPE_CHECKING:
    from cases.zoo import Edges, Mixture


def test_dense_forms_that_do_not_fit_are_refused() -> None:
    n = 20_000
    graph = FeedforwardDAG([(i, i + 1) for i in range(n - 1)])
    walk = WalkOperator(graph)
    assert walk.distance(1) == 1
    with pytest.raises(ShapeError, match="400000000 entries"):
        _ = walk.matrix


def test_float_walks_that_miss_the_sink_have_no_stationary_distribution() -> None:
    walk = WalkOperator.from_matrix(np.eye(2), nodes="ab", sink="b")
    with pytest.raises(SinkError, match="'b' is not reached from 'a'"):
        walk.stationary_distribution()
    line = WalkOperator.from_matrix(WalkOperator(families.line(2)).matrix)
    assert line.stationary_distribution().tolist() == [0.0, 1.0]
    assert line.forward_probability() == 0.5


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


def _dense(graph: FeedforwardDAG) -> WalkOperator:
    return WalkOperator.from_matrix(WalkOperator(graph).exact, nodes=graph.nodes)


@pytest.mark.parametrize(
    "operator",
    [
        WalkOperator(families.sliding_window(40, 5)),
        _dense(families.complete(12)),
        MultiHeadWalk(families.reversed_lines(40)),
        WalkOperator(FeedforwardDAG([("a", "b"), ("a", "c"), ("b", "d")], nodes="abcd"), sink="d"),
    ],
    ids=["runs", "pairs", "no order", "missed"],
)
def test_exact_hitting_times_are_capped_or_asked_for(
    operator: WalkOperator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fractions that fit are the default, floats near them where they do not."""
    exact = operator.expected_hitting_times(exact=True)
    floats = operator.expected_hitting_times(exact=False)
    assert exact.dtype == object
    assert floats.dtype == np.float64
    assert floats == pytest.approx(exact.astype(float), rel=1e-13)
    assert operator.expected_hitting_times().tolist() == exact.tolist()
    monkeypatch.setattr(walk_module, "MOST_BITS", 1)
    capped = operator.expected_hitting_times()
    assert capped.tolist() in (floats.tolist(), exact.tolist())
    longest = max(x.denominator.bit_length() for x in exact if x != np.inf)
    assert capped.dtype == np.float64 or longest <= 1


def test_fractions_of_floats_are_not_asked_for() -> None:
    line = WalkOperator.from_matrix(WalkOperator(families.line(3)).matrix)
    with pytest.raises(NumberError, match="these are floats"):
        line.expected_hitting_times(exact=True)
    assert line.expected_hitting_times(exact=False).tolist() == [4.0, 2.0, 0.0]


@given(case=mixtures(max_nodes=4), t=st.one_of(st.integers(0, 40), st.integers(500, 3000)))
@settings(max_examples=25)
def test_enclosures_hold_the_exact_distance(case: Mixture, t: int) -> None:
    """The lower bound is 0 of the number 0 only, however small the number is."""
    mix = mixed_walk(case)
    exact, found = Fraction(mix.distance(t, exact=True)), mix.distance(t, exact=False)
    assert isinstance(found, Enclosure)
    assert found.lower <= exact <= found.upper
    assert (found.lower > 0) == (exact > 0)
    assert found.upper <= max(exact * (1 + Fraction(1, 2**30)), Fraction(1, 2**1070))


def test_a_distance_too_long_to_write_is_enclosed() -> None:
    """By default; where a Fraction is asked for it is refused, as are bounds too near 0."""
    cell, long = WalkOperator(families.line(2)), 2**28
    with pytest.raises(UndecidedError, match="needs 2 numbers"):
        cell.distance(long, exact=True)
    with pytest.raises(UndecidedError, match="bounds that are too long"):
        cell.distance(long)
    share = Fraction(2**20 - 1, 2**20)
    sticky = WalkOperator.from_matrix([[share, 0], [1 - share, 1]])
    found = sticky.distance(2**23)
    assert isinstance(found, Enclosure)
    assert float(found) == pytest.approx(math.exp(2**23 * math.log1p(-(2**-20))), rel=1e-9)
    assert 0 < found.lower < found < found.upper < found.lower * (1 + 2**-50)
    tiny = cell.distance(2000, exact=False)
    assert float(tiny) == 0
    assert tiny.lower <= Fraction(1, 2**2000) <= tiny.upper  # type: ignore[union-attr]


def test_how_exact_distances_are_is_asked() -> None:
    """Above 4,096 nodes too; a table is of Fractions or of floats."""
    long, short = WalkOperator(families.line(4100)), WalkOperator(families.line(4))
    assert not isinstance(long.distance(3, exact=True), float)
    assert long.distances(1, exact=True).tolist() == [Fraction(1), Fraction(1)]
    assert short.distances(9, exact=False).dtype == np.float64
    assert short.distances(9, exact=False).tolist() == pytest.approx(
        short.distances(9, exact=True).astype(float).tolist()
    )
    floats = WalkOperator.from_matrix(short.matrix)
    assert not isinstance(floats.distance(3, exact=False), Enclosure)
    for ask in (lambda: floats.distance(3, exact=True), lambda: floats.distances(3, exact=True)):
        with pytest.raises(NumberError, match="asks for rational weights"):
            ask()
