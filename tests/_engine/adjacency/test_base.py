"""What every adjacency promises, whatever it is kept as."""

from __future__ import annotations

import numpy as np
import pytest
from cases.relations import runs_of

from dagmix import FeedforwardDAG, families
from dagmix._engine.adjacency import explicit
from dagmix._engine.adjacency.base import Adjacency, have_equal_pairs
from dagmix._engine.adjacency.dense import DenseAdjacency
from dagmix._engine.adjacency.explicit import SparseAdjacency
from dagmix._engine.adjacency.ranges import IndexRanges


def test_supports_of_different_pairs_differ() -> None:
    one, two = (runs_of(np.eye(3, k=k, dtype=bool)) for k in (0, 1))
    moved = runs_of(np.eye(3, dtype=bool)[[1, 0, 2]])
    assert not one.has_same_pairs(two)
    assert not one.has_same_pairs(moved)
    assert not one.has_same_pairs(DenseAdjacency(np.eye(3, dtype=bool)[[1, 0, 2]]))
    assert one.has_same_pairs(runs_of(np.eye(3, dtype=bool)))


LINE = np.eye(20, k=-1, dtype=bool)  # mask[i, j]: j sends to i
CONTIGUOUS = {
    "matrix": explicit.from_mask(np.tri(20, dtype=bool)),
    "small matrix": explicit.from_mask(np.tri(3, dtype=bool).T),
    "list from a mask": explicit.from_mask(LINE),
    "list from a strided mask": explicit.from_mask(LINE[::-1, ::-1]),
    "list of strided pairs": SparseAdjacency(20, *np.nonzero(LINE.T)[::-1]),
    "strided pairs": explicit.from_pairs(20, *np.argwhere(LINE).T),
    "ranges": IndexRanges.of([explicit.from_mask(LINE)]),
    "graph": families.line(20).adjacency,
    "graph of a mask": FeedforwardDAG.from_mask(np.tri(20, dtype=bool)).adjacency,
}


@pytest.mark.parametrize("adjacency", CONTIGUOUS.values(), ids=CONTIGUOUS.keys())
def test_pairs_are_contiguous(adjacency: Adjacency) -> None:
    """Some releases of SciPy refuse views, and some refuse wide indices, where others copy."""
    for one in (
        adjacency,
        adjacency.transposed(),
        adjacency.with_loops(np.ones(adjacency.n, dtype=bool)),
    ):
        assert all(rows.flags.c_contiguous and rows.dtype == np.intp for rows in one.pairs)
        matrix = one.as_csr
        assert {matrix.indices.dtype, matrix.indptr.dtype} == {np.dtype(np.int32)}
        rows, columns = np.nonzero(matrix.toarray())
        assert set(zip(*one.pairs, strict=True)) == set(zip(columns, rows, strict=True))


def test_equal_pairs_are_as_many_and_the_same() -> None:
    """However they are kept, and whatever else two adjacencies share."""
    line = explicit.from_mask(LINE)
    assert have_equal_pairs(line, IndexRanges.of([line]))
    assert not have_equal_pairs(line, explicit.from_mask(LINE.T))
    assert not have_equal_pairs(line, line.with_loops(np.ones(line.n, dtype=bool)))
    assert not have_equal_pairs(line, explicit.from_mask(np.eye(21, k=-1, dtype=bool)))
