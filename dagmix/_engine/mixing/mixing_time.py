"""Mixing of a walk absorbed at its sink: distance, mixing time (Definition 2.7).

With survival s_t[j] = P_j(T > t), T the time of absorption, s_{t+1} = s_t Q, where Q is the
walk's matrix without the sink. The distance to the stationary distribution 1_τ in total
variation, at the worst initial node, is d(t) = max_j s_t[j], and T(ε) = min{t : d(t) ≤ ε}.

Survival is stepped in float64, where it has a rigorous relative error; a comparison within
that error is settled in exact integers. Walks too long to step are squared, in floats under a
proved bound, and in balls where that does not decide.
"""

from __future__ import annotations

import itertools
import math
from contextlib import suppress
from copy import copy
from fractions import Fraction

import numpy as np
import scipy

from dagmix._engine.adjacency.base import LARGEST_DENSE, Vec
from dagmix._engine.chains.first_step import hitting_times
from dagmix._engine.chains.kernel import Kernel, leaving
from dagmix._engine.chains.powers import ball_powers
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.arb import LAST_BITS
from dagmix._engine.exact.convert import objects
from dagmix._engine.exact.enclosures import scaled_enclosure
from dagmix._engine.exact.scalars import Field
from dagmix._engine.mixing import float_squares, jump_chain, sliced_squares
from dagmix._engine.mixing.float_enclosures import enclosed_exit_time
from dagmix._engine.mixing.survival import ExactSurvival, FloatSurvival, is_over, scaled
from dagmix.errors import ShapeError, UndecidedError

STEPS_BEFORE_ESTIMATE = 1024  # after as many, the mean hitting time is worth its computing
LEAP = 64  # steps without a comparison
PLAIN = 2**24  # steps, more than what plain products of floats tell
LEAST_STEPS = 64  # after which squaring in floats is worth while
STEP_WORK = 2**16  # what calling one step costs, in multiplications
MOST_PAIRS = 2**20  # of a walk without an order whose mean time is guessed
MOST_WORK = 2**42  # multiplications of steps, past which a walk is not stepped
FEW_MOVES = 2**22  # multiplications of integers that count moves, sooner done than squares
BALL_BITS = 256  # enough to decide any comparison of floats that is not a tie or contrived
LONG = 2.0**64  # steps assumed of a chain with entries below 2⁻⁹⁰⁰


def distance(
    transition: Transition, sink: int, steps: int, *, exact: bool | None = None
) -> Fraction | float:
    """Return d(t) = max_j ‖Wᵗ[·, j] − 1_τ‖_TV: a Fraction, or a float.

    A float is within relative error t·(k + 2 + e)·2⁻⁵³ (k entries a column, e the error of
    the stored entries in roundings) up to `affordable` steps, and within 2⁻⁵² beyond. Of a
    rational operator it is a Fraction where `exact`, an Enclosure otherwise; by default a Fraction
    on up to 4,096 nodes unless it takes minutes. Raises UndecidedError where floats do not reach
    and the matrix is too large to square, and where a Fraction that is asked for is too long.
    """
    rational = transition.field is Field.RATIONAL
    if rational and (transition.is_small if exact is None else exact):
        try:
            return ExactSurvival(transition, sink).distance(steps)
        except UndecidedError:
            if exact:
                raise
    share, exponent, error_bound = _far(transition, sink, steps)
    if rational:
        return scaled_enclosure(share, exponent, error_bound)
    return math.ldexp(share, exponent)


def _far(transition: Transition, sink: int, steps: int) -> tuple[float, int, float]:
    """Return d(t) as a float and an exponent of two, with a bound of its relative error."""
    if steps <= affordable(transition):
        survival = FloatSurvival(transition, sink)
        for _ in range(steps):
            survival.step()
        if survival.is_certified:
            return *survival.parts, survival.error_bound
    if is_over(transition, sink, steps):
        return 0.0, 0, 0.0
    return *ball_powers.distance(transition, sink, steps), LAST_BITS


