"""The heaviest pathways: logarithms of arcs, and a plain max-product."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy as sp

from dagmix import MultiHeadDiffusion, pathways
from dagmix.pathways import k_best

# --- floats ------------------------------------------------------------------------------------


def attention(seed: int, heads: int = 3, n: int = 4) -> np.ndarray:
    """Causal softmax of random scores, (heads, n, n); even seeds have a few values only."""
    rng = np.random.default_rng(seed)
    scores = 2 * rng.normal(size=(heads, n, n))
    if seed % 2 == 0:
        scores = np.rint(scores / 2)
    weights = np.where(np.tri(n, dtype=bool), np.exp(scores), 0.0)
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


@pytest.mark.slow
def test_a_layer_of_the_usual_size() -> None:
    """16 heads, 100 positions, 4 steps: the heaviest is that of a plain max-product."""
    tensor = attention(1, heads=16, n=100)
    mix = MultiHeadDiffusion.from_attention(tensor)
    found = pathways.heaviest(mix, 3, 4, 10)
    best = np.zeros(100)
    best[3] = 1
    for _ in range(4):
        best = (tensor.max(axis=0) / 16 * best[None, :]).max(axis=1)
    assert found[0].weight == pytest.approx(best[-1], rel=1e-12)
    counts = pathways.by_head_counts(mix, 3, 4)
    assert len(counts.terms) == math.comb(19, 4)
    assert float(counts.signal) == pytest.approx(float(mix.signal(3, 4)), rel=1e-12)


def test_logarithms_are_within_their_error() -> None:
    """log₂ of every arc, floats and exact ones alike, against 60 digits."""
    tensor = attention(3)
    tensor[0, 2, :] = [1e-322, 0.5, 0.500001, 0]
    mix = MultiHeadDiffusion.from_attention(tensor, [1.0, 1e-3, 0.2])
    arcs = k_best.Arcs(mix.parts)
    for arc, found in enumerate(arcs.logarithms):
        exact = arcs.exact(arc)
        ratio = sp.log(sp.Rational(exact.numerator, exact.denominator), 2).evalf(60)
        assert abs(sp.Float(float(found), 60) - ratio) <= arcs.error / 4
