"""Causal attention as trained language models have it: a few kinds of heads, drawn by seed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

KINDS = ("sink", "previous", "local", "sharp", "identity")


def trained_like(
    layers: int, heads: int, n: int, seed: int, dtype: Any = np.float64
) -> NDArray[Any]:
    """Attention (layers, heads, n, n), causal, every row of positive weights that sum to 1.

    Head h of layer l is of the kind `KINDS[(l + h) % 5]`: most of the weight goes to position 0,
    to the previous position, to those near by, to a few of all, or to the position itself, which
    it then leaves with a probability between 10⁻¹⁰·n and 10⁻³·n or so.
    """
    rng = np.random.default_rng(seed)
    places = [(layer + head) % len(KINDS) for layer in range(layers) for head in range(heads)]
    scores = np.stack([_scores(KINDS[place], n, rng) for place in places])
    scores[:, ~np.tri(n, dtype=bool)] = -np.inf
    weights: NDArray[Any] = np.exp(scores - scores.max(axis=-1, keepdims=True)).astype(dtype)
    weights /= weights.sum(axis=-1, keepdims=True)
    return weights.reshape(layers, heads, n, n)


def _scores(kind: str, n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    noise = rng.normal(size=(n, n))
    position = np.arange(n)
    if kind == "sink":
        noise[:, 0] += np.log(n) + rng.uniform(1, 4)
    elif kind == "previous":
        noise[position[1:], position[:-1]] += np.log(n) + rng.uniform(2, 5)
    elif kind == "local":
        noise = noise / 2 - (position[:, None] - position) / rng.uniform(2, 8)
    elif kind == "sharp":
        noise *= rng.uniform(4, 8)
    else:
        noise[position, position] += rng.uniform(8, 24)
    return noise
