"""Classes that settle too slowly to be stepped: enclosed by squaring."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from dagmix import DiffusionOperator
from dagmix._engine.fidelity import branch_and_bound, sink_context
from dagmix._engine.fidelity.recurrent import limits, long_limits
from dagmix.errors import UndecidedError

SLOW = Fraction(1, 10**4)


def slow(stay: Any, turn: list[int], enter: list[Any]) -> list[list[Any]]:
    """Return a class that goes on by `turn`, evenly mixed at a rate of SLOW, and last a sink."""
    n = len(turn)
    rows: list[list[Any]] = [[SLOW / n] * n + [0] for _ in range(n)]
    for i, k in enumerate(turn):
        rows[i][k] += 1 - SLOW
    return [*rows, [*((1 - stay) * Fraction(x) for x in enter), stay]]


CASES: dict[str, tuple[list[list[Any]], int]] = {
    "rising to the limit": (slow(Fraction(1, 2), [0, 1], [1, 0]), 1),
    "falling from a peak": (slow(Fraction(1, 2), [0, 1], [1, 0]), 0),
    "nearly periodic": (slow(Fraction(1, 3), [1, 0], [1, 0]), 1),
    "nearly of two periods": (slow(Fraction(1, 3), [1, 0, 3, 4, 2], [0, 1, 1, 0, 0]), 2),
}


@pytest.mark.parametrize("first", [0, 5])
@pytest.mark.parametrize(("rows", "node"), CASES.values(), ids=CASES.keys())
def test_slow_classes_are_enclosed(rows: list[list[Any]], node: int, first: int) -> None:
    """The bounds hold all signals; they meet at the limit, 1/n, or at an early peak above it."""
    total = [sum(row) for row in rows]
    delta = [[Fraction(x) / t for x in row] for row, t in zip(rows, total, strict=True)]
    sink = len(rows) - 1
    floats = DiffusionOperator.from_matrix([[float(x) for x in row] for row in delta], sink=sink)
    found = floats.node_fidelity(node, first)
    signals = floats.signals(3000)[first:, node]
    limit = 1 / sink
    best = max(signals.max(), limit)
    assert found.lower <= best * (1 + 1e-11)
    assert best <= found.upper * (1 + 1e-11)
    assert found.upper - found.lower < 1e-11
    assert found.attained == ("undecided" if best == limit else True)
    assert found.attained_at(first + int(signals.argmax())) == (best > limit)


def test_a_periodic_class_may_be_slow_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four nodes in two parts: exact operators are enclosed where their integers grow too long."""
    e = Fraction(1, 10**6)
    rows = [[0, 0, 1 - e, e, 0], [0, 0, e, 1 - e, 0], [1, 0, 0, 0, 0], [0, 1, 0, 0, 0]]
    rows.append([1, 0, 0, 0, 0])
    monkeypatch.setattr(sink_context, "WORK", 10**6)
    exact = DiffusionOperator.from_matrix(rows, sink=4)
    rise, peak = exact.node_fidelity(1), exact.node_fidelity(0)
    assert rise.lower <= Fraction(1, 2) <= rise.upper
    assert rise.upper - rise.lower < 1e-11
    assert (rise.attained, rise.onwards) == ("undecided", True)
    assert (peak.value, peak.attained, peak.times) == (1.0, True, (1,))


@pytest.mark.parametrize("most", [64, 3])
def test_more_doublings_are_tried(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_limits, "FEW_DOUBLINGS", 2)
    monkeypatch.setattr(long_limits, "MOST_DOUBLINGS", most)
    monkeypatch.setattr(limits, "STEPS", 2**6)
    rows, node = CASES["rising to the limit"]
    floats = DiffusionOperator.from_matrix(np.array(rows, dtype=float))
    if most == 3:
        with pytest.raises(UndecidedError, match=r"node 1 do not settle within 2\^3 steps"):
            floats.node_fidelity(node)
    else:
        assert floats.node_fidelity(node).value == pytest.approx(0.5)


@pytest.mark.parametrize("case", ["rising to the limit", "nearly periodic"])
def test_windows_that_are_left_are_a_range(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where few splits are allowed the times are all between the first and the last."""
    monkeypatch.setattr(branch_and_bound, "MOST_SPLITS", 0)
    rows, node = CASES[case]
    node = 1 - node if case == "nearly periodic" else node
    found = DiffusionOperator.from_matrix(np.array(rows, dtype=float)).node_fidelity(node)
    assert found.lower <= found.value <= found.upper
    assert isinstance(found.times, range | tuple)
