"""Lists of pairs and matrices of marks."""

from __future__ import annotations

import numpy as np
import pytest
from cases.relations import mask_of

from dagmix import families
from dagmix._engine.adjacency.explicit import SparseAdjacency, from_mask, from_pairs, merged
from dagmix._engine.adjacency.ranges import union


def test_counts_do_not_overflow() -> None:
    """Edges past 2³², keys up to n², walks of 10¹⁸ steps, counted as marks and not as walks."""
    n = 100_000
    graph = families.complete(n)
    assert graph.adjacency.edges == n * (n + 1) // 2 > 2**32
    assert graph.adjacency.out_degree.sum() == graph.adjacency.in_degree.sum() == n * (n + 1) // 2
    far = from_pairs(2**31, np.array([2**31 - 1]), np.array([2**31 - 2]))
    assert far.pairs[0].tolist() == [2**31 - 1]
    assert graph.adjacency.senders_after(n - 1, 10**18).all()


def test_unions_of_marks_and_lists() -> None:
    """However the heads are kept, their union is the mask of both, a matrix where that is full."""
    rng = np.random.default_rng(2)
    thin, full = (rng.random((40, 40)) < share for share in (0.05, 0.5))
    thirds = [rng.random((40, 40)) < 0.2 for _ in range(3)]
    for masks in ([thin, full], [thin, thin.T], thirds, [full, full.T]):
        found = merged([from_mask(mask) for mask in masks])
        expected = np.logical_or.reduce(masks)
        assert (mask_of(found) == expected).all()
        assert found.kind == from_mask(expected).kind
    assert from_mask(thirds[0]).kind == "sparse"
    assert merged([from_mask(mask) for mask in thirds]).kind == "dense"


def test_an_adjacency_that_is_known_is_shared() -> None:
    mask = np.tri(20, dtype=bool)
    known = from_mask(mask)
    assert from_mask(mask.copy(), known) is known
    assert union([known, from_mask(mask, known)]) is known
    other = from_mask(mask.T, known)
    assert other is not known
    assert other.has_same_pairs(known.transposed())
    line = np.eye(20, k=-1, dtype=bool)
    assert from_mask(line, from_mask(line)).kind == "sparse"


@pytest.mark.parametrize(
    "distances", [[1], [0, 1], [-3, 0, 2], [-1], list(range(9)), [0, 30], list(range(-2, 4))]
)
def test_sums_over_diagonals(distances: list[int]) -> None:
    """Whole diagonals, parts of them, with gaps, and too many: the sums of the mask."""
    n = 40
    x = np.random.default_rng(0).integers(1, 9, n)
    whole = np.logical_or.reduce([np.eye(n, k=-d, dtype=bool) for d in distances])
    for start, gap in ((0, n), (7, n), (0, 20)):
        mask = whole.copy()
        mask[:, :start] = False
        mask[:, gap : gap + 2] = False
        receivers, senders = np.nonzero(mask)
        listed = SparseAdjacency(n, *from_pairs(n, receivers, senders).pairs)
        for numbers in (x.astype(float), x.astype(object)):
            found = listed.gather(numbers)
            assert found.dtype == numbers.dtype
            assert found.tolist() == (x @ mask).tolist()


def test_sums_over_few_pairs_of_many_nodes() -> None:
    far = SparseAdjacency(100, np.array([99]), np.array([98]))
    assert np.flatnonzero(far.gather(np.ones(100))).tolist() == [98]
