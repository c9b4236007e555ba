"""Uniform causal attention: the closed form beside products, and who is heard least."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp
from cases.stacks import uniform
from oracle.depth import Layer, rollouts

from dagmix import errors
from dagmix.depth import least_heard, uniform_rollout

HALF, MOST = Fraction(1, 2), Fraction(9, 10)


@pytest.mark.parametrize("residual", [Fraction(0), HALF, MOST])
@pytest.mark.parametrize("n", [1, 2, 3, 6])
def test_the_closed_form_is_the_product(n: int, residual: Fraction) -> None:
    layers = [Layer([Fraction(1)], [uniform(n)], residual)] * 4
    for depth, product in enumerate(rollouts(layers)):
        assert list(uniform_rollout(n, depth, residual)) == product[-1]


def test_values_known_by_hand() -> None:
    texts = {
        (1, HALF): "1/8 1/8 1/8 5/8",
        (2, HALF): "49/192 37/192 31/192 25/64",
        (3, HALF): "1747/4608 1015/4608 721/4608 125/512",
        (2, Fraction(0)): "25/48 13/48 7/48 1/16",
    }
    for (depth, residual), text in texts.items():
        assert uniform_rollout(4, depth, residual) == tuple(map(Fraction, text.split()))


def test_nobody_is_lost_in_the_middle() -> None:
    """The last but one for a large ρ, the last for ρ = 0; for ρ = ½ it changes with depth."""
    for n in (4, 8, 16):
        for depth in range(2, 15):
            assert least_heard(n, depth, MOST) == (n - 2,)
            assert least_heard(n, depth, 0) == (n - 1,)
            is_deep = depth >= {4: 5, 8: 9, 16: 99}[n]
            assert least_heard(n, depth) == ((n - 1,) if is_deep else (n - 2,))
            row = uniform_rollout(n, depth)
            assert all(row[j] > row[j + 1] for j in range(n - 2)), "it falls up to the last"


def test_what_is_refused() -> None:
    for n, depth, residual, error in (
        (0, 1, HALF, errors.NumberError),
        (3, -1, HALF, errors.StepError),
        (3, 1, 1, errors.WeightError),
        (3, 1, sp.Symbol("rho"), errors.SymbolicError),
    ):
        with pytest.raises(error):
            uniform_rollout(n, depth, residual)
