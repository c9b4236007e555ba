"""Many mixing times at once, beside full matrix powers."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import oracle
import pytest
from cases.zoo import labelled

from dagmix import errors
from dagmix.search import mixing_times


def adjacency(n: int, edges: Any) -> np.ndarray[Any, Any]:
    found = np.zeros((n, n), dtype=int)
    for j, i in edges:
        found[i, j] = 1
    return found


@pytest.mark.parametrize("epsilon", [Fraction(1, 4), Fraction(1, 3), Fraction(35, 64)])
def test_times_are_those_of_brute_force(epsilon: Fraction) -> None:
    """Of all pairs on three nodes; d(t) = ε exactly at some of them, where floats cannot say."""
    pairs = list(product(labelled(3), repeat=2))
    stack = np.array([[adjacency(3, edges) for edges in pair] for pair in pairs])
    even = (Fraction(1, 2), Fraction(1, 2))
    times = [
        oracle.mixing_time(
            oracle.mixture(even, [oracle.walk_matrix(3, edges) for edges in pair]), 2, epsilon
        )
        for pair in pairs
    ]
    assert mixing_times(stack, epsilon).tolist() == times
    assert mixing_times(stack.reshape(5, 5, 2, 3, 3), epsilon).shape == (5, 5)


def test_three_heads_and_one_node() -> None:
    line = adjacency(3, [(0, 1), (1, 2)])
    assert mixing_times([line] * 3).tolist() == mixing_times([line]).tolist() == 5
    assert mixing_times(np.zeros((4, 2, 1, 1))).tolist() == [0] * 4


@pytest.mark.parametrize(
    ("given", "error", "named"),
    [
        ([[0, 0], [1, 0]], errors.ShapeError, r"got \(2, 2\)"),
        (np.zeros((2, 3, 2)), errors.ShapeError, "heads, n, n"),
        (np.zeros((0, 2, 2)), errors.ShapeError, "heads, n, n"),
        (np.zeros((1, 21, 21)), errors.ShapeError, "n ≤ 20"),
        ([[[0, 0], [2, 0]]], errors.NumberError, "0 and 1"),
        ([[[0, 1], [1, 0]]], errors.SinkError, "without an edge"),
        ([[[0, 0], [0, 0]]], errors.SinkError, "reaches it from every node"),
    ],
)
def test_arrays_out_of_range(given: Any, error: Any, named: str) -> None:
    with pytest.raises(error, match=named):
        mixing_times(given)
