"""The Transformer by its definition: loops over heads and positions, NumPy alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EPSILON = float(np.finfo(np.float64).eps)


def normed(x: Floats, scale: Floats) -> Floats:
    """Divide by the root of the mean square, then scale."""
    root = float((x * x).mean() + EPSILON) ** 0.5
    scaled: Floats = x / root * scale
    return scaled


def forward(
    weights: Mapping[str, Any], heads: int, tokens: list[int], keep: Any = None, dropout: float = 0
) -> tuple[Floats, Floats]:
    """Return logits (n, vocabulary) and attention (layers, heads, n, n) of one sequence."""
    w = {name: np.asarray(value, dtype=np.float64) for name, value in weights.items()}
    n, width = len(tokens), w["pos_emb.weight"].shape[1]
    x = [w["token_emb.weight"][token] + w["pos_emb.weight"][i] for i, token in enumerate(tokens)]
    maps = []
    depth = len([name for name in w if name.endswith("ln1.weight")])
    for layer in range(depth):
        p = {k.split(".", 2)[2]: v for k, v in w.items() if k.startswith(f"layers.{layer}.")}
        inner = [normed(one, p["ln1.weight"]) for one in x]
        query, key, value = (
            [p[f"attn.W_{c}.weight"] @ one + p[f"attn.W_{c}.bias"] for one in inner] for c in "qkv"
        )
        d = width // heads
        weights_of = np.zeros((heads, n, n))
        heard = np.zeros((n, width))
        for h in range(heads):
            part = slice(h * d, (h + 1) * d)
            for i in range(n):
                scores = [query[i][part] @ key[j][part] / np.sqrt(d) for j in range(i + 1)]
                powers = np.exp(np.array(scores) - max(scores))
                weights_of[h, i, : i + 1] = powers / powers.sum()
                for j in range(i + 1):
                    kept = 1 if keep is None else keep[0][layer, h, i, j] / (1 - dropout)
                    heard[i, part] += weights_of[h, i, j] * kept * value[j][part]
        maps.append(weights_of)
        for i in range(n):
            x[i] = x[i] + p["attn.out_proj.weight"] @ heard[i] + p["attn.out_proj.bias"]
            hidden = p["mlp.0.weight"] @ normed(x[i], p["ln2.weight"]) + p["mlp.0.bias"]
            made = p["mlp.2.weight"] @ np.maximum(hidden, 0) + p["mlp.2.bias"]
            x[i] = x[i] + (made if keep is None else made * keep[1][layer, i] / (1 - dropout))
    return np.array([w["out_proj.weight"] @ one + w["out_proj.bias"] for one in x]), np.array(maps)
