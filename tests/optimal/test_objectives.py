"""What is maximised: values that can be judged, at weights that can be told."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from dagmix import FeedforwardDAG, MultiHeadDiffusion, optimal
from dagmix.optimal.objectives import FidelityObjective

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
