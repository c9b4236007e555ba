"""Interval tables: a relation on places 0..size−1, each row a few intervals [start, stop).

The intervals of a row are sorted, apart from one another, and not empty; rows are sorted too. A
table of n rows with a few intervals each takes O(n) memory, however many pairs it stands for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from dagmix._engine.adjacency.base import Ints, Mask, Vec
from dagmix._engine.adjacency.range_sums import IntervalSums
from dagmix.errors import ShapeError

LARGEST_LISTING = 2**27  # pairs that a table may list: 3 GiB


@dataclass(frozen=True, eq=False)
class IntervalTable:
    """Intervals of places, by row."""

    size: int
    rows: Ints
    starts: Ints
    stops: Ints

    def __reduce__(self) -> tuple[type[IntervalTable], tuple[int, Ints, Ints, Ints]]:
        """Pickle the intervals only."""
        return IntervalTable, (self.size, self.rows, self.starts, self.stops)

    @cached_property
    def lengths(self) -> Ints:
        """The number of places of each row."""
        ends = np.concatenate(([0], np.cumsum(self.stops - self.starts)))
        return np.diff(ends[self.firsts])

    @cached_property
    def firsts(self) -> Ints:
        """The number of each row's first interval, and the number of intervals at the end."""
        counts = np.bincount(self.rows, minlength=self.size)
        return np.concatenate(([0], np.cumsum(counts)))

    @cached_property
    def column_lengths(self) -> Ints:
        """The number of rows that have each place."""
        begun = np.bincount(self.starts, minlength=self.size)
        ended = np.bincount(self.stops, minlength=self.size + 1)[: self.size]
        return np.cumsum(begun - ended)

    def sums(self, x: Vec, over_intervals: IntervalSums) -> Vec:
        """Return the sum of x over the places of each row, given a plan for the intervals."""
        of_intervals = over_intervals(x)
        if len(self.rows) == self.size and (self._intervals_of_rows == 1).all():
            return of_intervals
        sums = np.zeros(self.size, dtype=x.dtype)
        busy = self._intervals_of_rows > 0
        sums[busy] = np.add.reduceat(of_intervals, self.firsts[:-1][busy])
        return sums

    @property
    def _is_band(self) -> bool:
        """Whether every row is one interval, and starts and stops never decrease."""
        moves = (np.diff(self.starts) >= 0) & (np.diff(self.stops) >= 0)
        return len(self.rows) == self.size and bool(
            (self._intervals_of_rows == 1).all() & moves.all()
        )

    @cached_property
    def _intervals_of_rows(self) -> Ints:
        return np.diff(self.firsts)

    def rows_with(self, places: Ints) -> Mask:
        """Mark the rows r that have the place places[r]; −1 asks nothing."""
        asked = places[self.rows]
        marked = np.zeros(self.size, dtype=bool)
        marked[self.rows[(self.starts <= asked) & (asked < self.stops)]] = True
        return marked

    def expanded(self) -> tuple[Ints, Ints]:
        """Return rows and places of all pairs, by row and then by place.

        Raises ShapeError, before anything is made, where there are too many.
        """
        lengths = self.stops - self.starts
        total = int(lengths.sum())
        if total > LARGEST_LISTING:
            message = f"{len(self.rows)} intervals are {total} pairs; too many to list"
            raise ShapeError(message)
        before = np.cumsum(lengths) - lengths
        places = np.repeat(self.starts - before, lengths) + np.arange(total)
        return np.repeat(self.rows, lengths), places

    def transposed(self) -> IntervalTable:
        """Return the table of the rows that have each place.

        An interval of row numbers begins where a row has a place that the row before lacks.
        """
        if self._is_band:
            places = np.arange(self.size)
            ends = (np.searchsorted(part, places, "right") for part in (self.stops, self.starts))
            return interval_table(self.size, places, *ends)
        below = IntervalTable(self.size + 1, self.rows, self.starts, self.stops)
        shifted = IntervalTable(self.size + 1, self.rows + 1, self.starts, self.stops)
        begun, ended = minus(below, shifted).expanded(), minus(shifted, below).expanded()
        (rows, starts), (_, stops) = (_by_place(*some) for some in (begun, ended))
        return IntervalTable(self.size, rows, starts, stops)

    def without_diagonal(self) -> IntervalTable:
        """Return the table without the pairs (r, r): an interval around r falls in two."""
        around = (self.starts <= self.rows) & (self.rows < self.stops)
        stops = np.where(around, self.rows, self.stops)
        starts = np.where(around, self.rows + 1, self.stops)
        halves = (
            np.stack((self.starts, starts), 1).ravel(),
            np.stack((stops, self.stops), 1).ravel(),
        )
        return interval_table(self.size, np.repeat(self.rows, 2), *halves)

    def mirrored(self) -> IntervalTable:
        """Return the table with rows and places counted from the other end."""
        last = self.size - 1
        parts = (last - self.rows, self.size - self.stops, self.size - self.starts)
        return IntervalTable(self.size, *(part[::-1] for part in parts))


