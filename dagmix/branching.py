"""Suprema over very long times: branch and bound with balls.

A stretch of times [a, a + L) has signals f(0), …, f(L) with f(0) and f(L) known as balls, and
second differences of at least −B (`course`). Then f(s) ≤ g(s) for 0 ≤ s ≤ L with the parabola

    g(s) = f(0) + (f(L) − f(0)) s/L + B s(L − s)/2,

for f − g vanishes at both ends and is convex. With c = B L²/2 and the rise r = f(L) − f(0):

* r > c: g rises all the way, and no signal of the stretch reaches the one at its end;
* r < −c: g falls all the way, and none after its start reaches the one there;
* else g ≤ (f(0) + f(L))/2 + c/4 + r²/(4c), the vertex of the parabola.

The stretch of the greatest bound is halved, until those left are single times. As B hardly
changes from a stretch to its halves, c falls by 4 each time, while r falls by 2: all but the
stretches around a maximum are soon monotone, and each halving adds one bit of its time.
"""

from __future__ import annotations

import heapq
import itertools
import math
from dataclasses import dataclass, field

from dagmix.arb import precision
from dagmix.course import Course, Stretch, product
from dagmix.lazy import flint

MOST_SPLITS = 2**12  # then what is left is given as an enclosure; some hundred are usual


@dataclass(frozen=True)
class Peak:
    """The greatest signal over a stretch of times and the times that may attain it."""

    value: float
    lower: float
    upper: float
    times: range | tuple[int, ...]


@dataclass(order=True)
class _Window:
    """A stretch with signals of at most −priority; `single` if only its start matters."""

    priority: flint.arb
    number: int
    stretch: Stretch = field(compare=False)
    single: bool = field(compare=False)


class Search:
    """The supremum of the signals of one transient node."""

    def __init__(self, course: Course, node: int) -> None:
        """Take the course of all signals and the node."""
        self._course = course
        self._node = node
        self._best = flint.arb(0)
        self._heap: list[_Window] = []
        self._kept: list[_Window] = []
        self._numbers = itertools.count()

    def run(self) -> Peak:
        """Search all times."""
        with precision(self._course.bits):
            self._take(*self._course.stretches)
            for _ in range(MOST_SPLITS):
                if not self._heap or -self._heap[0].priority < self._best:
                    break
                self._take(*self._course.halves(heapq.heappop(self._heap).stretch))
            return self._peak()

    def _take(self, *stretches: Stretch) -> None:
        """See the signals first, so that bounds are compared with the best of them."""
        for stretch in stretches:
            self._best = self._best.max(stretch.row[0, self._node].lower())
        for stretch in stretches:
            self._bound(stretch)

    def _bound(self, stretch: Stretch) -> None:
        """Keep a stretch with its bound, if it can have the supremum at all."""
        here, end = stretch.row[0, self._node], stretch.end[0, self._node]
        if stretch.level == 0:
            self._keep(here, stretch, single=True)
            return
        reach = self._course.reach(stretch.level)[:, self._node]
        bend = flint.arb(float(product(stretch.bend, reach)))
        arch, rise = bend * flint.arb(2) ** (2 * stretch.level - 1), end - here
        if rise < -arch:
            self._keep(here, stretch, single=True)
        elif not rise > arch:
            self._keep((here + end + arch / 2 + rise**2 / (2 * arch)) / 2, stretch, single=False)

    def _keep(self, bound: flint.arb, stretch: Stretch, *, single: bool) -> None:
        greatest = bound.upper()
        if not greatest < self._best:
            window = _Window(-greatest, next(self._numbers), stretch, single)
            if single:
                self._kept.append(window)
            else:
                heapq.heappush(self._heap, window)

    def _peak(self) -> Peak:
        windows = [w for w in self._kept + self._heap if not -w.priority < self._best]
        upper = -min(window.priority for window in windows)
        starts = sorted(window.stretch.start for window in windows)
        times: range | tuple[int, ...] = tuple(starts)
        if not all(window.single for window in windows):
            last = max(w.stretch.start + (1 if w.single else 2**w.stretch.level) for w in windows)
            times = range(starts[0], last)
        value = float(self._best)
        low, high = math.nextafter(value, 0), math.nextafter(float(upper), math.inf)
        return Peak(value, low, high, times)
