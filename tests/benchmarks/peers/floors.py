"""What this machine could do at best: bytes and operations of an answer at measured rates."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from questions import HEADS, POSITIONS, STICKY_NODES, Case
from references import reference

SMALL, LARGE = 2**15, 2**24  # doubles in cache, in memory
BLOCK = 8192  # entries of the dot product that measures operations
LEAST_SECONDS, LEAST_RUNS = 0.2, 9


@dataclass(frozen=True)
class Rates:
    """Measured bytes a second, read and written, in cache and in memory, and operations."""

    cached: float
    streamed: float
    operations: float


@dataclass(frozen=True)
class Work:
    """What an answer cannot do without, and how much of it is in use at a time."""

    bytes: float
    operations: float

    row_bytes: float = 0.0

    def seconds(self, rates: Rates) -> float:
        """Return the time at the measured rates, the slower of the two."""
        rate = rates.cached if self.row_bytes <= 16 * SMALL else rates.streamed
        return max(self.bytes / rate, self.operations / rates.operations)


def measure() -> Rates:
    """Copy arrays and multiply vectors, in one thread."""
    vector = np.ones(BLOCK)
    product = fastest(lambda: np.dot(vector, vector))
    return Rates(copy_rate(SMALL), copy_rate(LARGE), 2 * BLOCK / product)


def copy_rate(doubles: int) -> float:
    """Return bytes read and written a second."""
    source, target = np.ones(doubles), np.empty(doubles)
    return 16 * doubles / fastest(lambda: np.copyto(target, source))


def fastest(work: Callable[[], Any]) -> float:
    """Return the least time of some calls; the first ones only touch the memory."""
    times: list[float] = []
    end = time.perf_counter() + LEAST_SECONDS
    while len(times) < LEAST_RUNS or time.perf_counter() < end:
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def least_work(case: Case) -> Work | None:
    """Return the bytes and operations of one row, read and written once a step.

    A sticky line is squared, not stepped: two products of triangular matrices a doubling.
    """
    steps = float(reference(case)) if case.question == "mixing" else 1.0
    row = Work(16.0 * case.n, 2.0 * case.n, 16.0 * case.n)
    if case.family == "sticky line":
        doublings, n = math.log2(steps), STICKY_NODES
        return Work(doublings * 48 * n * n / 2, doublings * 2 * n**3 / 3)
    if case.question == "mixing":
        return Work(steps * row.bytes, steps * row.operations, row.bytes)
    if case.question == "batch":
        entries = case.size * HEADS * POSITIONS**2 / 2
        return Work(8 * entries, 2 * entries, 8 * entries)
    return row if case.question in ("hitting", "absorption", "stationary") else None
