"""Suprema at the nodes of a larger recurrent class, where signals tend to a limit at each phase.

A class of period p is visited in p phases, and x_t[j] has a limit along every t ≡ r mod p: for
p = 1 it is (probability of absorption in the class) × (stationary weight of the node). The
greatest of the limits is the supremum unless a signal exceeds it. Whether one ever does is a
question about linear recurrent sequences: exact operators answer it by their eigenvalues, floats
by enclosure.
"""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import Literal

import numpy as np

from dagmix._engine.adjacency.base import Ints
from dagmix._engine.chains import phases
from dagmix._engine.exact.recurrences import Tail
from dagmix._engine.exact.vectors import unit
from dagmix._engine.fidelity.recurrent.long_limits import long_limit
from dagmix._engine.fidelity.results import NodeFidelity, exact_fidelity
from dagmix._engine.fidelity.sink_context import STEPS, SinkContext

LONGEST_LIMIT = 2**16  # float steps towards a limit
TIGHT = 2.0**-40  # relative width at which a float enclosure of a limit is closed

# Eigenvalues of one modulus make signals oscillate for ever. Where their ratios are roots of
# unity, the sequences of every second, third, … term have one leading eigenvalue each.
STRIDES = (1, 2, 3, 4, 5, 6, 8, 10, 12)


def exact_limit(context: SinkContext, node: int, members: Ints) -> NodeFidelity:
    """Return φ_j at a node of a recurrent class: its greatest limit, or an earlier signal above.

    Where that takes too long it is enclosed.
    """
    phase = phases.phases(context.adjacency, node, members)
    kernel = context.transition.rationals.transposed
    limits = phases.limits(kernel, context.sink, node, members, phase)
    row = context.row(exact=True)
    row.step(context.first)
    terms = 2 * context.adjacency.n + 2
    future, look = _Future(context.first, limits, terms), phase.period * terms
    while not context.is_too_long(row):
        future.take(int(row.x[node]), row.scale**row.time)
        row.step()
        if future.seen == look:
            if (stride := future.settled()) is not None:
                return future.fidelity(stride)
            look *= 2
    return long_limit(context, node, members, phase)


class _Future:
    """What signals can still do after those taken, by every few of them."""

    def __init__(self, first: int, limits: list[Fraction], terms: int) -> None:
        """Take the first time, a limit for each phase, how many terms determine a recurrence."""
        self._first, self._terms = first, terms
        # The limits in the order of the signals, the one of the first time first.
        self._limits = [limits[(first + r) % len(limits)] for r in range(len(limits))]
        strides = (math.lcm(len(limits), stride) for stride in STRIDES)
        self._strides = list(dict.fromkeys(strides))
        self._tails: dict[int, list[Tail]] = {}
        self._signals: list[Fraction] = []  # as many as determine the recurrences
        self._best, self._times = max(limits), list[int]()
        self.seen = 0

    def take(self, entry: int, scale: int) -> None:
        """Take the next signal, entry / scale."""
        if self.seen < self._strides[-1] * self._terms:
            self._signals.append(Fraction(entry, scale))
        gap = entry * self._best.denominator - self._best.numerator * scale
        if gap > 0:
            self._best, self._times = Fraction(entry, scale), []
        if gap >= 0:
            self._times.append(self.seen)
        self.seen += 1

    def settled(self) -> int | None:
        """Return a stride at which no later signal exceeds the greatest so far, and the limit."""
        known = (stride for stride in self._strides if self.seen >= stride * self._terms)
        return next((stride for stride in known if self._is_settled(stride)), None)

    def _is_settled(self, stride: int) -> bool:
        """Tell whether every sequence of each `stride`-th signal is settled."""
        if stride not in self._tails:
            self._tails[stride] = [self._tail(r, stride) for r in range(stride)]
        return all(
            _is_over(tail, self._best - self._limit(r), len(range(r, self.seen, stride)))
            for r, tail in enumerate(self._tails[stride])
        )

    def _limit(self, begin: int) -> Fraction:
        return self._limits[begin % len(self._limits)]

    def _tail(self, begin: int, stride: int) -> Tail:
        part = self._signals[begin : begin + stride * self._terms : stride]
        return Tail([signal - self._limit(begin) for signal in part])

    def fidelity(self, stride: int) -> NodeFidelity:
        """Return the fidelity of signals that are settled at a stride."""
        ever = {
            r
            for r, tail in enumerate(self._tails[stride])
            if tail.is_zero() and self._limit(r) == self._best
        }
        if not ever:
            times = tuple(self._first + t for t in self._times)
            return exact_fidelity(self._best, times, onwards=False)
        shifts = range(1, stride + 1)
        period = next(p for p in shifts if {(r + p) % stride for r in ever} == ever)
        attains = [t in self._times for t in range(self.seen)]
        attains += [t % stride in ever for t in range(self.seen, self.seen + 2 * stride)]
        before = [False] * period + attains
        broken = max(t for t, here in enumerate(attains) if here != before[t])
        last = attains.index(True, broken)
        times = tuple(self._first + t for t in range(last + 1) if attains[t])
        return replace(exact_fidelity(self._best, times, onwards=True), period=period)


