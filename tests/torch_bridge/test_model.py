"""The Transformer against its definition, its names, its causality, its dropout."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from oracle import transformer as oracle

torch = pytest.importorskip("torch")
bridge: Any = pytest.importorskip("dagmix.torch_bridge")
model_module: Any = pytest.importorskip("dagmix.torch_bridge.model")
TOKENS = [[3, 1, 4, 1, 5], [2, 0, 2, 6, 6]]


def tiny(heads: int = 2, **changes: Any) -> Any:
    """Make an untrained model in float64 whose norms have scales of their own."""
    torch.manual_seed(heads)
    sizes = {"layers": 2, "width": 12, "hidden": 10, "vocabulary": 7, "length": 6} | changes
    model = bridge.Transformer(bridge.Config(heads=heads, **sizes)).double()
    for name, value in model.named_parameters():
        if ".ln" in name:
            torch.nn.init.uniform_(value, 0.5, 1.5)
    return model


@pytest.mark.parametrize("heads", [1, 2, 3, 12])
def test_logits_and_attention_are_those_of_the_definition(heads: int) -> None:
    model = tiny(heads)
    logits, maps = model.trace(torch.tensor(TOKENS))
    for row, tokens in enumerate(TOKENS):
        expected = oracle.forward(model.state_dict(), heads, tokens)
        np.testing.assert_allclose(logits[row].detach(), expected[0], rtol=1e-11, atol=1e-13)
        found = np.array([one[row].detach() for one in maps])
        np.testing.assert_allclose(found, expected[1], rtol=1e-11, atol=1e-15)
    assert torch.equal(model(torch.tensor(TOKENS)), logits)


def test_dropout_drops_weights_and_what_the_mlp_returns_and_scales_the_rest() -> None:
    model = tiny(2, dropout=0.4)
    stream = torch.Generator().manual_seed(0)
    keep = model_module.Keep.draw(model.config, 2, 5, stream)
    logits, maps = model.trace(torch.tensor(TOKENS), keep)
    for row, tokens in enumerate(TOKENS):
        kept = [each[:, row].numpy() for each in keep]
        expected = oracle.forward(model.state_dict(), 2, tokens, kept, 0.4)
        np.testing.assert_allclose(logits[row].detach(), expected[0], rtol=1e-11, atol=1e-13)
        np.testing.assert_allclose(maps[1][row].detach(), expected[1][1], rtol=1e-11, atol=1e-15)


def test_dropout_keeps_as_often_as_it_should() -> None:
    """5,000 and 15,000 coins; four standard deviations are 0.026 and 0.015."""
    config = bridge.Config(heads=2, layers=2, width=12, dropout=0.3, length=5)
    keep = model_module.Keep.draw(config, 50, 5, torch.Generator().manual_seed(1))
    assert keep.attention.shape == (2, 50, 2, 5, 5)
    assert keep.mlp.shape == (2, 50, 5, 12)
    assert float(keep.attention.double().mean()) == pytest.approx(0.7, abs=0.026)
    assert float(keep.mlp.double().mean()) == pytest.approx(0.7, abs=0.024)


def test_nothing_random_happens_without_keep_in_either_mode() -> None:
    model = tiny(dropout=0.5)
    tokens = torch.tensor(TOKENS)
    assert torch.equal(model.train()(tokens), model.eval()(tokens))


def test_a_position_does_not_see_later_ones() -> None:
    model = tiny(3)
    changed = [[*row[:3], 6, 0] for row in TOKENS]
    before, after = model(torch.tensor(TOKENS)), model(torch.tensor(changed))
    assert torch.equal(before[:, :3], after[:, :3])
    assert not torch.allclose(before[:, 3:], after[:, 3:])


def test_names_and_shapes_are_those_of_the_published_checkpoints() -> None:
    block: dict[str, tuple[int, ...]] = {"ln1.weight": (64,), "ln2.weight": (64,)}
    for name in ("W_q", "W_k", "W_v", "out_proj"):
        block |= {f"attn.{name}.weight": (64, 64), f"attn.{name}.bias": (64,)}
    block |= {"mlp.0.weight": (128, 64), "mlp.0.bias": (128,)}
    block |= {"mlp.2.weight": (64, 128), "mlp.2.bias": (64,)}
    expected = {f"layers.{i}.{name}": shape for i in range(4) for name, shape in block.items()}
    expected |= {"token_emb.weight": (256, 64), "pos_emb.weight": (100, 64)}
    expected |= {"out_proj.weight": (256, 64), "out_proj.bias": (256,)}
    for heads in (1, 16):
        state = bridge.Transformer(bridge.Config(heads=heads)).state_dict()
        assert {name: tuple(value.shape) for name, value in state.items()} == expected
