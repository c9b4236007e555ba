"""Rows of powers as functions: what is refused, and how they are counted and stepped."""

from __future__ import annotations

import pytest
import sympy as sp

from dagmix import DiffusionOperator, MultiHeadDiffusion, MultiHeadWalk, Work, families
from dagmix._engine.chains.symbolic.rows import stepped
from dagmix._engine.exact.vectors import unit
from dagmix._util.budget import Meter
from dagmix.errors import BudgetError, NumberError, SymbolicError
from dagmix.paper import example_3_13

B, T, Z = sp.symbols("b t z")


def test_what_has_no_functions() -> None:
    """Floats, more than 64 nodes, a variable that is none."""
    floats = DiffusionOperator.from_matrix([[1, 0], [0.5, 0.5]])
    large = DiffusionOperator(families.line(65))
    with pytest.raises(SymbolicError, match="a generating function needs rational or symbolic"):
        floats.generating_function(0, Z)
    with pytest.raises(NumberError, match="up to 64 nodes, not 65"):
        large.generating_function(0, Z)
    for wrong in (0.5, sp.Rational(1, 2), "z", None):
        with pytest.raises(NumberError, match="the variable z is a SymPy symbol"):
            DiffusionOperator(families.line(2)).generating_function(0, wrong)


def test_a_budget_counts_the_nodes() -> None:
    """With symbols a closed form takes a step for every node that counts, at most n."""
    mix = MultiHeadDiffusion(example_3_13(), [B, 1 - B])
    with pytest.raises(BudgetError, match="3 of 4 steps begun"):
        mix.signal("u", T, budget=Work(3))
    assert mix.signal("u", T, budget=Work(4)) == mix.signal("u", T)
    assert mix.signal("τ", T, budget=Work(1)) == sp.Rational(1, 2) ** T


def test_rows_are_the_signals() -> None:
    mix = MultiHeadDiffusion(example_3_13(), [B, 1 - B])
    rows = list(stepped(mix.transition, unit(4, 3, 1), 3, Meter()))
    assert [row[0] for row in rows] == [mix.signal("u", t) for t in range(4)]
    assert (mix.signals(3) == rows).all()


@pytest.mark.slow
def test_large_strong_components() -> None:
    """det(I − zM) of a walk that has cycles, against SymPy's inverse."""
    walk = MultiHeadWalk(example_3_13(), [B, 1 - B])
    matrix = walk.exact
    inverse = (sp.eye(4) - Z * matrix).inv()
    for j, node in enumerate("uvwτ"):
        survival = sum(inverse[i, j] for i in range(3)) if j < 3 else 0
        assert sp.cancel(walk.generating_function(node, Z) - survival) == 0
