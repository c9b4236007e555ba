"""Rollout and the heads' shares on batches, beside the oracle's products and pathways."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp
from cases.stacks import drawn, stacked
from oracle.depth import Layer, rollouts, shares

from dagmix import LayerStack, errors
from dagmix.proxies import head_shares, rollout

ZERO = Fraction(0)


def arrays(layers: list[Layer]) -> tuple[np.ndarray, np.ndarray, list[Fraction]]:
    """Attention, weights and residuals of the oracle's layers."""
    heads = np.array([one.heads for one in layers], dtype=float)
    weights = np.array([one.weights for one in layers], dtype=float)
    return heads, weights, [one.residual for one in layers]


@pytest.mark.parametrize("seed", range(10))
def test_rollout_is_the_last_row_of_the_product(seed: int) -> None:
    """For all targets, causal and not, layers with weights and residuals of their own."""
    causal = seed % 2 > 0
    layers = drawn(seed, 4, 1 + seed % 3, 2, causal=causal)
    heads, weights, residuals = arrays(layers)
    product = rollouts(layers)[-1]
    for target in range(4):
        found = rollout(heads, weights, residuals, target=target, causal=causal)
        expected = product[target][: target + 1] if causal else product[target]
        assert found == pytest.approx(np.array(expected, dtype=float), abs=1e-15)
    if causal:
        signals = [float(stacked(layers).signal(j)) for j in range(4)]
        assert rollout(heads, weights, residuals) == pytest.approx(signals, abs=1e-15)


@pytest.mark.parametrize("seed", range(8))
def test_shares_are_those_of_all_pathways(seed: int) -> None:
    """By forward row and backward column what the sum over every pathway gives."""
    causal = seed % 2 > 0
    layers = drawn(seed, 3, 1 + seed % 3, 2, causal=causal)
    heads, weights, residuals = arrays(layers)
    product = rollouts(layers)[-1]
    for source in range(3):
        found = head_shares(heads, source, weights, residuals, target=2, causal=causal)
        if product[2][source] == 0:
            assert np.isnan(found).all()
            continue
        expected = np.array(shares(layers, source, 2), dtype=float)
        assert found == pytest.approx(expected, abs=1e-14)


def test_leading_dimensions_broadcast() -> None:
    """Attention, weights or both have them; weights of each receiver are allowed."""
    draw = np.random.default_rng(5)
    attention = np.tril(draw.random((2, 3, 2, 4, 4)))
    attention /= attention.sum(axis=-1, keepdims=True)
    weights = draw.random((5, 1, 3, 2))
    found = rollout(attention, weights)
    assert found.shape == (5, 2, 4)
    through = head_shares(attention, 1, weights)
    assert through.shape == (5, 2, 3, 2)
    for k, b in np.ndindex(5, 2):
        stack = LayerStack.from_attention(attention[b], weights[k, 0])
        assert found[k, b] == pytest.approx([float(stack.signal(j)) for j in range(4)], rel=1e-13)
        assert through[k, b] == pytest.approx(head_shares(attention[b], 1, weights[k, 0]))
    gates = draw.random((3, 2, 4))
    one_layer = (gates / gates.sum(axis=1, keepdims=True))[:, :, :, None] * attention[0]
    assert rollout(attention[0], gates) == pytest.approx(
        rollout(one_layer.sum(axis=1, keepdims=True)), rel=1e-13
    )
    assert rollout(attention[0], gates, target=2) == pytest.approx(
        rollout(attention[0, :, :, :3, :3], gates[:, :, :3]), rel=1e-13
    )
    assert rollout(attention.astype(np.float32)).dtype == np.float32
    assert rollout(attention) == pytest.approx(rollout(attention, np.ones((3, 2))))


@pytest.mark.parametrize("ask", [rollout, lambda *a, **k: head_shares(a[0], 0, *a[1:], **k)])
def test_what_is_refused(ask: Any) -> None:
    good = np.ones((2, 1, 1, 1))
    rho = sp.Symbol("rho")
    cases: list[tuple[Any, Any, Any, type[Exception]]] = [
        (np.ones((1, 1, 1)), None, 0.5, errors.ShapeError),
        (good, np.ones((3, 1)), 0.5, errors.ShapeError),
        (good[:1], np.ones((3, 1)), 0.5, errors.ShapeError),
        (good, None, 1, errors.WeightError),
        (good, None, -0.1, errors.WeightError),
        (good, None, [0.5], errors.WeightError),
        (good, None, rho, errors.SymbolicError),
        (good * 2, None, 0.5, errors.StochasticError),
        (good, -np.ones((2, 1)), 0.5, errors.WeightError),
    ]
    for attention, weights, residual, error in cases:
        with pytest.raises(error):
            ask(attention, weights, residual)
    with pytest.raises(errors.UnknownNodeError):
        ask(good, target=1)
    with pytest.raises(errors.UnknownNodeError):
        head_shares(good, 1)


@pytest.mark.slow
def test_torch_gives_what_numpy_gives() -> None:
    torch = pytest.importorskip("torch")
    draw = np.random.default_rng(6)
    attention = np.tril(draw.random((2, 3, 2, 5, 5)))
    attention /= attention.sum(axis=-1, keepdims=True)
    weights = draw.random((3, 2))
    given = torch.tensor(attention, requires_grad=True), torch.tensor(weights)
    for found, expected in (
        (rollout(*given), rollout(attention, weights)),
        (head_shares(given[0], 1, given[1]), head_shares(attention, 1, weights)),
    ):
        assert found.dtype == torch.float64
        assert found.numpy() == pytest.approx(expected, rel=1e-14)
