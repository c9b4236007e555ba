"""The importance of every head of models as libraries build them, against their definition."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from cases import language_models

from dagmix import errors

torch = pytest.importorskip("torch")
bridge: Any = pytest.importorskip("dagmix.torch_bridge")

HEADS, D = 4, 2


def norms(output: Any, value: Any = None) -> list[float]:
    """‖W_O‖ or ‖W_O W_V‖ from the projection (out, heads · d) and the values (groups · d, in)."""
    found = []
    for head in range(HEADS):
        block = output.detach().double()[:, head * D : (head + 1) * D]
        if value is not None:
            group = head * (len(value) // D) // HEADS
            block = block @ value.detach().double()[group * D : (group + 1) * D]
        found.append(float(block.norm()))
    return found


def test_llama_shares_values_among_heads() -> None:
    model = language_models.llama()
    layers = [layer.self_attn for layer in model.model.layers]
    expected = [norms(layer.o_proj.weight) for layer in layers]
    np.testing.assert_allclose(bridge.head_importance_of(model), expected, rtol=1e-11)
    expected = [norms(layer.o_proj.weight, layer.v_proj.weight) for layer in layers]
    np.testing.assert_allclose(bridge.head_importance_of(model, values=True), expected, rtol=1e-11)


def test_gpt2_keeps_its_weights_transposed() -> None:
    model = language_models.gpt2()
    layers = [layer.attn for layer in model.transformer.h]
    expected = [norms(layer.c_proj.weight.T) for layer in layers]
    np.testing.assert_allclose(bridge.head_importance_of(model), expected, rtol=1e-11)
    values = [layer.c_attn.weight[:, -HEADS * D :].T for layer in layers]
    expected = [
        norms(one.c_proj.weight.T, value) for one, value in zip(layers, values, strict=True)
    ]
    np.testing.assert_allclose(bridge.head_importance_of(model, values=True), expected, rtol=1e-11)


def test_bert_has_importances_and_values_of_another_name() -> None:
    model = language_models.bert()
    layers = [layer.attention for layer in model.encoder.layer]
    expected = [norms(layer.output.dense.weight) for layer in layers]
    np.testing.assert_allclose(bridge.head_importance_of(model), expected, rtol=1e-11)
    with pytest.raises(errors.KindError, match="v_proj or in c_attn"):
        bridge.head_importance_of(model, values=True)


def test_an_encoder_decoder_is_two_models() -> None:
    model = language_models.bart()
    with pytest.raises(errors.KindError, match=r"decoder.*and.*encoder.*give one part"):
        bridge.head_importance_of(model)
    found = bridge.head_importance_of(model.get_decoder())
    layers = [layer.self_attn for layer in model.get_decoder().layers]
    expected = [norms(layer.out_proj.weight) for layer in layers]
    np.testing.assert_allclose(found, expected, rtol=1e-11)


def test_our_own_model() -> None:
    model = bridge.Transformer(bridge.Config(heads=2, layers=3, width=8, hidden=4))
    found = bridge.head_importance_of(model)
    np.testing.assert_allclose(found, bridge.importance_of(model), rtol=1e-6)


def test_transformer_lens_by_the_names_of_its_weights() -> None:
    """W_O (layers, heads, d, out), W_V (layers, heads or groups, in, d)."""
    generator = torch.Generator().manual_seed(0)
    outputs = torch.randn((3, HEADS, D, 8), generator=generator)
    for groups in (HEADS, 2):
        values = torch.randn((3, groups, 8, D), generator=generator)
        model = SimpleNamespace(W_O=outputs, W_V=values)
        expected = outputs.double().square().sum((-1, -2)).sqrt()
        np.testing.assert_allclose(bridge.head_importance_of(model), expected, rtol=1e-11)
        maps = values.double().repeat_interleave(HEADS // groups, dim=1) @ outputs.double()
        found = bridge.head_importance_of(model, values=True)
        np.testing.assert_allclose(found, maps.square().sum((-1, -2)).sqrt(), rtol=1e-11)


def attention(width: int, **more: Any) -> Any:
    module = torch.nn.Module()
    module.attn = torch.nn.Module()
    module.attn.o_proj = torch.nn.Linear(width, width)
    for name, value in more.items():
        setattr(module.attn, name, value)
    return module


def test_models_that_do_not_say() -> None:
    with pytest.raises(errors.KindError, match="Linear has them under no known name"):
        bridge.head_importance_of(torch.nn.Linear(2, 2))
    with pytest.raises(errors.KindError, match="says nowhere how many heads"):
        bridge.head_importance_of(attention(2))
    uneven = torch.nn.ModuleList([attention(4, num_heads=2), attention(4, num_heads=4)])
    with pytest.raises(errors.ShapeError, match=r"one number of heads; got \[2, 4\]"):
        bridge.head_importance_of(uneven)
