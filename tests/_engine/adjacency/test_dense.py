"""Matrices of marks: what is read off the marks is what the list of the same pairs says."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from cases.relations import mask_of, reached

from dagmix._engine.adjacency.dense import DenseAdjacency, is_lower, pairs_of
from dagmix._engine.adjacency.explicit import SparseAdjacency
from dagmix._engine.adjacency.paths import recurrent_classes


def masks(n: int) -> list[Any]:
    """All relations of three nodes; causal, reversed, shuffled and cyclic ones of more."""
    if n == 3:
        return [np.array(bits).reshape(3, 3) for bits in product((False, True), repeat=9)]
    rng = np.random.default_rng(5)
    found = [rng.random((n, n)) < 1.5 / n]
    for share in (0.03, 0.4, 1.0):
        causal = np.tril(rng.random((n, n)) < share)
        shuffled = rng.permutation(n)
        found += [causal, causal.T, causal[np.ix_(shuffled, shuffled)]]
    return found


@pytest.mark.parametrize("n", [3, 9, 70, 150])
def test_marks_say_what_pairs_say(n: int) -> None:
    for mask in masks(n):
        check(mask)


def check(mask: Any) -> None:
    """Compare the marks with the list of their pairs, and with brute force."""
    n = len(mask)
    dense, listed = DenseAdjacency(mask), SparseAdjacency(n, *pairs_of(mask))
    assert (dense.out_degree == listed.out_degree).all()
    assert (dense.in_degree == listed.in_degree).all()
    assert (dense.has_loop == listed.has_loop).all()
    assert dense.edges == listed.edges == mask.sum()
    assert dense.sinks.tolist() == listed.sinks.tolist()
    assert dense.has_same_pairs(listed)
    assert listed.has_same_pairs(dense)
    assert (mask_of(dense.transposed()) == mask.T).all()
    where = np.arange(n) % 2 == 0
    assert (mask_of(dense.with_loops(where)) == (mask | np.diag(where))).all()
    assert (dense.order is None) == (listed.order is None)
    if dense.order is not None:
        place = np.argsort(dense.order)
        assert (place[dense.pairs[1]] <= place[dense.pairs[0]]).all()
    for origins in ([], [0], [n - 1], [0, n // 2]):
        found = dense.reached(np.array(origins, dtype=int))
        assert (found == reached(mask, origins)).all()
        found = dense.reaching(np.array(origins, dtype=int))
        assert (found == reached(mask.T, origins)).all()


@pytest.mark.parametrize("n", [3, 9, 70])
def test_recurrent_classes_are_those_of_the_strong_components(n: int) -> None:
    """Two nodes are in one class if and only if they reach each other and nothing else."""
    for mask in masks(n):
        ways = np.array([reached(mask, [j]) for j in range(n)])  # [j, i]: from j to i
        classes = recurrent_classes(DenseAdjacency(mask))
        closed = (ways <= ways.T).all(axis=1)
        assert ((classes >= 0) == closed).all()
        alike = classes[:, None] == classes
        assert (alike[np.ix_(closed, closed)] == ways[np.ix_(closed, closed)]).all()


def test_first_by_node_number() -> None:
    """Of the orders of a graph that is neither in node order nor in its reverse."""
    mask = np.zeros((4, 4), dtype=bool)
    mask[0, 2] = mask[3, 1] = mask[2, 3] = True  # 1 → 3 → 2 → 0
    assert DenseAdjacency(mask).order is not None
    assert np.array(DenseAdjacency(mask).order).tolist() == [1, 3, 2, 0]
    mask[2, 3] = False
    assert np.array(DenseAdjacency(mask).order).tolist() == [1, 2, 0, 3]


@pytest.mark.parametrize("place", [(0, 1), (63, 64), (64, 65), (3, 129), (100, 129), (128, 129)])
def test_one_mark_above_the_diagonal_is_found(place: tuple[int, int]) -> None:
    mask = np.tri(130, dtype=bool)
    assert is_lower(mask)
    mask[place] = True
    assert not is_lower(mask)
    assert not is_lower(mask.T)
