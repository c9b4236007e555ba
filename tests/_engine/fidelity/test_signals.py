"""Signals: against the oracle, too long or too small for floats, and refused."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import oracle
import pytest
import sympy as sp
from cases.strategies import mixtures
from cases.subjects import every_graph, graph, mixed_diffusion, with_and_without_loops
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle.fidelity import Signals

from dagmix import DiffusionOperator, Work, families
from dagmix._engine.chains import transition
from dagmix._engine.chains.powers import ball_powers
from dagmix._engine.fidelity import signals
from dagmix.errors import BudgetError, NumberError, UndecidedError
from dagmix.operators import Enclosure

if TYPE_CHECKING:
    from cases.zoo import Edges, Mixture


@pytest.mark.slow
def test_exact_signals_of_too_many_nodes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transition, "LARGEST_EXACT", 10**6)
    diffusion = DiffusionOperator(families.complete(100_000))
    with pytest.raises(UndecidedError, match="exact signals need 100000 numbers"):
        diffusion.minimax_fidelity()


def test_small_signals_of_many_nodes_are_enclosed() -> None:
    """C(5000, 4999) 2⁻⁵⁰⁰⁰ is below the smallest float, and said to be positive, below 2⁻⁸⁹⁹."""
    found = DiffusionOperator(families.line(5000)).signal(0, 5000)
    assert isinstance(found, Enclosure)
    assert 0 < found.lower <= Fraction(5000, 2**5000)
    assert found.upper == 2.0**-899


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
    """t/2ᵗ at t = 10⁹ is too long as a Fraction, and so are its bounds; what tends to 1 is not."""
    diffusion = DiffusionOperator(families.line(3))
    with pytest.raises(UndecidedError, match="numbers of"):
        diffusion.signal(1, 10**9, exact=True)
    with pytest.raises(UndecidedError, match="bounds that are too long to write"):
        diffusion.signal(1, 10**9)
    at_last = diffusion.signal(0, 10**9)
    assert isinstance(at_last, Enclosure)
    assert at_last.lower < 1 <= at_last.upper


@given(case=mixtures(max_nodes=4), t=st.one_of(st.integers(0, 40), st.integers(500, 3000)))
@settings(max_examples=25)
def test_enclosures_hold_the_exact_numbers(case: Mixture, t: int) -> None:
    """The lower bound is 0 of the number 0 only, however small the number is."""
    mix = mixed_diffusion(case)
    for node in mix.nodes:
        exact = Fraction(mix.signal(node, t, exact=True))
        found = mix.signal(node, t, exact=False)
        assert isinstance(found, Enclosure)
        assert found.lower <= exact <= found.upper
        assert (found.lower > 0) == (exact > 0)
        assert found.upper <= max(exact * (1 + Fraction(1, 2**30)), Fraction(1, 2**1070))


def test_how_exact_signals_are_is_asked() -> None:
    """Above 4,096 nodes too; a table is of Fractions or of floats."""
    long = DiffusionOperator(families.line(4100))
    assert long.signal(4098, 3, exact=True) == Fraction(3, 8)
    short = DiffusionOperator(families.line(4))
    assert short.signals(3, exact=False).dtype == np.float64
    assert short.signals(3, exact=False).tolist() == short.signals(3, exact=True).tolist()
    assert long.signals(1, exact=True)[1, 4098] == Fraction(1, 2)
    floats = DiffusionOperator.from_matrix(short.matrix)
    for ask in (lambda: floats.signal(0, 3, exact=True), lambda: floats.signals(3, exact=True)):
        with pytest.raises(NumberError, match="asks for rational weights"):
            ask()
    with pytest.raises(NumberError, match="True, False or None"):
        short.signal(0, 3, exact="no")  # type: ignore[arg-type]


def test_expressions_take_a_budget() -> None:
    """A closed form counts the terms of its recurrence, symbols the steps of the row."""
    t, a = sp.symbols("t a")
    line = DiffusionOperator(families.line(3))
    assert line.signal(1, t, budget=Work(8)) == line.signal(1, t)
    with pytest.raises(BudgetError, match="with 7 of 8 steps begun"):
        line.signal(1, t, budget=Work(7))
    with pytest.raises(BudgetError, match="with 0 of 8"):
        line.signal(1, t, budget=0)
    mix = DiffusionOperator.from_matrix([[1, 0], [a, 1 - a]])
    assert mix.signal(0, 3, budget=Work(3)) == mix.signal(0, 3)
    with pytest.raises(BudgetError, match="with 2 of 3 steps begun"):
        mix.signal(0, 3, budget=Work(2))
    with pytest.raises(NumberError, match="a budget is"):
        line.signal(1, 3, budget=-1)


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
