"""Closed classes: suprema that are limits, in exact and in float arithmetic."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from cases.subjects import as_oracle
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle.fidelity import Signals

from dagmix import DiffusionOperator, FeedforwardDAG, MultiHeadDiffusion
from dagmix._engine.exact.recurrences import Tail
from dagmix._engine.fidelity.recurrent import limits

HALF = Fraction(1, 2)


def corridor(length: int, stay: Fraction) -> list[list[Fraction]]:
    """A corridor from the sink into a cycle of three nodes: a late peak, then the limit 1/3."""
    n = length + 3
    rows = [[Fraction(0)] * n for _ in range(n)]
    for i in range(3):
        rows[i][i], rows[i][(i + 1) % 3] = stay, 1 - stay
    for i in range(3, n):
        rows[i][i - 1] = Fraction(1)
    return rows


@pytest.mark.parametrize("length", [3, 20, 60])
def test_a_late_peak_is_seen(length: int) -> None:
    """The signal is 0 for a long time, then high, then near 1/3: floats see what integers see."""
    rows = corridor(length, Fraction(1, 8))
    exact = DiffusionOperator.from_matrix(rows, sink=length + 2)
    floats = DiffusionOperator.from_matrix(np.array(rows, dtype=float), sink=length + 2)
    for node in range(3):
        one, other = exact.node_fidelity(node), floats.node_fidelity(node)
        assert other.lower <= one.value <= other.upper
        assert one.times == other.times
        assert other.attained is True
        assert one.value == max(exact.signals(length + 40)[:, node])


def test_a_rise_to_the_limit_is_undecided_in_floats() -> None:
    heads = [FeedforwardDAG(pairwise(path), nodes="uvwτ") for path in ("uvwτ", "vuwτ")]
    floats = MultiHeadDiffusion(heads, [0.5, 0.5])
    found = floats.node_fidelity("u")
    assert found.lower <= HALF <= found.upper
    assert found.upper - found.lower < 1e-11
    assert found.attained == "undecided"
    assert floats.minimax_fidelity().nodes == ("u", "v", "w")


@pytest.mark.slow
@settings(max_examples=20)
@given(st.integers(1, 99), st.integers(1, 99), st.integers(1, 50), st.integers(0, 3))
def test_two_state_classes(a: int, b: int, enter: int, first: int) -> None:
    """Between two nodes that hear each other the limit is stationary; above it only early."""
    p, q, e = Fraction(a, 100), Fraction(b, 100), Fraction(enter, 100)
    rows = [[1 - p, p, 0], [q, 1 - q, 0], [e, 0, 1 - e]]
    exact = DiffusionOperator.from_matrix(rows)
    floats = DiffusionOperator.from_matrix([[float(x) for x in row] for row in rows])
    for node, weight in ((0, q / (p + q)), (1, p / (p + q))):
        one = exact.node_fidelity(node, first)
        scanned = list(exact.signals(60)[first:, node])
        assert one.value >= max(weight, *scanned)
        if not one.attained:
            assert one.value == weight > max(scanned)
        elif not one.onwards:
            assert all(exact.signal(node, t) == one.value for t in one.times)
        other = floats.node_fidelity(node, first)
        assert other.lower * (1 - 1e-13) <= float(one.value) <= other.upper * (1 + 1e-13)


def test_a_class_that_is_left_alone_at_once() -> None:
    """Rows that are all alike reach the limit in one step, and keep it."""
    third = Fraction(1, 3)
    rows = [[third, 2 * third, 0], [third, 2 * third, 0], [0, 1, 0]]
    found = DiffusionOperator.from_matrix(rows).node_fidelity(0)
    assert (found.value, found.times, found.onwards) == (third, (2,), True)


TURNING: dict[str, list[list[Any]]] = {
    "in turn": [[0, 1, 0], [1, 0, 0], [1, 0, 0]],
    "approached": [[0, 1, 0], [1, 0, 0], [HALF, 0, HALF]],
    "both phases alike": [[0, 1, 0], [1, 0, 0], [HALF, HALF, 0]],
    "two of four phases": [
        [0, 1, 0, 0, 0],
        [0, 0, 1, 0, 0],
        [0, 0, 0, 1, 0],
        [1, 0, 0, 0, 0],
        [HALF, HALF, 0, 0, 0],
    ],
    "passed before": [[0, 1, 0, 0], [HALF, 0, HALF, 0], [0, 1, 0, 0], [1, 0, 0, 0]],
    "a sink in the class": [[0, 1, 0], [0, 0, 1], [1, 0, 0]],
    "a class of parts that settle": [
        [0, 0, Fraction(1, 3), Fraction(2, 3), 0],
        [0, 0, Fraction(3, 4), Fraction(1, 4), 0],
        [HALF, HALF, 0, 0, 0],
        [1, 0, 0, 0, 0],
        [Fraction(1, 5), 0, Fraction(2, 5), 0, Fraction(2, 5)],
    ],
    "at every second time, though the class settles": [
        [0, HALF, HALF, 0],
        [0, HALF, HALF, 0],
        [0, HALF, HALF, 0],
        [1, 0, 0, 0],
    ],
}


@pytest.mark.parametrize("first", [0, 1, 3])
@pytest.mark.parametrize("rows", TURNING.values(), ids=TURNING.keys())
def test_a_periodic_class_has_a_limit_at_each_phase(rows: list[list[Any]], first: int) -> None:
    """Rational answers are the oracle's; floats enclose them and leave no time out."""
    delta = [[Fraction(x) for x in row] for row in rows]
    sink = len(rows) - 1
    exact = DiffusionOperator.from_matrix(delta, sink=sink)
    floats = DiffusionOperator.from_matrix(np.array(rows, dtype=float), sink=sink)
    signals = Signals(delta, sink)
    for node in range(len(rows)):
        expected = signals.fidelity(node, first)
        assert as_oracle(exact.node_fidelity(node, first)) == expected
        other = floats.node_fidelity(node, first)
        assert other.lower <= expected.value <= other.upper
        assert other.upper - other.lower < 1e-11
        for t in range(first, first + 200):
            if signals.row(t)[node] == expected.value:
                assert other.attained_at(t), (node, t)


