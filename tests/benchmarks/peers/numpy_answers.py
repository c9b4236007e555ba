"""NumPy's answers: powers of the whole matrix and linear solves, and one row stepped."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from questions import Case, Floats, mixed_chains

QUARTER = Fraction(1, 4)


def distance(power: Floats) -> float:
    """Return d(t) from Pᵗ."""
    return float((1 - power[:, -1]).max())


def mixing_by_powers(case: Case, epsilon: Fraction = QUARTER) -> int:
    """Square until the distance is below ε, then descend the stored squares."""
    squares, limit = [case.dense], float(epsilon)
    while distance(squares[-1]) > limit:
        squares.append(squares[-1] @ squares[-1])
    if len(squares) == 1:
        return 1
    power, time = squares[-2], 1 << (len(squares) - 2)
    for k in range(len(squares) - 3, -1, -1):
        longer = power @ squares[k]
        if distance(longer) > limit:
            power, time = longer, time + (1 << k)
    return time + 1


def mixing_by_rows(case: Case, epsilon: Fraction = QUARTER) -> int:
    """Step the one column of Pᵗ that ends at the sink."""
    arrived, limit = case.dense[:, -1].copy(), float(epsilon)
    for t in itertools.count(1):
        if 1 - arrived.min() <= limit:
            return t
        arrived = case.dense @ arrived
    raise AssertionError


def hitting_times(case: Case) -> Floats:
    """Solve (I − Q) E = 1."""
    inner = case.dense[:-1, :-1]
    times = np.linalg.solve(np.eye(case.n - 1) - inner, np.ones(case.n - 1))
    return np.append(times, 0.0)


def absorption(case: Case) -> float:
    """Solve (I − Q) h = the steps to node 0, from the last node."""
    inner = np.eye(case.n - 2) - case.dense[2:, 2:]
    return float(np.linalg.solve(inner, case.dense[2:, 0])[-1])


def stationary(case: Case) -> Floats:
    """Solve π (P − I) = 0 with one equation replaced by Σ π = 1."""
    system = case.dense.T - np.eye(case.n)
    system[0] = 1
    return np.linalg.solve(system, np.eye(1, case.n)[0])


def batch(case: Case) -> Floats:
    """Solve all systems of the batch in one call."""
    inner = np.eye(case.n - 1) - mixed_chains(case)[:, :-1, :-1]
    times = np.linalg.solve(inner, np.ones((case.size, case.n - 1, 1)))
    return np.asarray(times.sum(axis=(1, 2)) / case.n)


POWERS: dict[str, Callable[[Case], Any]] = {
    "mixing": mixing_by_powers,
    "hitting": hitting_times,
    "absorption": absorption,
    "stationary": stationary,
    "ties": lambda case: [mixing_by_powers(case, epsilon) for epsilon in case.ties],
    "exact hitting": hitting_times,
    "batch": batch,
}
ROWS: dict[str, Callable[[Case], Any]] = {
    "mixing": mixing_by_rows,
    "ties": lambda case: [mixing_by_rows(case, epsilon) for epsilon in case.ties],
}
