"""The right answers, from closed forms and plain recursions; nothing here uses dagmix."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any, Self

import mpmath
import numpy as np
from questions import TIES, Case, Floats, mixed_chains

QUARTER = Fraction(1, 4)
MARGIN = 1e-7  # a float reference is trusted where d(t) is farther than this from ¼
EXACT_UP_TO = 64


@cache
def reference(case: Case) -> Any:
    """Return the right answer: an int, a list of ints or Fractions, or an array."""
    return REFERENCES[case.question](case)


def mixing_time(case: Case) -> int:
    """Return T(¼)."""
    ways: dict[str, Callable[[Case], int]] = {
        "line": lambda case: first(lambda t: line_distance(case.n, t)),
        "sticky line": sticky_time,
        "complete": lambda case: first(lambda t: complete_distance(case.n, t)),
        "window": window_time,
    }
    return ways[case.family](case)


def first(distance: Callable[[int], Any]) -> int:
    """Return the least t with d(t) ≤ ¼, d non-increasing."""
    high = 1
    while not small(distance(high)):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if small(distance(middle)) else (middle, high)
    return high


def small(distance: Any) -> bool:
    """Decide d ≤ ¼; a float too near to ¼ is refused."""
    if not isinstance(distance, Fraction) and abs(distance - 0.25) < MARGIN:
        message = "the reference cannot decide a tie"
        raise ArithmeticError(message)
    return bool(distance <= QUARTER)


def line_distance(n: int, t: int) -> Fraction:
    """Return P[Bin(t, ½) ≤ n − 2]: fewer moves than the line has edges."""
    total, term = 0, 1
    for k in range(min(n - 1, t + 1)):
        total += term
        term = term * (t - k) // (k + 1)
    return Fraction(total, 2**t)


def complete_distance(n: int, t: int) -> Any:
    """Return 1 − Σ_k (−1)^k C(n−1, k) (k+1)^−t, for large n as an integral.

    Σ is E[(1 − U₁⋯U_t)^(n−1)] for uniform U; −log of the product has a Gamma(t) law.
    """
    if n <= EXACT_UP_TO:
        terms = (Fraction((-1) ** k * math.comb(n - 1, k), (k + 1) ** t) for k in range(n))
        return 1 - sum(terms)

    def density(x: Any) -> Any:
        return (
            -mpmath.expm1((n - 1) * mpmath.log1p(-mpmath.exp(-x))) * x ** (t - 1) * mpmath.exp(-x)
        )

    cuts = [0, 1, 5, 10, 20, 40, 80, 160]
    return float(mpmath.quad(density, cuts) / mpmath.gamma(t))


def sticky_time(case: Case) -> int:
    """Return T(¼) of the line with leaving probability p: P[Bin(t, p) ≤ n − 2] ≤ ¼."""
    with mpmath.workdps(60):
        p = mpmath.mpf(case.leave.numerator) / case.leave.denominator
        odds = p / (1 - p)

        def distance(t: int) -> Any:
            term = mpmath.power(1 - p, t)
            total = term
            for k in range(min(case.n - 2, t)):
                term = term * (t - k) / (k + 1) * odds
                total += term
            return Exact(total)

        return first(distance)


class Exact(Fraction):
    """An mpmath number of 60 digits as the rational it is."""

    def __new__(cls, number: Any) -> Self:
        """Read mantissa and exponent."""
        sign, mantissa, exponent, _ = number._mpf_
        return super().__new__(
            cls, Fraction((-1) ** sign * int(mantissa)) * Fraction(2) ** exponent
        )


def window_time(case: Case) -> int:
    """Return T(¼) of a window by window means of the survival, from one running sum."""
    n, nodes = case.n, np.arange(case.n)
    ends, survival = np.minimum(nodes + case.reach, n - 1) + 1, np.ones(n)
    survival[-1] = 0
    for t in itertools.count(1):
        sums = np.concatenate([[0.0], np.cumsum(survival)])
        survival = (sums[ends] - sums[nodes]) / (ends - nodes)
        survival[-1] = 0
        if small(float(survival.max())):
            return t
    raise AssertionError


def hitting_times(case: Case) -> Floats:
    """Return E_j[steps to the last node]."""
    after = np.arange(case.n - 1, -1, -1)
    if case.family == "line":
        return np.asarray(2.0 * after, dtype=np.float64)
    if case.family == "complete":
        harmonic = np.concatenate([[0.0, 2.0], 1 + np.cumsum(1 / np.arange(1, case.n))[1:]])
        return np.asarray(harmonic[after])
    times, window = [0.0], 0.0
    for j in range(1, case.n):  # nodes counted from the sink back
        window += times[-1] - (times[j - 1 - case.reach] if j > case.reach else 0.0)
        successors = min(j, case.reach)
        times.append((successors + 1 + window) / successors)
    return np.array(times[::-1])


def absorption(case: Case) -> float:
    """Return P(end at 0) from the last node: h_j = (h_{j−1} + h_{j−2})/2, 1/3 + (2/3)(−½)^j."""
    return 1 / 3 + 2 / 3 * (-0.5) ** (case.n - 1)


def stationary(case: Case) -> Floats:
    """Return all mass on the sink."""
    mass = np.zeros(case.n)
    mass[-1] = 1
    return mass


def exact_hitting(case: Case) -> list[Fraction]:
    """Return 1 + H_m for a node with m later ones."""
    times, harmonic = [Fraction(0)], Fraction(0)
    for later in range(1, case.n):
        harmonic += Fraction(1, later)
        times.append(1 + harmonic)
    return times[::-1]


def batch(case: Case) -> Floats:
    """Return the mean over starts of the expected hitting times, by back substitution."""
    chains, n = mixed_chains(case), case.n
    times = np.zeros((case.size, n))
    for j in range(n - 2, -1, -1):
        leave = chains[:, j, j + 1 :].sum(axis=1)
        times[:, j] = (1 + (chains[:, j, j + 1 :] * times[:, j + 1 :]).sum(axis=1)) / leave
    means: Floats = times.mean(axis=1)
    return means


REFERENCES: dict[str, Callable[[Case], Any]] = {
    "mixing": mixing_time,
    "hitting": hitting_times,
    "absorption": absorption,
    "stationary": stationary,
    "ties": lambda _: list(range(1, TIES + 1)),
    "exact hitting": exact_hitting,
    "batch": batch,
}