def _is_over(tail: Tail, gap: Fraction, time: int) -> bool:
    """Tell whether no term from `time` on exceeds `gap`, which is not negative."""
    return tail.is_zero() or tail.is_negative_from(time) or tail.stays_below(gap, time)


def enclosed_limit(context: SinkContext, node: int, members: Ints) -> NodeFidelity:
    """Enclose the supremum at a node of a larger recurrent class C, in floats.

    The class has p parts, visited in turn. For all s ≥ c and k in C, (Δˢ)[k, j] is 0, or k is in
    the part that s steps lead to j and it lies between the minimum and the maximum of (Δᶜ)[k, j]
    over the k of the part for c. At time t that is used with c = ⌊t/2⌋ and the masses on the
    parts at t − c: signals after t are bounded, those before have been seen. Where the two do not
    meet before squaring costs less, they are squared.
    """
    row, phase = context.row(exact=False), phases.phases(context.adjacency, node, members)
    inside = np.zeros(context.adjacency.n, dtype=bool)
    inside[members] = True
    outside = context.upstream(node) & ~inside
    parts = [members[phase.of == r] for r in range(phase.period)]
    column = unit(context.adjacency.n, node)
    backward = context.transition.floats.kernel.transposed
    seen: list[float] = []
    masses: list[tuple[list[float], float]] = []
    look = context.first
    most = min(LONGEST_LIMIT, max(STEPS, context.adjacency.n**3 // 8))
    while row.time < most:
        seen.append(float(row.x[node]))
        masses.append(([float(row.x[part].sum()) for part in parts], float(row.x[outside].sum())))
        if row.time % 2 == 0 and row.time:
            column = backward.step(column)
        if row.time >= look:
            look += 1 + look // 8
            steps = row.time // 2
            shares, incoming = masses[row.time - steps]
            aligned = column[parts[steps % phase.period]]
            past, error_bound = seen[context.first :], 2 * row.error_bound
            floors = [share * float(aligned.min()) * (1 - error_bound) for share in shares]
            top = float(aligned.max())
            tails = [(share * top + incoming) * (1 + error_bound) for share in shares]
            floor, tail = max(floors), max(tails)
            if tail < max(past) * (1 - error_bound) or tail <= floor * (
                1 + TIGHT + 4 * error_bound
            ):
                # Signals at times ≡ row.time − steps + r are those of part r.
                turned = np.roll(tails, row.time - steps - context.first)
                return _enclosed(context.first, past, floor, turned.tolist(), error_bound)
        row.step()
    return long_limit(context, node, members, phase)


def _enclosed(
    first: int, past: list[float], floor: float, tails: list[float], error_bound: float
) -> NodeFidelity:
    """Return the fidelity from past signals, a floor of the greatest limit and what may follow.

    No later signal at a t ≡ first + r exceeds tail r.
    """
    best, tail, period = max(past), max(tails), len(tails)
    lower, upper = (
        max(best * (1 - error_bound), floor),
        min(max(tail, best * (1 + error_bound)), 1.0),
    )
    times = tuple(first + t for t, signal in enumerate(past) if signal * (1 + error_bound) >= lower)
    if tail < lower:
        return NodeFidelity(max(best, lower), lower, upper, attained=True, times=times)
    attained: Literal["undecided"] = "undecided"
    may = [t for t in range(len(past), len(past) + 2 * period) if tails[t % period] >= lower]
    if len(may) == 2 * period:
        period, may = 1, may[:1]
    later = (*times, *(first + t for t in may))
    return NodeFidelity(max(best, lower), lower, upper, attained, later, True, period)  # noqa: FBT003
