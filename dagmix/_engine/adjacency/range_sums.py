"""Sums of a vector over many intervals of places, without subtraction.

Cut the places into blocks of B. An interval that touches two neighbouring blocks is the end of
one and the beginning of the other, so that its sum is a suffix sum of the first block plus a
prefix sum of the second: two running sums over the vector serve all intervals of at most B
places that cross a border. The differences of one long running sum would cost as little, but
lose the relative accuracy of small numbers next to large ones.

Only terms of the interval itself are added, so that a sum of d non-negative terms has at most
d − 1 roundings on the way of any term, whatever the blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dagmix._engine.adjacency.base import Ints, Mask, Vec

ONE_BY_ONE = 8  # intervals that the first blocks leave and that are summed by themselves


@dataclass(frozen=True, eq=False)
class BlockSums:
    """Some of the intervals, and the blocks whose suffix and prefix sums they are made of.

    Interval k of `intervals` is suffix[left[k]] + prefix[right[k]]; the place after the last, where
    both are 0, stands for a part that is absent, None for one that all intervals lack.
    """

    block: int
    places: int  # a multiple of `block`
    intervals: Ints
    left: Ints | None
    right: Ints | None

    def add_to(self, sums: Vec, x: Vec) -> None:
        """Put the sums of the intervals of this level in their places, which hold zeros."""
        way = self._selected
        for part, suffixes in ((self._suffixes, True), (self._prefixes, False)):
            if part is not None:
                sums[way] += part.sums(x, suffixes=suffixes)

    @cached_property
    def _selected(self) -> Ints | slice:
        return _as_slice(self.intervals)

    @cached_property
    def _suffixes(self) -> RunningSums | None:
        return None if self.left is None else _running_sums(self.block, self.places, self.left)

    @cached_property
    def _prefixes(self) -> RunningSums | None:
        return None if self.right is None else _running_sums(self.block, self.places, self.right)


@dataclass(frozen=True, eq=False)
class RunningSums:
    """Places whose running sums within blocks are taken, and the blocks that have any.

    Places count within these blocks only; the one after the last has the sum 0.
    """

    block: int
    blocks: Ints | None  # None for all
    places: Ints | slice

    def sums(self, x: Vec, *, suffixes: bool) -> Vec:
        """Return the sums from each place to the end of its block, or from its beginning."""
        rows = _rows(x, self.block, self.blocks)
        running = np.empty(rows.size + 1, dtype=x.dtype)
        running[-1] = 0
        within, way = running[:-1].reshape(rows.shape), slice(None, None, -1 if suffixes else 1)
        np.cumsum(rows[:, way], axis=1, out=within[:, way])
        if isinstance(self.places, slice):
            return running[self.places]
        return running.take(self.places)


def _running_sums(block: int, places: int, asked: Ints) -> RunningSums:
    """Return the plan for places, of which the one after the last stands for none."""
    there = asked < places
    used = np.bincount(asked[there] // block, minlength=places // block) > 0
    if 2 * np.count_nonzero(used) > len(used):
        return RunningSums(block, None, _as_slice(asked))
    rank = np.cumsum(used) - 1
    near = np.full_like(asked, np.count_nonzero(used) * block)
    near[there] = rank[asked[there] // block] * block + asked[there] % block
    return RunningSums(block, np.flatnonzero(used), _as_slice(near))


def _as_slice(places: Ints) -> Ints | slice:
    """Return increasing places without a gap as a slice, which is read without indices."""
    if len(places) and (np.diff(places) == 1).all():
        return slice(int(places[0]), int(places[-1]) + 1)
    return places


def _rows(x: Vec, block: int, blocks: Ints | None) -> Vec:
    """Return some blocks of a vector as rows, or all, the last one filled up with zeros."""
    whole, rest = divmod(len(x), block)
    full = x[: whole * block].reshape(whole, block)
    if blocks is None and not rest:
        return full
    if blocks is None:
        rows = np.zeros((whole + 1, block), dtype=x.dtype)
        rows[:whole], rows[whole, :rest] = full, x[whole * block :]
        return rows
    rows, inner = np.zeros((len(blocks), block), dtype=x.dtype), blocks[blocks < whole]
    rows[: len(inner)] = full[inner]
    if len(inner) < len(blocks):
        rows[-1, :rest] = x[whole * block :]
    return rows


class IntervalSums:
    """The sums of a vector over fixed intervals [start, stop) of its places, none empty.

    >>> IntervalSums(4, np.array([0, 1]), np.array([3, 4]))(np.array([1.0, 2.0, 4.0, 8.0])).tolist()
    [7.0, 14.0]
    """

    def __init__(
        self,
        size: int,
        starts: Ints,
        stops: Ints,
        one_by_one: int = ONE_BY_ONE,
        section: int | None = None,
    ) -> None:
        """Plan the blocks: of a common length, then of powers of two for what is left.

        At most `one_by_one` intervals that the first blocks leave are summed by themselves. Where
        places fall into sections of so many, blocks that are sections serve all that begins or
        ends with one: they come first where they serve more, else second where what is left
        covers many places.
        """
        self._starts, self._stops = starts, stops
        self.levels: list[BlockSums] = []
        self._size, self.alone = size, np.arange(len(starts))
        if not len(starts):
            return
        first = [_common_length(stops - starts), *([section] if section else [])]
        first.sort(key=lambda block: -np.count_nonzero(_is_served(size, starts, stops, block)))
        self._serve(first[0])
        if len(self.alone) <= one_by_one:
            return
        for block in first[1:]:
            if _is_wide(size, starts[self.alone], stops[self.alone]):
                self._serve(block)
        # Every interval is served by one of the powers: with 2ᵏ⁻¹ < length ≤ 2ᵏ it crosses a border
        # of blocks of 2ᵏ, or lies inside one and crosses its middle.
        for power in range(int((stops - starts).max() - 1).bit_length(), -1, -1):
            # Shorter ones, though they may begin a block, leave most of what is summed unused.
            self._serve(2**power, longer_than=2**power // 2)

    def _serve(self, block: int, longer_than: int = 0) -> None:
        """Add a level for the intervals among those left that blocks of this length serve."""
        starts, stops, left = self._starts, self._stops, self.alone
        done = _is_served(self._size, starts[left], stops[left], block)
        done &= stops[left] - starts[left] > longer_than
        if done.any():
            self.levels.append(_level(self._size, starts, stops, left[done], block))
            self.alone = left[~done]

    def __call__(self, x: Vec) -> Vec:
        """Return the sum over every interval, in their order."""
        sums = np.zeros(len(self._starts), dtype=x.dtype)
        for level in self.levels:
            level.add_to(sums, x)
        for one in self.alone.tolist():
            sums[one] = x[self._starts[one] : self._stops[one]].sum()
        return sums


def _is_wide(size: int, starts: Ints, stops: Ints) -> bool:
    """Tell whether intervals cover more than a quarter of the places."""
    begun, ended = (np.bincount(ends, minlength=size + 1) for ends in (starts, stops))
    return bool(4 * np.count_nonzero(np.cumsum(begun - ended)) > size)


def _common_length(lengths: Ints) -> int:
    """Return the greatest of the lengths that are about as common as the commonest."""
    often = np.bincount(lengths)
    return int(np.flatnonzero(10 * often >= 9 * often.max())[-1])


def _is_served(size: int, starts: Ints, stops: Ints, block: int) -> Mask:
    """Tell which intervals are a suffix, a prefix, or one of each of neighbouring blocks."""
    crossed = (stops - 1) // block - starts // block
    whole = (starts % block == 0) | (stops % block == 0) | (stops == size)
    served: Mask = (crossed == 1) | ((crossed == 0) & whole)
    return served


def _level(size: int, starts: Ints, stops: Ints, intervals: Ints, block: int) -> BlockSums:
    places = -(-size // block) * block
    first, last = starts[intervals], stops[intervals] - 1
    crosses = first // block != last // block
    is_prefix = ~crosses & (first % block == 0)
    left, right = first.copy(), last.copy()
    left[is_prefix] = places
    right[~crosses & ~is_prefix] = places
    parts = (part if (part < places).any() else None for part in (left, right))
    return BlockSums(block, places, intervals, *parts)
