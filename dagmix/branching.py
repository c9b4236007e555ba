"""Suprema over very long times: dyadic branch and bound.

With P_k = Δ^(2ᵏ) and the column s_0 = e_j, s_{k+1} = max(s_k, P_k s_k) entry by entry bounds
(Δˢ)[·, j] for all s < 2ᵏ. A window of times [a, a + 2ᵏ) then has signals of at most x_a · s_k.
For long windows, L = 2ᵏ, a second bound is sharper: the signals rise above the chord between
the window's ends by at most L²/8 times the greatest downward bend x_a · r_k, where
r_0 ≥ max(0, −(Δ − I)² e_j) and r_{k+1} = max(r_k, P_k r_k). The window with the greatest
bound is split until no window can beat the best signal found.

Every number carries a bound on its relative error, in units of 2⁻⁵³. Squaring doubles that
of P_k; past `LOOSE` units the powers are made in ball arithmetic and rounded once.
"""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass, field

import numpy as np

from dagmix import balls
from dagmix.absorption import Mask
from dagmix.errors import UndecidedError
from dagmix.kernels import Kernel, leaving
from dagmix.lazy import flint
from dagmix.support import Vec
from dagmix.transition import UNIT, Transition

LOOSE = 2.0**20  # units: a relative error of about 1e-10
MOST_DOUBLINGS = 100  # 2¹⁰⁰ steps; no chain of float64 entries above 2⁻⁹⁰⁰ is asked for more
BITS = 320  # precision of the balls
REFINEMENTS = 2**12  # windows split for the sake of the times, after the value is certain


@dataclass(frozen=True)
class Numbers:
    """An array of floats, each right up to `units` · 2⁻⁵³ of itself."""

    array: Vec
    units: float

    @property
    def slack(self) -> float:
        """The relative error; infinite where it is no longer small."""
        roundings = (self.units + 4) * UNIT
        return roundings / (1 - roundings) if roundings < 0.5 else float("inf")  # noqa: PLR2004

    def times(self, other: Numbers) -> Numbers:
        """Return the product of a row and a matrix, a matrix and a column, or two matrices."""
        terms = len(other.array)
        return Numbers(self.array @ other.array, self.units + other.units + terms)


@dataclass(eq=False)
class Powers:
    """The matrices Δ^(2ᵏ), made when first asked for."""

    transition: Transition
    _made: list[Numbers] = field(default_factory=list)
    _balls: list[flint.arb_mat] = field(default_factory=list)

    def __getitem__(self, k: int) -> Numbers:
        """Return Δ^(2ᵏ)."""
        while len(self._made) <= k:
            self._made.append(self._next())
        return self._made[k]

    def _next(self) -> Numbers:
        if not self._made:
            floats = self.transition.floats
            return Numbers(floats.kernel.dense(), floats.entry_units + 2)
        square = self._made[-1].times(self._made[-1])
        return square if square.units < LOOSE else self._from_balls(len(self._made))

    def _from_balls(self, k: int) -> Numbers:
        size = self.transition.support.n
        with balls.precision(BITS):
            if not self._balls:
                self._balls.append(balls.matrix(self.transition))
            while len(self._balls) <= k:
                self._balls.append(self._balls[-1] * self._balls[-1])
            entries = self._balls[k].entries()
            if any(not entry.is_zero() and entry.rel_accuracy_bits() < 54 for entry in entries):  # noqa: PLR2004 - one more than float64
                message = f"the powers after 2^{k} steps are not known to {BITS} bits"
                raise UndecidedError(message)
        array = np.array([float(entry) for entry in entries]).reshape(size, size)
        return Numbers(array, 1)


@dataclass(frozen=True)
class Peak:
    """The greatest signal over a stretch of times and the times that may attain it."""

    value: float
    lower: float
    upper: float
    times: range | tuple[int, ...]


@dataclass(order=True)
class _Window:
    """Times [start, start + 2^level) with signals of at most −priority."""

    priority: float
    number: int
    start: int = field(compare=False)
    level: int = field(compare=False)
    row: Numbers = field(compare=False)
    end_signal: float = field(compare=False)  # at least the signal at start + 2^level


