"""Strided ranges: index ranges of one step, and unions of them in which no pair occurs twice.

Counting the nodes by their remainder mod d and then in order makes an index range of step d an
interval. These counts are called places.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dagmix._engine.adjacency.base import Ints, Mask, Vec
from dagmix._engine.adjacency.interval_tables import IntervalTable, interval_table, minus, united
from dagmix._engine.adjacency.range_sums import IntervalSums
from dagmix.errors import ShapeError

LARGEST_UNION = 2**24  # ranges that are made disjoint_ranges from others: 2 GiB on the way


@dataclass(frozen=True, eq=False)
class StridedRanges:
    """Index ranges of one step, as intervals of places, which count the nodes by remainder."""

    n: int
    step: int
    table: IntervalTable

    def __reduce__(self) -> tuple[type[StridedRanges], tuple[int, int, IntervalTable]]:
        """Pickle the ranges only."""
        return StridedRanges, (self.n, self.step, self.table)

    def place(self, nodes: Ints) -> Ints:
        """Return the places of nodes: remainders are apart, so that no interval crosses them."""
        return nodes % self.step * _width(self.n, self.step) + nodes // self.step

    def node(self, places: Ints) -> Ints:
        """Return the nodes at places."""
        width = _width(self.n, self.step)
        return places % width * self.step + places // width

    @cached_property
    def places(self) -> Ints | slice:
        """The places of all nodes."""
        return slice(None) if self.step == 1 else self.place(np.arange(self.n))

    @property
    def count(self) -> int:
        """The number of ranges."""
        return len(self.table.rows)

    @property
    def work(self) -> int:
        """The operations of one step, up to a factor."""
        return self.count + self.n

    @property
    def out_degree(self) -> Ints:
        """Receivers of each sender."""
        return self.table.lengths[self.places]

    @property
    def in_degree(self) -> Ints:
        """Senders of each receiver."""
        return self.table.column_lengths[self.places]

    @property
    def reach(self) -> tuple[int, int]:
        """The least and the greatest of receiver − sender; 0 where there is no pair."""
        senders = self.node(self.table.rows)
        first, last = self.node(self.table.starts), self.node(self.table.stops - 1)
        return int((first - senders).min(initial=0)), int((last - senders).max(initial=0))

    @property
    def most_of_a_sender(self) -> int:
        """The greatest number of ranges of receivers of a node."""
        return int(np.diff(self.table.firsts).max())

    def transposed(self) -> StridedRanges:
        """Return the pairs with senders and receivers exchanged."""
        return StridedRanges(self.n, self.step, self.table.transposed())

    def without_loops(self) -> StridedRanges:
        """Return the pairs of two nodes."""
        return StridedRanges(self.n, self.step, self.table.without_diagonal())

    def listed(self) -> tuple[Ints, Ints]:
        """Return senders and receivers of all pairs."""
        senders, receivers = self.table.expanded()
        return self.node(senders), self.node(receivers)

    def sums(self, x: Vec) -> Vec:
        """Return the sum of x over the ranges of each node."""
        if self.step == 1:
            return self.table.sums(x, self._interval_sums)
        placed = np.zeros(self.table.size, dtype=x.dtype)
        placed[self.places] = x
        return self.table.sums(placed, self._interval_sums)[self.places]

    @cached_property
    def _interval_sums(self) -> IntervalSums:
        """The plan that sums a vector over every interval."""
        return IntervalSums(self.table.size, self.table.starts, self.ends, section=self.section)

    @property
    def section(self) -> int:
        """The number of places that are kept for a remainder."""
        return self.table.size // self.step

    @cached_property
    def ends(self) -> Ints:
        """Where intervals stop; after the last node of a remainder, where its places do.

        The places in between have no node, and add nothing to a sum.
        """
        stops, section = self.table.stops, self.section
        remainder = (stops - 1) // section
        last = remainder * section + (self.n - 1 - remainder) // self.step
        return np.where(stops - 1 == last, (remainder + 1) * section, stops)

    def has(self, targets: Ints) -> Mask:
        """Mark the nodes j with targets[j] in a range; the target −1 is in none."""
        asked = np.full(self.table.size, -1)
        asked[self.places] = np.where(targets < 0, -1, self.place(targets))
        return self.table.rows_with(asked)[self.places]

    def refined(self, step: int) -> StridedRanges:
        """Return the same pairs in ranges of a step that is a multiple of this one, or n.

        Ranges of step n have one node each. Raises ShapeError where there are too many.
        """
        times, t = -(-step // self.step), self.table
        many = int(np.minimum(t.stops - t.starts, times).sum())
        if many > LARGEST_UNION:
            message = (
                f"{len(t.rows)} ranges of step {self.step} among {self.n} nodes, united with"
                f" others, fall into {many}; too many"
            )
            raise ShapeError(message)
        rows, first, counts = self.node(t.rows), self.node(t.starts), t.stops - t.starts
        longest = min(times, int(counts.max()))
        parts = [(first + k * self.step, -(-(counts - k) // times)) for k in range(longest)]
        firsts, lengths = (np.concatenate(part) for part in zip(*parts, strict=True))
        return strided_ranges(self.n, step, np.tile(rows, longest), firsts, lengths)

    def minus(self, other: StridedRanges) -> StridedRanges:
        """Return the pairs that ranges, whose step divides this one or is n, do not have."""
        mine, theirs = self.table, other.table
        rows = other.place(self.node(mine.rows))
        counts = theirs.firsts[rows + 1] - theirs.firsts[rows]
        run = np.repeat(np.arange(len(rows)), counts)
        near = np.arange(len(run)) + np.repeat(
            theirs.firsts[rows] - np.cumsum(counts) + counts, counts
        )
        first, last = other.node(theirs.starts[near]), other.node(theirs.stops[near] - 1)
        rest = self.node(mine.starts[run]) % self.step
        meets = (rest - first) % other.step == 0
        # The part of the other range that has this range's remainder.
        first += (rest - first) % self.step
        last -= (last - rest) % self.step
        meets &= first <= last
        cut = self.place(first[meets]), self.place(last[meets]) + 1
        shared = interval_table(mine.size, mine.rows[run][meets], *cut)
        return StridedRanges(self.n, self.step, minus(mine, shared))


def _width(n: int, step: int) -> int:
    """Return the number of places kept for a remainder: more than it has nodes, if step > 1."""
    return n if step == 1 else n // step + 2


def strided_ranges(n: int, step: int, rows: Ints, firsts: Ints, counts: Ints) -> StridedRanges:
    """Return the ranges in which row rows[k] has counts[k] nodes from firsts[k] on."""
    some = counts > 0
    empty = StridedRanges(
        n, step, IntervalTable(step * _width(n, step), *(np.zeros(0, dtype=np.intp),) * 3)
    )
    starts = empty.place(firsts[some])
    places = empty.place(rows[some]), starts, starts + counts[some]
    return StridedRanges(n, step, interval_table(empty.table.size, *places))


def disjoint_ranges(layers: Iterable[StridedRanges]) -> tuple[StridedRanges, ...]:
    """Return ranges with the same pairs, gathered by step, no pair in two of them."""
    by_step: dict[int, list[StridedRanges]] = {}
    for part in layers:
        by_step.setdefault(part.step, []).append(part)
    found: list[StridedRanges] = []
    for step in sorted(by_step):
        same = by_step[step]
        merged = same[0] if len(same) == 1 else _merged(same)
        if len(merged.table.rows):
            found = _added(found, merged)
    return tuple(found)


def lacking(new: StridedRanges, others: Iterable[StridedRanges]) -> StridedRanges:
    """Return the pairs that other ranges do not have, in ranges of a step that theirs divide."""
    found = list(others)
    step = min(new.n, math.lcm(new.step, *(part.step for part in found)))
    if step != new.step:
        new = new.refined(step)
    for part in found:
        new = new.minus(part)
    return new


def _merged(same: list[StridedRanges]) -> StridedRanges:
    return StridedRanges(same[0].n, same[0].step, united([part.table for part in same]))


def _added(found: list[StridedRanges], new: StridedRanges) -> list[StridedRanges]:
    """Return what was found with the pairs of another step that it lacks."""
    new = lacking(new, found)
    rest = [part for part in found if part.step != new.step]
    same = [part for part in found if part.step == new.step]
    return [*rest, _merged([*same, new]) if same else new]


class UnvisitedPlaces:
    """The places of strided ranges that no search has passed over yet."""

    def __init__(self, part: StridedRanges) -> None:
        self._firsts = part.table.firsts.tolist()
        self._starts, self._stops = part.table.starts.tolist(), part.table.stops.tolist()
        self._next = list(range(part.table.size + 1))
        self._places = part.place(np.arange(part.n)).tolist()
        self._nodes = part.node(np.arange(part.table.size)).tolist()

    def taken_from(self, j: int) -> list[int]:
        """Return the nodes in the ranges of j that were not taken before."""
        row = self._places[j]
        taken = []
        for run in range(self._firsts[row], self._firsts[row + 1]):
            place = self._find(self._starts[run])
            while place < self._stops[run]:
                taken.append(self._nodes[place])
                self._next[place] = place + 1
                place = self._find(place)
        return taken

    def _find(self, place: int) -> int:
        """Return the first place not taken, halving the way to it for the next time."""
        following = self._next
        while following[place] != place:
            following[place] = following[following[place]]
            place = following[place]
        return place
