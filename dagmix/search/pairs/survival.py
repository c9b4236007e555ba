"""Mixing times of many mixtures at once: screened in floats, decided in integers.

Arrays have the mixture as their last axis; W̄ is (n − 1, n − 1, B), receiver, sender, mixture, the
sink left out. u_t[j] = P_j(T > t), d(t) = max_j u_t[j]. As for signals, the relative error of a
float d(t) is at most t (n + 2) 2⁻⁵³, far below `MARGIN`; a time is taken from floats where d is
farther than that from ε at this step and the one before, and from integers elsewhere.
"""

from __future__ import annotations

from fractions import Fraction
from operator import mul

import numpy as np
from numpy.typing import NDArray

from dagmix.search.pairs.signals import Flags, Floats

MARGIN = 1e-9
Times = NDArray[np.int64]


def within(walks: Floats, limits: Times, epsilon: float) -> Flags:
    """Tell of each mixture whether T may be at most its limit: d(limit) ≤ ε, within the margin."""
    alive = limits > 0
    survived = np.ones(walks.shape[1:])
    for time in range(1, int(limits.max(initial=0)) + 1):
        survived = np.einsum("ijb,ib->jb", walks, survived)
        here = limits == time
        if here.any():
            alive[here] = survived[:, here].max(axis=0) <= epsilon * (1 + MARGIN)
    return alive


def beyond(walks: Floats, limits: Times, epsilon: float) -> Flags:
    """Tell of each mixture whether T may be its limit or more: d(limit − 1) > ε, or close."""
    alive = np.ones(len(limits), dtype=bool)
    which, survived = np.arange(len(limits)), np.ones(walks.shape[1:])
    for time in range(1, int(limits.max(initial=0))):
        survived = np.einsum("ijb,ib->jb", walks, survived)
        out = (survived.max(axis=0) <= epsilon * (1 - MARGIN)) & (limits[which] > time)
        alive[which[out]] = False
        rest = ~out & (limits[which] > time + 1)
        if 2 * int(rest.sum()) < len(which):
            which, survived, walks = which[rest], survived[:, rest], walks[..., rest]
    return alive


def exact_times(numerators: NDArray[np.int64], unit: int, epsilon: Fraction) -> Times:
    """Return T(ε) of each W̄ = numerators / unit, exactly; every T is finite.

    `numerators` has the shape of W̄.
    """
    times, doubtful = _float_times(numerators / unit, float(epsilon))
    if doubtful.any():
        times[doubtful] = _integer_times(numerators[..., doubtful], unit, epsilon)
    return times


def _float_times(walks: Floats, epsilon: float) -> tuple[Times, Flags]:
    """Return the first t with d(t) ≤ ε in floats, and where d came too close to ε."""
    size = walks.shape[-1]
    times, doubtful = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=bool)
    which, survived, time = np.arange(size), np.ones(walks.shape[1:]), 0
    while len(which):
        time += 1
        survived = np.einsum("ijb,ib->jb", walks, survived)
        far = survived.max(axis=0)
        times[which] = time
        doubtful[which] |= np.abs(far - epsilon) <= epsilon * MARGIN
        rest = far > epsilon
        if not rest.all():
            which, survived, walks = which[rest], survived[:, rest], walks[..., rest]
    return times, doubtful


def _integer_times(numerators: NDArray[np.int64], unit: int, epsilon: Fraction) -> list[int]:
    """Return T(ε) with Python's integers: P_j(T > t) unitᵗ is one."""
    times = list[int]()
    for number in range(numerators.shape[-1]):
        columns = [[int(x) for x in column] for column in numerators[..., number].T]
        survived, whole, time = [1] * len(columns), 1, 0
        while max(survived) * epsilon.denominator > whole * epsilon.numerator:
            survived = [sum(map(mul, column, survived)) for column in columns]
            whole, time = whole * unit, time + 1
        times.append(time)
    return times
