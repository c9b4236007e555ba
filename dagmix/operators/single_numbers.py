"""The greatest hitting time and the least fidelity of an operator: Fractions, or enclosed."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from dagmix._engine.adjacency.base import Vec
from dagmix._engine.chains.first_step import hitting_error_bound
from dagmix._engine.exact.convert import MOST_BITS
from dagmix._engine.exact.enclosures import UNIT, Enclosure, rounded
from dagmix._engine.fidelity.exact_minima import exact_minimum
from dagmix.operators.diffusion import DiffusionOperator
from dagmix.operators.walk import WalkOperator


def greatest_hitting_time(walk: WalkOperator, *, exact: bool | None) -> Fraction | Enclosure:
    """Return max_j E_j[T] of a graph's walk; `exact` as of `expected_hitting_times`."""
    times = walk.expected_hitting_times(exact=exact)
    if times.dtype == object:
        longest = max(times.tolist())
        return Fraction(longest) if longest < math.inf else _within(math.inf, 0)
    return _within(float(times.max()), _relative_error(walk, times))


def mean_hitting_time(walk: WalkOperator) -> Enclosure:
    """Return the mean of E_j[T] over all initial nodes j, the sink's 0 among them."""
    times = walk.expected_hitting_times(exact=False)
    # Every sum rounds once for each node at the most, whatever the order.
    return _within(float(times.mean()), _relative_error(walk, times) + 2 * len(times) * UNIT)


def _within(value: float, error: float) -> Enclosure:
    if math.isinf(value):
        return Enclosure(value, value, value)
    return enclosed(value, value * (1 - error), value * (1 + error))


def _relative_error(walk: WalkOperator, times: Vec) -> float:
    """Bound the relative error of float hitting times.

    Without an order the times x are put into their equations: x = b + xQ for a base b near 1, and
    as (I − Q)⁻¹ is not negative, no time is off by a greater share than b.
    """
    floats = walk.transition.floats
    if walk.adjacency.order is not None or not np.isfinite(times).all():
        return hitting_error_bound(floats, times)
    base = np.delete(times - floats.kernel.step(times), walk.sink.index)
    rounded_off = 2 * (floats.units + 2) * UNIT * float(times.max())
    share = float(np.abs(base - 1).max(initial=0)) + rounded_off
    return share / (1 - share) if share < 0.5 else math.inf  # noqa: PLR2004


def least_fidelity(diffusion: DiffusionOperator, *, exact: bool | None) -> Fraction | Enclosure:
    """Return φ_min; by default a Fraction where that is found and short."""
    if exact:
        return exact_minimum(diffusion.transition, diffusion.sink.index)
    found = diffusion.minimax_fidelity()
    if found.exact and exact is None and _is_short(found.value):
        return Fraction(found.value)
    return Enclosure(*rounded(found.value, found.lower, found.upper))


def _is_short(number: Fraction | float) -> bool:
    return isinstance(number, Fraction) and number.denominator.bit_length() <= MOST_BITS


def enclosed(value: float, lower: float, upper: float) -> Enclosure:
    """Return an enclosure, the last rounding of its bounds allowed for."""
    return Enclosure(value, math.nextafter(lower, 0), math.nextafter(upper, math.inf))
