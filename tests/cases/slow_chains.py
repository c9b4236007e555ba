"""Random chains along an order, or none, whose states are left with very unlike probabilities."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from dagmix import DiffusionOperator, WalkOperator

seeds = st.integers(0, 2**32 - 1)


def sticky(n: int, seed: int, slowest: float, *, ordered: bool = True) -> WalkOperator:
    """Return a random walk of float entries that leaves with 10^−slowest … 1/2."""
    rng = np.random.default_rng(seed)
    shares = np.exp(2 * rng.standard_normal((n, n))) * (rng.random((n, n)) < 0.7)
    shares = np.tril(shares, -1) if ordered else shares * ~np.eye(n, dtype=bool)
    shares[-1] += 1e-3
    leave = np.minimum(10.0 ** -rng.uniform(0, slowest, n), 0.5)
    matrix = shares / shares.sum(axis=0) * leave
    matrix[np.diag_indices(n)] = 1 - leave
    matrix[:, -1] = np.eye(n)[-1]
    nodes = rng.permutation(n)
    return WalkOperator.from_matrix(matrix[np.ix_(nodes, nodes)], sink=int(np.argmax(nodes)))


def slow_head(n: int, seed: int, slowest: float, fast: float = 0.2) -> DiffusionOperator:
    """Return causal attention that leaves with 10^−slowest … 1/2; some rows with ½."""
    rng = np.random.default_rng(seed)
    shares = np.tril(np.exp(2 * rng.standard_normal((n, n))), -1)
    leave = np.minimum(10.0 ** -rng.uniform(0, slowest, n), 0.5)
    leave[rng.random(n) < fast] = 0.5
    shares[0, 0] = 1.0
    matrix = shares / shares.sum(axis=1, keepdims=True) * leave[:, None]
    matrix[np.diag_indices(n)] = 1 - leave
    matrix[0] = np.eye(n)[0]
    return DiffusionOperator.from_matrix(matrix, sink=n - 1)
