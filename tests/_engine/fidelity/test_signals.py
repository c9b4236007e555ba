"""Signals: against the oracle, too long or too small for floats, and refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import oracle
import pytest
import sympy as sp
from cases.subjects import every_graph, graph, with_and_without_loops
from oracle.fidelity import Signals

from dagmix import DiffusionOperator, families
from dagmix._engine.chains import transition
from dagmix._engine.chains.powers import ball_powers
from dagmix._engine.fidelity import signals
from dagmix.errors import NumberError, UndecidedError
from dagmix.operators import Enclosure

if TYPE_CHECKING:
    from cases.zoo import Edges


@pytest.mark.slow
def test_exact_signals_of_too_many_nodes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transition, "LARGEST_EXACT", 10**6)
    diffusion = DiffusionOperator(families.complete(100_000))
    with pytest.raises(UndecidedError, match="exact signals need 100000 numbers"):
        diffusion.minimax_fidelity()


def test_small_signals_of_many_nodes_are_enclosed() -> None:
    """C(5000, 4999) 2⁻⁵⁰⁰⁰ is below the smallest float, and said to be below 2⁻⁸⁹⁹."""
    found = DiffusionOperator(families.line(5000)).signal(0, 5000)
    assert isinstance(found, Enclosure)
    assert (found.lower, found.upper) == (0.0, 2.0**-899)


def test_signals_of_many_nodes_may_take_more_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """What balls cannot square is stepped for about a minute, and then refused."""
    monkeypatch.setattr(transition, "LARGEST_EXACT", 0)
    monkeypatch.setattr(signals, "MOST_STEPS", 10)
    diffusion = DiffusionOperator(families.line(6))
    squared = diffusion.signal(0, 20)
    monkeypatch.setattr(ball_powers, "LARGEST", 35)
    stepped = diffusion.signal(0, 20)
    monkeypatch.setattr(transition, "LARGEST_EXACT", 6)
    exact = diffusion.signal(0, 20)
    for found in (squared, stepped):
        assert isinstance(found, Enclosure)
        assert found.lower <= exact <= found.upper
    monkeypatch.setattr(transition, "LARGEST_EXACT", 0)
    monkeypatch.setattr(signals, "MOST_WORK", 100)
    with pytest.raises(UndecidedError, match="6 × 6 balls are too many"):
        diffusion.signal(0, 20)


def test_closed_forms_have_a_largest_size() -> None:
    with pytest.raises(NumberError, match="up to 64 nodes, not 65"):
        DiffusionOperator(families.line(65)).signal(0, sp.Symbol("t"))


def test_signals_that_are_exactly_zero_need_no_long_way() -> None:
    """A float zero is told from an underflow by the walks there are."""
    matrix = DiffusionOperator(families.line(4)).matrix
    diffusion = DiffusionOperator.from_matrix(matrix)
    assert [diffusion.signal(0, t) for t in range(4)] == [0, 0, 0, 0.125]
    assert DiffusionOperator.from_matrix(np.eye(2), sink=1).signal(0, 10**9) == 0


def test_an_exact_signal_out_of_reach() -> None:
    with pytest.raises(UndecidedError, match="numbers of"):
        DiffusionOperator(families.line(3)).signal(0, 10**9)


@with_and_without_loops
@every_graph
def test_signals(chunk: tuple[int, tuple[Edges, ...]], *, loops: bool) -> None:
    """signal(j, t) = (Δᵗ)[τ, j], exactly."""
    n, graphs = chunk
    for edges in graphs:
        expected = Signals(oracle.diffusion_matrix(n, edges, loops=loops), n - 1)
        diffusion = DiffusionOperator(graph(n, edges, loops=loops))
        for t in range(8):
            found = [diffusion.signal(j, t) for j in range(n)]
            assert found == expected.row(t), (edges, t)


def test_a_table_of_float_signals_is_the_signals() -> None:
    """SignalRow t of the table holds every node's signal at t, and is near the exact one."""
    exact = DiffusionOperator(families.sliding_window(9, 2))
    floats = DiffusionOperator.from_matrix(exact.matrix)
    table, expected = floats.signals(12), exact.signals(12)
    assert table.shape == (13, 9)
    for t in range(13):
        assert table[t].tolist() == [floats.signal(node, t) for node in range(9)]
        assert table[t].tolist() == pytest.approx([float(x) for x in expected[t]], rel=1e-13)
