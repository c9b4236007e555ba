"""Lists of pairs and matrices of marks."""

from __future__ import annotations

import numpy as np

from dagmix import families
from dagmix._engine.adjacency.explicit import from_pairs


def test_counts_do_not_overflow() -> None:
    """Edges past 2³², keys up to n², walks of 10¹⁸ steps, counted as marks and not as walks."""
    n = 100_000
    graph = families.complete(n)
    assert graph.adjacency.edges == n * (n + 1) // 2 > 2**32
    assert graph.adjacency.out_degree.sum() == graph.adjacency.in_degree.sum() == n * (n + 1) // 2
    far = from_pairs(2**31, np.array([2**31 - 1]), np.array([2**31 - 2]))
    assert far.pairs[0].tolist() == [2**31 - 1]
    assert graph.adjacency.senders_after(n - 1, 10**18).all()
