"""Bounds of sup_t x_t[j] over all gates, for all nodes j at once, in floats.

With u_0 = e_j and u_t(i) = max_h Σ_k Δ_h[i, k] u_{t−1}(k), no gate has x_t[j] > u_t(τ), and some
gate has equality. The greatest u_t(i) over the nodes i that the sink hears of never rises, and all
later u(τ) are at most that. Along a common order they are at most H(τ) too, the least majorant of
u_t (`hits`): for t = 0 the greatest probability of ever hitting j.

Rows for all j are the columns of one matrix. A float has a relative error of so many units a step.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dagmix._engine.adjacency.base import Floats, Ints, Mask
from dagmix._engine.chains.gates.hits import majorant
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.enclosures import SMALLEST, UNIT

CLOSE = 2.0**-40  # relative width at which a supremum is told


@dataclass(frozen=True, eq=False)
class GatedSignals:
    """Diffusions as one float array (H, n, n), and the sink at which signals are read.

    `entry_units` bounds the relative error of their entries in units of 2⁻⁵³; `order` is a common
    one, or None.
    """

    matrices: Floats
    entry_units: float
    sink: int
    order: Ints | None

    @staticmethod
    def of(heads: Sequence[Transition], sink: int, order: Ints | None) -> GatedSignals:
        """Take the float matrices of some transitions; without a bound, the error is infinite."""
        units = max(head.floats.entry_units + 2 for head in heads)
        bounded = all(math.isfinite(head.floats.units) for head in heads)
        matrices = np.array([head.floats.kernel.dense() for head in heads])
        return GatedSignals(matrices, units if bounded else math.inf, sink, order)

    def error(self, steps: int) -> float:
        """Bound the relative error of a row after so many steps, and of two uses of it."""
        roundings = (steps + 2) * (len(self.matrices[0]) + self.entry_units + 2) * UNIT
        return roundings / (1 - roundings) if roundings < 0.5 else math.inf  # noqa: PLR2004

    @cached_property
    def heard(self) -> Ints:
        """The nodes that the sink hears of in some head, at any time."""
        linked = np.asarray((self.matrices > 0).any(axis=0))
        marks: Mask = np.arange(len(linked)) == self.sink
        while True:
            more: Mask = marks | np.asarray(linked[marks].any(axis=0))
            if (more == marks).all():
                return np.flatnonzero(marks)
            marks = more

    def suprema(
        self,
        most: int,
        check: Callable[[], None] = lambda: None,
        *,
        greatest: bool = True,
        least_only: bool = False,
    ) -> Suprema:
        """Enclose sup_t u_t(τ) for every node in at most so many steps; or with min for max.

        With `least_only` it ends as soon as the least of all upper bounds is settled. `check` is
        called before every step: it may raise.
        """
        heard, steps = self.heard, _Columns(self, greatest=greatest)
        while True:
            lower, seen, later = steps.bounds()
            upper = np.maximum(seen, later)
            is_open = upper > lower * (1 + CLOSE)
            if least_only:
                is_open &= lower < upper.min() * (1 - CLOSE)
            if steps.time >= most or not is_open.any():
                break
            check()
            steps.advance()
        found = np.zeros((4, len(self.matrices[0])))
        found[:, heard] = np.minimum(lower, upper), upper, steps.times, later < lower
        return Suprema(found[0], found[1], found[2].astype(np.intp), found[3] > 0)


class _Columns:
    """The columns u_t of all nodes that are heard, and what they tell."""

    def __init__(self, signals: GatedSignals, *, greatest: bool) -> None:
        """Begin at t = 0."""
        heard, self._signals = signals.heard, signals
        self._matrices = np.ascontiguousarray(signals.matrices[:, heard][:, :, heard])
        self._extreme = np.maximum if greatest else np.minimum
        self._place = int(np.searchsorted(heard, signals.sink))
        self._order = None
        if signals.order is not None:
            kept = signals.order[np.isin(signals.order, heard)]
            self._order = np.searchsorted(heard, kept)
        self._columns, self.time = np.eye(len(heard)), 0
        self._best = self._columns[self._place].copy()
        self._tail = self._later()
        self.times = np.zeros(len(heard), dtype=np.intp)

    def advance(self) -> None:
        """Make a step; the majorant is looked at whenever their number has doubled."""
        stepped = self._matrices @ self._columns
        self._columns, self.time = self._extreme.reduce(stepped, axis=0), self.time + 1
        here = self._columns[self._place]
        higher = here > self._best
        self._best[higher], self.times[higher] = here[higher], self.time
        if self.time & (self.time - 1) == 0:
            self._tail = np.minimum(self._tail, self._later())

    def bounds(self) -> tuple[Floats, Floats, Floats]:
        """Return bounds of the greatest u_t(τ) so far, from both sides, and of all to come."""
        error, trivial = self._signals.error(self.time), np.ones(len(self._best))
        if error >= 1:
            return 0 * trivial, trivial, trivial
        lower = np.maximum(self._best * (1 - error) - SMALLEST, 0)
        upper = np.minimum(self._best * (1 + error) + SMALLEST, 1.0)
        later = self._columns.max(axis=0) * (1 + error) + SMALLEST
        return lower, upper, np.minimum(later, self._tail)

    def _later(self) -> Floats:
        """Bound all u_s(τ), s ≥ t, by the majorant of u_t; by 1 without an order."""
        size = len(self._columns)
        error = 4 * size * (size + self._signals.entry_units + 3) * UNIT
        error += 2 * self._signals.error(self.time)
        if self._order is None or error >= 1:
            return np.ones(size)
        found = majorant(self._matrices, self._order, self._columns)[self._place]
        return np.asarray(np.minimum(found * (1 + error) + SMALLEST * (found > 0), 1.0))


@dataclass(frozen=True, eq=False)
class Suprema:
    """For every node, lower ≤ sup_t u_t(τ) ≤ upper, and the first t of the greatest u_t(τ) seen.

    It is `certain` that this t, or one before it, has the supremum where all that is later is less.
    """

    lower: Floats
    upper: Floats
    times: Ints
    certain: Mask
