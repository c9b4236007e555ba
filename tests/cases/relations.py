"""Relations as ranges and as masks, and everything that an adjacency says of its pairs."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np

from dagmix._engine.adjacency.base import Adjacency
from dagmix._engine.adjacency.dense import DenseAdjacency
from dagmix._engine.adjacency.ranges import IndexRanges
from dagmix._engine.adjacency.strided import strided_ranges
from dagmix._engine.exact.convert import objects


def runs_of(mask: Any, step: int = 1) -> IndexRanges:
    """Keep a mask, mask[i, j] true where j sends to i, as runs of single nodes."""
    receivers, senders = np.nonzero(mask)
    return IndexRanges(
        len(mask), [strided_ranges(len(mask), step, senders, receivers, np.ones_like(senders))]
    )


def mask_of(adjacency: Adjacency) -> Any:
    """Draw the mask of a adjacency from its pairs."""
    mask = np.zeros((adjacency.n, adjacency.n), dtype=bool)
    mask[adjacency.pairs] = True
    return mask


def reached(mask: Any, origins: list[int]) -> Any:
    """Whom paths from the origins lead to, by powers of the mask."""
    seen = np.isin(np.arange(len(mask)), origins)
    for _ in mask:
        seen = seen | (mask & seen).any(axis=1)
    return seen


def check_relation(runs: IndexRanges, mask: Any) -> None:
    """Everything a adjacency says of its pairs."""
    n = len(mask)
    bare = mask & ~np.eye(n, dtype=bool)
    assert (mask_of(runs) == mask).all()
    assert (mask_of(runs.transposed()) == mask.T).all()
    assert (mask_of(runs.proper) == bare).all()
    assert runs.edges == mask.sum()
    assert (runs.out_degree == mask.sum(axis=0)).all()
    assert (runs.in_degree == mask.sum(axis=1)).all()
    assert (runs.has_loop == mask.diagonal()).all()
    assert runs.sinks.tolist() == np.flatnonzero(~bare.any(axis=0)).tolist()
    assert runs.sources.tolist() == np.flatnonzero(~bare.any(axis=1)).tolist()
    x = 2.0 ** np.arange(n)
    assert (runs.gather(x) == x @ mask).all()
    assert (runs.gather(objects([2**k for k in range(n)])) == x @ mask).all()
    values = mask * (1.0 + np.arange(n * n).reshape(n, n) * 7 % 97)
    numbers = runs.place(values[runs.pairs])
    assert (runs.gather(x, numbers) == x @ values).all()
    flipped = runs.transposed_values(numbers)
    assert (runs.transposed().gather(x, flipped) == values @ x).all()
    dense = DenseAdjacency(mask)
    assert (runs.order is None) == (dense.order is None)
    if runs.order is not None:
        place = np.argsort(runs.order)
        assert (place[runs.pairs[1]] <= place[runs.pairs[0]]).all()
    for origins in ([], [0], [n - 1], list(range(n))):
        assert (runs.reached(np.array(origins, dtype=int)) == reached(mask, origins)).all()
        assert (runs.reaching(np.array(origins, dtype=int)) == reached(mask.T, origins)).all()
    assert runs.has_same_pairs(dense)
    assert dense.has_same_pairs(runs)
    assert runs.degrees_hash == dense.degrees_hash
    assert (mask_of(pickle.loads(pickle.dumps(runs))) == mask).all()  # noqa: S301 - our own
