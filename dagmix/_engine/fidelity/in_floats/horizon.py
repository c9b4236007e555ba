"""Suprema over very long times in floats, for all nodes at once: what balls do, much sooner.

Rows x_a at four times an octave are made as in `long_times`, with `FloatPowers`, whose relative
error δ is small at any time. A signal between two of them is bounded by its ends and its second
differences, as in `branch_and_bound`. What floats do not know is the sum x_a D², D = Δ − I, where
its terms cancel: at a node i that is left with a probability e_i ≫ 1/a. But as

    g_{t+1}[i] = (1 − e_i) g_t[i] + Σ_{k ≠ i} g_t[k] D[k, i],     g_t = x_t D²,

a bound −g_t[k] ≤ G[k] for all other nodes k and the times since a' < a gives one for i,

    −g_t[i] ≤ (1 − e_i)^(a − a') G'[i] + Σ_{k ≠ i} G[k] D[k, i] / e_i,     t ≥ a,

where nothing cancels. It is the smaller of the two that is taken, for window after window. The
proofs are in docs/guide/hard_chains.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise, takewhile
from typing import NamedTuple

import numpy as np

from dagmix._engine.adjacency.base import Vec
from dagmix._engine.chains.powers.float_powers import (
    BLOCK,
    LOST,
    MOST_ENTRIES,
    FloatPowers,
    lower_product,
)
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.enclosures import UNIT
from dagmix._engine.fidelity.long_times import levels
from dagmix._engine.fidelity.sink_context import SinkContext

LEAST = 2.0**-140  # signals below could be lost
WIDEST = 4e-10  # relative error above which balls are asked; answers are twice as wide
CLEARLY = 1 + 4 * WIDEST  # more than two rows of so great an error differ by
MORE_PRODUCTS = 256  # of a row with powers, beyond those of the grid: to the first time, halvings
SPARE = 1 + 2.0**-38  # more than what is computed with sums of n terms can lose
FEWEST = 16  # powers that have to fit


class Stretch(NamedTuple):
    """Times [start, start + 2^level), the rows at both ends, and G: −x_t D² ≤ G inside."""

    start: int
    level: int
    row: Vec
    end: Vec
    falls: Vec


class FloatHorizon:
    """The rows x_t of one diffusion at a grid of times, nodes in their order; see `Stretch`."""

    def __init__(self, context: SinkContext) -> None:
        """Make the grid; `is_complete` tells whether it is long enough and its error small."""
        self.powers = powers = FloatPowers(context.transition.floats)
        self._transient = (context.recurrent_class < 0)[powers.order]
        self._waiting = self._transient & context.ancestors[powers.order]
        self.is_complete = False
        rows, grid = self._grid(context)
        self._best = rows.max(axis=0)
        doublings = max([context.first.bit_length(), *grid])
        self.error = powers.error_bound(doublings, len(rows) + MORE_PRODUCTS)
        least = self._best[self._waiting].min(initial=1.0)
        self.is_complete &= self.error < WIDEST and bool(least > LEAST)
        if self.is_complete:
            self.stretches = list(self._stretches(context.first, rows, grid))

    def _grid(self, context: SinkContext) -> tuple[Vec, list[int]]:
        """Return rows until every transient node has had its maximum, and levels between them."""
        first, powers = context.first, self.powers
        row = np.zeros(powers.n)
        row[powers.place[context.sink]] = 1.0
        if not powers.fits(first.bit_length()):
            return row[None], []
        for k in range(first.bit_length()):
            row = powers.advance(row, k) if first >> k & 1 else row
        best, rows, grid = row, [row], []
        for level in takewhile(lambda level: powers.fits(level + 1), levels()):
            row = powers.advance(row, level)
            rows.append(row)
            grid.append(level)
            best = np.maximum(best, row)
            left = row[self._transient].sum() * CLEARLY
            if left < best[self._waiting].min(initial=1.0):
                self.is_complete = True
                break
        return np.array(rows), grid

    @property
    def seen(self) -> Vec:
        """A lower bound of the greatest signal of every node on the grid, node by node."""
        least: Vec = self._best * (1 - self.error) - LOST
        return np.asarray(np.maximum(least[self.powers.place], 0.0))

    def _stretches(self, start: int, rows: Vec, grid: list[int]) -> Iterator[Stretch]:
        """Yield the times between the rows, with bounds of their second differences."""
        powers, direct = self.powers, self._direct(rows)
        share = (2 * (2 * powers.n + powers.entry_units + 8)) * UNIT
        rates = powers.leaving * (1 - share)
        with np.errstate(divide="ignore"):
            waits = (1 + share) * SPARE / powers.leaving
        reaches = self._reaches()
        level, reach = next(reaches)
        before, length = np.full(powers.n, math.inf), 0.0
        for k, (row, end) in enumerate(pairwise(rows)):
            while level < grid[k]:
                level, reach = next(reaches)
            kept = np.minimum(direct[k], self._inherited(before, before, rates * length, waits))
            falls = (kept @ reach) * SPARE
            worst = np.maximum(before, falls)
            falls = np.minimum(falls, self._inherited(before, worst, rates * length, waits))
            yield Stretch(start, level, row, end, falls)
            start, length, before = start + 2**level, 2.0**level, falls

    def _inherited(self, here: Vec, others: Vec, decay: Vec, waits: Vec) -> Vec:
        """Return (1 − e)ᴸ G'[i] + Σ_{k ≠ i} G[k] D[k, i] / e_i; infinite at first, at a source."""
        with np.errstate(invalid="ignore"):
            bound = (np.exp(-decay) * here + (others @ self.powers.off_diagonal) * waits) * SPARE
        return np.where(np.isnan(bound), math.inf, bound)

    def _direct(self, rows: Vec) -> Vec:
        """Return at least max(0, −x D²) for every row x: with signs, and what they may hide."""
        entries, leaving = self.powers.off_diagonal, self.powers.leaving
        into, out = rows @ entries, rows * leaving
        change, size = into - out, into + out
        second = change @ entries - change * leaving
        bound = size @ entries + size * leaving
        share = 2 * (2 * self.powers.n + self.powers.entry_units + 8) * UNIT
        return np.asarray(np.maximum((self.error + share) * SPARE * bound - second, 0.0) + 4 * LOST)

    def _reaches(self) -> Iterator[tuple[int, Vec]]:
        """Yield k and S_k: entry [i, j] is at least (Δˢ)[i, j] for all s < 2ᵏ."""
        reach, k = np.eye(self.powers.n), 0
        lost = np.tri(self.powers.n) * (self.powers.n * LOST)
        while True:
            yield k, reach
            later = lower_product(self.powers[k], reach, BLOCK) * (1 + self.error) * SPARE + lost
            reach, k = np.maximum(reach, np.minimum(later, 1.0)), k + 1


def float_horizon(transition: Transition, sink: int, first: int) -> FloatHorizon | None:
    """Return the rows and their bounds; None where floats do not reach so far."""
    small = transition.adjacency.n**2 * FEWEST <= MOST_ENTRIES
    if not small or transition.adjacency.order is None or math.isinf(transition.floats.units):
        return None
    horizon = FloatHorizon(SinkContext(transition, sink, first))
    return horizon if horizon.is_complete else None
