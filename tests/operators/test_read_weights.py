"""Weights of every field, beside heads of every field."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
import sympy as sp

from dagmix import DiffusionOperator, MultiHeadDiffusion, families
from dagmix.errors import SymbolicError, WeightError

HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    ("weights", "error", "message"),
    [
        ([sp.Symbol("a"), 0.5], SymbolicError, "floats"),
        ([sp.Symbol("a", negative=True), 1], WeightError, "weight 0 is a"),
        ([sp.Symbol("a"), sp.Rational(3, 2) - sp.Symbol("a")], WeightError, "cannot"),
        ([sp.Symbol("a"), 2], WeightError, "cannot"),
        ([sp.sqrt(2), 1 - sp.sqrt(2)], WeightError, "weight 1"),
    ],
)
def test_weights_with_symbols(weights: list[Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        MultiHeadDiffusion([families.line(3)] * 2, weights)


def test_irrational_constants_are_named_as_such() -> None:
    root = sp.sqrt(2) / 2
    mixture = MultiHeadDiffusion([families.line(3)] * 2, [root, 1 - root])
    assert sp.simplify(mixture.signal(1, 1) - HALF) == 0
    with pytest.raises(SymbolicError, match="irrational"):
        mixture.minimax_fidelity()


def test_symbols_refuse_float_heads() -> None:
    floats = DiffusionOperator.from_matrix(DiffusionOperator(families.line(3)).matrix)
    with pytest.raises(SymbolicError, match="float array"):
        MultiHeadDiffusion([floats, floats], sp.symbols("a b"))


def test_decimals_are_the_strings_they_print() -> None:
    weights = [Decimal("0.1"), Decimal("0.90")]
    mix = MultiHeadDiffusion([families.line(3)] * 2, weights)
    assert mix.weights == (Fraction(1, 10), Fraction(9, 10))
    assert DiffusionOperator.from_matrix([[1, 0], weights]).signal(0, 1) == Fraction(1, 10)
