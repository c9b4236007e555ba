"""The least and the greatest T(ε) of all gates of some walks, by their extreme rows (chains.gates).

Let s_t(j) be the least (greatest) probability over all gates that the walk from j has not reached
the sink after t steps: s_0 = 1 but at the sink, s_t(j) = min_h Σ_i W_h[i, j] s_{t−1}(i). One gate
attains all of s_t at once, and no s_t(j) rises with t. So the least T(ε) is the first t with
max_j s_t(j) ≤ ε, and the greatest one likewise with max_h.

The greatest is infinite if and only if there is a *trap*: a set C of nodes without the sink, and
for each j in C a head all of whose steps from j stay in C. A gate that takes these heads never
leaves C. Without one, take away from all nodes but the sink, round by round, those from which every
head leaves what is left: nothing remains, and from wherever a gate begins, the walk goes to nodes
taken away earlier with a probability of at least the least entry, so that it ends with certainty.

Rows are stepped in floats; what these do not decide is stepped again in integers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from dagmix._engine.adjacency.base import Adjacency, Ints, Mask
from dagmix._engine.chains.gates.steps import GateSteps
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.vectors import others
from dagmix._util.budget import BudgetSpent, Meter

STEP_WORK = 2**16  # what calling one step costs, in multiplications
MOST_WORK = 2**36  # multiplications of float steps, past which the time is only bounded
MOST_BITS = 2**34  # bits touched by exact steps, past which a tie is left open


@dataclass(frozen=True, eq=False)
class GatedTime:
    """lower ≤ T ≤ upper, equal where T is decided; and what the gate takes, by steps left from 1.

    The rows of the gate of the least T are `upper` many; those of the greatest T, one fewer than
    `lower`, attain a distance above ε.
    """

    lower: int
    upper: int | float
    gate: Sequence[Ints]


def trap(heads: Sequence[Adjacency], sink: int) -> tuple[Mask, Ints]:
    """Mark the largest trap, and return for each of its nodes the first head that stays in it.

    >>> from dagmix._engine.adjacency.explicit import from_distinct
    >>> pairs = [[1, 2, 2], [0, 1, 2]], [[2, 0, 2], [0, 1, 2]]  # 0 → 1 → 2, and 2 ← 0 ← 1
    >>> trap([from_distinct(3, *map(np.array, pair)) for pair in pairs], 2)
    (array([ True,  True, False]), array([0, 1, 0]))
    """
    inside = np.ones(heads[0].n, dtype=bool)
    inside[sink] = False
    while True:
        outside = (~inside).astype(float)
        holds = np.array([head.gather(outside) == 0 for head in heads])
        left = inside & holds.any(axis=0)
        if (left == inside).all():
            return inside, np.where(inside, holds.argmax(axis=0), 0)
        inside = left


def extreme_time(
    heads: Sequence[Transition], sink: int, epsilon: Fraction, meter: Meter, *, greatest: bool
) -> GatedTime:
    """Return the least, or the greatest, T(ε) over all gates, which is finite.

    Where a tie is too long to settle, and where the work that is allowed or the meter ends, it is
    only bounded from below. The meter counts steps.
    """
    floats = _Rows(heads, sink, greatest=greatest, exact=False)
    exact: _Rows | None = None
    slow = floats  # whose gate attains d(lower − 1) > ε
    most, lower = MOST_WORK // _work(heads), 0
    with suppress(BudgetSpent):
        while floats.time <= most:
            rows, (low, high) = floats, floats.bounds()
            if low <= epsilon < high:
                if not _is_short(heads, floats.time):
                    break
                exact = exact or _Rows(heads, sink, greatest=greatest, exact=True)
                exact.advance(floats.time)
                rows, (low, high) = exact, exact.bounds()
            if low <= epsilon:
                gate = slow.gate[: lower - 1] if greatest else rows.gate[:lower]
                return GatedTime(lower, lower, gate)
            lower, slow = floats.time + 1, rows
            meter.count()
            floats.advance(lower)
    return GatedTime(lower, math.inf, ())


def _work(heads: Sequence[Transition]) -> int:
    return len(heads) * (heads[0].adjacency.work + STEP_WORK)


def _is_short(heads: Sequence[Transition], time: int) -> bool:
    """Tell whether integers at that time are short enough to be stepped."""
    bits = sum(head.denominator_bits for head in heads)
    return time**2 * bits * sum(head.adjacency.work for head in heads) <= MOST_BITS


class _Rows:
    """The row s_t and what the gate takes at each step, in integers or in floats."""

    def __init__(
        self, heads: Sequence[Transition], sink: int, *, greatest: bool, exact: bool
    ) -> None:
        """Begin at s_0."""
        self._steps = GateSteps(heads, greatest=greatest, exact=exact)
        self._row = others(heads[0].adjacency.n, sink, 1 if exact else 1.0)
        self.gate: list[Ints] = []

    @property
    def time(self) -> int:
        """The number of steps so far."""
        return len(self.gate)

    def advance(self, time: int) -> None:
        """Step up to a time."""
        while self.time < time:
            self._row, choice = self._steps.best(self._row)
            self.gate.append(choice)

    def bounds(self) -> tuple[Fraction | float, Fraction | float]:
        """Return bounds of max_j s_t(j)."""
        return self._steps.bounds(self._row.max(), self.time)
