"""Attention out of models, and the importance of their heads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from array_api_compat import array_namespace, is_array_api_obj
from torch import Tensor

from dagmix.errors import KindError, ShapeError
from dagmix.torch_bridge.model import Transformer

Array = Any  # of NumPy, torch, or another library with the array API

LAYER = 4  # dimensions of one layer's attention: batch, heads, queries, keys
MATRIX = 2


def attention_maps(model: Transformer, tokens: Any) -> Tensor:
    """Return the attention of every layer, shape (layers, batch, heads, n, n), dropout off.

    Entry [l, b, h, i, j] is the weight of key j for query i; rows sum to 1. No gradient is kept.

    Parameters
    ----------
    model : Transformer
    tokens : integers of shape (batch, n)
        Each from 0 to vocabulary − 1, and n at most the model's length.

    Raises
    ------
    ShapeError, KindError
        Tokens of another shape; tokens that are no integers of the vocabulary.

    Examples
    --------
    >>> from dagmix.torch_bridge import Config
    >>> model = Transformer(Config(heads=2, layers=3, vocabulary=10, length=6))
    >>> attention_maps(model, [[1, 2, 3, 4], [9, 9, 9, 9]]).shape
    torch.Size([3, 2, 2, 4, 4])
    """
    read = _read_tokens(model, tokens)
    with torch.no_grad():
        _, maps = model.trace(read.to(model.pos_emb.weight.device))
    return torch.stack(maps)


def _read_tokens(model: Transformer, tokens: Any) -> Tensor:
    try:
        read = torch.as_tensor(tokens)
    except (TypeError, ValueError, RuntimeError) as error:
        message = f"tokens are an array of integers: {error}"
        raise KindError(message) from None
    config = model.config
    if read.ndim != MATRIX or not 0 < read.shape[1] <= config.length or not read.shape[0]:
        message = (
            f"tokens have shape (batch, n), batch at least 1 and n from 1 to {config.length};"
            f" got {tuple(read.shape)}"
        )
        raise ShapeError(message)
    if read.is_floating_point() or read.is_complex() or read.dtype == torch.bool:
        message = f"tokens are integers; got dtype {read.dtype}"
        raise KindError(message)
    read = read.to(torch.int64)  # in uint8 a vocabulary of 256 would compare as 0
    wrong = ((read < 0) | (read >= config.vocabulary)).nonzero()
    if len(wrong):
        row, position = wrong[0].tolist()
        message = (
            f"tokens are from 0 to {config.vocabulary - 1};"
            f" got {int(read[row, position])} in sequence {row} at position {position}"
        )
        raise KindError(message)
    return read


def head_importance(out_proj_weight: Array, heads: int) -> Array:
    """Return the Frobenius norm of each head's block of columns: (…, width, width) → (…, heads).

    The paper's importance of heads (§4.2): head h owns columns h·d … (h + 1)·d − 1 of the output
    projection, d = width / heads. As weights of a mixture they are to be divided by their sum,
    which everything in dagmix does that takes an importance.

    Raises ShapeError unless the heads divide the width.

    >>> head_importance(torch.tensor([[3.0, 0.0], [4.0, 2.0]]), heads=2).tolist()
    [5.0, 2.0]
    """
    shape = tuple(out_proj_weight.shape)
    if len(shape) < MATRIX or heads < 1 or shape[-1] % heads:
        message = (
            f"the output projection has shape (…, width, width), and the heads divide the width;"
            f" got shape {shape} and {heads} heads"
        )
        raise ShapeError(message)
    xp = array_namespace(out_proj_weight)
    blocks = xp.reshape(out_proj_weight, (*shape[:-1], heads, shape[-1] // heads))
    norms: Array = xp.sqrt(xp.sum(blocks * blocks, axis=(-3, -1)))
    return norms.detach() if isinstance(norms, Tensor) else norms


def importance_of(model: Transformer) -> Tensor:
    """Return the importance of every head of every layer, shape (layers, heads)."""
    state = model.state_dict()
    names = [f"layers.{layer}.attn.out_proj.weight" for layer in range(model.config.layers)]
    weights = torch.stack([state[name] for name in names])
    importance: Tensor = head_importance(weights, model.config.heads)
    return importance


def attention_from_outputs(outputs: Any) -> Array:
    """Stack what a model returned with `output_attentions=True`: (layers, batch, heads, n, n).

    Parameters
    ----------
    outputs
        The output of a Hugging Face model, an object or a dictionary with `attentions`; or the
        attentions themselves, a sequence of arrays (batch, heads, n, n), one for each layer, all of
        one shape. The answer is of the arrays' library and device, without a gradient.

    Raises
    ------
    KindError
        The model returned no attention, or something that is none.
    ShapeError
        A layer whose attention has other dimensions or another shape than the first.

    Examples
    --------
    >>> import numpy as np
    >>> attention_from_outputs((np.ones((2, 3, 1, 1)), np.ones((2, 3, 1, 1)))).shape
    (2, 2, 3, 1, 1)
    """
    layers = _attentions(outputs)
    for index, layer in enumerate(layers):
        if not is_array_api_obj(layer):
            message = f"the attention of layer {index} is an array; got {type(layer).__name__}"
            raise KindError(message)
        if layer.ndim != LAYER or layer.shape != layers[0].shape:
            message = (
                "attentions have shape (batch, heads, n, n), the same in all layers;"
                f" got {tuple(layer.shape)} in layer {index}, {tuple(layers[0].shape)} in layer 0"
            )
            raise ShapeError(message)
    stacked: Array = array_namespace(*layers).stack(list(layers))
    return stacked.detach() if isinstance(stacked, Tensor) else stacked


def _attentions(outputs: Any) -> Sequence[Any]:
    """Find the layers' attentions; raise KindError where a model returned none."""
    found = outputs.get("attentions") if isinstance(outputs, Mapping) else outputs
    found = getattr(found, "attentions", found)
    if found is None or _misses_one(found):
        message = (
            "the model returned no attention: call it with output_attentions=True, and load it"
            ' with attn_implementation="eager"; flash attention and SDPA never form the matrix'
        )
        raise KindError(message)
    if not isinstance(found, Sequence):
        message = f"attentions are a sequence of arrays, one a layer; got {type(found).__name__}"
        raise KindError(message)
    return found


def _misses_one(found: Any) -> bool:
    return isinstance(found, Sequence) and (not found or any(layer is None for layer in found))
