"""RowBounds and columns over an interval of weights, bounded by Bernstein coefficients."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from cases.pairs_of_heads import EXAMPLE_8, EXAMPLE_13, heads
from cases.pairs_of_heads import Pair as Heads
from cases.profiles import FOURS, two_heads

from dagmix import MultiHeadDiffusion
from dagmix.optimal.two_heads.bernstein import ColumnBounds, RowBounds
from dagmix.optimal.two_heads.hitting_bounds import coefficients


@pytest.mark.parametrize("pair", [EXAMPLE_8, EXAMPLE_13, *FOURS[:3]])
def test_coefficients_bound_signals(pair: Heads) -> None:
    model, low, high = two_heads(MultiHeadDiffusion(heads(pair))), Fraction(1, 4), Fraction(2, 3)
    rows, identity = RowBounds(model.floats, model.sink, low, high), np.eye(model.size)
    rows.advance(9)
    for t in range(10):
        least, most = rows.least(t, identity), rows.greatest(t, identity)
        for j in range(model.size):
            exact = coefficients(model.rows.row(t)[j], low, high, t)
            unit = model.rows.scale**t
            assert np.allclose(rows.steps[t][:, j], [float(c / unit) for c in exact], atol=1e-15)
            assert least[j] <= min(exact) / unit
            assert max(exact) / unit <= most[j]


def test_columns_bound_a_class() -> None:
    model = two_heads(MultiHeadDiffusion(heads(EXAMPLE_13)))
    low, high = Fraction(1, 4), Fraction(1, 3)
    least, most, spread = ColumnBounds(model.floats, 0, low, high).range(6, np.array([0, 1]))
    for beta in (low, Fraction(2, 7), high):
        power = np.linalg.matrix_power(model.floats.at(beta), 6)[:2, 0]
        assert least <= power.min() <= power.max() <= most
        assert power.max() - power.min() <= spread < most - least
