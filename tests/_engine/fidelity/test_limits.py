"""Closed classes: suprema that are limits, in exact and in float arithmetic."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagmix import DiffusionOperator, FeedforwardDAG, MultiHeadDiffusion
from dagmix._engine.exact.recurrences import Tail
from dagmix._engine.fidelity import limits, sink_context
from dagmix.errors import UndecidedError

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


@pytest.mark.parametrize("number", [float, Fraction])
def test_a_periodic_class_is_not_decided(number: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two nodes that exchange their values forever have no limit."""
    monkeypatch.setattr(sink_context, "WORK", 10**7)
    monkeypatch.setattr(limits, "LONGEST_LIMIT", 100)
    rows: list[list[Any]] = [[0, 1, 0], [1, 0, 0], [HALF, 0, HALF]]
    diffusion = DiffusionOperator.from_matrix([[number(x) for x in row] for row in rows])
    with pytest.raises(UndecidedError, match="after"):
        diffusion.node_fidelity(0)


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


def test_a_limit_attained_at_every_second_step_is_not_called_settled() -> None:
    """Infinitely many times, but not all later ones: no tuple can say it, an error does."""
    future = limits._Future(6)
    gaps = [Fraction(0) if t % 2 else -Fraction(1, 2**t) for t in range(12)]
    assert future.is_settled(gaps)
    with pytest.raises(UndecidedError, match=r"limit Fraction\(1, 3\) .* infinitely many"):
        future.fidelity(gaps, Fraction(1, 3), 0)


def test_a_double_eigenvalue_that_does_not_lead() -> None:
    """A polynomial factor on a smaller eigenvalue is outweighed in the end, and only then."""
    terms = [-Fraction(1, 2**t) + 20 * t * Fraction(1, 3**t) for t in range(10)]
    tail = Tail(terms)
    assert not tail.is_negative_from(5)
    assert tail.is_negative_from(40)
    assert tail.stays_below(Fraction(1, 2), 40)
    assert not tail.stays_below(Fraction(1, 2), 1)
