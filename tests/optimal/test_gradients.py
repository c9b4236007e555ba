"""Gradients of signals in the weights: by differences, and SymPy's."""

from __future__ import annotations

import numpy as np
import sympy as sp
from cases.attention_samples import attention
from cases.pairs_of_heads import EXAMPLE_13, heads
from hypothesis import given, settings
from hypothesis import strategies as st

from dagmix import DiffusionOperator, FeedforwardDAG
from dagmix.optimal.gradients import FloatHeads

THREE = [*heads(EXAMPLE_13), FeedforwardDAG([(0, 2), (1, 2), (2, 3)], nodes=range(4))]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4), st.integers(2, 5))
def test_gradients_are_central_differences(seed: int, count: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    model = FloatHeads(attention(count, n, seed), np.eye(n)[-1])
    weights = rng.dirichlet(np.ones(count))
    targets = [
        (int(t), int(j)) for t, j in zip(rng.integers(1, 9, 4), rng.integers(0, n, 4), strict=True)
    ]
    values, gradients = model.values_and_gradients(weights, targets)
    step = 1e-6
    for h in range(count):
        moved = [
            model.values_and_gradients(weights + sign * step * np.eye(count)[h], targets)[0]
            for sign in (1, -1)
        ]
        assert np.allclose(gradients[:, h], (moved[0] - moved[1]) / (2 * step), atol=1e-7)
    assert np.allclose(values, [model.rows(weights, t)[t, j] for t, j in targets], rtol=1e-12)


def test_gradients_are_sympys() -> None:
    symbols = sp.symbols("w:3", positive=True)
    exact = [DiffusionOperator(head, sink=3).exact for head in THREE]
    mixed = sum((w * m for w, m in zip(symbols, exact, strict=True)), sp.zeros(4))
    model = FloatHeads(np.array(exact, dtype=float), np.eye(4)[3])
    weights = [sp.Rational(1, 2), sp.Rational(1, 3), sp.Rational(1, 6)]
    targets = [(t, j) for t in (1, 3, 5) for j in range(4)]
    _, gradients = model.values_and_gradients(np.array(weights, dtype=float), targets)
    for (t, j), row in zip(targets, gradients, strict=True):
        signal = (mixed**t)[3, j]
        expected = [
            sp.diff(signal, w).subs(dict(zip(symbols, weights, strict=True))) for w in symbols
        ]
        assert np.allclose(row, np.array(expected, dtype=float), rtol=1e-12)
