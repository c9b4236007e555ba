"""Signals of two heads over an interval of weights, bounded from both sides.

With weight β on head 0, Δ(β) = β Δ₀ + (1 − β) Δ₁. On β = (1−s) a + s b, 0 ≤ s ≤ 1, it
is (1−s) Δ(a) + s Δ(b), and the Bernstein coefficients of a row after t steps,
x_t = Σ_k C(t, k) s^k (1−s)^(t−k) c_{t,k}, are averages of products of the two end matrices:

    c_{t+1,k} = (1 − k/(t+1)) c_{t,k} Δ(a) + k/(t+1) c_{t,k−1} Δ(b).

A polynomial lies between the minimum and the maximum of its coefficients. Nothing is
subtracted, so that float coefficients have a small relative error.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from dagmix._engine.adjacency.base import Floats
from dagmix._engine.exact.enclosures import SMALLEST, UNIT


def blend(coefficients: Floats, left: Floats, right: Floats) -> Floats:
    """Return the Bernstein coefficients of c(s) ((1−s) left + s right), of one degree more.

    `coefficients` has shape (t + 1, …, m); the result (t + 2, …, m).
    """
    degree = len(coefficients)
    share = np.arange(degree + 1).reshape(-1, *[1] * (coefficients.ndim - 1)) / degree
    raised = np.zeros((degree + 1, *coefficients.shape[1:]))
    raised[:-1] = (1 - share[:-1]) * (coefficients @ left)
    raised[1:] += share[1:] * (coefficients @ right)
    return raised


def elevated(coefficients: Floats) -> Floats:
    """Return the coefficients of the same polynomials, written with one degree more."""
    degree = len(coefficients)
    share = (np.arange(degree + 1) / degree)[:, None]
    raised = np.zeros((degree + 1, coefficients.shape[1]))
    raised[:-1] = (1 - share[:-1]) * coefficients
    raised[1:] += share[1:] * coefficients
    return raised


@dataclass(frozen=True, eq=False)
class HeadMatrices:
    """The float matrices of two heads, n × n, rows summing to 1; weight β is on head 0."""

    first: Floats
    second: Floats

    def at(self, weight: Fraction) -> Floats:
        """Return the mixture at a weight."""
        mixed: Floats = float(weight) * self.first + float(1 - weight) * self.second
        return mixed

    def error(self, steps: int) -> float:
        """Bound the relative error of any coefficient after `steps` steps, or a sum of n.

        An entry of Δ(a) carries five roundings, the product with a row n, the blend three;
        doubled for the higher powers.
        """
        return 2 * (steps + 1) * (len(self.first) + 9) * UNIT


class RowBounds:
    """The coefficients of x_0, x_1, … over [low, high], each computed from the one before."""

    def __init__(self, pair: HeadMatrices, sink: int, low: Fraction, high: Fraction) -> None:
        """Begin at x_0 = e_τ."""
        self.pair = pair
        self.ends = pair.at(low), pair.at(high)
        self.steps = [np.eye(len(pair.first))[[sink]]]

    def advance(self, time: int) -> None:
        """Step up to x_time."""
        while len(self.steps) <= time:
            self.steps.append(blend(self.steps[-1], *self.ends))

    def least(self, time: int, weights: Floats) -> Floats:
        """Bound x_t · weights from below over the interval, for each column of weights ≥ 0."""
        found: Floats = (self.steps[time] @ weights).min(axis=0)
        return np.maximum(found * (1 - self.pair.error(time)) - SMALLEST, 0)

    def greatest(self, time: int, weights: Floats) -> Floats:
        """Bound x_t · weights from above over the interval, for each column of weights ≥ 0."""
        found: Floats = (self.steps[time] @ weights).max(axis=0)
        return found * (1 + self.pair.error(time)) + SMALLEST


class ColumnBounds:
    """The coefficients of y_c = Δ(β)^c e_j over an interval, a row for each k, for increasing c."""

    def __init__(self, pair: HeadMatrices, node: int, low: Fraction, high: Fraction) -> None:
        """Begin at y_0 = e_j."""
        self._pair = pair
        self._ends = pair.at(low).T, pair.at(high).T
        self._coefficients = np.eye(len(pair.first))[[node]]

    def range(self, steps: int, members: NDArray[np.intp]) -> tuple[float, float, float]:
        """Bound y_c[k] over k in a class: from below, from above, and their difference."""
        while len(self._coefficients) <= steps:
            self._coefficients = blend(self._coefficients, *self._ends)
        inside = self._coefficients[:, members]
        low, high, error = inside.min(axis=1), inside.max(axis=1), self._pair.error(steps)
        spread = float((high - low).max()) + 2 * error
        return max(float(low.min()) * (1 - error), 0.0), float(high.max()) * (1 + error), spread
