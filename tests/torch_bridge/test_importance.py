"""The importance of heads: norms of blocks, in every layout, and what may be two layouts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dagmix import errors

torch = pytest.importorskip("torch")
bridge: Any = pytest.importorskip("dagmix.torch_bridge")

CONFIG = bridge.Config(heads=2, layers=3, width=8, hidden=4, vocabulary=256, length=6)


@pytest.mark.parametrize("library", [np.asarray, torch.tensor], ids=["NumPy", "torch"])
def test_importance_is_the_norm_of_a_heads_columns(library: Any) -> None:
    weights = np.random.default_rng(0).normal(size=(3, 6, 6))
    found = bridge.head_importance(library(weights), 3)
    for layer in range(3):
        for head in range(3):
            block = [weights[layer, i, j] for i in range(6) for j in (2 * head, 2 * head + 1)]
            expected = sum(entry**2 for entry in block) ** 0.5
            assert float(found[layer, head]) == pytest.approx(expected, rel=1e-14)


def test_importances_of_a_model_carry_no_gradient() -> None:
    model = bridge.Transformer(CONFIG)
    found = bridge.importance_of(model)
    weight = model.layers[1].attn.out_proj.weight
    assert torch.equal(found[1], bridge.head_importance(weight, 2))
    assert found.shape == (3, 2)
    assert not found.requires_grad
    assert not bridge.head_importance(weight, 2).requires_grad


@pytest.mark.parametrize(("kind", "entry"), [("float16", 300), ("float64", 1e200)])
def test_importances_do_not_overflow(kind: str, entry: float) -> None:
    weight = np.full((3, 4), entry, dtype=kind)
    weight[:, 2:] = 0
    found = bridge.head_importance(weight, 2)
    assert found.dtype == kind
    np.testing.assert_allclose(found, [entry * 6**0.5, 0], rtol=1e-3)


@pytest.mark.parametrize(
    ("weight", "heads", "kind", "message"),
    [
        (np.ones((6, 6)), 4, errors.ShapeError, r"the heads divide the width; got shape \(6, 6\)"),
        (np.ones(6), 2, errors.ShapeError, r"got shape \(6,\)"),
        (np.ones((0, 0)), 1, errors.ShapeError, r"got shape \(0, 0\)"),
        (np.ones((6, 6)), 0, errors.NumberError, "heads is an integer, at least 1; got 0"),
        (np.ones((6, 6)), True, errors.NumberError, "heads"),
        (np.ones((6, 6), dtype=complex), 2, errors.KindError, "floats; got dtype complex128"),
        ([[1.0]], 1, errors.KindError, "is an array; got list"),
    ],
)
def test_importances_that_cannot_be(
    weight: Any, heads: int, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        bridge.head_importance(weight, heads)


@pytest.mark.parametrize("library", [np.asarray, torch.tensor], ids=["NumPy", "torch"])
@pytest.mark.parametrize("layers", [(), (3,), (4,)])
def test_w_o_has_a_norm_a_head(library: Any, layers: tuple[int, ...]) -> None:
    """The layout of TransformerLens, W_O (layers, heads, d_head, d_model)."""
    weights = np.random.default_rng(0).normal(size=(*layers, 4, 2, 8))
    expected = np.sqrt((weights**2).sum(axis=(-1, -2)))
    for layout in (None, "W_O"):
        found = bridge.head_importance(library(weights), 4, layout)
        np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_w_o_and_its_projection_have_the_same_norms() -> None:
    """The projection (d_model, heads · d_head) is W_O, heads side by side, transposed."""
    weights = np.random.default_rng(0).normal(size=(4, 2, 6))
    projection = weights.reshape(8, 6).T
    expected = bridge.head_importance(projection, 4)
    np.testing.assert_allclose(bridge.head_importance(weights, 4, "W_O"), expected, rtol=1e-14)


def test_a_layout_can_be_forced() -> None:
    weights = np.random.default_rng(0).normal(size=(4, 2, 8))
    assert bridge.head_importance(weights, 4).shape == (4,)
    assert bridge.head_importance(weights, 4, "projection").shape == (4, 4)


@pytest.mark.parametrize("shape", [(1, 4, 4), (4, 8, 16), (4, 3, 7)])
def test_what_may_be_two_layouts(shape: tuple[int, ...]) -> None:
    """One head, or heads as wide as in no model of that d_model: both readings are named."""
    with pytest.raises(errors.ShapeError, match=r"layout='projection', or .*layout='W_O'"):
        bridge.head_importance(np.ones(shape), shape[0])
    assert bridge.head_importance(np.ones(shape), shape[0], "W_O").shape == shape[:1]


def test_layouts_that_cannot_be() -> None:
    with pytest.raises(errors.KindError, match="got 'other'"):
        bridge.head_importance(np.ones((2, 2)), 2, "other")
    with pytest.raises(errors.ShapeError, match=r"W_O has shape .* 2 heads; got \(3, 1, 2\)"):
        bridge.head_importance(np.ones((3, 1, 2)), 2, "W_O")


def test_a_layer_is_taken_as_it_keeps_its_weight() -> None:
    pytorch_utils = pytest.importorskip("transformers.pytorch_utils")
    linear, conv = torch.nn.Linear(4, 4), pytorch_utils.Conv1D(4, 4)
    assert torch.equal(bridge.head_importance(linear, 2), bridge.head_importance(linear.weight, 2))
    assert torch.equal(bridge.head_importance(conv, 2), bridge.head_importance(conv.weight.T, 2))
    with pytest.raises(errors.KindError, match="matrix of weights; got LayerNorm"):
        bridge.head_importance(torch.nn.LayerNorm(4), 2)
