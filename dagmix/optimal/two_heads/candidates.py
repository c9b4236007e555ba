"""Candidate binding times: which signals can be φ_min anywhere in an interval of weights.

On a closed interval of β the signals up to some time are bounded by their Bernstein
coefficients (`dagmix.optimal.two_heads.bernstein`), and all later ones by the row at that time:

* j transient: the sum over k of the mass on k times a bound of sup_t (Δᵗ)[k, j]
  (`dagmix.optimal.two_heads.hitting_bounds`).
* j a single absorbing node: its fidelity is its limit, a rational function of β.
* j in a larger recurrent class C: a walk in C for c steps is at j with a probability between
  the minimum and the maximum of (Δᶜ)[k, j] over k in C. Hence for t ≥ s + c, x_t[j] is at most
  m_s(C) max_k (Δᶜ)[k, j] + o_s, with m_s(C) the mass on C at time s, and o_s the mass outside
  C that can reach it; and it exceeds its limit by m_s(C) (max_k − min_k) (Δᶜ)[k, j] + o_s at
  most.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from dagmix._engine.adjacency.base import Floats
from dagmix.optimal.two_heads.bernstein import ColumnBounds, RowBounds, elevated
from dagmix.optimal.two_heads.hitting_bounds import HittingBounds
from dagmix.optimal.two_heads.kernels import TwoDiffusions

SHORTEST = 8  # steps bounded first, and the least number added each time
LONGEST = 2**9  # steps; an interval that needs more is halved, or φ_min there only enclosed
CLEAR = 0.5  # of the maximum: if later signals are less, more steps do not help


@dataclass(frozen=True)
class Candidates:
    """Functions whose maximum is φ_j on an interval: the signals at `times`, perhaps the limit.

    `limited` says that the limit is among them, and `excess` bounds by how much signals at
    other times may exceed it.
    """

    node: int
    times: tuple[int, ...]
    limited: bool
    excess: Fraction

    @property
    def count(self) -> int:
        """The number of functions."""
        return len(self.times) + self.limited


class WeightInterval:
    """Bounds of all node fidelities on low ≤ β ≤ high, improved by going on to later times."""

    def __init__(
        self,
        heads: TwoDiffusions,
        visits: HittingBounds,
        low: Fraction,
        high: Fraction,
        excess: float,
    ) -> None:
        """Begin at no time; signals may exceed a limit by `excess`."""
        self.low, self.high = low, high
        self._heads, self._allowed = heads, excess
        reach = visits.greatest(low, high)
        passing = heads.context.recurrent_class < 0
        # An exact upper bound of φ_min, where floats would leave it undecided.
        self._limit = min(reach[heads.sink][passing], default=Fraction(1))
        self._rows = RowBounds(heads.floats, heads.sink, low, high)
        self._columns: dict[int, ColumnBounds] = {}
        size = heads.size
        self._identity = np.eye(size)
        upstream = [heads.context.upstream(j) for j in range(size)]
        self._upstream = np.array(upstream, dtype=float).T
        above = np.nextafter(reach.astype(float), 2.0) * (reach > 0)
        self._reach = np.where(passing, above, self._upstream)
        self._greatest: list[Floats] = []
        self._best = np.zeros(size)  # bound every φ_j from below
        self._seen = np.zeros(size)  # bound all signals so far from above
        self._tail = np.ones(size)  # bound all later ones
        self._excess = np.full(size, np.inf)  # and their excess over the limit

    def candidates(self) -> list[Candidates] | None:
        """Return candidates for every node whose fidelity may be φ_min; None if they are too many.

        None means that the interval is too wide, or that arbitrarily late signals matter.
        """
        time = SHORTEST
        while time <= LONGEST:
            self._look(time)
            nodes = self._relevant()
            if all(self._is_settled(node) for node in nodes):
                return [self._candidates(node) for node in nodes]
            if all(self._is_settled(n) or self._tail[n] < CLEAR * self._seen[n] for n in nodes):
                return None
            time += max(SHORTEST, time // 4)
        return None

    @property
    def time(self) -> int:
        """The last time that was evaluated."""
        return len(self._greatest) - 1

    @property
    def bounds(self) -> tuple[Fraction, Fraction]:
        """Bounds of φ_min on the interval."""
        ceiling = min(Fraction(float(self._ceiling())), self._limit)
        return Fraction(float(self._best.min())), ceiling

    def _ceiling(self) -> Any:
        return min(1.0, np.maximum(self._seen, self._tail).min())

    def _relevant(self) -> list[int]:
        nodes: list[int] = np.flatnonzero(self._best <= self._ceiling()).tolist()
        return nodes

    def _look(self, time: int) -> None:
        """Bound the signals up to a time, and all later ones."""
        self._rows.advance(time)
        for t in range(len(self._greatest), time + 1):
            self._greatest.append(self._rows.greatest(t, self._identity))
            self._best = np.maximum(self._best, self._rows.least(t, self._identity))
            self._seen = np.maximum(self._seen, self._greatest[-1])
        self._tail = np.minimum(self._tail, self._rows.greatest(time, self._reach))
        for node, label in enumerate(self._heads.context.recurrent_class.tolist()):
            members = np.flatnonzero(self._heads.context.recurrent_class == label)
            if label >= 0 and len(members) > 1:
                self._bound_class(node, members, time // 2)

    def _bound_class(self, node: int, members: Any, half: int) -> None:
        if node not in self._columns:
            self._columns[node] = ColumnBounds(self._heads.floats, node, self.low, self.high)
        low, high, spread = self._columns[node].range(half, members)
        inside = np.zeros((self._heads.size, 1))
        inside[members] = 1.0
        outside = self._upstream[:, [node]] - inside
        mass, outer = (float(self._rows.greatest(half, w)[0]) for w in (inside, outside))
        rounded = 1 + 8 * np.finfo(float).eps
        self._tail[node] = min(self._tail[node], (mass * high + outer) * rounded)
        self._excess[node] = min(self._excess[node], (mass * spread + outer) * rounded)
        floor = float(self._rows.least(half, inside)[0]) * low
        self._best[node] = max(self._best[node], floor / rounded)

    def _is_single(self, node: int) -> bool:
        classes = self._heads.context.recurrent_class
        return bool(classes[node] >= 0 and (classes == classes[node]).sum() == 1)

    def _is_settled(self, node: int) -> bool:
        below = self._tail[node] < self._best[node]
        return bool(below or self._is_single(node) or self._excess[node] <= self._allowed)

    def _candidates(self, node: int) -> Candidates:
        if self._is_single(node):
            return Candidates(node, (), limited=True, excess=Fraction(0))
        great = np.array([signals[node] for signals in self._greatest])
        times = np.flatnonzero(great >= self._best[node])
        if self._tail[node] < self._best[node]:
            return Candidates(node, tuple(times.tolist()), limited=False, excess=Fraction(0))
        excess = float(self._excess[node])
        times = times[self._surplus(node)[times] > excess]
        both = Fraction(2 * excess)
        return Candidates(node, tuple(times.tolist()), limited=True, excess=both)

    def _surplus(self, node: int) -> Floats:
        """Bound by how much each signal exceeds the last one."""
        steps = [step[:, node] for step in self._rows.steps]
        table = steps[0][:, None]  # one column for each time, all raised to one degree
        for step in steps[1:]:
            table = np.column_stack((elevated(table), step))
        error = 4 * self._heads.floats.error(len(steps))
        return np.asarray((table - table[:, -1:]).max(axis=0) + error)
