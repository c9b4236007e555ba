"""Suprema at the nodes of a recurrent class that settles too slowly to be stepped, in balls.

Every s-th signal x_{first + r + s u}[j], u = 0, 1, …, is one of the chain Δˢ, whose period is 1
if s is a multiple of the class's. The times up to some 2ᵏ are searched by windows, as for
transient nodes (`long_times`, `branch_and_bound`); those after are bounded by the class itself.
For all c ≥ 2ᵏ⁻¹ and i in the part of the class that s c steps lead to j, (Δˢᶜ)[i, j] lies
between the minimum and the maximum of (Δˢ)^(2ᵏ⁻¹)[i, j] over the i of that part.

Second differences are small where no slow eigenvalue turns. A stochastic matrix has its
eigenvalues of modulus near 1 near roots of unity, of which s is chosen to be a common order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Literal

import numpy as np

from dagmix._engine.adjacency.base import Ints, Vec
from dagmix._engine.chains.phases import Phases
from dagmix._engine.chains.powers import ball_powers
from dagmix._engine.exact.arb import ball, precision
from dagmix._engine.exact.enclosures import widened
from dagmix._engine.fidelity.branch_and_bound import Search
from dagmix._engine.fidelity.long_times import MOST_DOUBLINGS, SPARE_BITS, LongHorizon, TimeWindow
from dagmix._engine.fidelity.results import NodeFidelity
from dagmix._engine.fidelity.sink_context import SinkContext
from dagmix._util.lazy import flint
from dagmix.errors import UndecidedError

CLOSED = Fraction(1, 2**60)  # relative width at which a limit is known
FEW_DOUBLINGS = 32  # tried first: precision costs time
SLOW = 0.99  # least modulus of an eigenvalue that matters after thousands of steps
STRAIGHT = 0.1  # the angle up to which a slow eigenvalue does not turn
LONGEST_STRIDE = 60  # the roots of unity of orders 1 to 6


def long_limit(context: SinkContext, node: int, members: Ints, phase: Phases) -> NodeFidelity:
    """Enclose the supremum at a node of a larger recurrent class over all times, by squaring.

    Raises UndecidedError where the class does not settle within 2²⁵⁶ steps.
    """
    stride = _stride(context, node, phase.period)
    inside = np.zeros(context.adjacency.n, dtype=bool)
    inside[members] = True
    entrance = _Entrance(
        node, members[phase.of == 0], np.flatnonzero(context.upstream(node) & ~inside)
    )
    for doublings in (FEW_DOUBLINGS, MOST_DOUBLINGS):
        horizons = list(_horizons(context, entrance, stride, doublings))
        if all(one.is_closed for one in horizons):
            return _joined(context.first, horizons, node)
    message = f"the signals of node {node} do not settle within 2^{MOST_DOUBLINGS} steps"
    raise UndecidedError(message)


def _stride(context: SinkContext, node: int, period: int) -> int:
    """Return the least multiple of a period at which slow eigenvalues turn little, or least."""
    upstream = context.upstream(node)
    matrix = context.transition.floats.kernel.dense()[np.ix_(upstream, upstream)]
    eigenvalues = np.linalg.eigvals(matrix)
    slow = eigenvalues[np.abs(eigenvalues) > SLOW]

    def turn(stride: int) -> float:
        return max(float(np.abs(np.angle(slow**stride)).max(initial=0.0)), STRAIGHT)

    return min(range(period, max(LONGEST_STRIDE, period) + 1, period), key=turn)


@dataclass(frozen=True, eq=False)
class _Entrance:
    """A node, the members of its class in its own part, and the nodes that lead to the class."""

    node: int
    aligned: Ints
    before: Ints


class _ClassHorizon(LongHorizon):
    """The rows y_u = y_0 (Δˢ)ᵘ, u ≥ 0, until the later ones are bounded by the class.

    Then it `is_closed`: no signal from `end` on exceeds `tail`, and their supremum is at least
    `floor`.
    """

    def __init__(
        self, context: SinkContext, entrance: _Entrance, row: flint.arb_mat, doublings: int
    ) -> None:
        """Take the row y_0; `powers` and `reach` follow, for they are common to all rows."""
        self._transient = context.recurrent_class < 0
        self._entrance, self._doublings = entrance, doublings
        self.row = row
        self.bits = precision_of(doublings)
        self.is_closed = False

    def cover(self, powers: list[flint.arb_mat], reach: list[Vec]) -> None:
        """Cover the times by windows."""
        self._powers, self._reach = powers, reach
        self._second = self._second_difference()
        self.windows = list(self._class_grid())

    def _class_grid(self) -> Iterator[TimeWindow]:
        """Yield the windows of each octave, and the time after the last by itself."""
        node, row, best = self._entrance.node, self.row, flint.arb(0)
        self.end = 0
        for octave in range(-1, self._doublings):
            begin, level = row, max(octave - 2, 0)
            for _ in range(2 ** max(octave - level, 0)):
                window = self.window(self.end, level, row)
                yield window
                best = best.max(row[0, node].lower())
                row, self.end = window.end, self.end + 2**level
            if octave >= 0:
                self._bound_later(begin, octave)
                if self.tail < best or self.tail <= self.floor * (1 + ball(CLOSED)):
                    self.is_closed = True
                    break
        yield self.window(self.end, 0, row)

    def _bound_later(self, row: flint.arb_mat, octave: int) -> None:
        """Bound the signals that are at least 2ᵏ steps after a row."""
        power, at = self.power(octave), self._entrance
        arrivals = [power[int(i), at.node] for i in at.aligned]
        mass = sum((row[0, int(i)] for i in at.aligned), flint.arb(0))
        incoming = sum((row[0, int(i)] for i in at.before), flint.arb(0))
        self.floor = mass * reduce(lambda low, one: low.min(one), arrivals)
        self.tail = mass * reduce(lambda high, one: high.max(one), arrivals) + incoming


def precision_of(doublings: int) -> int:
    """Return the bits that second differences after so many doublings need."""
    return SPARE_BITS + 4 * doublings


def _horizons(
    context: SinkContext, entrance: _Entrance, stride: int, doublings: int
) -> Iterator[_ClassHorizon]:
    """Yield the horizons of y_0 = x_first, …, x_{first + s − 1}, until one stays open."""
    with precision(precision_of(doublings)):
        matrix = ball_powers.matrix(context.transition)
        row = ball_powers.power_row(
            ball_powers.at_sink(context.transition, context.sink), matrix, context.first
        )
        identity = ball_powers.identity(context.adjacency.n)
        powers = [ball_powers.power_row(identity, matrix, stride)]
        reach = [np.eye(context.adjacency.n)]
        for _ in range(stride):
            horizon = _ClassHorizon(context, entrance, row, doublings)
            horizon.cover(powers, reach)
            yield horizon
            if not horizon.is_closed:
                return
            row = row * matrix


def _joined(first: int, horizons: list[_ClassHorizon], node: int) -> NodeFidelity:
    """Return the supremum of several sequences: y_u of the r-th is at time first + r + s u."""
    stride = len(horizons)
    found = [Search(one, node).run() for one in horizons]
    floor = max(float(one.floor.lower()) for one in horizons)
    tail = max(float(one.tail.upper()) for one in horizons)
    floor, tail = widened(floor, tail)
    lower = max(floor, *(one.lower for one in found))
    upper = max(tail, *(one.upper for one in found))
    value = min(max(lower, *(float(one.value) for one in found)), upper)
    settled = tail < lower
    near = [(first + r, one.times) for r, one in enumerate(found) if one.upper >= lower]
    times = _merged(near, stride)
    if not settled:
        end = first + stride * (1 + max(one.end for one in horizons))
        times = range(times[0], end + 1) if isinstance(times, range) else (*times, end)
    attained: bool | Literal["undecided"] = True if settled else "undecided"
    return NodeFidelity(value, lower, upper, attained, times, onwards=not settled)


def _merged(near: list[tuple[int, Sequence[int]]], stride: int) -> range | tuple[int, ...]:
    """Return the times begin + stride · u of all sequences, a range if one of them is."""
    if all(isinstance(some, tuple) for _, some in near):
        return tuple(sorted(begin + stride * u for begin, some in near for u in some))
    ends = [begin + stride * u for begin, some in near for u in (some[0], some[-1])]
    return range(min(ends), max(ends) + 1)
