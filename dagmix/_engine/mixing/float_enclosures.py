"""Mixing times along an order, enclosed in floats: powers whose error grows with log t, not t.

With A the transposed walk, whose rows sum to 1, survival is s_t = Aᵗ s_0 (a column). `FloatPowers`
gives it to a relative δ at any t, so that T lies between the last t where d(t) (1 − δ) > ε and the
first where d(t) (1 + δ) < ε. As distances near T differ by a share of about 1/T, these are next to
one another up to about T = 1/(2δ), some 10⁹ or 10¹⁰; beyond they enclose T to about δ.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

from dagmix._engine.adjacency.base import Vec
from dagmix._engine.chains.powers.float_powers import LOST, MOST_ENTRIES, FloatPowers, flushed
from dagmix._engine.chains.transition import FloatKernel, Transition
from dagmix._engine.exact.vectors import others

LEAST = Fraction(1, 2**120)  # thresholds below could be lost
FEWEST = 16  # powers that have to fit


def enclosed_exit_time(transition: Transition, sink: int, epsilon: Fraction) -> tuple[int, int]:
    """Return bounds of min{t : d(t) ≤ ε}, T ≥ 1, of a walk that reaches its sink.

    They are 1 and 0 where floats do not tell: without an order, and of matrices or thresholds
    too large or too small.
    """
    small = transition.adjacency.n**2 * FEWEST <= MOST_ENTRIES
    ordered = transition.adjacency.order is not None
    if not (small and ordered) or epsilon < LEAST or math.isinf(transition.floats.units):
        return 1, 0
    survival = _Survival(transition, sink, float(epsilon))
    power = 0
    while not survival.is_within(survival.later(survival.start, power), power, 2**power):
        power += 1
        if not survival.fits(power):
            return 1, 0
    lower = survival.last(survival.is_above, power)
    return lower + 1, survival.last(survival.is_not_within, power) + 1


class _Survival:
    """Columns s_t, nodes in their order, and what they tell of d(t)."""

    def __init__(self, transition: Transition, sink: int, epsilon: float) -> None:
        floats = transition.floats
        self._powers = FloatPowers(FloatKernel(floats.kernel.transposed, floats.entry_units))
        self.start = others(self._powers.n, sink)[self._powers.order]
        self._epsilon = epsilon

    def fits(self, power: int) -> bool:
        """Tell whether so high a power is kept, and its error small."""
        return self._powers.fits(power + 1) and self._error(power, 2**power) < 0.5  # noqa: PLR2004

    def later(self, column: Vec, power: int) -> Vec:
        """Return the column after 2^power more steps."""
        return flushed(self._powers[power] @ column)

    def _error(self, power: int, time: int) -> float:
        """Bound the relative error of a distance near ε after products for each digit of time."""
        lost = 2 * LOST / self._epsilon
        return self._powers.error_bound(power, time.bit_length()) + lost

    def _ratio(self, column: Vec) -> float:
        return float(column.max()) / self._epsilon

    def is_within(self, column: Vec, power: int, time: int) -> bool:
        """Tell whether d(t) ≤ ε is certain."""
        return self._ratio(column) * (1 + self._error(power, time)) < 1

    def is_not_within(self, column: Vec, power: int, time: int) -> bool:
        """Tell whether it is not."""
        return not self.is_within(column, power, time)

    def is_above(self, column: Vec, power: int, time: int) -> bool:
        """Tell whether d(t) > ε is certain."""
        return self._ratio(column) * (1 - self._error(power, time)) > 1

    def last(self, tells: Callable[[Vec, int, int], bool], power: int) -> int:
        """Return a time, 0 or one that tells, whose next time does not; it is below 2^power."""
        column, time = self.start, 0
        for k in range(power - 1, -1, -1):
            later = self.later(column, k)
            if tells(later, power, time + 2**k):
                column, time = later, time + 2**k
        return time
