"""Fidelity by brute force: scan the signals, and know from theorems when to stop.

φ_j = sup over t ≥ first of (Δᵗ)[sink][j]. Three kinds of node j, for the chain that walks backward:

* never heard: n zeros in a row of a sequence with a recurrence of order n, hence zeros for ever;
* transient: once less mass than the best signal so far is left on the nodes that hear j, no later
  signal can reach that best one;
* in a closed class of period p: the limit at each phase is absorption probability × stationary
  weight of the chain Δᵖ, both solved for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from oracle import ONE, ZERO, Matrix, heard_from, integer_product, power, solve

if TYPE_CHECKING:
    from collections.abc import Callable

SCAN = 200  # steps after which a signal below its limit, in a class of several nodes, is left alone
TURNS = 12  # sequences of every 12 p-th signal are 0 for ever or soon never


@dataclass(frozen=True)
class Fidelity:
    """What dagmix's NodeFidelity says, as far as it is mathematics."""

    value: Fraction
    attained: bool
    times: tuple[int, ...]
    onwards: bool
    period: int = 1


class Signals:
    """The rows (Δᵗ)[sink], read off full powers of Δ, integers over one denominator."""

    def __init__(self, delta: Matrix, sink: int) -> None:
        self.delta, self.sink = delta, sink
        self.unit = math.lcm(*(entry.denominator for row in delta for entry in row))
        self._whole = [[int(entry * self.unit) for entry in row] for row in delta]
        self._power = [[int(i == j) for j in range(len(delta))] for i in range(len(delta))]
        self._rows: list[list[Fraction]] = []

    def row(self, t: int) -> list[Fraction]:
        """Signals of all nodes at the sink after t steps."""
        while len(self._rows) <= t:
            below = self.unit ** len(self._rows)
            self._rows.append([Fraction(entry, below) for entry in self._power[self.sink]])
            self._power = integer_product(self._whole, self._power)
        return self._rows[t]

    def fidelity(self, j: int, first: int = 0) -> Fidelity:
        """sup, over t ≥ first, of the signal of j."""
        n = len(self.delta)
        if not any(self.row(t)[j] for t in range(first, first + n)):
            return Fidelity(ZERO, attained=True, times=(first,), onwards=True)
        members = heard_from(self.delta, j)
        closed = all(j in heard_from(self.delta, k) for k in members)
        if not closed:
            return self._transient(j, first)
        if len(members) == 1:
            return self._absorbing(j, first)
        return self._recurrent(j, first, sorted(members))

    def _transient(self, j: int, first: int) -> Fidelity:
        hearing = [k for k in range(len(self.delta)) if j in heard_from(self.delta, k)]
        return self._scan(j, first, lambda t: sum((self.row(t)[k] for k in hearing), ZERO))

    def _scan(self, j: int, first: int, later: Callable[[int], Fraction]) -> Fidelity:
        """Take the best signal; later(t) bounds all signals from t on."""
        best, times, t = ZERO, list[int](), first
        while best == 0 or later(t) >= best:
            signal = self.row(t)[j]
            if signal > best:
                best, times = signal, []
            if signal == best:
                times.append(t)
            t += 1
        return Fidelity(best, attained=True, times=tuple(times), onwards=False)

    def _absorbing(self, j: int, first: int) -> Fidelity:
        """Signals only rise; they stop rising within n steps, or never."""
        limit = self.absorption([j])[self.sink]
        for t in range(first, first + len(self.delta) + 1):
            if self.row(t)[j] == limit:
                return Fidelity(limit, attained=True, times=(t,), onwards=True)
        return Fidelity(limit, attained=False, times=(), onwards=False)

    def _recurrent(self, j: int, first: int, members: list[int]) -> Fidelity:
        p = self._period(j, len(members))
        turned = Signals(power(self.delta, p), self.sink)
        part = sorted(heard_from(turned.delta, j))
        pi, into = turned.stationary(part), turned.absorption(part)

        def ending(t: int, weight: Callable[[list[Fraction]], Fraction]) -> Fraction:
            x = self.row(t)
            outside = (x[k] * into[k] for k in range(len(x)) if k not in members)
            return weight(x) + sum(outside, ZERO)

        def later(t: int) -> Fraction:
            steps = range(t, t + p)
            return max(ending(s, lambda x: pi[j] * max(x[k] / pi[k] for k in part)) for s in steps)

        limit = pi[j] * max(
            ending(t, lambda x: sum((x[k] for k in part), ZERO)) for t in range(first, first + p)
        )
        scanned = range(first, first + max(SCAN, 2 * TURNS * p * (len(self.delta) + 1)))
        if any(self.row(t)[j] > limit for t in scanned):
            return self._scan(j, first, later)
        return _at_limit(limit, {t for t in scanned if self.row(t)[j] == limit}, scanned, p)

    def _period(self, j: int, size: int) -> int:
        """Return the common divisor of the numbers of steps that lead from j to j."""
        link = [[int(entry > 0) for entry in row] for row in self.delta]
        back, returns = link, 0
        for t in range(1, 3 * size + 1):
            returns = math.gcd(returns, t) if back[j][j] else returns
            back = [[min(entry, 1) for entry in row] for row in integer_product(back, link)]
        return returns

    def absorption(self, members: list[int]) -> list[Fraction]:
        """Probability, from each node, of ending in the closed class `members`."""
        n = len(self.delta)
        undecided = [
            k for k in range(n) if k not in members and heard_from(self.delta, k) & set(members)
        ]
        system = [[Fraction(i == k) - self.delta[i][k] for k in undecided] for i in undecided]
        entering = [sum((self.delta[i][k] for k in members), ZERO) for i in undecided]
        known = dict(zip(undecided, solve(system, entering), strict=True))
        return [ONE if k in members else known.get(k, ZERO) for k in range(n)]

    def stationary(self, members: list[int]) -> dict[int, Fraction]:
        """π on a closed class: π = π Δ, and the sum is 1 in place of the last equation."""
        system = [[self.delta[k][i] - Fraction(i == k) for k in members] for i in members]
        system[-1] = [ONE] * len(members)
        right = [ZERO] * (len(members) - 1) + [ONE]
        return dict(zip(members, solve(system, right), strict=True))

    def minimax(self, first: int = 0) -> tuple[Fraction, tuple[int, ...]]:
        """Return the smallest fidelity, and all nodes that have it."""
        values = [self.fidelity(j, first).value for j in range(len(self.delta))]
        least = min(values)
        return least, tuple(j for j, value in enumerate(values) if value == least)


def _at_limit(limit: Fraction, level: set[int], scanned: range, p: int) -> Fidelity:
    """Describe the times at a limit that is never passed.

    In the second half of those scanned each sequence of every 12 p-th signal is at the limit
    always, and for ever, or is left alone.
    """
    half = scanned[len(scanned) // 2 :]
    kept = {t % (TURNS * p) for t in half} - {t % (TURNS * p) for t in half if t not in level}
    if not kept:
        return Fidelity(limit, bool(level), tuple(sorted(level)), onwards=False)
    turns = range(1, TURNS * p + 1)
    period = next(q for q in turns if {(r + q) % (TURNS * p) for r in kept} == kept)
    last = next(
        t
        for t in sorted(level)
        if all((s in level) == (s - period in level) for s in range(t + 1, scanned[-1] + 1))
    )
    times = tuple(sorted(t for t in level if t <= last))
    return Fidelity(limit, attained=True, times=times, onwards=True, period=period)
