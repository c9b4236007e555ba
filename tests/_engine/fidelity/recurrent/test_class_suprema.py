"""All nodes of a recurrent class at once: bounds of their fidelities around the exact ones."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle.fidelity import Signals

from dagmix import DiffusionOperator, MultiHeadDiffusion, families
from dagmix._engine.exact.enclosures import SMALLEST
from dagmix._engine.fidelity import node_fidelity
from dagmix._engine.fidelity.recurrent import class_suprema
from dagmix._engine.fidelity.recurrent.class_suprema import is_shared, stationary
from dagmix._engine.fidelity.sink_context import SinkContext

Rows = list[list[Fraction]]


@pytest.fixture
def every_class(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bound small classes in this way, too, of rational operators as well."""
    monkeypatch.setattr(class_suprema, "FEWEST", 2)
    monkeypatch.setattr(node_fidelity, "LARGEST_CLASS", 1)


@st.composite
def chains(draw: st.DrawFn) -> Rows:
    """Nodes 0 … m − 1 are a class with a loop; the others lead to it, and to a source."""
    size, before = draw(st.integers(2, 4)), draw(st.integers(1, 2))
    n = size + before + 1
    weights = st.sampled_from([0, 0, 1, 2, 5])
    rows = []
    for i in range(size):
        row = draw(st.lists(weights, min_size=size, max_size=size))
        row[(i + 1) % size] += 1
        row[0] += i == 0
        rows.append(row + [0] * (n - size))
    rows.append([0] * size + [1] + [0] * before)
    for i in range(size + 1, n):
        row = draw(st.lists(weights, min_size=i + 1, max_size=i + 1))
        row[draw(st.integers(0, i - 1))] += 1
        rows.append(row + [0] * (n - i - 1))
    return [[Fraction(entry, sum(row)) for entry in row] for row in rows]


@pytest.mark.usefixtures("every_class")
@settings(max_examples=25)
@given(chains(), st.integers(0, 3))
def test_bounds_are_around_the_supremum(rows: Rows, first: int) -> None:
    sink = len(rows) - 1
    truth, found = Signals(rows, sink), DiffusionOperator.from_matrix(rows, sink=sink)
    for node in range(len(rows) - 1):
        one, expected = found.node_fidelity(node, first), truth.fidelity(node, first)
        assert one.lower <= expected.value <= one.upper
        assert one.upper - one.lower <= 1e-11 * one.upper
        if one.attained is True:
            assert set(expected.times) <= set(one.times)
        assert all(time >= first for time in one.times)


@pytest.mark.parametrize("weights", [["1/2", "1/2"], [0.5, 0.5], ["1/3", "2/3"], [0.3, 0.7]])
def test_the_line_and_its_reverse(weights: Any) -> None:
    """A walk to and fro on 60 nodes: π is geometric, and the minimum is where it says."""
    mix = MultiHeadDiffusion(families.reversed_lines(61), weights)
    found = mix.minimax_fidelity()
    back, on = (float(Fraction(weight)) for weight in weights)
    signals = MultiHeadDiffusion(families.reversed_lines(61), [back, on]).signals(3000)
    limits = np.append((on / back) ** np.arange(60), 0.0)
    suprema = np.maximum(signals.max(axis=0), limits / limits.sum())
    assert found.lower * (1 - 1e-9) <= suprema.min() <= found.upper * (1 + 1e-9)
    assert found.upper - found.lower <= 1e-9 * found.upper
    closest = np.flatnonzero(suprema <= suprema.min() * (1 + 1e-12))
    assert {mix.nodes[row] for row in closest} <= set(found.nodes)
    one = mix.node_fidelity(found.nodes[0])
    assert one.lower <= found.upper
    assert one.onwards == (one.attained == "undecided")


def test_what_a_few_steps_leave_open_is_enclosed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit of the middle is 1/60, and the bounds say no more than 200 steps do."""
    monkeypatch.setattr(class_suprema, "LONGEST", 200)
    mix = MultiHeadDiffusion(families.reversed_lines(61))
    found = mix.node_fidelity(30)
    assert found.lower < Fraction(1, 60) < found.upper < 1
    assert found.attained == "undecided"
    assert found.times[-1] > 200


def test_a_class_too_skew_for_floats_is_left_to_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """π falls by 10³⁰ from node to node; the first of them has the least."""
    monkeypatch.setattr(class_suprema, "FEWEST", 2)
    n, rare = 12, 1e-30
    rows = np.zeros((n + 1, n + 1))
    for i in range(n):
        rows[i, max(i - 1, 0)] = rare
        rows[i, min(i + 1, n - 1)] += 1 - rare
    rows[n, [n - 1, n]] = 0.5
    operator = DiffusionOperator.from_matrix(rows, sink=n)
    members = np.arange(n)
    assert is_shared(SinkContext(operator.transition, n, 0), members)
    assert stationary(operator.transition, members).min() < SMALLEST
    found = operator.node_fidelity(n - 1)
    assert found.lower <= 1 - rare <= found.upper


def test_a_class_that_turns_is_not_for_this_file() -> None:
    """Without a loop, or with a first step that is far away, nodes are bounded one by one."""
    turning = DiffusionOperator.from_matrix(np.roll(np.eye(12), 1, axis=0), sink=11)
    assert not is_shared(SinkContext(turning.transition, 11, 0), np.arange(12))
    mix = MultiHeadDiffusion(families.reversed_lines(21))
    members = np.arange(20)
    assert is_shared(SinkContext(mix.transition, 20, 0), members)
    assert not is_shared(SinkContext(mix.transition, 20, 10**9), members)


def test_a_class_of_two_parts_that_hardly_meet() -> None:
    """The system is singular but for 10⁻⁶⁰: more bits solve it, and π is uniform by symmetry."""
    rare, half = Fraction(1, 10**60), Fraction(1, 2)
    rows = [[half, half, 0, 0], [half, half - rare, rare, 0]]
    rows += [row[::-1] for row in reversed(rows)] + [[]]
    rows[4] = [1, 0, 0, 0, 0]
    operator = DiffusionOperator.from_matrix([row + [0] * (5 - len(row)) for row in rows], sink=4)
    assert stationary(operator.transition, np.arange(4)).tolist() == [0.25] * 4
