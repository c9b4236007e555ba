"""Rates of a walk: the probability to leave a node, the mean time to the sink, both enclosed.

Rational walks of up to 4,096 nodes give exact numbers, a mean time if it has up to 4,096 bits. A
walk of floats stands for exact rationals too long to write out; its numbers are enclosed in balls
of 128 bits or more, and come back as the two ends of an interval, exact rationals themselves. So
does the mean time of a larger walk, enclosed in floats.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from dagmix._engine.chains.first_step import hitting_error_bound, hitting_times
from dagmix._engine.chains.kernel import leaving
from dagmix._engine.chains.powers import ball_powers
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.arb import ball, precision, settle
from dagmix._engine.exact.convert import MOST_BITS, LongNumbersError, ends
from dagmix._engine.exact.scalars import Field
from dagmix._engine.mixing.mixing_time import forward_probability
from dagmix._util.lazy import flint

BITS = 128
ENOUGH_BITS = 64  # accuracy asked of a mean time in balls
ENOUGH = 2.0**-20  # relative error allowed of one in floats


@dataclass(frozen=True)
class RationalInterval:
    """An exact number between `low` and `high`, which are equal where it is known."""

    low: Fraction
    high: Fraction


def leaving_probability(transition: Transition, sink: int) -> RationalInterval:
    """Enclose min_j (1 − W[j, j]) over the nodes j but the sink; 1 where there is none."""
    if transition.field is Field.RATIONAL:
        least = Fraction(forward_probability(transition.rationals, sink))
        return RationalInterval(least, least)
    with precision(BITS):
        smallest = flint.arb(1)
        for probability in np.delete(leaving(transition.over(ball)), sink).tolist():
            smallest = smallest.min(probability)
        return RationalInterval(*ends(smallest))


def mean_time(transition: Transition, sink: int) -> RationalInterval:
    """Enclose max_j E_j[steps to the sink] of a walk that reaches it from everywhere."""
    rational = transition.field is Field.RATIONAL
    if rational and transition.is_small:
        with suppress(LongNumbersError):
            longest = Fraction(max(hitting_times(transition.rationals, sink, MOST_BITS)))
            return RationalInterval(longest, longest)
    is_quick = rational or not transition.is_small
    if is_quick and (found := _mean_in_floats(transition, sink)):
        return found

    def accurate(_: int) -> RationalInterval | None:
        ones = ball_powers.off_sink(transition, sink).transpose()
        times = ball_powers.first_step(transition, sink, ones)
        longest = None if times is None else ball_powers.greatest(times)
        known = longest is not None and longest.rel_accuracy_bits() >= ENOUGH_BITS
        return RationalInterval(*ends(longest)) if known else None

    return settle(accurate, BITS)


def _mean_in_floats(transition: Transition, sink: int) -> RationalInterval | None:
    """Solve E = 1 + E Q in floats; None without an order, or where their error is not small."""
    if transition.adjacency.order is None:
        return None
    times = hitting_times(transition.floats.kernel, sink)
    error_bound = hitting_error_bound(transition.floats, times)
    if error_bound > ENOUGH:
        return None
    longest, share = Fraction(float(times.max())), Fraction(error_bound)
    return RationalInterval(longest / (1 + share), longest / (1 - share))
