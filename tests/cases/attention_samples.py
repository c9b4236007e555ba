"""Seeded causal attention of many kinds, small enough for brute force."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

SAMPLES = 200


def sample(seed: int, dtype: Any = np.float64) -> tuple[NDArray[Any], NDArray[Any]]:
    """Attention (batch, heads, n, n) and weights (batch, heads): soft, sharp, sparse or sticky."""
    rng = np.random.default_rng(seed)
    batch, heads, n = int(rng.integers(1, 4)), int(rng.integers(1, 4)), int(rng.integers(1, 7))
    scores = rng.normal(scale=(1, 6)[seed % 2], size=(batch, heads, n, n))
    scores += np.eye(n) * (0, 12)[seed // 2 % 2]
    weights = np.where(np.tri(n, dtype=bool), np.exp(scores), 0)
    if seed % 3 == 0:  # zeros, but on the diagonal and towards the last position
        keep = rng.random(weights.shape) < 0.5
        keep[..., -1, :] = True
        weights = weights * (keep | np.eye(n, dtype=bool))
    weights /= weights.sum(axis=-1, keepdims=True)
    scales = rng.uniform(0.1, 3, size=(batch, heads))
    if seed % 10:  # short numbers, for quick rationals; the others' rows are off by roundings
        weights = np.floor(weights * 256) / 256
        weights[..., range(n), range(n)] += 1 - weights.sum(axis=-1)
        scales = np.ceil(scales * 16) / 16
    return weights.astype(dtype), scales.astype(dtype)


def attention(heads: int, n: int, seed: int, scale: float = 2.0) -> Any:
    """Random causal attention, (heads, n, n)."""
    scores = np.random.default_rng(seed).normal(size=(heads, n, n)) * scale
    scores[:, ~np.tri(n, dtype=bool)] = -np.inf
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def both_ways(seed: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Bidirectional attention (batch, heads, n, n) in 64ths and weights (batch, heads)."""
    rng = np.random.default_rng(seed)
    batch, heads, n = int(rng.integers(1, 4)), int(rng.integers(1, 4)), int(rng.integers(1, 6))
    counts = rng.multinomial(63, rng.dirichlet(np.full(n, 0.4), (batch, heads, n)))
    counts[..., range(n), range(n)] += 1
    return counts / 64, np.ceil(rng.uniform(0.1, 3, size=(batch, heads)) * 16) / 16
