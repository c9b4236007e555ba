"""Limits and slopes of T(¼) towards one walk: at ties and off them, beside weights nearby."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from cases.zoo import sampled_mixtures

from dagmix import (
    DiffusionOperator,
    FeedforwardDAG,
    MultiHeadDiffusion,
    MultiHeadWalk,
    WalkOperator,
)
from dagmix.heads.coalitions import Coalitions
from dagmix.heads.fidelity_slopes import Approach
from dagmix.heads.mixing_slopes import approach

NEAR = Fraction(1, 2**30)


def towards(base: Any, head: Any, kind: Any = MultiHeadWalk) -> Approach:
    game = Coalitions(kind([base, head], sink=base.sink), "mixing")
    return approach(game, base.transition, head.transition, base.sink.index)


def two(stay: Any) -> WalkOperator:
    """Two nodes: the first is left with probability 1 − `stay`."""
    return WalkOperator.from_matrix([[stay, 0], [1 - stay, 1]], sink=1)


HALF, SLOW, FAST = two(Fraction(1, 2)), two(Fraction(3, 4)), two(Fraction(1, 4))


def test_a_tie_that_rises_falls_or_stays() -> None:
    """d(2) = ¼ at stay ½: with a slower head T jumps to 3, with a faster or the same it stays."""
    assert towards(HALF, SLOW) == Approach(3, math.inf)
    assert towards(HALF, FAST) == Approach(2, 0)
    assert towards(HALF, HALF) == Approach(2, 0)


def test_no_tie() -> None:
    assert towards(SLOW, HALF) == Approach(5, 0)


def test_never() -> None:
    found: Any = towards(two(Fraction(1)), HALF)
    assert found.limit == math.inf
    assert math.isnan(found.slope)


@pytest.mark.parametrize("common", [True, False])
def test_drawn_pairs_beside_weights_nearby(common: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    for mix in sampled_mixtures(4, 20, common=common):
        one, other = (
            WalkOperator(
                FeedforwardDAG(edges, nodes=range(mix.n), self_loops=mix.loops), sink=mix.n - 1
            )
            for edges in mix.heads[:2]
        )
        found = towards(one, other)
        near = MultiHeadWalk([one, other], [1 - NEAR, NEAR], sink=mix.n - 1).mixing_time()
        assert found.limit == near
        assert found.slope == (0 if near == one.mixing_time() else math.inf)


def test_ties_of_floats_and_of_successors_are_left_open() -> None:
    floats = WalkOperator.from_matrix(np.array([[0.5, 0.0], [0.5, 1.0]]))
    diffusion = DiffusionOperator.from_matrix([[1, 0], [1, 0]], sink=1)  # successors: stay ½
    for base, kind in ((floats, MultiHeadWalk), (diffusion, MultiHeadDiffusion)):
        found: Any = towards(base, base, kind)
        assert math.isnan(found.limit)
        assert math.isnan(found.slope)
        assert (found.limit.lower, found.slope.lower, found.slope.upper) == (2, 0, math.inf)
    clear = WalkOperator.from_matrix(np.array([[0.25, 0.0], [0.75, 1.0]]))
    assert (
        towards(WalkOperator.from_matrix(np.array([[0.375, 0.0], [0.625, 1.0]])), clear).slope == 0
    )


def test_towards_a_head_of_weight_0_that_leaves_the_sink() -> None:
    """It is stopped there: with any share of it the first node is left later."""
    away = WalkOperator.from_matrix([[1, "1/2"], [0, "1/2"]], sink=0)
    game = Coalitions(MultiHeadWalk([HALF, away], [1, 0]), "mixing")
    assert approach(game, HALF.transition, away.transition, 1) == Approach(3, math.inf)
