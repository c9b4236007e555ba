"""The smooth problem's answers, where they are no weights."""

from __future__ import annotations

import numpy as np

from dagmix.optimal.slsqp import _convex


def test_a_point_that_is_no_convex_weights_is_not_taken() -> None:
    otherwise = np.array([0.25, 0.75])
    for point in (np.zeros(2), np.array([-1.0, -2.0]), np.array([np.nan, 1.0])):
        assert _convex(point, otherwise) is otherwise
    assert _convex(np.array([-1e-9, 0.5]), otherwise).tolist() == [0.0, 1.0]