def test_the_supremum_of_a_node_in_turn() -> None:
    diffusion = DiffusionOperator.from_matrix(TURNING["in turn"])
    found = diffusion.node_fidelity(0)
    assert (found.value, found.times, found.onwards, found.period) == (1, (1,), True, 2)
    assert [t for t in range(7) if found.attained_at(t)] == [1, 3, 5]
    assert diffusion.minimax_fidelity().value == 1


def test_phases_that_floats_exclude_are_not_among_the_times() -> None:
    diffusion = DiffusionOperator.from_matrix(np.array(TURNING["in turn"], dtype=float))
    found = diffusion.node_fidelity(0)
    assert (found.attained, found.onwards, found.period) == ("undecided", True, 2)
    assert not any(found.attained_at(t) for t in range(0, 100, 2))


def chains() -> st.SearchStrategy[tuple[list[list[Fraction]], int]]:
    """Stochastic matrices of 2 to 5 nodes, half of whose rows have one entry, and a sink."""

    def row(n: int) -> st.SearchStrategy[list[Fraction]]:
        alone = st.integers(0, n - 1).map(lambda j: [Fraction(int(i == j)) for i in range(n)])
        shares = st.lists(st.integers(0, 6), min_size=n, max_size=n).filter(any)
        return alone | shares.map(lambda some: [Fraction(x, sum(some)) for x in some])

    return st.integers(2, 5).flatmap(
        lambda n: st.tuples(st.lists(row(n), min_size=n, max_size=n), st.integers(0, n - 1))
    )


@pytest.mark.slow
@settings(max_examples=40)
@given(chains(), st.integers(0, 3))
def test_no_small_chain_is_undecided(chain: tuple[list[list[Fraction]], int], first: int) -> None:
    """The oracle's answers from rational entries, periodic or not; from floats, around them."""
    delta, sink = chain
    exact = DiffusionOperator.from_matrix(delta, sink=sink)
    rows = [[float(x) for x in row] for row in delta]
    floats = DiffusionOperator.from_matrix(rows, sink=sink)
    signals = Signals(delta, sink)
    for node in range(len(delta)):
        expected = signals.fidelity(node, first)
        assert as_oracle(exact.node_fidelity(node, first)) == expected
        other = floats.node_fidelity(node, first)
        assert other.lower * (1 - 1e-13) <= expected.value <= other.upper * (1 + 1e-13)
    assert exact.minimax_fidelity(first).value == signals.minimax(first)[0]
    floats.minimax_fidelity(first)


