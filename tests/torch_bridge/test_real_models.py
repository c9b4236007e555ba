"""What real models return, of random weights: batches give what each sequence gives alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from cases import language_models

from dagmix import MultiHeadDiffusion, errors, proxies
from dagmix.analysis import Attention

torch = pytest.importorskip("torch")
bridge: Any = pytest.importorskip("dagmix.torch_bridge")

SEQUENCES = [[3, 1, 4, 1, 5, 9], [2, 7, 1, 8], [6, 6]]
DECODERS = {
    "GPT-2": language_models.gpt2,
    "Llama": language_models.llama,
    "Mistral": language_models.mistral,
}
Model = Callable[[], Any]


def ran(model: Any, tokens: Any, **more: Any) -> Any:
    with torch.no_grad():
        return model(torch.tensor(tokens), output_attentions=True, **more)


def padded(side: str) -> tuple[list[list[int]], Any]:
    """Return the sequences at one length, and which of the tokens are theirs."""
    longest = max(map(len, SEQUENCES))
    pads = [longest - len(one) for one in SEQUENCES]
    tokens = [
        [0] * pad + one if side == "left" else one + [0] * pad
        for one, pad in zip(SEQUENCES, pads, strict=True)
    ]
    ones = np.ones((len(pads), longest), dtype=int)
    for row, pad in zip(ones, pads, strict=True):
        row[slice(pad) if side == "left" else slice(longest - pad, None)] = 0
    return tokens, torch.tensor(ones)


def additive(model: Any, mask: Any) -> Any:
    """Return the mask as a number to add to the scores, finite in single precision.

    Several models compute their softmax in float32, where the lowest float64 is −∞ and the row of a
    pad NaN.
    """
    n = mask.shape[-1]
    seen = np.tri(n) - np.tri(n, k=-(getattr(model.config, "sliding_window", None) or n))
    allowed = torch.tensor(seen)[None, None] * mask[:, None, None]
    return (1 - allowed) * -1e30


def places(mask: Any) -> Any:
    """Return every token's position in its own sequence."""
    return (mask.cumsum(-1) - 1).clamp(min=0)


@pytest.mark.parametrize("make", DECODERS.values(), ids=DECODERS.keys())
@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("rel", [1e-6, 1e-4], ids=["double", "single"])
def test_a_padded_batch_is_its_sequences_alone(make: Model, side: str, rel: float) -> None:
    """Fidelities and hitting times to 1e-6 in double precision, and mixing times equal."""
    double = rel == 1e-6
    model = make().double() if double else make()
    importance = bridge.head_importance_of(model)
    tokens, mask = padded(side)
    given = additive(model, mask) if double else mask
    outputs = ran(model, tokens, attention_mask=given, position_ids=places(mask))
    together = Attention.of(outputs, importance, attention_mask=mask, tokens=tokens)
    samples = bridge.attention_from_outputs(outputs, attention_mask=mask)
    found = list(together.layers())
    assert len(found) == len(together) == len(SEQUENCES) * language_models.LAYERS
    for sample, sequence in enumerate(SEQUENCES):
        alone = Attention.of(ran(model, [sequence]), importance)
        assert alone.tensor.shape == (1, 2, 4, len(sequence), len(sequence))
        for layer, expected in enumerate(alone.layers()):
            one = found[sample * language_models.LAYERS + layer]
            assert (one.sample, one.layer) == ((sample,), layer)
            assert one.mixing_time == expected.mixing_time
            assert one.fidelity == pytest.approx(expected.fidelity, rel=rel)
            assert one.hitting_time == pytest.approx(expected.hitting_time, rel=rel)
        for proxy in (proxies.fidelities, proxies.hitting_times):
            numbers = proxy(alone.tensor[0], importance.numpy())
            np.testing.assert_allclose(proxy(samples[sample], importance), numbers, rtol=rel)


@pytest.mark.parametrize("make", DECODERS.values(), ids=DECODERS.keys())
@pytest.mark.parametrize("side", ["left", "right"])
def test_padding_is_refused_without_a_mask(make: Model, side: str) -> None:
    tokens, mask = padded(side)
    outputs = ran(make(), tokens, attention_mask=mask)
    for door in (bridge.attention_from_outputs, Attention.of):
        with pytest.raises(errors.PaddingError, match=rf"sample \[1\].*{side} padding: give att"):
            door(outputs)


@pytest.mark.parametrize("side", ["left", "right"])
def test_an_encoders_padding_is_refused_and_cut(side: str) -> None:
    """A BERT's pads attend to tokens and are seen by none."""
    model = language_models.bert().double()
    tokens, mask = padded(side)
    outputs = ran(model, tokens, attention_mask=mask, position_ids=places(mask))
    with pytest.raises(errors.PaddingError, match=f"sample .1.: the .* 2 positions .*{side} padd"):
        Attention.of(outputs)
    samples = bridge.attention_from_outputs(outputs, attention_mask=mask)
    for sample, sequence in enumerate(SEQUENCES):
        alone = bridge.attention_from_outputs(ran(model, [sequence]))
        np.testing.assert_allclose(samples[sample], alone[0], rtol=1e-6)


def test_what_a_token_saw_is_not_cut() -> None:
    """Run without the mask, the model lets tokens attend to the pads before them."""
    tokens, mask = padded("left")
    with pytest.raises(errors.PaddingError, match="sample 1: its tokens give weight to positions"):
        Attention.of(ran(language_models.llama(), tokens), attention_mask=mask)


