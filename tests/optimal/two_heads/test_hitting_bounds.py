"""Signals bounded from every node, over an interval of weights."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from cases.pairs_of_heads import EXAMPLE_8, heads
from cases.pairs_of_heads import Pair as Heads
from cases.profiles import FOURS, profile, two_heads
from flint import fmpz_poly

from dagmix import MultiHeadDiffusion
from dagmix.optimal import Ratio
from dagmix.optimal.two_heads.hitting_bounds import HittingBounds, upper_bound


@pytest.mark.parametrize("pair", [EXAMPLE_8, *FOURS])
def test_excursions_bound_signals_from_every_node(pair: Heads) -> None:
    model, low, high = two_heads(MultiHeadDiffusion(heads(pair))), Fraction(1, 3), Fraction(1, 2)
    bound = HittingBounds(model).greatest(low, high)
    transient = model.context.recurrent_class < 0
    for beta in (low, Fraction(2, 5), high):
        power = np.eye(model.size)
        for _ in range(40):
            power = power @ model.floats.at(beta)
            assert (power[:, transient] <= bound[:, transient].astype(float) + 1e-12).all()
    assert all(0 <= entry <= 1 for entry in bound.ravel())


def test_excursions_see_that_a_slow_node_is_left_at_once() -> None:
    """As β → 1, 0 is left seldom and 1 at once: though 0 surely hits 1, 1 never holds much."""
    pair: Heads = (((0, 1), (0, 3), (1, 3), (2, 3)), ((0, 3), (1, 0), (1, 3), (2, 1)))
    model = two_heads(MultiHeadDiffusion(heads(pair)))
    width = Fraction(1, 2**10)
    bounds = HittingBounds(model).greatest(1 - width, Fraction(1))
    assert 0 < bounds[0, 1] < 4 * width
    assert all(piece.exact for piece in profile(pair).pieces)


def test_a_bound_that_fails_is_one() -> None:
    ratio = Ratio(fmpz_poly([1]), fmpz_poly([9, -24, 17]))
    assert upper_bound(ratio, Fraction(0), Fraction(1)) == 1
