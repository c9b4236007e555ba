"""The course of the signals over astronomically long times, in balls, for all nodes at once.

Rows x_a are made by repeated squaring at four times an octave, a = first + 2ᵏ(1 + i/4), until
no transient node can still exceed what it had. Between two of these times, and between any two
that are nearer, a signal is bounded by its ends and its bend (see `branching`).

With D = Δ − I, a ≤ t < a + 2ᵏ and s = t − a, the second difference of a signal is

    x_{t+2}[j] − 2 x_{t+1}[j] + x_t[j] = (x_t D²)[j] = Σ_i (x_a D²)[i] (Δˢ)[i, j],

so that no signal bends downwards by more than Σ_i max(0, −(x_a D²)[i]) S_k[i, j], where
S_k[i, j] ≥ (Δˢ)[i, j] for all s < 2ᵏ: S_0 = I, S_{k+1} = max(S_k, Δ^(2ᵏ) S_k). The row x_a D²
is formed before its sign is dropped. What moves fast has come to rest by the time a, and its
terms cancel there: a slow signal then bends slowly, at the scale of a itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from dagmix import absorption, balls
from dagmix.arb import precision
from dagmix.errors import UndecidedError
from dagmix.lazy import flint
from dagmix.listener import Listener
from dagmix.support import Vec
from dagmix.transition import UNIT, Transition

MOST_DOUBLINGS = 256  # 2²⁵⁶ steps: more than any head of float64 entries above 1e-70 needs
SPARE_BITS = 192  # precision beyond the four bits a doubling that second differences cancel
SMALL = 2.0**-1000  # exceeds what a product of floats loses by underflow


@dataclass(frozen=True)
class Stretch:
    """Times [start, start + 2^level): the rows x at its start and end, and the start's bend.

    `bend` is at least max(0, −x D²), entry by entry.
    """

    start: int
    level: int
    row: flint.arb_mat
    end: flint.arb_mat
    bend: Vec


class Course:
    """The rows x_t, t ≥ first, of one diffusion: powers, a grid of stretches, best signals."""

    def __init__(self, listener: Listener) -> None:
        """Take a listener whose chain has entries that floats can bound."""
        self._transition = listener.transition
        self._transient = listener.closed_class < 0
        self.bits = self._bits()
        with precision(self.bits):
            self._powers: list[flint.arb_mat] = [balls.matrix(self._transition)]
            self._reach = [np.eye(listener.support.n)]
            self._second = self._second_difference()
            start = balls.at_sink(self._transition, listener.sink)
            row = balls.power_row(start, self._powers[0], listener.first)
            self.stretches = list(self._grid(row, listener))

    def _bits(self) -> int:
        """Return a precision that suits the longest mean time until absorption."""
        if not math.isfinite(self._transition.floats.units):
            message = "entries below 2^-900 and times too long to step exactly"
            raise UndecidedError(message)
        chain = self._transition.floats.kernel.transposed
        times = absorption.solve(chain, np.ones(len(self._transient)), self._transient)
        doublings = min(math.log2(1 + float(times.max())), MOST_DOUBLINGS)
        return SPARE_BITS + 4 * math.ceil(doublings)

    def _second_difference(self) -> flint.arb_mat:
        drift = self._powers[0] - balls.identity(len(self._transient))
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

    def _grid(self, row: flint.arb_mat, listener: Listener) -> Iterator[Stretch]:
        """Cover the times from `first` until every transient node has had its greatest signal."""
        start, best = listener.first, row.entries()
        transient = np.flatnonzero(self._transient).tolist()
        open_nodes = np.flatnonzero(self._transient & listener.heard).tolist()
        for level in _levels():
            stretch = self.stretch(start, level, row)
            yield stretch
            row, start = stretch.end, start + 2**level
            now = row.entries()
            best = [old.max(new) for old, new in zip(best, now, strict=True)]
            left = sum((now[k] for k in transient), flint.arb(0))
            if all(left < best[k] for k in open_nodes):
                self.seen = lower(flint.arb_mat([best]))
                return
        message = f"no bound on the signals after 2^{MOST_DOUBLINGS} steps"
        raise UndecidedError(message)

    def stretch(self, start: int, level: int, row: flint.arb_mat) -> Stretch:
        """Return the stretch of 2^level times from a row on."""
        return Stretch(start, level, row, row * self.power(level), self._bend(row))

    def halves(self, whole: Stretch) -> tuple[Stretch, Stretch]:
        """Return the two halves of a stretch of more than one step."""
        level = whole.level - 1
        middle = whole.row * self.power(level)
        return (
            Stretch(whole.start, level, whole.row, middle, whole.bend),
            Stretch(whole.start + 2**level, level, middle, whole.end, self._bend(middle)),
        )

    def _bend(self, row: flint.arb_mat) -> Vec:
        return np.maximum(upper(-row * self._second), 0.0)


def _levels() -> Iterator[int]:
    """Yield 0, then for every octave [2ᵏ, 2ᵏ⁺¹) its quarters' level, or 0 for single steps."""
    yield 0
    for k in range(MOST_DOUBLINGS):
        quarter = max(k - 2, 0)
        yield from [quarter] * 2 ** (k - quarter)


@lru_cache(maxsize=1)
def course_of(transition: Transition, sink: int, first: int) -> Course:
    """Return the course; the last one is kept, for a user who asks node after node."""
    return Course(Listener(transition, sink, first))


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
