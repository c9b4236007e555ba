"""What is maximised: values that can be judged, at weights that can be told."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagmix import (
    DiffusionOperator,
    FeedforwardDAG,
    MultiHeadDiffusion,
    MultiHeadWalk,
    optimal,
)
from dagmix._util.budget import Meter
from dagmix.optimal.objectives import FidelityObjective, MixingObjective
from dagmix.paper import example_3_13

optimal_weights: Any = optimal.optimal_weights  # its answers are unions, which tests know apart


def test_traces_of_a_head_are_dropped() -> None:
    """An ascent that ends at a weight of 3e-16: as 0, it can be judged."""
    lists = (
        [(1, 0), (2, 1), (2, 4), (3, 2), (3, 4)],
        [(0, 4), (1, 0), (1, 4), (2, 1), (3, 1), (3, 4)],
        [(0, 2), (0, 3), (1, 0), (1, 2), (1, 3), (1, 4), (3, 4)],
    )
    found = optimal_weights([FeedforwardDAG(e, nodes=range(5)) for e in lists], restarts=0)
    assert found.value >= Fraction(1, 4)
    mixed = MultiHeadDiffusion([FeedforwardDAG(e, nodes=range(5)) for e in lists])
    *_, kept, raw = FidelityObjective(mixed).rounded(np.array([3e-16, 0.25, 0.75 - 3e-16]))
    assert kept == pytest.approx((0.0, 0.25, 0.75), abs=0, rel=1e-15)
    assert raw[0] == 3e-16


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 1000), min_size=2, max_size=4).filter(any))
def test_simple_weights_near_those_found(parts: list[int]) -> None:
    """Of each denominator to 12 the nearest fractions, where they sum to 1; then the floats."""
    weights = np.array(parts) / sum(parts)
    graphs = [FeedforwardDAG([(0, 1)])] * len(parts)
    expected = []
    for d in range(2, 13):
        near = [Fraction(round(float(w) * d), d) for w in weights]
        if sum(near) == 1:
            expected.append(tuple(near))
    rational = FidelityObjective(MultiHeadDiffusion(graphs))
    floats = FidelityObjective(MultiHeadDiffusion([DiffusionOperator(g).matrix for g in graphs]))
    assert list(rational.rounded(weights)) == [*expected, tuple(weights.tolist())]
    assert list(floats.rounded(weights)) == [tuple(weights.tolist())]


THIRD = Fraction(1, 3)


@pytest.mark.parametrize(
    ("objective", "candidates"),
    [
        (
            FidelityObjective(MultiHeadDiffusion(example_3_13())),
            [(0, 1), (THIRD, 1 - THIRD), (1, 0), (1 - THIRD, THIRD)],
        ),
        (
            MixingObjective(MultiHeadWalk(example_3_13()), Fraction(1, 4)),
            [(0, 1), (1, 0)],
        ),
    ],
    ids=["fidelity 3/8", "T = 7"],
)
def test_the_earliest_among_equals(objective: Any, candidates: list[Any]) -> None:
    """In whichever order they come, also after worse ones."""
    assert len({objective.evaluate(weights).value for weights in candidates}) == 1
    for first in range(len(candidates)):
        order = candidates[first:] + candidates[:first]
        assert objective.best(iter(order), Meter()).weights == order[0]
    worse = (Fraction(1, 4), Fraction(3, 4))
    assert objective.is_better(objective.evaluate(candidates[0]), objective.evaluate(worse))
    assert objective.best(iter([worse, *candidates]), Meter()).weights == candidates[0]
