"""The walk through the layers beside the product of the oracle's columns."""

from __future__ import annotations

import math
import pickle
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from cases.stacks import drawn, stacked
from oracle import product, schedules, successors_to, walk_matrix
from oracle.depth import with_residual

from dagmix import (
    DiffusionOperator,
    FeedforwardDAG,
    LayerStack,
    MultiHeadWalk,
    errors,
    families,
)
from dagmix.depth import repeated_walk


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


@pytest.mark.parametrize("order", [(0,), (0, 1), (1, 0), (0, 0, 1)])
def test_heads_in_turn_are_the_oracle_s(order: tuple[int, ...]) -> None:
    """The distance is the greatest over all places of the order, in all fields."""
    pair = (((0, 1), (1, 3), (2, 3)), ((0, 2), (1, 2), (2, 3)))
    walks = [walk_matrix(4, edges) for edges in pair]
    graphs = [FeedforwardDAG(edges, nodes=range(4)) for edges in pair]
    exact = repeated_walk(graphs, order)
    floats = repeated_walk([np.array(walk, dtype=float) for walk in walks], order, sink=3)
    for t in range(7):
        truth = schedules.survival(walks, order, 3, t)
        assert exact.distance(t) == truth
        assert float(floats.distance(t)) == pytest.approx(float(truth), rel=1e-13)
    time = next(t for t in range(40) if schedules.survival(walks, order, 3, t) <= Fraction(1, 4))
    assert exact.mixing_time() == floats.mixing_time() == time
    assert exact.nodes[-1] == 3
    assert exact.nodes[0] == (0, 0)


def test_waits_for_runs_and_changes() -> None:
    """H1: 3ᵏ − 1 steps for a run where heads take turns; for changes they are soon done."""
    assert repeated_walk(families.run_pair(4), [0, 1]).mixing_time() == 108
    for k in range(1, 6):
        times = repeated_walk(families.run_pair(k), [0, 1]).expected_hitting_times()
        assert times[0] == 3**k - 1
    turns = repeated_walk(families.change_pair(3, 40), [0, 1])
    assert (len(turns.nodes), turns.mixing_time()) == (2 * 159 + 1, 12)


def test_a_sink_in_the_middle_and_a_mixture_of_heads() -> None:
    """Places are those of the nodes but the sink; a mixture stands for its heads, its sink too."""
    heads = [FeedforwardDAG([("a", to), ("b", "c")], nodes="acb") for to in "cb"]
    walk = repeated_walk(MultiHeadWalk(heads, [0, 1]), [1, 0])
    assert walk.nodes == ((0, "a"), (0, "b"), (1, "a"), (1, "b"), "c")
    assert walk == repeated_walk(heads, [1, 0], sink="c")
    assert walk == pickle.loads(pickle.dumps(walk))  # noqa: S301 - our own bytes
    assert repr(walk).startswith("repeated_walk(")
    assert walk.distance(1) == 1
    a = sp.Symbol("a", positive=True)
    waits = repeated_walk([[[1 - a, 0], [a, 1]]], [0])
    assert waits.subs({a: "1/2"}).mixing_time() == 2


def test_heads_that_undo_each_other_never_mix() -> None:
    """In turn they go from u to v and back; their mixture leads to τ."""
    heads = [
        FeedforwardDAG(edges, nodes="uvτ", self_loops=False)
        for edges in ([("u", "v"), ("v", "τ")], [("v", "u"), ("u", "τ")])
    ]
    assert repeated_walk(heads, [0, 1]).mixing_time() == math.inf
    assert MultiHeadWalk(heads).mixing_time() == 2


def test_turns_need_an_order() -> None:
    with pytest.raises(errors.EmptyError, match="at least one layer"):
        repeated_walk(families.run_pair(2), [])
    with pytest.raises(errors.NumberError, match="layer 1 has 2"):
        repeated_walk(families.run_pair(2), [0, 2])
