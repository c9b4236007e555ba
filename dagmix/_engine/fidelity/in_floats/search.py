"""The supremum of one node's signals in floats: windows of time, halved where it may be.

A window of L steps between f(0) and f(L), with second differences of at least −B, c = B L²/2 and
r = f(L) − f(0), has its greatest signal at an end if |r| > c, and else none above

    max(f(0), f(L)) + (c/4) (1 − |r|/c)²,

the vertex of the parabola of `branch_and_bound` in other words. Ends are known to a relative δ, by
which r is taken to be smaller and the bound greater. A window is halved until no bound exceeds the
best signal by more than a fraction of δ.
"""

from __future__ import annotations

import heapq

from dagmix._engine.chains.powers.float_powers import LOST
from dagmix._engine.exact.enclosures import widened
from dagmix._engine.fidelity.in_floats.horizon import SPARE, FloatHorizon, Stretch
from dagmix._engine.fidelity.results import NodeFidelity

MOST_SPLITS = 2**10
NEAR = 2.0**-10  # share of δ by which a bound may exceed those of the signals computed


class FloatSearch:
    """The supremum of the signals of one transient node."""

    def __init__(self, horizon: FloatHorizon, node: int) -> None:
        """Take the grid of all signals and the node."""
        self._horizon = horizon
        self._place = int(horizon.powers.place[node])
        self._best = 0.0
        self._heap: list[tuple[float, int, Stretch]] = []
        for stretch in horizon.stretches:
            self._take(stretch)

    def run(self) -> NodeFidelity | None:
        """Search all times, which are left out; None where floats do not tell."""
        for _ in range(MOST_SPLITS):
            if not self._heap or -self._heap[0][0] <= self._enough:
                return self._answer()
            _, _, whole = heapq.heappop(self._heap)
            level = whole.level - 1
            middle = self._horizon.powers.advance(whole.row, level)
            self._take(Stretch(whole.start, level, whole.row, middle, whole.falls))
            self._take(Stretch(whole.start + 2**level, level, middle, whole.end, whole.falls))
        return None

    def _answer(self) -> NodeFidelity:
        error = self._horizon.error
        upper = max([self._enough, *(-priority for priority, *_ in self._heap[:1])])
        ends = widened(self._best * (1 - error) - LOST, upper)
        return NodeFidelity(self._best, *ends, attained=True, times=())

    @property
    def _enough(self) -> float:
        """A bound of all signals at computed times, and a little more."""
        return self._best * (1 + (1 + NEAR) * self._horizon.error) * SPARE + LOST

    def _take(self, one: Stretch) -> None:
        """Keep a window with its bound, if it can have a greater signal inside."""
        here, last = float(one.row[self._place]), float(one.end[self._place])
        greatest, error = max(here, last), self._horizon.error
        self._best = max(self._best, greatest)
        if one.level == 0:
            return
        arch = float(one.falls[self._place]) * 2.0 ** (2 * one.level - 1)
        rise = max(0.0, abs(last - here) - 2 * error * greatest - 2 * LOST)
        if rise >= arch:
            return
        bound = greatest * (1 + error) + LOST + arch / 4 * (1 - rise / arch) ** 2
        if bound * SPARE > self._enough:
            heapq.heappush(self._heap, (-bound * SPARE, one.start, one))
