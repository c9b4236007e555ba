"""Sums over ranges: every one of them, to the accuracy of its own numbers."""

from __future__ import annotations

import numpy as np
import pytest

from dagmix._engine.adjacency.range_sums import IntervalSums


@pytest.mark.parametrize("n", [1, 2, 5, 12])
def test_every_window_is_summed(n: int) -> None:
    """Powers of two make every sum of distinct places exact and different from all others."""
    runs = [(a, b) for a in range(n) for b in range(a + 1, n + 1)]
    x = 2.0 ** np.arange(n)
    for some in (runs, runs[::3], [(a, min(a + 3, n)) for a in range(n)], [(0, n)] * 20):
        starts, stops = (np.array(part) for part in zip(*some, strict=True))
        expected = [x[a:b].sum() for a, b in some]
        for alone in (0, 8):
            sums = IntervalSums(n, starts, stops, one_by_one=alone)
            assert sums(x).tolist() == expected
            assert len(sums.alone) <= alone


def test_small_numbers_next_to_large_ones_keep_their_accuracy() -> None:
    """One running sum and its differences would lose all of them."""
    x = np.where(np.arange(64) % 16 == 0, 1.0, 1e-200)
    starts = np.arange(60)
    sums = IntervalSums(64, starts, starts + 4)(x)
    expected = np.array([x[a : a + 4].sum() for a in starts])
    assert np.allclose(sums, expected, rtol=1e-15, atol=0)
    assert sums.min() < 1e-199


@pytest.mark.parametrize("section", [1, 4, 12])
def test_sections_are_summed_at_once(section: int) -> None:
    """Suffixes and prefixes of sections, first or after windows, in one level; others beside."""
    n = 12
    x = 2.0 ** np.arange(n)
    ends = [(a, a // section * section + section) for a in range(n)]
    windows = [(a, a + 3) for a in range(n - 3)]
    several = (ends, [*windows * 3, *ends], [*ends, (1, n - 1)], [*windows, (0, 1)])
    for some in several:
        starts, stops = (np.array(part) for part in zip(*some, strict=True))
        sums = IntervalSums(n, starts, stops, one_by_one=0, section=section)
        assert sums(x).tolist() == [x[a:b].sum() for a, b in some]
        assert sums(x.astype(int).astype(object)).tolist() == sums(x).tolist()
    starts, stops = (np.array(part) for part in zip(*ends, strict=True))
    alone = IntervalSums(n, starts, stops, section=section)
    assert [level.block for level in alone.levels] in ([section], [1])


def test_no_intervals_have_no_sums() -> None:
    empty = np.zeros(0, dtype=int)
    assert IntervalSums(4, empty, empty)(np.ones(4)).tolist() == []
