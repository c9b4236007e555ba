"""Mixing of a walk absorbed at its sink: distance, mixing time (Definition 2.7).

With survival s_t[j] = P_j(T > t), T the time of absorption, s_{t+1} = s_t Q, where Q is the
walk's matrix without the sink. The distance to the stationary distribution 1_τ in total
variation from the worst start is d(t) = max_j s_t[j], and T(ε) = min{t : d(t) ≤ ε}.

Survival is stepped in float64, where it has a rigorous relative error; a comparison within
that error is settled in exact integers. Walks too long to step are squared in balls.
"""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np

from dagmix import balls
from dagmix.absorption import hitting_times
from dagmix.errors import UndecidedError
from dagmix.kernels import Kernel, leaving, objects
from dagmix.results import Enclosure
from dagmix.scalars import Field
from dagmix.support import Vec
from dagmix.transition import SMALLEST, Transition

STEPS_BEFORE_ESTIMATE = 1024  # after as many, the mean hitting time is worth its computing
BALL_BITS = 256  # enough to decide any comparison of floats that is not a tie or contrived
LONG = 2.0**64  # steps assumed of a chain with entries below 2⁻⁹⁰⁰
LARGEST_ROW = 2**27  # bits of one exact number, past which exact stepping is refused
LARGEST_TABLE = 2**33  # bits of all numbers of an exact row, 1 GiB


class ExactSurvival:
    """The row s_t in integers over Lᵗ, stepped forward only, made when first asked for."""

    def __init__(self, transition: Transition, sink: int) -> None:
        """Start at t = 0."""
        self.transition = transition
        self.sink = sink
        self._row = objects([1] * transition.support.n)
        self._row[sink] = 0
        self._time = 0
        self._scale = 1

    def distance(self, steps: int) -> Fraction:
        """Return d(steps); `steps` may not decrease from call to call."""
        self._advance(steps)
        return Fraction(int(self._row.max()), self._scale)

    def is_at_most(self, steps: int, epsilon: Fraction) -> bool:
        """Decide d(steps) ≤ ε in integers, without a gcd."""
        self._advance(steps)
        return bool(self._row.max() * epsilon.denominator <= epsilon.numerator * self._scale)

    def _advance(self, steps: int) -> None:
        bits, n = steps * self.transition.denominator_bits, self.transition.support.n
        if bits > LARGEST_ROW or bits * n > LARGEST_TABLE:
            message = f"the exact distance after {steps} steps needs {n} numbers of {bits} bits"
            raise UndecidedError(message)
        kernel, denominator = self.transition.integers
        while self._time < steps:
            self._row = kernel.step(self._row)
            self._time += 1
            self._scale *= denominator


def distance(transition: Transition, sink: int, steps: int) -> Fraction | float:
    """Return d(t) = max_j ‖Wᵗ[·, j] − 1_τ‖_TV: a Fraction, or a float.

    A float is within relative error t·(k + 2 + e)·2⁻⁵³ (k entries a column, e the error of
    the stored entries in roundings) up to `affordable` steps, and within 2⁻⁵² beyond. Of a
    rational operator on more than 4,096 nodes it is an Enclosure.
    """
    rational = transition.field is Field.RATIONAL
    if rational and transition.is_small:
        return ExactSurvival(transition, sink).distance(steps)
    floats = transition.floats
    if steps <= affordable(transition) and math.isfinite(floats.units):
        row = off(transition.support.n, sink)
        for _ in range(steps):
            row = floats.kernel.step(row)
        if row.max() > SMALLEST:
            value = float(row.max())
            return Enclosure.within(value, floats.slack(steps + 2)) if rational else value
    return balls.distance(transition, sink, steps)


def distances(transition: Transition, sink: int, steps: int) -> Vec:
    """Return d(0), …, d(steps), an array of Fractions or of floats.

    One row is stepped. A float is within relative error t·(k + 2 + e)·2⁻⁵³; what is too small
    for that is computed by itself, as `distance` does.
    """
    if transition.field is Field.RATIONAL:
        survival = ExactSurvival(transition, sink)
        return objects([survival.distance(time) for time in range(steps + 1)])
    row, found = off(transition.support.n, sink), np.empty(steps + 1)
    for time in range(steps + 1):
        found[time] = row.max()
        row = transition.floats.kernel.step(row)
    bounded = math.isfinite(transition.floats.units)
    for time in np.flatnonzero((found <= SMALLEST) | (not bounded)).tolist():
        found[time] = distance(transition, sink, time)
    return found