def distances(transition: Transition, sink: int, steps: int, *, exact: bool | None = None) -> Vec:
    """Return d(0), …, d(steps): Fractions, or floats where `distance` returns a float.

    One row is stepped. A float is within relative error t·(k + 2 + e)·2⁻⁵³; where underflow
    spoils that, it is computed by itself, as `distance` does. Raises ShapeError where the table
    is too large.
    """
    if steps >= LARGEST_DENSE:
        message = f"a table of {steps + 1} distances is too large"
        raise ShapeError(message)
    rational = transition.field is Field.RATIONAL
    if rational and (transition.is_small if exact is None else exact):
        integers = ExactSurvival(transition, sink)
        return objects([integers.distance(time) for time in range(steps + 1)])
    survival, found = FloatSurvival(transition, sink), np.empty(steps + 1)
    for time in range(steps + 1):
        certified = survival.is_certified
        parts = survival.parts if certified else _far(transition, sink, time)[:2]
        found[time] = math.ldexp(*parts)
        survival.step()
    return found


def affordable(transition: Transition) -> int | float:
    """Return the number of steps that cost about as much as squaring the matrix."""
    n = transition.adjacency.n
    if n**2 > ball_powers.LARGEST:
        return math.inf
    return max(4 * STEPS_BEFORE_ESTIMATE, 8 * n**3 // transition.adjacency.work)


def _first_steps(transition: Transition) -> int:
    """Return the number of steps that cost about as much as a few squarings in floats."""
    n, work = transition.adjacency.n, transition.adjacency.work
    return max(LEAST_STEPS, n**3 // (work + STEP_WORK))


def mixing_time(transition: Transition, sink: int, epsilon: Fraction) -> int | float:
    """Return T(ε) = min{t ≥ 0 : d(t) ≤ ε}, or math.inf where some node misses the sink.

    Raises UndecidedError where T is too large to step exactly and d(t) ties with ε.
    """
    adjacency = transition.adjacency
    if adjacency.n == 1:
        return 0
    if not adjacency.reaching(np.array([sink])).all():
        return math.inf
    if math.isfinite(transition.floats.units):
        return _step(transition, sink, epsilon)
    try:
        return _square(transition, sink, epsilon)
    except UndecidedError:
        return _step_exactly(transition, sink, epsilon)


def _step(transition: Transition, sink: int, epsilon: Fraction) -> int:
    """Step in floats, settling what they cannot decide; square where the walk is too long."""
    survival, exact = FloatSurvival(transition, sink), ExactSurvival(transition, sink)
    first, most, threshold = _first_steps(transition), affordable(transition), scaled(epsilon)
    while True:
        survival.step()
        time, certified = survival.time, survival.is_certified
        ratio, error_bound = survival.ratio(*threshold), survival.error_bound
        if certified and ratio * (1 + error_bound) < 1:
            return time
        if not (certified and ratio * (1 - error_bound) > 1) and at_most(exact, time, epsilon):
            return time
        if time == STEPS_BEFORE_ESTIMATE < first and _is_longer(transition, sink, epsilon, first):
            first = time
        if time == first and (found := _square_in_floats(transition, sink, epsilon)):
            return found
        if time == STEPS_BEFORE_ESTIMATE and _is_long(transition, sink, epsilon, most):
            return _square(transition, sink, epsilon)
        if time in {STEPS_BEFORE_ESTIMATE, first} and time >= STEPS_BEFORE_ESTIMATE:
            survival = _leapt(survival, threshold, first if time < first else most)
        if time == most:
            with suppress(UndecidedError):  # a tie, which the steps to come decide in integers
                return _square(transition, sink, epsilon)


def _is_longer(transition: Transition, sink: int, epsilon: Fraction, steps: float) -> bool:
    """Tell whether T(ε) ≥ (1 − ε) E, E the greatest mean hitting time, is more than some steps."""
    return float(1 - epsilon) * _mean(transition, sink) > steps


def _leapt(survival: FloatSurvival, threshold: tuple[float, int], most: float) -> FloatSurvival:
    """Return a later row before time `most`, d(t) > ε being certain there.

    Distances never increase: no time between has to be looked at.
    """
    while survival.time + LEAP < most:
        later = copy(survival)
        later.step(LEAP)
        is_above = later.ratio(*threshold) * (1 - later.error_bound) > 1
        if not (later.is_certified and is_above):
            break
        survival = later
    return survival


def _step_exactly(transition: Transition, sink: int, epsilon: Fraction) -> int:
    """Step in integers: the way to a tie among numbers too small for floats."""
    survival = ExactSurvival(transition, sink)
    return next(t for t in itertools.count(1) if survival.is_at_most(t, epsilon))


def at_most(survival: ExactSurvival, steps: int, epsilon: Fraction) -> bool:
    """Decide d(t) ≤ ε where floats could not.

    The exact rationals of float arrays are long, so that balls are asked first; a tie is
    left to the integers.
    """
    if is_over(survival.transition, survival.sink, steps):
        return True
    if survival.transition.field is Field.FLOAT and survival.transition.is_small:
        verdict = ball_powers.compare_distance(
            survival.transition, survival.sink, steps, epsilon, BALL_BITS
        )
        if verdict is not None:
            return verdict
    return survival.is_at_most(steps, epsilon)


def _is_long(transition: Transition, sink: int, epsilon: Fraction, most: float) -> bool:
    """Tell whether T(ε) is certainly more than `most`.

    Where the matrix is too large to square, whether so many steps would take many minutes.
    """
    adjacency = transition.adjacency
    if most < math.inf:
        return _is_longer(transition, sink, epsilon, most)
    if adjacency.order is None and adjacency.edges > MOST_PAIRS:
        return False
    mean = _mean if adjacency.order is not None else _guessed_mean
    return float(1 - epsilon) * mean(transition, sink) > MOST_WORK // (adjacency.work + STEP_WORK)


def _guessed_mean(transition: Transition, sink: int) -> float:
    """Return about the greatest mean hitting time of a large walk without an order, by LU."""
    adjacency, entries = transition.adjacency, transition.floats.kernel.entries
    receivers, senders = adjacency.pairs
    inside = (receivers != sink) & (senders != sink)
    shape, places = (adjacency.n, adjacency.n), (senders[inside], receivers[inside])
    moves = scipy.sparse.csr_array((entries[inside], places), shape=shape)
    system = (scipy.sparse.eye_array(adjacency.n) - moves).tocsc()
    try:
        longest = float(scipy.sparse.linalg.splu(system).solve(np.ones(adjacency.n)).max())
    except RuntimeError:  # singular, to a rounding
        return LONG
    return longest if longest > 0 else LONG


def _mean(transition: Transition, sink: int) -> float:
    """Return about the greatest mean hitting time; a very long one where floats are too small."""
    if not math.isfinite(transition.floats.units):
        return LONG
    return float(hitting_times(transition.floats.kernel, sink).max())


def _square_in_floats(transition: Transition, sink: int, epsilon: Fraction) -> int | None:
    """Square by plain products where these may tell, then with powers of the diagonal apart.

    These enclose T; between the bounds moves are counted, if few, or sliced floats decide.
    """
    found = None
    if float(1 - epsilon) * _mean(transition, sink) < PLAIN:
        found = float_squares.exit_time(transition, sink, epsilon)
    if found is None:
        lower, upper = enclosed_exit_time(transition, sink, epsilon)
        if lower < upper:
            fastest = float(np.delete(leaving(transition.floats.kernel), sink).max())
            if fastest * upper * transition.adjacency.work <= FEW_MOVES:
                found = jump_chain.exit_time(transition, sink, epsilon)
            return found or sliced_squares.exit_time(transition, sink, epsilon, lower, upper)
        found = lower if lower == upper else None
    return found


def _square(transition: Transition, sink: int, epsilon: Fraction) -> int:
    """Count moves, or square in balls at the precision that a walk as long as the mean needs."""
    if (found := jump_chain.exit_time(transition, sink, epsilon)) is not None:
        return found
    if (n := transition.adjacency.n) ** 2 > ball_powers.LARGEST:
        message = f"T is too large to step, and {n} × {n} balls are too many to square"
        raise UndecidedError(message)
    doublings = math.ceil(math.log2(_mean(transition, sink))) + epsilon.denominator.bit_length()
    bits = 2 * doublings + transition.adjacency.n.bit_length() + 10
    return ball_powers.exit_time(transition, sink, epsilon, bits)


def forward_probability(kernel: Kernel, sink: int) -> Fraction | float:
    """Return min_j (1 − W[j, j]) over the nodes j but the sink; 1 where there is none."""
    leave = np.delete(leaving(kernel), sink)
    least: Fraction | float = min(leave.tolist(), default=Fraction(1))
    return least
