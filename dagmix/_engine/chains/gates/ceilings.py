"""Bounds of sup_t x_t[j] over all gates, for all nodes j at once, in floats.

With u_0 = e_j and u_t(i) = max_h Σ_k Δ_h[i, k] u_{t−1}(k), no gate has x_t[j] > u_t(τ), and some
gate has equality. The greatest u_t(i) over the nodes i that the sink hears of never rises, and all
later u(τ) are at most that. They are at most H(τ) too, a majorant of u_t (`hits`): for t = 0 and a
common order, the greatest probability of ever hitting j.

Rows for all j are the columns of one matrix. A float has a relative error of so many units a step.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dagmix._engine.adjacency.base import Adjacency, Floats, Ints, Mask, Vec
from dagmix._engine.chains.gates.hits import majorant, ordered_components
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.enclosures import SMALLEST, UNIT

CLOSE = 2.0**-40  # relative width at which a supremum is told


@dataclass(frozen=True, eq=False)
class GatedSignals:
    """Diffusions as one float array (…, H, n, n), and the sink at which signals are read.

    `entry_units` bounds the relative error of their entries in units of 2⁻⁵³; `parts` are the
    strongly connected components of their union, senders first.
    """

    matrices: Floats
    entry_units: float
    sink: int
    parts: Sequence[Ints]

    @staticmethod
    def of(heads: Sequence[Transition], sink: int, union: Adjacency) -> GatedSignals:
        """Take the float matrices of some transitions; without a bound, the error is infinite."""
        units = max(head.floats.entry_units + 2 for head in heads)
        bounded = all(math.isfinite(head.floats.units) for head in heads)
        matrices = np.array([head.floats.kernel.dense() for head in heads])
        parts = ordered_components(union)
        return GatedSignals(matrices, units if bounded else math.inf, sink, parts)

    def error(self, steps: int) -> float:
        """Bound the relative error of a row after so many steps, and of two uses of it."""
        roundings = (steps + 2) * (self.size + self.entry_units + 2) * UNIT
        return roundings / (1 - roundings) if roundings < 0.5 else math.inf  # noqa: PLR2004

    @property
    def size(self) -> int:
        """The number of nodes."""
        return int(self.matrices.shape[-1])

    @cached_property
    def heard(self) -> Ints:
        """The nodes that the sink hears of in some head, at any time."""
        linked = np.asarray((self.matrices > 0).reshape(-1, self.size, self.size).any(axis=0))
        marks = np.zeros(self.size, dtype=bool)
        marks[self.sink] = True
        while linked[marks][:, ~marks].any():
            marks = marks | linked[marks].any(axis=0)
        return np.flatnonzero(marks)

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
        steps = _Columns(self, greatest=greatest)
        while True:
            lower, seen, later = steps.bounds()
            upper = np.maximum(seen, later)
            is_open = upper > lower * (1 + CLOSE)
            if least_only:
                is_open &= lower < upper.min(axis=-1, keepdims=True) * (1 - CLOSE)
            if steps.time >= most or not is_open.any():
                break
            check()
            steps.advance()
        parts = np.minimum(lower, upper), upper, steps.times, later < lower
        return Suprema(*(self._spread(part) for part in parts))

    def _spread(self, part: Vec) -> Vec:
        """Return numbers of the nodes that are heard as numbers of all nodes, the others' 0."""
        whole = np.zeros((*part.shape[:-1], self.size), dtype=part.dtype)
        whole[..., self.heard] = part
        return whole


class _Columns:
    """The columns u_t of all nodes that are heard, and what they tell."""

    def __init__(self, signals: GatedSignals, *, greatest: bool) -> None:
        """Begin at t = 0."""
        heard, self._signals = signals.heard, signals
        self._matrices = np.ascontiguousarray(signals.matrices[..., heard, :][..., heard])
        self._extreme = np.maximum if greatest else np.minimum
        self._place = int(np.searchsorted(heard, signals.sink))
        kept = (part[np.isin(part, heard)] for part in signals.parts)
        self._parts = [np.searchsorted(heard, part) for part in kept if len(part)]
        shape = (*self._matrices.shape[:-3], len(heard), len(heard))
        self._columns, self.time = np.broadcast_to(np.eye(len(heard)), shape), 0
        self._best = self._columns[..., self._place, :].copy()
        self._tail = self._later()
        self.times = np.zeros(shape[:-1], dtype=np.intp)

    def advance(self) -> None:
        """Make a step; the majorant is looked at whenever their number has doubled."""
        stepped = self._matrices @ self._columns[..., None, :, :]
        self._columns, self.time = self._extreme.reduce(stepped, axis=-3), self.time + 1
        here = self._columns[..., self._place, :]
        higher = here > self._best
        self._best[higher], self.times[higher] = here[higher], self.time
        if self.time & (self.time - 1) == 0:
            self._tail = np.minimum(self._tail, self._later())

    def bounds(self) -> tuple[Floats, Floats, Floats]:
        """Return bounds of the greatest u_t(τ) so far, from both sides, and of all to come."""
        error, trivial = self._signals.error(self.time), np.ones_like(self._best)
        if error >= 1:
            return 0 * trivial, trivial, trivial
        lower = np.maximum(self._best * (1 - error) - SMALLEST, 0)
        upper = np.minimum(self._best * (1 + error) + SMALLEST, 1.0)
        later = self._columns.max(axis=-2) * (1 + error) + SMALLEST
        return lower, upper, np.minimum(later, self._tail)

    def _later(self) -> Floats:
        """Bound all u_s(τ), s ≥ t, by the majorant of u_t."""
        size = self._columns.shape[-1]
        error = 4 * size * (size + self._signals.entry_units + 3) * UNIT
        error += 2 * self._signals.error(self.time)
        if error >= 1:
            return np.ones_like(self._best)
        found = majorant(self._matrices, self._parts, self._columns)[..., self._place, :]
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
