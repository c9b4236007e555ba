"""sympy.stats' answers: DiscreteMarkovChain, in exact numbers."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy as sp
from numpy_answers import QUARTER
from questions import Case
from sympy.stats import DiscreteMarkovChain, P


def chain(case: Case) -> Any:
    """Make the chain."""
    rows = [[sp.Rational(x.numerator, x.denominator) for x in row] for row in case.rational]
    return DiscreteMarkovChain("X", list(range(case.n)), sp.Matrix(rows))


def as_fraction(number: Any) -> Fraction:
    """Return a rational of SymPy."""
    return Fraction(int(number.p), int(number.q))


def mixing(case: Case, epsilon: Fraction = QUARTER, made: Any = None) -> int:
    """Ask for P(X_t = sink | X_0 = 0), doubling t and then halving; node 0 is the worst start."""
    walk, limit = made or chain(case), sp.Rational(epsilon.numerator, epsilon.denominator)

    def is_far(t: int) -> bool:
        arrived = P(sp.Eq(walk[t], case.n - 1), sp.Eq(walk[0], 0))
        return bool(1 - arrived > limit)

    high = 1
    while is_far(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if is_far(middle) else (low, middle)
    return high


def ties(case: Case) -> list[int]:
    """Ask for each threshold."""
    walk = chain(case)
    return [mixing(case, epsilon, walk) for epsilon in case.ties]


def hitting_times(case: Case) -> list[Fraction]:
    """Sum the rows of the fundamental matrix, in the order of `decompose`."""
    walk = chain(case)
    states, *_ = walk.decompose()
    sums = walk.fundamental_matrix() * sp.ones(case.n - 1, 1)
    times = dict(zip(states[1:], map(as_fraction, sums), strict=True))
    return [times.get(sp.Integer(j), Fraction(0)) for j in range(case.n)]


def absorption(case: Case) -> float:
    """Read absorbing_probabilities at (last node, node 0)."""
    walk = chain(case)
    states, *_ = walk.decompose()
    ends = [state for state in states if state in (0, 1)]
    inside = [state for state in states if state not in (0, 1)]
    table = walk.absorbing_probabilities()
    return float(table[inside.index(case.n - 1), ends.index(0)])


def stationary(case: Case) -> list[Fraction]:
    """Return stationary_distribution."""
    return [as_fraction(x) for x in chain(case).stationary_distribution()]


ANSWERS: dict[str, Callable[[Case], Any]] = {
    "mixing": mixing,
    "hitting": hitting_times,
    "absorption": absorption,
    "stationary": stationary,
    "ties": ties,
    "exact hitting": hitting_times,
}