class Search:
    """The supremum of the signals of one node from a given row on."""

    def __init__(self, powers: Powers, node: int, upstream: Mask) -> None:
        """Take the powers, the node, and the mask of the nodes that can ever hear it."""
        self._powers = powers
        self._node = node
        self._upstream = upstream
        unit = np.zeros(len(upstream))
        unit[node] = 1.0
        self._reach = [Numbers(unit, 0)]
        self._bend = [Numbers(bending(powers.transition.floats.kernel, unit), 0)]
        self._best = 0.0
        self._numbers = itertools.count()

    def run(self, row: Numbers, start: int) -> Peak:
        """Search all times from `start`, where the signals are `row`."""
        heap, kept, refinements = [self._root(row, start)], list[_Window](), 0
        while heap and -heap[0].priority >= self._best and refinements < REFINEMENTS:
            window = heapq.heappop(heap)
            # Once the greatest bound is as flat as its error, splitting only narrows the times.
            refinements += -window.priority <= self._best * (1 + 4 * window.row.slack)
            if window.level == 0:
                kept.append(window)
            else:
                for half in self._split(window):
                    heapq.heappush(heap, half)
        return self._peak([w for w in kept + heap if -w.priority >= self._best])

    def _root(self, row: Numbers, start: int) -> _Window:
        """Return a window after which no signal reaches the best one seen at its dyadic times."""
        for level in range(MOST_DOUBLINGS):
            later = row.times(self._powers[level])
            mass = float(later.array[self._upstream].sum())
            signal = self._see(later)
            if mass * (1 + len(later.array) * UNIT) * (1 + later.slack) < self._best:
                return self._window(row, start, level, signal)
        message = f"no bound on the signals after 2^{MOST_DOUBLINGS} steps"
        raise UndecidedError(message)

    def _split(self, window: _Window) -> tuple[_Window, _Window]:
        half = window.level - 1
        middle = window.row.times(self._powers[half])
        return (
            self._window(window.row, window.start, half, self._see(middle)),
            self._window(middle, window.start + 2**half, half, window.end_signal),
        )

    def _see(self, row: Numbers) -> float:
        """Take note of the signal of a row; return an upper bound of it."""
        signal = float(row.array[self._node])
        self._best = max(self._best, signal * (1 - row.slack))
        return signal * (1 + row.slack)

    def _window(self, row: Numbers, start: int, level: int, end_signal: float) -> _Window:
        reach = row.times(self._column(self._reach, level))
        upper = float(reach.array) * (1 + reach.slack)
        if level:
            bend = row.times(self._column(self._bend, level))
            arch = 4.0**level / 8 * float(bend.array) * (1 + bend.slack)
            upper = min(upper, max(self._see(row), end_signal) + arch)
        else:
            upper = self._see(row)
        return _Window(-upper, next(self._numbers), start, level, row, end_signal)

    def _column(self, columns: list[Numbers], level: int) -> Numbers:
        """Return the entrywise maximum of Δˢ columns[0] over s < 2^level, or a bound of it."""
        while len(columns) <= level:
            last = columns[-1]
            later = self._powers[len(columns) - 1].times(last)
            columns.append(Numbers(np.maximum(last.array, later.array), later.units))
        return columns[level]

    def _peak(self, windows: list[_Window]) -> Peak:
        upper = max(-window.priority for window in windows)
        value = max(float(window.row.array[self._node]) for window in windows)
        if all(window.level == 0 for window in windows):
            times: range | tuple[int, ...] = tuple(sorted(window.start for window in windows))
        else:
            ends = [window.start + 2**window.level for window in windows]
            times = range(min(window.start for window in windows), max(ends))
        return Peak(value, self._best, upper, times)


def bending(kernel: Kernel, unit: Vec) -> Vec:
    """Return a bound above of max(0, −(Δ − I)² e_j): how fast signals may bend downwards.

    Δ − I has the leaving probability, summed and not subtracted, on its diagonal. The terms
    of the second product cancel, so that the sum of their absolute values bounds the error.
    """
    exits = leaving(kernel.transposed)
    matrix = kernel.dense()
    np.fill_diagonal(matrix, 0.0)
    drift = matrix @ unit - exits * unit
    bend = exits * drift - matrix @ drift
    error = exits * np.abs(drift) + matrix @ np.abs(drift)
    return np.asarray(np.maximum(bend, 0.0) + (4 * len(unit) + 64) * UNIT * error)
