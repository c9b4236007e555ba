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

from collections.abc import Iterator
from dataclasses import dataclass

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

    def sums(self, x: Vec) -> Vec:
        """Return the sums of the intervals of this level."""
        padded = np.zeros(self.places, dtype=x.dtype)
        padded[: len(x)] = x
        blocks = padded.reshape(-1, self.block)
        total = np.zeros(len(self.intervals), dtype=x.dtype)
        for places, way in ((self.left, -1), (self.right, 1)):
            if places is not None:
                running = np.empty(self.places + 1, dtype=x.dtype)
                running[-1] = 0
                within = running[:-1].reshape(blocks.shape)
                np.cumsum(blocks[:, ::way], axis=1, out=within[:, ::way])
                total += running.take(places)
        return total


class IntervalSums:
    """The sums of a vector over fixed intervals [start, stop) of its places, none empty.

    >>> IntervalSums(4, np.array([0, 1]), np.array([3, 4]))(np.array([1.0, 2.0, 4.0, 8.0])).tolist()
    [7.0, 14.0]
    """

    def __init__(self, size: int, starts: Ints, stops: Ints, one_by_one: int = ONE_BY_ONE) -> None:
        """Plan the blocks: of the commonest length, then of powers of two for what is left.

        At most `one_by_one` intervals that the first blocks leave are summed by themselves.
        """
        self._starts, self._stops = starts, stops
        self.levels: list[BlockSums] = []
        left = np.arange(len(starts))
        for block in _block_lengths(stops - starts):
            if len(self.levels) == 1 and len(left) <= one_by_one:
                break
            done = _is_served(size, starts[left], stops[left], block)
            if done.any():
                self.levels.append(_level(size, starts, stops, left[done], block))
                left = left[~done]
        self.alone = left

    def __call__(self, x: Vec) -> Vec:
        """Return the sum over every interval, in their order."""
        sums = np.zeros(len(self._starts), dtype=x.dtype)
        for level in self.levels:
            sums[level.intervals] = level.sums(x)
        for one in self.alone.tolist():
            sums[one] = x[self._starts[one] : self._stops[one]].sum()
        return sums


def _block_lengths(lengths: Ints) -> Iterator[int]:
    """Yield the commonest length, the greatest of several, and decreasing powers of two.

    Every interval is served by one of the powers: with 2ᵏ⁻¹ < length ≤ 2ᵏ it crosses a border of
    blocks of 2ᵏ, or lies inside one and crosses its middle.
    """
    if not len(lengths):
        return
    often = np.bincount(lengths)
    yield len(often) - 1 - int(often[::-1].argmax())
    for power in range(int(lengths.max() - 1).bit_length(), -1, -1):
        yield 2**power


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
