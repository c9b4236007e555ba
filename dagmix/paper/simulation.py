"""How far Algorithm 1's simulated means lie from their expectation, by chance alone."""

from __future__ import annotations

import numpy as np

from dagmix._engine.adjacency.base import Floats
from dagmix.proxies.chains import PublishedChain

WALKS = 500  # simulated from each initial position
CUTOFF = 100  # steps


def simulation_variance(
    attention: Floats, importance: Floats, walks: int = WALKS, max_steps: int = CUTOFF
) -> Floats:
    """Return the variance of Algorithm 1's mean for one sequence, as the published code draws it.

    From each of n positions so many independent walks start, and T̂ is the mean of all their
    min(T, M): Var T̂ = Σ_j Var min(T_j, M) / (walks · n²). Both moments are exact, from the
    probabilities of survival: E min(T, M)² = Σ_{t < M} (2t + 1) P(T > t).

    `attention` has shape (…, heads, n, n) and `importance` (…, heads); the answer has shape (…).

    >>> float(simulation_variance(np.array([[[1.0, 0.0], [0.5, 0.5]]]), np.ones(1), 1, 2))
    0.0
    """
    weights = importance / importance.sum(axis=-1, keepdims=True)
    mixed = np.einsum("...hij,...h->...ij", attention, weights)
    mixed /= mixed.sum(axis=-1, keepdims=True)
    sink = mixed.shape[-1] - 1
    moves = PublishedChain(mixed, (), sink).moves
    moves[..., sink, :] = moves[..., :, sink] = 0.0
    surviving = np.ones_like(mixed[..., :1, :])
    surviving[..., sink] = 0.0
    mean, square = np.zeros_like(surviving), np.zeros_like(surviving)
    for t in range(max_steps):
        mean += surviving
        square += (2 * t + 1) * surviving
        surviving = surviving @ moves
    variance: Floats = (square - mean**2).sum(axis=(-2, -1)) / (walks * mixed.shape[-1] ** 2)
    return variance
