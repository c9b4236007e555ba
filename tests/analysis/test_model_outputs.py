"""What tools hand over, by its names and shapes; real models are in tests/torch_bridge."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from cases.attention_samples import attention

from dagmix import errors
from dagmix.analysis import Attention
from dagmix.analysis.model_outputs import stacked, to_numpy

LAYERS = [np.stack([attention(2, 5, seed + k) for k in range(3)]) for seed in (0, 10, 20)]
TENSOR = np.stack(LAYERS, axis=1)  # (batch, layers, heads, n, n) = (3, 3, 2, 5, 5)


def cache(*numbers: int, batch: bool = True) -> dict[str, Any]:
    """Return a cache with TransformerLens' names, its layers in no order."""
    patterns = {
        f"blocks.{number}.attn.hook_pattern": layer if batch else layer[0]
        for number, layer in zip(numbers, LAYERS, strict=True)
    }
    return {"blocks.0.attn.hook_q": np.ones(3), **dict(reversed(patterns.items())), "ln": None}


@pytest.mark.parametrize("form", [cache(0, 1, 2), SimpleNamespace(cache_dict=cache(0, 1, 2))])
def test_a_cache_is_read_by_its_names(form: Any) -> None:
    found = Attention.of(form)
    np.testing.assert_array_equal(found.tensor, TENSOR)
    assert found.layer_labels == (0, 1, 2)


def test_a_cache_says_which_layers_it_has() -> None:
    """More than nine of them, and some left out."""
    found = Attention.of(cache(2, 3, 11))
    np.testing.assert_array_equal(found.tensor, TENSOR)
    assert found.layer_labels == (2, 3, 11)
    assert Attention.of(cache(2, 3, 11), layers="abc").layer_labels == ("a", "b", "c")


def test_a_cache_may_lack_the_batch() -> None:
    np.testing.assert_array_equal(Attention.of(cache(0, 1, 2, batch=False)).tensor, TENSOR[:1])


@pytest.mark.parametrize("form", [TENSOR, LAYERS, tuple(LAYERS), {"attentions": LAYERS}])
def test_samples_come_first(form: Any) -> None:
    tensor = Attention.of(form).tensor
    for sample in range(3):
        for layer in range(3):
            np.testing.assert_array_equal(tensor[sample, layer], LAYERS[layer][sample])


@pytest.mark.parametrize("dimensions", [3, 4, 5, 6])
def test_a_tensor_is_taken_as_it_is(dimensions: int) -> None:
    """Of one layer, one sample, or with further axes of samples."""
    tensor = TENSOR[None] if dimensions == 6 else TENSOR[(0,) * (5 - dimensions)]
    found = Attention.of(tensor)
    expected = tensor[None] if dimensions == 3 else tensor
    np.testing.assert_array_equal(found.tensor, expected)
    assert found.mixture((0,) * (found.tensor.ndim - 4), 0) == Attention(TENSOR).mixture((0,), 0)


def steps(window: int | None = None, room: int | None = None) -> list[list[Any]]:
    """Return the rows of every layer as a cache computes them: three, one, one."""
    found = []
    for first, last in ((0, 3), (3, 4), (4, 5)):
        keys = slice(max(0, last - (window or last)) if first else 0, last)
        parts = [layer[..., first:last, keys] for layer in LAYERS]
        if room:
            parts = [np.pad(part, [(0, 0)] * 3 + [(0, room - last)]) for part in parts]
        found.append(parts)
    return found


@pytest.mark.parametrize("room", [None, 5, 9])
def test_steps_are_stitched(room: int | None) -> None:
    np.testing.assert_array_equal(stacked(steps(room=room))[0], TENSOR)


def test_keys_that_a_window_let_go_are_the_first() -> None:
    found: Any = stacked(tuple(map(tuple, steps(window=2))))[0]
    for row in (3, 4):
        kept = slice(row - 1, row + 1)
        np.testing.assert_array_equal(found[..., row, kept], TENSOR[..., row, kept])
        assert not found[..., row, : row - 1].any()


ONE = np.ones((1, 1, 1, 1))
REFUSED = {
    "kind": (LAYERS, {"kind": "cross"}, errors.KindError, "'decoder' or 'encoder'; got 'cross'"),
    "beams": (
        {"attentions": LAYERS, "beam_indices": [0]},
        {},
        errors.KindError,
        "num_beams=1",
    ),
    "other kind": (
        SimpleNamespace(encoder_attentions=LAYERS),
        {"kind": "decoder"},
        errors.KindError,
        "the model returned encoder_attentions: .*got 'decoder'",
    ),
    "both": (
        {"encoder_attentions": LAYERS, "decoder_attentions": LAYERS},
        {},
        errors.KindError,
        "decoder_attentions and encoder_attentions: .*got None",
    ),
    "none": ({"attentions": ((None,), (None,))}, {}, errors.KindError, "returned no attention"),
    "a mapping": ({"logits": ONE}, {}, errors.KindError, "returned no attention"),
    "text": ("blocks", {}, errors.FileError, "blocks"),
    "a number": (3, {}, errors.KindError, "one a layer; got int"),
    "continuation": (
        [LAYERS[0][..., 2:, :]],
        {},
        errors.ShapeError,
        "3 queries and 5 keys in layer 0.*earlier rows are missing",
    ),
    "more queries": ([LAYERS[0][..., :3]], {}, errors.ShapeError, "5 queries and 3 keys, layer 0"),
    "steps of other layers": ([[ONE, ONE], [ONE]], {}, errors.ShapeError, "same layers; got 2 and"),
    "steps of another batch": (
        [[ONE], [np.ones((2, 1, 1, 2)) / 2]],
        {},
        errors.ShapeError,
        r"got \(2, 1, 1, 2\) in layer 0",
    ),
    "layers of another length": (
        [ONE, np.ones((1, 1, 2, 2))],
        {},
        errors.ShapeError,
        r"got \(1, 1, 2, 2\) in layer 1, \(1, 1, 1, 1\) in layer 0",
    ),
    "masked": (np.ma.masked_array(ONE), {}, errors.KindError, "masked array: give attention_mask"),
    "masked layer": ([np.ma.masked_array(ONE)], {}, errors.KindError, "a masked array"),
    "two dimensions": (np.ones((2, 2)), {}, errors.ShapeError, r"none of it 0; got \(2, 2\)"),
}


@pytest.mark.parametrize(("outputs", "more", "error", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read(outputs: Any, more: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        Attention.of(outputs, **more)


def test_bfloat16_is_widened() -> None:
    torch = pytest.importorskip("torch")
    found = to_numpy(torch.tensor([0.5, 0.25], dtype=torch.bfloat16, requires_grad=True), "it")
    assert found.dtype == np.float32
    assert found.tolist() == [0.5, 0.25]
