"""The walk through the layers beside the product of the oracle's columns."""

from __future__ import annotations

import pytest
from cases.stacks import drawn, stacked
from oracle import product, successors_to
from oracle.depth import with_residual

from dagmix import DiffusionOperator, LayerStack, errors


@pytest.mark.parametrize("seed", range(6))
def test_the_distance_is_that_of_the_product(seed: int) -> None:
    layers = [
        one._replace(residual=one.residual or (1 - one.residual) / 4)
        for one in drawn(seed, 4, 3, 2, causal=seed % 2 > 0)
    ]
    whole = successors_to(with_residual(layers[0]), 3)
    for layer in layers[1:]:
        whole = product(successors_to(with_residual(layer), 3), whole)
    walk = stacked(layers).successors()
    assert walk.distance() == max(1 - whole[3][j] for j in range(4))
    assert len(walk.layers) == 3


def test_one_layer_again_and_again_is_its_walk() -> None:
    rows = [[1, 0, 0], ["1/2", "1/2", 0], ["1/4", "1/4", "1/2"]]
    layer = DiffusionOperator.from_matrix(rows, sink=2)
    walk = LayerStack([layer] * 4, 0).successors()
    assert walk.distance() == layer.successors().distance(4)


def test_a_column_of_zeros_has_no_successor() -> None:
    layer = DiffusionOperator.from_matrix([[1, 0, 0], [1, 0, 0], [1, 0, 0]], sink=2)
    with pytest.raises(errors.StochasticError, match="column of zeros"):
        LayerStack([layer], 0).successors()
    assert LayerStack([layer], "1/2").successors().distance() <= 1
