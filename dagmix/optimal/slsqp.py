"""The SLSQP subproblem of an ascent: maximise the least of some entries, or minimise the greatest.

    maximise z  subject to  r_T[j](w) ≥ z at targets (T, j),  Σ w = 1,  w ≥ 0,

the epigraph form, or minimise z with ≤. SciPy's SLSQP solves it with the gradients of
`dagmix.optimal.gradients`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize

from dagmix._engine.adjacency.base import Floats
from dagmix.optimal.gradients import FloatHeads, Target

MOST_STEPS = 60  # of SLSQP
PRECISION = 1e-10  # of z, relative to its first value


class Subproblem:
    """The subproblem for one choice of targets; its variables are the weights and scaled z."""

    def __init__(self, model: FloatHeads, targets: Sequence[Target], scale: float) -> None:
        """Take targets, and the order of magnitude of the entries there."""
        self._model, self._targets, self._scale = model, targets, scale
        self._at = np.empty(0)
        self._known: tuple[Floats, Floats] = (self._at, self._at)
        self.evaluations = 0

    def solve(self, weights: Floats, sign: int) -> Floats:
        """Return weights where the least entry is greater (sign 1), or the greatest less (−1)."""
        count, first = len(weights), self._entries(weights)[0]
        aim = np.append(np.zeros(count), -float(sign))
        convexity = np.append(np.ones(count), 0.0)
        found = minimize(
            lambda point: aim @ point,
            np.append(weights, first.min() if sign > 0 else first.max()),
            jac=lambda _: aim,
            bounds=[(0, 1)] * count + [(0, None)],
            constraints=[
                {
                    "type": "ineq",
                    "fun": lambda point: sign * (self._entries(point[:-1])[0] - point[-1]),
                    "jac": lambda point: sign * self._slopes(point[:-1]),
                },
                {
                    "type": "eq",
                    "fun": lambda point: convexity @ point - 1,
                    "jac": lambda _: convexity,
                },
            ],
            method="SLSQP",
            options={"maxiter": MOST_STEPS, "ftol": PRECISION},
        )
        return _convex(found.x[:-1], weights)

    def _slopes(self, weights: Floats) -> Floats:
        gradients = self._entries(weights)[1]
        return np.column_stack((gradients, -np.ones(len(gradients))))

    def _entries(self, weights: Floats) -> tuple[Floats, Floats]:
        """Return the scaled entries and their gradients, which SLSQP asks for in turn."""
        if not np.array_equal(self._at, weights):
            self.evaluations += 1
            values, gradients = self._model.values_and_gradients(weights, self._targets)
            self._at = weights.copy()
            self._known = values / self._scale, gradients / self._scale
        return self._known


def _convex(point: Floats, otherwise: Floats) -> Floats:
    """Return a point as convex weights, or others where the solver has failed."""
    inside = np.clip(point, 0.0, 1.0)
    total = float(inside.sum())
    return np.asarray(inside / total) if 0 < total < np.inf else otherwise
