"""Bounds on the signals over astronomically long horizons, in balls, for all nodes at once.

Rows x_a are made by repeated squaring at four times an octave, a = first + 2ᵏ(1 + i/4), until
no transient node can exceed its maximum so far. Inside the window between two such times a
signal is bounded by its ends and by its second difference (see `branching`).

With D = Δ − I, a ≤ t < a + 2ᵏ and s = t − a, the second difference of a signal is

    x_{t+2}[j] − 2 x_{t+1}[j] + x_t[j] = (x_t D²)[j] = Σ_i (x_a D²)[i] (Δˢ)[i, j],

so that it is nowhere less than −Σ_i max(0, −(x_a D²)[i]) S_k[i, j], where
S_k[i, j] ≥ (Δˢ)[i, j] for all s < 2ᵏ: S_0 = I, S_{k+1} = max(S_k, Δ^(2ᵏ) S_k). The row x_a D²
is formed before its sign is dropped. Fast modes have decayed by the time a, and their terms
cancel there: what is left changes at the scale of a itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from dagmix._engine.adjacency.base import Vec
from dagmix._engine.chains import first_step
from dagmix._engine.chains.powers import ball_powers
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.arb import precision
from dagmix._engine.exact.enclosures import UNIT
from dagmix._engine.fidelity.sink_context import SinkContext
from dagmix._util.lazy import flint
from dagmix.errors import UndecidedError

MOST_DOUBLINGS = 256  # 2²⁵⁶ steps: more than any head of float64 entries above 1e-70 needs
SPARE_BITS = 192  # precision beyond the four bits a doubling that second differences cancel
SMALL = 2.0**-1000  # exceeds what a product of floats loses by underflow


@dataclass(frozen=True)
class TimeWindow:
    """Times [start, start + 2^level): the rows x at both ends, and a bound at the start.

    `second_difference` is at least max(0, −x D²), entry by entry.
    """

    start: int
    level: int
    row: flint.arb_mat
    end: flint.arb_mat
    second_difference: Vec


class LongHorizon:
    """The rows x_t, t ≥ first, of one diffusion: powers, a grid of time windows, maxima."""

    def __init__(self, context: SinkContext) -> None:
        """Take a sink's context whose chain has entries that floats can bound."""
        self._transition = context.transition
        self._transient = context.recurrent_class < 0
        self.bits = self._bits()
        with precision(self.bits):
            self._powers: list[flint.arb_mat] = [ball_powers.matrix(self._transition)]
            self._reach = [np.eye(context.adjacency.n)]
            self._second = self._second_difference()
            start = ball_powers.at_sink(self._transition, context.sink)
            row = ball_powers.power_row(start, self._powers[0], context.first)
            self.windows = list(self._grid(row, context))

    def _bits(self) -> int:
        """Return a precision that suits the longest mean time until absorption."""
        if not math.isfinite(self._transition.floats.units):
            message = "entries below 2^-900 and times too long to step exactly"
            raise UndecidedError(message)
        chain = self._transition.floats.kernel.transposed
        times = first_step.solve(chain, np.ones(len(self._transient)), self._transient)
        doublings = min(math.log2(1 + float(times.max())), MOST_DOUBLINGS)
        return SPARE_BITS + 4 * math.ceil(doublings)

    def _second_difference(self) -> flint.arb_mat:
        drift = self._powers[0] - ball_powers.identity(len(self._transient))
        square: flint.arb_mat = drift * drift
        return square

    def power(self, k: int) -> flint.arb_mat:
        """Return Δ^(2ᵏ)."""
        while len(self._powers) <= k:
            self._powers.append(self._powers[-1] * self._powers[-1])
        return self._powers[k]

    def reach(self, k: int) -> Vec:
        """Return S_k in floats: entry [i, j] is at least (Δˢ)[i, j] for all s < 2ᵏ."""
        while len(self._reach) <= k:
            last = self._reach[-1]
            later = product(upper(self.power(len(self._reach) - 1)).reshape(last.shape), last)
            self._reach.append(np.maximum(last, np.minimum(later, 1.0)))
        return self._reach[k]

    def _grid(self, row: flint.arb_mat, context: SinkContext) -> Iterator[TimeWindow]:
        """Cover the times from `first` until every transient node has had its maximum."""
        start, best = context.first, row.entries()
        transient = np.flatnonzero(self._transient).tolist()
        open_nodes = np.flatnonzero(self._transient & context.ancestors).tolist()
        for level in levels():
            window = self.window(start, level, row)
            yield window
            row, start = window.end, start + 2**level
            now = row.entries()
            best = [old.max(new) for old, new in zip(best, now, strict=True)]
            left = sum((now[k] for k in transient), flint.arb(0))
            if all(left < best[k] for k in open_nodes):
                self.seen = lower(flint.arb_mat([best]))
                return
        message = f"no bound on the signals after 2^{MOST_DOUBLINGS} steps"
        raise UndecidedError(message)

    def window(self, start: int, level: int, row: flint.arb_mat) -> TimeWindow:
        """Return the window of 2^level times from a row on."""
        return TimeWindow(start, level, row, row * self.power(level), self._bound(row))

    def halves(self, whole: TimeWindow) -> tuple[TimeWindow, TimeWindow]:
        """Return the two halves of a window of more than one step."""
        level = whole.level - 1
        middle = whole.row * self.power(level)
        return (
            TimeWindow(whole.start, level, whole.row, middle, whole.second_difference),
            TimeWindow(whole.start + 2**level, level, middle, whole.end, self._bound(middle)),
        )

    def _bound(self, row: flint.arb_mat) -> Vec:
        return np.maximum(upper(-row * self._second), 0.0)


def levels() -> Iterator[int]:
    """Yield 0, then for every octave [2ᵏ, 2ᵏ⁺¹) its quarters' level, or 0 for single steps."""
    yield 0
    for k in range(MOST_DOUBLINGS):
        quarter = max(k - 2, 0)
        yield from [quarter] * 2 ** (k - quarter)


@lru_cache(maxsize=1)
def long_horizon(transition: Transition, sink: int, first: int) -> LongHorizon:
    """Return the bounds; the last ones are kept, for a user who asks node after node."""
    return LongHorizon(SinkContext(transition, sink, first))


def product(left: Vec, right: Vec) -> Vec:
    """Return a bound above of the product of two arrays of non-negative floats."""
    terms = len(right)
    return np.asarray((left @ right + terms * SMALL) * (1 + (2 * terms + 8) * UNIT))


def upper(entries: flint.arb_mat) -> Vec:
    """Return floats no less than the entries of a matrix of balls, row after row."""
    return np.nextafter([float(entry.upper()) for entry in entries.entries()], np.inf)


def lower(entries: flint.arb_mat) -> Vec:
    """Return floats no greater than the entries of a matrix of balls, row after row."""
    return np.nextafter([float(entry.lower()) for entry in entries.entries()], -np.inf)