def test_an_encoder_attends_both_ways() -> None:
    outputs = ran(language_models.bert(), SEQUENCES[:1])
    attention = Attention.of(outputs)
    with pytest.raises(errors.CausalError, match="encoders attend both ways"):
        list(attention.layers())
    asked = Attention.of(outputs, target=1, causal=False)
    times = [layer.hitting_time for layer in asked.layers()]
    expected = proxies.hitting_time(asked.tensor, None, None, target=1, causal=False)
    np.testing.assert_allclose(times, expected[0], rtol=1e-5)


@pytest.mark.parametrize("make", DECODERS.values(), ids=DECODERS.keys())
@pytest.mark.parametrize("cache", ["dynamic", "static"])
def test_the_steps_of_generate_are_one_causal_matrix(make: Model, cache: str) -> None:
    """A cached window keeps the last keys only, a static cache has room for those to come."""
    model = make().double()
    generated = model.generate(
        torch.tensor([SEQUENCES[0]]),
        attention_mask=torch.ones((1, len(SEQUENCES[0]))),
        max_new_tokens=4,
        min_new_tokens=4,
        do_sample=False,
        cache_implementation=cache,
        output_attentions=True,
        return_dict_in_generate=True,
    )
    whole = bridge.attention_from_outputs(ran(model, generated.sequences[:, :-1].tolist()))
    assert whole.shape[-1] == len(SEQUENCES[0]) + 3
    for form in (generated, generated.attentions):
        found = bridge.attention_from_outputs(form)
        np.testing.assert_allclose(found, whole, rtol=1e-5, atol=1e-9)


def test_beams_cannot_be_followed() -> None:
    generated = language_models.gpt2().generate(
        torch.tensor([[1, 2]]),
        max_new_tokens=2,
        num_beams=2,
        output_attentions=True,
        return_dict_in_generate=True,
        output_scores=True,
    )
    with pytest.raises(errors.KindError, match="num_beams=1"):
        bridge.attention_from_outputs(generated)


def test_the_continuation_of_a_cache_lacks_rows() -> None:
    model = language_models.llama()
    before = ran(model, [[1, 2, 3]], use_cache=True)
    after = ran(model, [[4, 5, 6]], past_key_values=before.past_key_values)
    with pytest.raises(errors.ShapeError, match=r"3 queries and 6 keys.*earlier rows are missing"):
        Attention.of(after)


@pytest.mark.parametrize("make", [language_models.t5, language_models.bart], ids=["T5", "BART"])
def test_an_encoder_decoder_is_read_by_kind(make: Model) -> None:
    outputs = ran(make(), [[1, 2, 3]], decoder_input_ids=torch.tensor([[0, 4]]))
    for kind in ("decoder", "encoder"):
        found = Attention.of(outputs, kind=kind).tensor
        expected = torch.stack(outputs[f"{kind}_attentions"], dim=1)
        np.testing.assert_array_equal(found, expected)
    assert len(list(Attention.of(outputs, kind="decoder").layers())) == language_models.LAYERS
    with pytest.raises(errors.KindError, match="returned decoder_attentions and encoder_attent"):
        Attention.of(outputs)
    with pytest.raises(errors.KindError, match=r"returned attentions: .*got 'decoder'"):
        Attention.of(ran(language_models.gpt2(), [[1]]), kind="decoder")


def test_sink_logits_are_a_node_that_keeps_itself() -> None:
    """The model's own softmax has a column more, of value 0: that column is the node."""
    outputs = ran(language_models.gpt_oss(), SEQUENCES[:1])
    maps = torch.stack(outputs.attentions, dim=1).numpy()
    assert maps.dtype == np.float32
    assert float(maps.sum(-1).min()) < 0.9
    with pytest.raises(errors.StochasticError, match="learned sink logit keeps below 1 need null="):
        list(Attention.of(outputs).layers())
    found = Attention.of(outputs, null="node")
    np.testing.assert_array_equal(found.tensor[..., 1:, 1:], maps)
    np.testing.assert_allclose(found.tensor[..., 1:, 0], 1 - maps.sum(-1), atol=1e-6)
    np.testing.assert_allclose(found.tensor.sum(-1), 1, rtol=1e-6)
    assert found.mixture((0,), 0).nodes[:3] == ("null", 0, 1)
    assert all(layer.mixing_time > 0 for layer in found.layers())
    shared = Attention.of(outputs, null="renormalise").tensor
    np.testing.assert_allclose(shared, maps / maps.sum(-1, keepdims=True), rtol=1e-6)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_and_gradients_are_read(dtype: str) -> None:
    model = language_models.gpt2().to(getattr(torch, dtype))
    outputs = model(torch.tensor(SEQUENCES[:1]), output_attentions=True)
    assert outputs.attentions[0].requires_grad
    with pytest.raises(errors.StochasticError, match=r"half precision needs tolerance=.*--toler"):
        list(Attention.of(outputs).layers())
    attention = Attention.of(outputs, tolerance=1e-2)
    expected = torch.stack(outputs.attentions, dim=1).detach()
    np.testing.assert_array_equal(attention.tensor, expected.float())
    assert len(list(attention.layers())) == language_models.LAYERS
    heads = attention.tensor[0, 0]
    mixture = MultiHeadDiffusion.from_attention(heads, tolerance=1e-2)
    assert attention.mixture((0,), 0) == mixture


def test_the_rows_of_pads_may_be_nan() -> None:
    """In double precision Llama's softmax has no other number for a row that is masked whole."""
    tokens, mask = padded("left")
    outputs = ran(language_models.llama().double(), tokens, attention_mask=mask)
    assert bool(outputs.attentions[0][1, :, 0].isnan().all())
    with pytest.raises(errors.PaddingError, match=r"or has NaN, .* left padding"):
        Attention.of(outputs)
    with pytest.raises(errors.NumberError, match=r"sample \[1\], layer 1: entries are finite"):
        list(Attention.of(outputs, attention_mask=mask).layers())
