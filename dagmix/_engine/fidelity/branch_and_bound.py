"""Suprema over very long times: branch and bound with balls.

A window of times [a, a + L) has signals f(0), …, f(L) with f(0) and f(L) known as balls, and
second differences of at least −B (`long_times`). Then f(s) ≤ g(s) for 0 ≤ s ≤ L with the parabola

    g(s) = f(0) + (f(L) − f(0)) s/L + B s(L − s)/2,

for f − g vanishes at both ends and is convex. With c = B L²/2 and the rise r = f(L) − f(0):

* r > c: g rises throughout, and no signal of the window reaches the one at its end;
* r < −c: g falls throughout, and none after its start reaches the one there;
* else g ≤ (f(0) + f(L))/2 + c/4 + r²/(4c), the vertex of the parabola.

The window of the greatest bound is halved, until those left are single times. As B hardly
changes from a window to its halves, c falls by 4 each time, while r falls by 2: all but the
windows around a maximum are soon monotone, and each halving adds one bit of its time.
"""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass, field

from dagmix._engine.exact.arb import precision
from dagmix._engine.exact.enclosures import widened
from dagmix._engine.fidelity.long_times import LongHorizon, TimeWindow, product
from dagmix._engine.fidelity.results import NodeFidelity
from dagmix._util.lazy import flint

MOST_SPLITS = 2**12  # then what is left is given as an enclosure; some hundred are usual


@dataclass(order=True)
class _Candidate:
    """A time window with signals of at most −priority; `single` if only its start matters."""

    priority: flint.arb
    number: int
    window: TimeWindow = field(compare=False)
    single: bool = field(compare=False)


class Search:
    """The supremum of the signals of one transient node."""

    def __init__(self, horizon: LongHorizon, node: int) -> None:
        """Take the bounds of all signals and the node."""
        self._horizon = horizon
        self._node = node
        self._best = flint.arb(0)
        self._heap: list[_Candidate] = []
        self._kept: list[_Candidate] = []
        self._numbers = itertools.count()

    def run(self) -> NodeFidelity:
        """Search all times."""
        with precision(self._horizon.bits):
            self._take(*self._horizon.windows)
            for _ in range(MOST_SPLITS):
                if not self._heap or -self._heap[0].priority < self._best:
                    break
                self._take(*self._horizon.halves(heapq.heappop(self._heap).window))
            return self._peak()

    def _take(self, *windows: TimeWindow) -> None:
        """Take the signals first, so that bounds are compared with the best of them."""
        for window in windows:
            self._best = self._best.max(window.row[0, self._node].lower())
        for window in windows:
            self._bound(window)

    def _bound(self, window: TimeWindow) -> None:
        """Keep a window with its bound, if it can have the supremum at all."""
        here, end = window.row[0, self._node], window.end[0, self._node]
        if window.level == 0:
            self._keep(here, window, single=True)
            return
        reach = self._horizon.reach(window.level)[:, self._node]
        second_difference = flint.arb(float(product(window.second_difference, reach)))
        arch, rise = second_difference * flint.arb(2) ** (2 * window.level - 1), end - here
        if rise < -arch:
            self._keep(here, window, single=True)
        elif not rise > arch:
            self._keep((here + end + arch / 2 + rise**2 / (2 * arch)) / 2, window, single=False)

    def _keep(self, bound: flint.arb, window: TimeWindow, *, single: bool) -> None:
        greatest = bound.upper()
        if not greatest < self._best:
            candidate = _Candidate(-greatest, next(self._numbers), window, single)
            if single:
                self._kept.append(candidate)
            else:
                heapq.heappush(self._heap, candidate)

    def _peak(self) -> NodeFidelity:
        left = [c for c in self._kept + self._heap if not -c.priority < self._best]
        upper = -min(candidate.priority for candidate in left)
        starts = sorted(candidate.window.start for candidate in left)
        times: range | tuple[int, ...] = tuple(starts)
        if not all(candidate.single for candidate in left):
            last = max(c.window.start + (1 if c.single else 2**c.window.level) for c in left)
            times = range(starts[0], last)
        value = float(self._best)
        return NodeFidelity(value, *widened(value, float(upper)), attained=True, times=times)