def off(size: int, sink: int) -> Vec:
    """Return s_0: 1 off the sink."""
    row = np.ones(size)
    row[sink] = 0.0
    return row


def affordable(transition: Transition) -> int:
    """Return the number of steps that cost about as much as squaring the matrix."""
    n = transition.support.n
    return max(4 * STEPS_BEFORE_ESTIMATE, 8 * n**3 // transition.support.work)


def mixing_time(transition: Transition, sink: int, epsilon: Fraction) -> int | float:
    """Return T(ε) = min{t ≥ 0 : d(t) ≤ ε}, or math.inf where some node misses the sink.

    Raises UndecidedError where T is too large to step exactly and d(t) ties with ε.
    """
    support = transition.support
    if support.n == 1:
        return 0
    if not support.reaching(np.array([sink])).all():
        return math.inf
    if math.isfinite(transition.floats.units) and epsilon > SMALLEST:
        return _step(transition, sink, epsilon)
    try:
        return _square(transition, sink, epsilon)
    except UndecidedError:
        return _step_exactly(transition, sink, epsilon)


def _step(transition: Transition, sink: int, epsilon: Fraction) -> int:
    """Step in floats, settling what they cannot decide; square where the walk is too long."""
    floats, threshold = transition.floats, float(epsilon)
    row, survival = off(transition.support.n, sink), ExactSurvival(transition, sink)
    time = 0
    while True:
        time += 1
        row = floats.kernel.step(row)
        # Four more roundings: the threshold's own, the products', and underflow.
        ratio, slack = float(row.max()) / threshold, floats.slack(time + 4)
        if ratio * (1 + slack) < 1:
            return time
        if ratio * (1 - slack) <= 1 and at_most(survival, time, epsilon):
            return time
        if time == STEPS_BEFORE_ESTIMATE and _is_long(transition, sink, epsilon):
            return _square(transition, sink, epsilon)


def _step_exactly(transition: Transition, sink: int, epsilon: Fraction) -> int:
    """Step in integers: the way to a tie among numbers too small for floats."""
    survival = ExactSurvival(transition, sink)
    return next(t for t in itertools.count(1) if survival.is_at_most(t, epsilon))


def at_most(survival: ExactSurvival, steps: int, epsilon: Fraction) -> bool:
    """Decide d(t) ≤ ε where floats could not.

    The exact rationals of float arrays are long, so that balls are asked first; a tie is
    left to the integers.
    """
    if survival.transition.field is Field.FLOAT and survival.transition.is_small:
        verdict = balls.compare_distance(
            survival.transition, survival.sink, steps, epsilon, BALL_BITS
        )
        if verdict is not None:
            return verdict
    return survival.is_at_most(steps, epsilon)


def _is_long(transition: Transition, sink: int, epsilon: Fraction) -> bool:
    """Tell whether T(ε) ≥ (1 − ε) E, E the greatest mean hitting time, is too long to step."""
    return float(1 - epsilon) * _mean(transition, sink) > affordable(transition)


def _mean(transition: Transition, sink: int) -> float:
    """Return about the greatest mean hitting time; a very long one where floats are too small."""
    if not math.isfinite(transition.floats.units):
        return LONG
    return float(hitting_times(transition.floats.kernel, sink).max())


def _square(transition: Transition, sink: int, epsilon: Fraction) -> int:
    """Square in balls, at the precision that a walk as long as the mean needs."""
    doublings = math.ceil(math.log2(_mean(transition, sink))) + epsilon.denominator.bit_length()
    bits = 2 * doublings + transition.support.n.bit_length() + 10
    return balls.exit_time(transition, sink, epsilon, bits)


def forward_probability(kernel: Kernel, sink: int) -> Fraction | float:
    """Return min_j (1 − W[j, j]) over the nodes j but the sink; 1 where there is none."""
    leave = np.delete(leaving(kernel), sink)
    least: Fraction | float = min(leave.tolist(), default=Fraction(1))
    return least
