"""Ranges of any steps: layers that have no pair in common, united by common multiples."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from cases.relations import check_relation, mask_of
from hypothesis import given
from hypothesis import strategies as st

from dagmix import FeedforwardDAG, families
from dagmix._engine.adjacency import choose, strided
from dagmix._engine.adjacency.ranges import IndexRanges
from dagmix._engine.adjacency.strided import StridedRanges, strided_ranges
from dagmix.errors import ShapeError


def drawn_ranges(n: int, draws: list[tuple[int, int, int, int]]) -> tuple[IndexRanges, Any]:
    """Runs (row, start, count, step) and the mask of the same pairs, row by row."""
    rows, starts, stops, steps = (np.array(part, dtype=int) for part in zip(*draws, strict=True))
    mask = np.zeros((n, n), dtype=bool)
    for row, *some in zip(rows, starts, stops, steps, strict=True):
        mask[row, range(*some)] = True
    adjacency = choose.from_runs(n, rows, starts, stops, steps, always=True)
    assert isinstance(adjacency, IndexRanges)
    return adjacency, mask


@given(st.data())
def test_overlapping_runs_of_any_steps(data: st.DataObject) -> None:
    """Layers have no pair in common, whatever common multiples that takes."""
    n = data.draw(st.integers(1, 14))
    row, end = st.integers(0, n - 1), st.integers(0, n)
    draws = data.draw(
        st.lists(st.tuples(row, end, end, st.integers(1, 6)), min_size=1, max_size=12)
    )
    adjacency, mask = drawn_ranges(n, draws)
    assert adjacency.edges == mask.sum(), "no pair twice"
    check_relation(adjacency, mask)


@pytest.mark.parametrize("steps", [(2, 3), (4, 6), (2, 3, 5), (6, 4, 1), (1, 3, 2), (2, 4, 3)])
def test_common_multiples_of_steps(steps: tuple[int, ...]) -> None:
    """Where two steps meet, runs of the one are cut by the other: seeded, n up to 30."""
    rng = random.Random(4)  # noqa: S311 - reproducible, not secret
    for n in (7, 13, 30):
        draws = []
        for _ in range(8):
            row, start = rng.randrange(3), rng.randrange(n)
            draws += [(row, start, rng.randint(start, n), step) for step in steps]
        adjacency, mask = drawn_ranges(n, draws)
        assert adjacency.edges == mask.sum(), "no pair twice"
        check_relation(adjacency, mask)


@pytest.mark.parametrize("steps", [(7, 11, 13), (2, 3, 6), (5, 40), (40, 39, 38), (1, 7, 41)])
def test_unions_of_dilations(steps: tuple[int, ...]) -> None:
    """Whatever the common multiple of the steps: as layers of runs, beside sets of edges."""
    n, width = 42, 9
    heads = [families.dilated(n, width, step) for step in steps]
    by_pairs = {edge for head in heads for edge in head.edges}
    united = IndexRanges.of(
        [runs_of_layers(head, step) for head, step in zip(heads, steps, strict=True)]
    )
    assert set(zip(*(part.tolist() for part in united.pairs[::-1]), strict=True)) == by_pairs
    assert united.edges == len(by_pairs)
    strided = [part for part in united.ranges if isinstance(part, StridedRanges)]
    assert max(part.table.size for part in strided) <= 3 * n
    assert set(FeedforwardDAG.union(heads).edges) == by_pairs
    x = np.random.default_rng(0).random(n)
    mask = mask_of(united)
    assert np.allclose(united.gather(x), x @ mask)


def runs_of_layers(head: FeedforwardDAG, step: int) -> IndexRanges:
    """Keep a dilated head as runs of its step, and of step 1 for the repair."""
    receivers, senders = head.adjacency.pairs
    far = receivers - senders
    parts = [
        strided_ranges(
            head.adjacency.n, s, senders[own], receivers[own], np.ones_like(senders[own])
        )
        for s, own in ((step, far % step == 0), (1, far % step != 0))
    ]
    return IndexRanges(head.adjacency.n, parts)


def test_a_union_in_too_many_runs_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strided, "LARGEST_UNION", 1000)
    heads = [families.dilated(500, 40, step) for step in (7, 11)]
    with pytest.raises(ShapeError, match=r"ranges of step .* among 500 nodes, united with others"):
        FeedforwardDAG.union(heads)
