"""How a walk moves on: chances to leave, lengths of paths, mean times, each from a safe side.

Rational walks of up to 4,096 nodes give exact numbers. A walk of floats stands for exact
rationals too long to write out; its numbers are enclosed in balls of 128 bits or more, and come
back as the two ends of an interval, exact rationals themselves. So does the mean time of a
larger walk, enclosed in floats.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import scipy

from dagmix import balls
from dagmix.absorption import hitting_slack, hitting_times
from dagmix.arb import ball, precision, settle
from dagmix.convert import ends
from dagmix.kernels import leaving
from dagmix.lazy import flint
from dagmix.mixing import forward_probability
from dagmix.scalars import Field
from dagmix.support import Ints, Support
from dagmix.transition import Transition

BITS = 128
ENOUGH_BITS = 64  # accuracy asked of a mean time in balls
ENOUGH = 2.0**-20  # relative error allowed of one in floats


@dataclass(frozen=True)
class Interval:
    """An exact number between `low` and `high`, which are equal where it is known."""

    low: Fraction
    high: Fraction


def leaving_probability(transition: Transition, sink: int) -> Interval:
    """Enclose min_j (1 − W[j, j]) over the nodes j but the sink; 1 where there is none."""
    if transition.field is Field.RATIONAL:
        least = Fraction(forward_probability(transition.rationals, sink))
        return Interval(least, least)
    with precision(BITS):
        smallest = flint.arb(1)
        for chance in np.delete(leaving(transition.over(ball)), sink).tolist():
            smallest = smallest.min(chance)
        return Interval(*ends(smallest))


def mean_time(transition: Transition, sink: int) -> Interval:
    """Enclose max_j E_j[steps to the sink] of a walk that reaches it from everywhere."""
    if transition.field is Field.RATIONAL and transition.is_small:
        longest = Fraction(max(hitting_times(transition.rationals, sink)))
        return Interval(longest, longest)
    if not transition.is_small and (found := _mean_in_floats(transition, sink)):
        return found

    def accurate(_: int) -> Interval | None:
        ones = balls.off_sink(transition, sink).transpose()
        times = balls.first_step(transition, sink, ones)
        longest = None if times is None else balls.greatest(times)
        known = longest is not None and longest.rel_accuracy_bits() >= ENOUGH_BITS
        return Interval(*ends(longest)) if known else None

    return settle(accurate, BITS)


def _mean_in_floats(transition: Transition, sink: int) -> Interval | None:
    """Solve E = 1 + E Q in floats; None without an order, or where their error is not small."""
    if transition.support.order is None:
        return None
    times = hitting_times(transition.floats.kernel, sink)
    slack = hitting_slack(transition.floats, times)
    if slack > ENOUGH:
        return None
    longest, share = Fraction(float(times.max())), Fraction(slack)
    return Interval(longest / (1 + share), longest / (1 - share))


def longest_path(support: Support, order: Ints, sink: int) -> int:
    """Return the number of edges of a longest path to the sink, given a topological order."""
    receivers, starts = support.pairs[0], support.starts
    length = np.full(support.n, -1)  # −1 marks a node without a path to the sink
    length[sink] = 0
    for j in reversed(order.tolist()):
        ahead = length[receivers[starts[j] : starts[j + 1]]].max()
        if j != sink and ahead >= 0:
            # Only later nodes have a length yet, so that j's own loop does not count.
            length[j] = ahead + 1
    return int(length.max())


def greatest_distance(support: Support, sink: int) -> int | float:
    """Return the most edges that a shortest path to the sink has; math.inf where one is missing."""
    backward = support.transposed().adjacency
    farthest = float(scipy.sparse.csgraph.dijkstra(backward, indices=sink, unweighted=True).max())
    return int(farthest) if math.isfinite(farthest) else math.inf
