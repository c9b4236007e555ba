"""Rows of powers of a mixture in floats, and their gradients in the weights, by the adjoint method.

For r_t = r_0 M̄ᵗ with M̄ = Σ w_h M_h, the entry r_T[j] has the partial derivatives

    ∂ r_T[j] / ∂w_h = Σ_{t<T} r_t M_h y_{T−1−t},    y_s = M̄ˢ e_j,

so that one sweep forward (the rows) and one backward (the columns) give them for all heads.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dagmix._engine.adjacency.base import Floats

Target = tuple[int, int]  # a time and a node
TRACE = 1e-9  # of the uniform weights in others


class FloatHeads:
    """Heads as one float array (heads, n, n), and the row r_0 that is stepped."""

    def __init__(self, heads: Floats, initial: Floats) -> None:
        """Take stochastic matrices and a row."""
        self.heads, self.initial = heads, initial

    def mixed(self, weights: Floats) -> Floats:
        """Return M̄."""
        return np.tensordot(weights, self.heads, axes=1)

    def rows(self, weights: Floats, steps: int) -> Floats:
        """Return r_0, …, r_steps, shape (steps + 1, n)."""
        mixed = self.mixed(weights)
        table = np.empty((steps + 1, len(self.initial)))
        table[0] = self.initial
        for t in range(steps):
            table[t + 1] = table[t] @ mixed
        return table

    def values_and_gradients(
        self, weights: Floats, targets: Sequence[Target]
    ) -> tuple[Floats, Floats]:
        """Return r_T[j] for each target (T, j), and its gradient: shapes (m,) and (m, heads).

        >>> heads = np.array([[[1.0, 0], [0.5, 0.5]], [[1.0, 0], [0, 1.0]]])
        >>> model = FloatHeads(heads, np.array([0.0, 1.0]))
        >>> values, gradients = model.values_and_gradients(np.array([0.5, 0.5]), [(2, 0)])
        >>> values.tolist(), gradients.tolist()
        ([0.4375], [[1.25, 0.5]])
        """
        times = np.array([time for time, _ in targets])
        nodes = np.array([node for _, node in targets])
        rows, mixed = self.rows(weights, int(times.max())), self.mixed(weights)
        adjoint = np.zeros((len(self.initial), len(targets)))
        gradients = np.zeros((len(self.heads), len(targets)))
        for t in reversed(range(int(times.max()))):
            begun = np.flatnonzero(times == t + 1)
            adjoint[nodes[begun], begun] = 1.0
            gradients += (rows[t] @ self.heads) @ adjoint
            adjoint = mixed @ adjoint
        return rows[times, nodes], gradients.T


class FloatHittingTimes(FloatHeads):
    """Expected hitting times E = 1 + E Q of the sink, Q = Σ w_h Q_h the walk without it.

    ∂E_j / ∂w_h = (E Q_h G)[j] with G = (I − Q)⁻¹. Weights are moved by a trace of the uniform ones,
    so that the sink is reached on the faces too, if late.
    """

    def times(self, weights: Floats) -> Floats:
        """Return E, node by node, the sink left out."""
        return np.asarray(np.linalg.solve(self._system(weights).T, self.initial), dtype=np.float64)

    def _system(self, weights: Floats) -> Floats:
        near = (1 - TRACE) * weights + TRACE / len(weights)
        return np.eye(len(self.initial)) - self.mixed(near)

    def values_and_gradients(
        self, weights: Floats, targets: Sequence[Target]
    ) -> tuple[Floats, Floats]:
        """Return E_j for each target (0, j), and its gradient: shapes (m,) and (m, heads).

        >>> model = FloatHittingTimes(np.array([[[0.5]], [[0.75]]]), np.ones(1))
        >>> values, gradients = model.values_and_gradients(np.array([1.0, 0.0]), [(0, 0)])
        >>> values.round(6).tolist(), gradients.round(6).tolist()
        ([2.0], [[2.0, 3.0]])
        """
        nodes = [node for _, node in targets]
        visits = np.linalg.inv(self._system(weights))
        times = self.initial @ visits
        return times[nodes], ((times @ self.heads) @ visits)[:, nodes].T
