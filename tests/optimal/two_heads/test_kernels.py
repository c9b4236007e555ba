"""Two heads as polynomials in the weight of the first."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp
from cases.pairs_of_heads import EXAMPLE_8, EXAMPLE_13, heads
from cases.pairs_of_heads import Pair as Heads
from cases.profiles import FOURS, two_heads

from dagmix import DiffusionOperator, MultiHeadDiffusion, families
from dagmix._engine.exact.scalars import HALF
from dagmix.optimal.two_heads.kernels import mixture, same_heads

BETA = sp.Symbol("beta")


@pytest.mark.parametrize("pair", [EXAMPLE_8, EXAMPLE_13, FOURS[0]])
def test_rows_are_sympys_polynomials(pair: Heads) -> None:
    model = two_heads(MultiHeadDiffusion(heads(pair)))
    one, other = (DiffusionOperator(g, sink=model.size - 1).exact for g in heads(pair))
    power = sp.eye(model.size)
    for t in range(5):
        for j in range(model.size):
            top, bottom = (f.coeffs() for f in vars(model.rows.ratio(t, j)).values())
            mine = sum(sp.Integer(int(c)) * BETA**k for k, c in enumerate(top)) / int(bottom[0])
            assert sp.expand(power[model.size - 1, j] - mine) == 0
        power = (power * (BETA * one + (1 - BETA) * other)).expand()


def test_limits_are_the_library_s() -> None:
    model = two_heads(MultiHeadDiffusion(heads(EXAMPLE_13)))
    assert model.limit(0).value(Fraction(2, 7)) == Fraction(2, 7)
    assert model.limit(1).value(Fraction(2, 7)) == Fraction(5, 7)


def test_the_sink_of_the_mixture_is_the_listener() -> None:
    model = two_heads(MultiHeadDiffusion(heads(EXAMPLE_8)))
    assert model.sink == 2
    assert mixture(model.heads, HALF).adjacency.n == 3


def test_two_pairs_of_heads_are_the_same() -> None:
    """The same matrices in the same order, however they are kept."""
    line, complete = (DiffusionOperator(make(3)) for make in (families.line, families.complete))
    rows = DiffusionOperator.from_matrix(line.exact)
    pair = line.transition, complete.transition
    assert same_heads(pair, (rows.transition, complete.transition))
    assert not same_heads(pair, pair[::-1])
    assert not same_heads(pair, (line.transition, line.transition))
    assert not same_heads(pair, (DiffusionOperator(families.line(2)).transition,) * 2)