def test_several_sources_share_the_mass() -> None:
    """Absorption probabilities add up to 1; each is approached, not attained."""
    graph = FeedforwardDAG([("a", "c"), ("b", "c"), ("b", "d"), ("c", "d")])
    exact, floats = (
        DiffusionOperator(graph),
        DiffusionOperator.from_matrix(DiffusionOperator(graph).matrix, nodes=graph.nodes),
    )
    found = [exact.node_fidelity(node) for node in "ab"]
    assert sum(one.value for one in found) == 1
    assert [one.attained for one in found] == [False, False]
    for node, one in zip("ab", found, strict=True):
        other = floats.node_fidelity(node)
        assert other.lower <= one.value <= other.upper
        assert other.attained is False


def test_several_sources_behind_a_cycle_in_floats() -> None:
    """Absorption through nodes that hear each other: elimination without subtraction."""
    rows = [[1, 0, 0, 0, 0], [0, 1, 0, 0, 0], ["1/4", 0, "1/4", "1/2", 0]]
    rows += [[0, "1/3", "1/3", "1/3", 0], [0, 0, "1/2", 0, "1/2"]]
    exact = DiffusionOperator.from_matrix(rows)
    floats = DiffusionOperator.from_matrix(exact.matrix)
    for node in (0, 1):
        one, other = exact.node_fidelity(node), floats.node_fidelity(node)
        assert other.lower <= one.value <= other.upper
        assert other.upper - other.lower < 1e-11


@pytest.mark.slow
def test_signals_below_the_floats_are_exact() -> None:
    """A signal of 2⁻¹⁰⁰⁰ is handed to integers, and rounded outwards at the end."""
    tiny = Fraction(1, 2**500)
    rows = [[1, 0, 0, 0], [HALF, HALF, 0, 0], [HALF, tiny, HALF - tiny, 0]]
    rows += [[HALF, 0, tiny, HALF - tiny]]
    exact = DiffusionOperator.from_matrix(rows)
    floats = MultiHeadDiffusion([exact], [1.0])
    column = list(exact.signals(12)[:, 1])
    one, other = exact.node_fidelity(1), floats.node_fidelity(1)
    assert one.times == other.times == tuple(t for t, x in enumerate(column) if x == max(column))
    assert other.lower <= one.value == max(column) <= other.upper
    assert 0 < other.lower <= other.value <= other.upper < 1e-300
    minimum = floats.minimax_fidelity()
    assert minimum.nodes == (1,)
    assert 0 < minimum.lower <= one.value <= minimum.upper < 1e-300
    assert floats.signal(1, 3) == float(column[3])


def test_a_tail_knows_zero() -> None:
    assert Tail([Fraction(1), Fraction(0), Fraction(0), Fraction(0)]).is_zero()


def test_a_limit_attained_at_every_second_step() -> None:
    """Infinitely many times, but not all later ones; an exception at the start is listed."""
    future = limits._Future(4, [Fraction(1, 3)], 6)
    for t in range(12):
        gap = 0 if t % 2 or t == 2 else Fraction(1, 2 ** (t + 2))
        future.take(*(Fraction(1, 3) - gap).as_integer_ratio())
    stride = future.settled()
    assert stride == 2
    found = future.fidelity(stride)
    assert (found.times, found.onwards, found.period) == ((5, 6, 7, 9), True, 2)


def test_a_double_eigenvalue_that_does_not_lead() -> None:
    """A polynomial factor on a smaller eigenvalue is outweighed in the end, and only then."""
    terms = [-Fraction(1, 2**t) + 20 * t * Fraction(1, 3**t) for t in range(10)]
    tail = Tail(terms)
    assert not tail.is_negative_from(5)
    assert tail.is_negative_from(40)
    assert tail.stays_below(Fraction(1, 2), 40)
    assert not tail.stays_below(Fraction(1, 2), 1)
