"""Small models of real classes, with random weights: nothing is downloaded."""

from __future__ import annotations

from typing import Any

import pytest

WIDTH, HEADS, LAYERS, VOCABULARY = 8, 4, 2, 11
TOKENS = {"vocab_size": VOCABULARY, "bos_token_id": 0, "eos_token_id": 0, "pad_token_id": 0}
SIZES = {
    "hidden_size": WIDTH,
    "intermediate_size": WIDTH,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": HEADS,
    "max_position_embeddings": 32,
}


def _made(config: str, model: str, **options: Any) -> Any:
    """Return a model, its weights large enough for attention that is far from uniform."""
    torch: Any = pytest.importorskip("torch")
    transformers: Any = pytest.importorskip("transformers")
    torch.manual_seed(0)
    settings = getattr(transformers, config)(attn_implementation="eager", **TOKENS, **options)
    made = getattr(transformers, model)(settings).eval()
    with torch.no_grad():
        for weight in made.parameters():
            weight.add_(torch.randn(weight.shape, dtype=weight.dtype) / 2)
    return made


def gpt2() -> Any:
    """Return a GPT-2: learned positions, Conv1D."""
    sizes = {"n_embd": WIDTH, "n_layer": LAYERS, "n_head": HEADS, "n_positions": 32}
    return _made("GPT2Config", "GPT2LMHeadModel", **sizes)


def llama() -> Any:
    """Return a Llama whose four heads share two groups of keys and values."""
    return _made("LlamaConfig", "LlamaForCausalLM", num_key_value_heads=2, **SIZES)


def mistral() -> Any:
    """Return a Mistral that sees three positions."""
    more = {"num_key_value_heads": 2, "sliding_window": 3}
    return _made("MistralConfig", "MistralForCausalLM", **more, **SIZES)


def gpt_oss() -> Any:
    """Return a gpt-oss: learned sink logits, so that rows sum to less than 1."""
    more = {"num_key_value_heads": 2, "head_dim": 2, "num_local_experts": 2}
    return _made("GptOssConfig", "GptOssForCausalLM", num_experts_per_tok=1, **more, **SIZES)


def bert() -> Any:
    """Return a BERT: attention both ways."""
    return _made("BertConfig", "BertModel", **SIZES)


def t5() -> Any:
    """Return a T5: an encoder and a decoder."""
    sizes = {"d_model": WIDTH, "d_kv": 2, "d_ff": WIDTH, "num_layers": LAYERS, "num_heads": HEADS}
    return _made("T5Config", "T5ForConditionalGeneration", decoder_start_token_id=0, **sizes)


def bart() -> Any:
    """Return a BART: an encoder and a decoder, side by side in one model."""
    sizes = {"d_model": WIDTH, "max_position_embeddings": 32}
    for part in ("encoder", "decoder"):
        sizes |= {
            f"{part}_layers": LAYERS,
            f"{part}_attention_heads": HEADS,
            f"{part}_ffn_dim": WIDTH,
        }
    return _made("BartConfig", "BartModel", **sizes)
