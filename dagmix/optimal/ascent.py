"""Local search for weights of many heads, in floats: minorise and maximise.

φ_min is not smooth: a minimum over nodes of a maximum over times. Fixing each node's time at
the present maximiser t_j minorises it, φ_j ≥ x_{t_j}[j], and

    maximise z  subject to  x_{t_j}[j](w) ≥ z for the nodes of least fidelity,  w convex

is smooth (`dagmix.optimal.slsqp`). It is solved and the times are chosen anew; z never decreases.
For a mixing time T the same subproblem with t = T − 1 looks for weights with d_t(w) ≤ ε,
until it finds none. Expected hitting times are smooth themselves: the greatest is lowered.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dagmix._engine.adjacency.base import Floats
from dagmix.optimal.gradients import FloatHeads, FloatHittingTimes, Target
from dagmix.optimal.slsqp import Subproblem

MOST_NODES = 32  # constraints at once, those of the least fidelity
ROUNDS = 40  # of choosing the times anew
LONGEST = 2**10  # steps evaluated
STILL = 1e-12  # a row that changes less than this in one step has converged
CLOSE = 1e-9  # relative loss at which an earlier time is preferred


@dataclass(frozen=True)
class Found:
    """Weights, the objective there in floats, and how often it was evaluated."""

    weights: Floats
    value: float
    evaluations: int


class Ascent:
    """What the objectives share: the smooth subproblem, and counting evaluations."""

    def __init__(self, model: FloatHeads, tolerance: float) -> None:
        """Take the heads and the relative gain that ends the ascent."""
        self._model, self._tolerance = model, tolerance
        self.evaluations = 0

    def _solve(self, weights: Floats, targets: list[Target], scale: float, sign: int) -> Floats:
        """Raise (sign 1) the least, or lower (−1) the greatest, of the entries at the targets."""
        problem = Subproblem(self._model, targets, scale)
        found = problem.solve(weights, sign)
        self.evaluations += problem.evaluations
        return found


class FidelityAscent(Ascent):
    """Ascend φ_min over times up to a horizon: a lower bound of φ_min over all times."""

    direction = 1

    def value(self, weights: Floats) -> tuple[float, Floats, Floats]:
        """Return φ_min, all fidelities, and the times that have them."""
        self.evaluations += 1
        rows = self._converged(weights)
        best = rows.max(axis=0)
        return float(best.min()), best, (rows >= best * (1 - CLOSE)).argmax(axis=0)

    def _converged(self, weights: Floats) -> Floats:
        steps = 64
        while True:
            rows = self._model.rows(weights, steps)
            if steps >= LONGEST or np.abs(rows[-1] - rows[-2]).max() < STILL:
                return rows
            steps *= 2

    def climb(self, weights: Floats) -> Found:
        """Return weights at least as good as those given."""
        value, fidelities, times = self.value(weights)
        for _ in range(ROUNDS if value else 0):
            nodes = np.argsort(fidelities, kind="stable")[:MOST_NODES]
            targets = [(int(times[j]), int(j)) for j in nodes if times[j]]
            if not targets:
                break
            moved = self._solve(weights, targets, value, 1)
            better, fidelities_there, times_there = self.value(moved)
            if better <= value * (1 + self._tolerance):
                break
            weights, value, fidelities, times = moved, better, fidelities_there, times_there
        return Found(weights, value, self.evaluations)


class MixingTimeDescent(Ascent):
    """Descend T(ε) one step at a time, by lowering d(T − 1)."""

    direction = -1

    def __init__(self, model: FloatHeads, tolerance: float, epsilon: float) -> None:
        """Take the heads and the threshold."""
        super().__init__(model, tolerance)
        self._epsilon = epsilon

    def value(self, weights: Floats) -> float:
        """Return T(ε) in floats; infinite past LONGEST steps."""
        self.evaluations += 1
        mixed, row, steps = self._model.mixed(weights), self._model.initial, 0
        while row.max() > self._epsilon:
            row, steps = row @ mixed, steps + 1
            if steps > LONGEST:
                return np.inf
        return float(steps)

    def climb(self, weights: Floats) -> Found:
        """Return weights at least as good as those given."""
        value = self.value(weights)
        while 1 < value < np.inf:
            steps = int(value) - 1
            worst = np.argsort(-self._model.rows(weights, steps)[-1], kind="stable")[:MOST_NODES]
            targets = [(steps, int(node)) for node in worst]
            moved = self._solve(weights, targets, self._epsilon, -1)
            better = self.value(moved)
            if better >= value:
                break
            weights, value = moved, better
        return Found(weights, value, self.evaluations)


class HittingTimeDescent(Ascent):
    """Descend max_j E_j[T]."""

    direction = -1

    def __init__(self, model: FloatHittingTimes, tolerance: float, bound: float) -> None:
        """Take the heads and a lower bound of the time: infinite where no weights reach."""
        super().__init__(model, tolerance)
        self._times, self._bound = model, bound

    def value(self, weights: Floats) -> tuple[float, Floats]:
        """Return the greatest time and all of them."""
        self.evaluations += 1
        times = self._times.times(weights)
        return float(times.max(initial=0.0)), times

    def climb(self, weights: Floats) -> Found:
        """Return weights at least as good as those given."""
        if self._bound in (0, np.inf):  # one node, or no way to the sink
            return Found(weights, self._bound, self.evaluations)
        value, times = self.value(weights)
        while True:
            worst = np.argsort(-times, kind="stable")[:MOST_NODES]
            moved = self._solve(weights, [(0, int(node)) for node in worst], value, -1)
            better, times = self.value(moved)
            if better >= value * (1 - self._tolerance):
                return Found(weights, value, self.evaluations)
            weights, value = moved, better


def initial_weights(heads: int, count: int, seed: int) -> list[Floats]:
    """Return initial weights: uniform, near each head alone, and random."""
    uniform = np.full(heads, 1 / heads)
    near = [0.9 * np.eye(heads)[h] + 0.1 * uniform for h in range(heads)]
    drawn = np.random.default_rng(seed).dirichlet(np.ones(heads), count)
    return [uniform, *near, *drawn]
