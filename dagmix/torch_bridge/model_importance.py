"""The importance of every head of a model, found by the names that libraries give to layers."""

from __future__ import annotations

import re
from typing import Any

import torch
from torch import Tensor

from dagmix.errors import KindError, ShapeError
from dagmix.torch_bridge.importance import head_importance, linear_weight
from dagmix.torch_bridge.model import Transformer

# Where decoders keep a layer's output projection. What a model calls cross-attention is not among
# them, nor the c_proj of an MLP.
PROJECTION = re.compile(
    r"(?:^|\.)(?:attn|self_attn|attention|self_attention)\."
    r"(?:output\.)?(?:o_proj|out_proj|c_proj|dense)$"
)
FUSED = 3  # queries, keys and values in one layer


def importance_of(model: Transformer) -> Tensor:
    """Return the importance of every head of every layer: `head_importance` of its projections.

    Parameters
    ----------
    model : Transformer

    Returns
    -------
    Tensor, shape (layers, heads)
        Norms, not divided by their sum.

    Raises
    ------
    AttributeError
        For another model: see `head_importance_of`.

    Examples
    --------
    >>> from dagmix.torch_bridge import Config
    >>> importance_of(Transformer(Config(heads=2, layers=3))).shape
    torch.Size([3, 2])

    References
    ----------
    arXiv:2507.02944, §4.2.
    """
    state = model.state_dict()
    names = [f"layers.{layer}.attn.out_proj.weight" for layer in range(model.config.layers)]
    weights = torch.stack([state[name] for name in names])
    importance: Tensor = head_importance(weights, model.config.heads, "projection")
    return importance


def head_importance_of(model: Any, *, values: bool = False) -> Tensor:
    """Return the importance of every head of every attention layer of a model.

    ‖W_O‖ of each head's block, the paper's importance (§4.2); or, of the map that a head's weights
    act through, ‖W_O W_V‖, where heads that share keys and values (GQA) have their group's W_V.
    Biases and the gains of layer norms are left out.

    Parameters
    ----------
    model : torch.nn.Module
        A decoder or encoder of Hugging Face, or a model of TransformerLens, which has `W_O`.
    values : bool
        Whether to take ‖W_O W_V‖: where W_V is a layer `v_proj` or the last third of GPT-2's
        `c_attn`, and of TransformerLens' models.

    Returns
    -------
    Tensor, shape (layers, heads)
        Norms, not divided by their sum, in float64 on the processor.

    Raises
    ------
    KindError
        For a model without output projections of a known name, or an encoder-decoder, whose two
        halves are models of their own; without values of a known name.
    ShapeError
        Where layers have different numbers of heads, or the heads do not divide a width.

    Examples
    --------
    >>> from dagmix.torch_bridge import Config
    >>> head_importance_of(Transformer(Config(heads=2, layers=3))).shape
    torch.Size([3, 2])

    References
    ----------
    arXiv:2507.02944, §4.2; arXiv:2004.10102 (norms of values).
    """
    if hasattr(model, "W_O"):
        return _of_transformer_lens(model, values=values)
    found = []
    for name, attention in _projections(model).items():
        output = linear_weight(model.get_submodule(name)).detach().double().cpu()
        heads = _heads(model, attention)
        norms = head_importance(output, heads, "projection")
        if values:
            outputs = output.reshape(len(output), heads, -1).movedim(1, 0)
            norms = _through_values(outputs, _values(attention, outputs.shape[-1], name))
        found.append(norms)
    counts = sorted({len(one) for one in found})
    if len(counts) > 1:
        message = f"all layers have one number of heads; got {counts}"
        raise ShapeError(message)
    return torch.stack(found)


def _of_transformer_lens(model: Any, *, values: bool) -> Tensor:
    """Read W_O (layers, heads, d, out) and W_V (layers, heads or groups of them, in, d)."""
    outputs = model.W_O.detach().double().cpu()
    if not values:
        found: Tensor = head_importance(outputs, outputs.shape[-3], "W_O")
        return found
    layers = zip(outputs, model.W_V.detach().double().cpu(), strict=True)
    return torch.stack([_through_values(one.mT, inner.mT) for one, inner in layers])


def _projections(model: Any) -> dict[str, Any]:
    """Return the names of the output projections, with the modules of attention they are in."""
    names = [name for name, _ in model.named_modules() if PROJECTION.search(name)]
    stacks = sorted({re.sub(r"\d+", "…", name) for name in names})
    if len(stacks) != 1:
        have = f"in {' and '.join(stacks)}: give one part" if stacks else "under no known name"
        kind = type(model).__name__
        message = f"a decoder has one output projection a layer; {kind} has them {have}"
        raise KindError(message)
    return {name: model.get_submodule(re.sub(r"(\.output)?\.\w+$", "", name)) for name in names}


def _heads(model: Any, attention: Any) -> int:
    """Return how many heads a layer has, as it says itself or the model's configuration does."""
    config: Any = getattr(model, "config", None)
    config = config.get_text_config() if hasattr(config, "get_text_config") else config
    for place, name in (
        (attention, "num_heads"),
        (config, "num_attention_heads"),
        (config, "heads"),
    ):
        if isinstance(getattr(place, name, None), int):
            return int(getattr(place, name))
    message = f"{type(model).__name__} says nowhere how many heads it has: see head_importance"
    raise KindError(message)


def _values(attention: Any, width: int, name: str) -> Tensor:
    """Return W_V of every head or group of heads, (groups, width, in)."""
    if hasattr(attention, "v_proj"):
        weight = linear_weight(attention.v_proj)
    elif hasattr(attention, "c_attn"):
        weight = linear_weight(attention.c_attn).chunk(FUSED)[-1]
    else:
        message = f"values are a layer v_proj or in c_attn beside {name}; there is neither"
        raise KindError(message)
    return weight.detach().double().cpu().reshape(-1, width, weight.shape[1])


def _through_values(outputs: Tensor, values: Tensor) -> Tensor:
    """Return ‖W_O W_V‖ of heads (heads, out, d) and their groups' values (groups, d, in).

    With W_O = Q R the norm is that of R W_V, which is d × in.
    """
    shared = values.repeat_interleave(len(outputs) // len(values), dim=0)
    triangular = torch.linalg.qr(outputs, mode="r").R
    norms: Tensor = torch.linalg.matrix_norm(triangular @ shared)
    return norms
