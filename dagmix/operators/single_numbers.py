"""The greatest hitting time and the least fidelity of an operator: Fractions, or enclosed."""

from __future__ import annotations

import math
from fractions import Fraction

from dagmix._engine.chains.first_step import hitting_error_bound
from dagmix._engine.exact.convert import MOST_BITS
from dagmix._engine.exact.enclosures import Enclosure, rounded
from dagmix._engine.fidelity.exact_minima import exact_minimum
from dagmix.operators.diffusion import DiffusionOperator
from dagmix.operators.walk import WalkOperator


def greatest_hitting_time(walk: WalkOperator, *, exact: bool | None) -> Fraction | Enclosure:
    """Return max_j E_j[T] of a graph's walk; `exact` as of `expected_hitting_times`."""
    times = walk.expected_hitting_times(exact=exact)
    if times.dtype == object:
        return Fraction(max(times.tolist()))
    longest, error_bound = float(times.max()), hitting_error_bound(walk.transition.floats, times)
    return enclosed(longest, longest * (1 - error_bound), longest * (1 + error_bound))


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
