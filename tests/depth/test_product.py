"""Products of layers as one operator: pairs, error bounds, and how far rows are apart."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from cases.stacks import drawn, stacked
from oracle.depth import dobrushin, rollouts

from dagmix import DiffusionOperator, LayerStack, errors, families
from dagmix._engine.exact.enclosures import UNIT
from dagmix.depth.product import contraction


@pytest.mark.parametrize("seed", range(5))
def test_floats_of_a_product_are_within_their_units(seed: int) -> None:
    layers = drawn(seed, 5, 4, 2, causal=seed % 2 > 0)
    exact = rollouts(layers)[-1]
    rolled = LayerStack(stacked(layers).layers, [float(one.residual) for one in layers]).rollout()
    true = np.array(rolled.exact.tolist(), dtype=object)
    assert np.abs(np.array(true - np.array(exact), dtype=float)).max() < 1e-15
    floats = rolled.transition.floats
    for i, j in np.argwhere(rolled.matrix > 0).tolist():
        off = abs(Fraction(rolled.matrix[i, j]) / Fraction(str(true[i, j])) - 1)
        assert off <= floats.entry_units * UNIT
    found = contraction(rolled.transition)
    wanted = dobrushin([[Fraction(str(x)) for x in row] for row in true.tolist()])
    assert found.lower <= wanted <= found.upper  # type: ignore[union-attr]


def test_a_product_keeps_pairs_that_underflow() -> None:
    """They are there, and answers about them are exact."""
    small = 2.0**-400
    rows = [[1.0, 0, 0, 0], [small, 1, 0, 0], [0, small, 1, 0], [0, 0, small, 1]]
    layer = DiffusionOperator.from_matrix(rows, sink=3)
    rolled = LayerStack([layer] * 3, 0).rollout()
    assert rolled.adjacency.edges == 10
    assert rolled.matrix[3, 0] == 0.0
    assert rolled.transition.floats.units == float("inf")
    assert 0 < Fraction(str(rolled.exact[3, 0])) < Fraction(1, 2**1199)


def test_no_more_than_fits() -> None:
    stack = LayerStack([DiffusionOperator(families.line(20_000))])
    with pytest.raises(errors.ShapeError, match="too large"):
        stack.rollout()