def _by_place(rows: Ints, places: Ints) -> tuple[Ints, Ints]:
    order = np.argsort(places, kind="stable")
    return places[order], rows[order]


def interval_table(size: int, rows: Ints, starts: Ints, stops: Ints) -> IntervalTable:
    """Return the table of intervals in any order, which may be empty, touch or overlap.

    >>> found = interval_table(
    ...     4, np.array([1, 0, 1, 2]), np.array([2, 0, 1, 3]), np.array([3, 2, 2, 3])
    ... )
    >>> found.rows.tolist(), found.starts.tolist(), found.stops.tolist()
    ([0, 1], [0, 1], [2, 3])
    """
    some = starts < stops
    given = IntervalTable(size, rows[some], starts[some], stops[some])
    same_row = given.rows[1:] == given.rows[:-1]
    apart = given.starts[1:] > given.stops[:-1]
    if ((given.rows[1:] > given.rows[:-1]) | (same_row & apart)).all():
        return given
    return united([given])


def united(tables: list[IntervalTable]) -> IntervalTable:
    """Return the table that has what one of the tables has."""
    width = tables[0].size + 1
    begun = np.concatenate([t.rows * width + t.starts for t in tables])
    order = np.argsort(begun, kind="stable")
    begun, ended = begun[order], np.concatenate([t.rows * width + t.stops for t in tables])[order]
    ended = np.maximum.accumulate(ended)  # rows are apart: a stop is below the next row's starts
    is_first = np.append(True, begun[1:] > ended[:-1])[: len(begun)]
    starts, stops = begun[is_first], ended[np.append(is_first[1:], True)[: len(ended)]]
    return IntervalTable(width - 1, starts // width, starts % width, stops % width)


def minus(one: IntervalTable, other: IntervalTable) -> IntervalTable:
    """Return the table that has what `one` has and `other` lacks."""
    return _sweep([one, other], lambda counts: (counts[0] > 0) & (counts[1] == 0))


def _sweep(tables: list[IntervalTable], keeps: Callable[[list[Ints]], Any]) -> IntervalTable:
    """Go along all rows, counting the intervals of each table that cover a place."""
    width = tables[0].size + 1
    parts = [edges for t in tables for edges in (t.starts, t.stops)]
    ends = np.concatenate([np.tile(t.rows, 2) for t in tables]) * width + np.concatenate(parts)
    order = np.argsort(ends, kind="stable")
    ends = ends[order]
    last = np.append(ends[1:] != ends[:-1], True)[: len(ends)]  # of all ends at one place
    counts = []
    for number in range(len(tables)):
        changes = [
            np.repeat((sign * (k == number)), len(t.rows))
            for k, t in enumerate(tables)
            for sign in (1, -1)
        ]
        counts.append(np.cumsum(np.concatenate(changes)[order])[last])
    inside = np.asarray(keeps(counts), dtype=bool)
    before = np.concatenate(([False], inside))[: len(inside)]
    ends = ends[last]
    starts, stops = ends[inside & ~before], ends[~inside & before]
    return IntervalTable(width - 1, starts // width, starts % width, stops % width)
