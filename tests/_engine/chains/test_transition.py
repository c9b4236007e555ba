"""Chains of one head and of many: which heads are stepped together."""

from __future__ import annotations

import numpy as np

from dagmix._engine.adjacency.explicit import from_pairs
from dagmix._engine.chains import transition
from dagmix._engine.chains.kernel import ScaledKernel as Kernel


def test_heads_of_one_support_differ_by_their_numbers() -> None:
    adjacency = from_pairs(3, np.array([0, 1, 2]), np.array([0, 0, 1]))
    numbers = np.array([0.5, 0.25, 1.0])
    first = Kernel(adjacency, None, numbers)
    assert transition._same_parts(first, Kernel(adjacency, None, numbers.copy()))
    for other in (
        Kernel(adjacency, None, numbers[::-1].copy()),
        Kernel(adjacency, None, None),
        Kernel(adjacency, numbers, numbers),
        Kernel(adjacency, None, numbers, numbers),
    ):
        assert not transition._same_parts(first, other)
        assert not transition._same_parts(other, first)
