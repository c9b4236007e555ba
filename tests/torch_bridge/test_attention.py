"""Attention out of models: our own, those of Hugging Face, and what comes without any."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from oracle import transformer as oracle

from dagmix import errors
from dagmix.analysis import model_outputs

torch = pytest.importorskip("torch")
bridge: Any = pytest.importorskip("dagmix.torch_bridge")

CONFIG = bridge.Config(heads=2, layers=3, width=8, hidden=4, vocabulary=256, length=6)
TOKENS = [[3, 1, 4, 1, 5], [2, 0, 2, 255, 6]]


def tiny() -> Any:
    torch.manual_seed(0)
    return bridge.Transformer(CONFIG)


@pytest.mark.parametrize(
    "tokens",
    [TOKENS, np.array(TOKENS, dtype=np.uint8), torch.tensor(TOKENS, dtype=torch.int32)],
    ids=["list", "NumPy", "torch"],
)
def test_attention_maps_are_those_of_the_definition(tokens: Any) -> None:
    model = tiny()
    maps = bridge.attention_maps(model, tokens)
    assert maps.shape == (2, 3, 2, 5, 5)
    assert not maps.requires_grad
    for row, sequence in enumerate(TOKENS):
        expected = oracle.forward(model.state_dict(), 2, sequence)[1]
        np.testing.assert_allclose(maps[row], expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    ("tokens", "kind", "message"),
    [
        ([1, 2], errors.ShapeError, r"n from 1 to 6; got \(2,\)"),
        ([[1] * 7], errors.ShapeError, r"got \(1, 7\)"),
        ([[]], errors.ShapeError, r"got \(1, 0\)"),
        (np.zeros((0, 3), dtype=int), errors.ShapeError, r"got \(0, 3\)"),
        ([[1.0]], errors.KindError, "integers; got dtype torch.float32"),
        ([[1j]], errors.KindError, "integers; got dtype torch.complex64"),
        ([[True]], errors.KindError, "integers; got dtype torch.bool"),
        ([["a"]], errors.KindError, "an array of integers: "),
        ([[1], [1, 2]], errors.KindError, "an array of integers: "),
        ([[0, 1], [2, 256]], errors.KindError, "0 to 255; got 256 in sequence 1 at position 1"),
        ([[0, -1]], errors.KindError, "got -1 in sequence 0 at position 1"),
    ],
)
def test_tokens_that_are_none(tokens: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        bridge.attention_maps(tiny(), tokens)


def small_gpt2(implementation: str) -> Any:
    """Make a randomly initialised GPT-2; nothing is downloaded."""
    transformers = pytest.importorskip("transformers")
    config = transformers.GPT2Config(
        n_layer=2,
        n_head=3,
        n_embd=12,
        vocab_size=11,
        n_positions=8,
        bos_token_id=0,
        eos_token_id=0,
        attn_implementation=implementation,
    )
    return transformers.GPT2LMHeadModel(config).eval()


def test_what_a_hugging_face_model_returns() -> None:
    outputs = small_gpt2("eager")(torch.tensor([[1, 2, 3, 4]] * 5), output_attentions=True)
    expected = torch.stack(outputs.attentions, dim=1).detach()
    for form in (outputs, outputs.attentions, {"attentions": outputs.attentions}):
        found = bridge.attention_from_outputs(form)
        assert found.shape == (5, 2, 3, 4, 4)
        assert torch.equal(found, expected)
        assert not found.requires_grad
    assert torch.equal(expected, expected.tril())


@pytest.mark.parametrize("implementation", ["eager", "sdpa"])
def test_a_hugging_face_model_that_returns_no_attention(implementation: str) -> None:
    asked = {"output_attentions": True} if implementation == "sdpa" else {}
    outputs = small_gpt2(implementation)(torch.tensor([[1, 2]]), **asked)
    with pytest.raises(errors.KindError, match='attn_implementation="eager"'):
        bridge.attention_from_outputs(outputs)


@pytest.mark.parametrize(
    "outputs",
    [None, {}, (), SimpleNamespace(attentions=None), (None, None), [np.ones((1,) * 4), None]],
)
def test_no_attention(outputs: Any) -> None:
    with pytest.raises(errors.KindError, match="the model returned no attention"):
        bridge.attention_from_outputs(outputs)


@pytest.mark.parametrize(
    ("outputs", "kind", "message"),
    [
        (3, errors.KindError, "one a layer; got int"),
        (["x"], errors.KindError, "layer 0 is an array; got str"),
        ([np.ones((1, 2, 3))], errors.ShapeError, r"got \(1, 2, 3\) in layer 0"),
        ([np.ones((1, 2, 3, 3)), np.ones((1, 3, 3, 3))], errors.ShapeError, "in layer 1, "),
        (
            [torch.ones((1, 2, 3, 3)), np.ones((1, 2, 3, 3))],
            errors.KindError,
            "layer 1 is of numpy, layer 0 of torch",
        ),
    ],
)
def test_attention_that_is_none(outputs: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        bridge.attention_from_outputs(outputs)


def test_arrays_stay_of_their_library() -> None:
    layers = [np.tri(3)[None, None] * index for index in range(1, 5)]
    found = bridge.attention_from_outputs(layers)
    assert isinstance(found, np.ndarray)
    np.testing.assert_array_equal(found[0], np.concatenate(layers))


def test_a_tensor_gains_the_axes_it_lacks() -> None:
    rows = np.tri(3) / np.arange(1, 4)[:, None]
    for dimensions in (3, 4, 5):
        one = rows[(None,) * (dimensions - 2)]
        assert bridge.attention_from_outputs(one).shape == (1, 1, 1, 3, 3)
    with pytest.raises(errors.ShapeError, match=r"\(batch, layers, heads, n, n\); got \(1, 1"):
        bridge.attention_from_outputs(rows[None, None, None, None])


def test_maps_on_several_devices_are_gathered(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is one device here: every layer is asked to move to the first one's."""
    moved = []

    def move(array: Any, place: Any) -> Any:
        moved.append(place)
        return array

    monkeypatch.setattr(model_outputs, "to_device", move)
    assert bridge.attention_from_outputs([torch.ones((1, 1, 1, 1))] * 2).shape == (1, 2, 1, 1, 1)
    assert moved == [torch.device("cpu")] * 2
