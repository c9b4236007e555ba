"""Attention out of models, and the importance of their heads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from array_api_compat import array_namespace, is_array_api_obj
from torch import Tensor

from dagmix._engine.exact.scalars import read_count
from dagmix.errors import KindError, ShapeError
from dagmix.proxies.validation import kind
from dagmix.torch_bridge.model import Transformer

Array = Any  # of NumPy, torch, or another library with the array API

LAYER = 4  # dimensions of one layer's attention: batch, heads, queries, keys
MATRIX = 2


def attention_maps(model: Transformer, tokens: Any) -> Tensor:
    """Return the attention of every layer, softmax(QKᵀ/√d) over the earlier positions, dropout off.

    Parameters
    ----------
    model : Transformer
    tokens : integers of shape (batch, n)
        Each from 0 to vocabulary − 1, and n at most the model's length.

    Returns
    -------
    Tensor, shape (layers, batch, heads, n, n)
        Entry [l, b, h, i, j] is the weight of key j for query i; rows sum to 1. On the model's
        device, without a gradient.

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

    References
    ----------
    arXiv:1706.03762, §3.2; arXiv:2507.02944, §4.2.
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
    """Return the Frobenius norm of each head's block of columns: (…, out, width) → (…, heads).

    The paper's importance of heads (§4.2): head h owns columns h·d … (h + 1)·d − 1 of the output
    projection, d = width / heads. As weights of a mixture they are to be divided by their sum,
    which everything in dagmix does that takes an importance.

    Parameters
    ----------
    out_proj_weight : array of floats, shape (…, out, width)
        Of NumPy, torch or another library with the array API.
    heads : int
        At least 1; divides the width.

    Returns
    -------
    array, shape (…, heads)
        Of the same library and dtype, without a gradient.

    Raises
    ------
    KindError
        For what is no array of floats.
    NumberError
        For heads that are no positive integer.
    ShapeError
        Unless the heads divide the width.

    Examples
    --------
    >>> head_importance(torch.tensor([[3.0, 0.0], [4.0, 2.0]]), heads=2).tolist()
    [5.0, 2.0]

    References
    ----------
    arXiv:2507.02944, §4.2.
    """
    count = read_count(heads, 1, "heads")
    xp, shape = _read_projection(out_proj_weight)
    if len(shape) < MATRIX or 0 in shape or shape[-1] % count:
        message = (
            f"the output projection has shape (…, out, width), and the heads divide the width;"
            f" got shape {shape} and {count} heads"
        )
        raise ShapeError(message)
    blocks = xp.reshape(out_proj_weight, (*shape[:-1], count, shape[-1] // count))
    largest = xp.max(xp.abs(blocks), axis=(-3, -1), keepdims=True)
    scale = xp.where(largest > 0, largest, xp.ones_like(largest))  # so that no square overflows
    norms: Array = xp.sqrt(xp.sum((blocks / scale) ** 2, axis=(-3, -1))) * scale[..., 0, :, 0]
    return norms.detach() if isinstance(norms, Tensor) else norms


def _read_projection(weight: Any) -> tuple[Any, tuple[int, ...]]:
    """Return the library and the shape of an array of floats."""
    if not is_array_api_obj(weight):
        message = f"the output projection is an array; got {type(weight).__name__}"
        raise KindError(message)
    xp = array_namespace(weight)
    if not xp.isdtype(weight.dtype, "real floating"):
        message = f"the output projection holds floats; got dtype {weight.dtype}"
        raise KindError(message)
    return xp, tuple(weight.shape)


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
        For another model: see `head_importance`.

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
    importance: Tensor = head_importance(weights, model.config.heads)
    return importance


def attention_from_outputs(outputs: Any) -> Array:
    """Stack what a model returned with `output_attentions=True`: (layers, batch, heads, n, n).

    Parameters
    ----------
    outputs
        The output of a Hugging Face model, an object or a dictionary with `attentions`; or the
        attentions themselves, a sequence of arrays (batch, heads, n, n), one for each layer, all of
        one shape.

    Returns
    -------
    array, shape (layers, batch, heads, n, n)
        Of the arrays' library and device, without a gradient.

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

    References
    ----------
    arXiv:1706.03762, §3.2.
    """
    layers = _attentions(outputs)
    for index, layer in enumerate(layers):
        if not is_array_api_obj(layer):
            message = f"the attention of layer {index} is an array; got {type(layer).__name__}"
            raise KindError(message)
        if kind(layer) != kind(layers[0]):
            message = (
                "attentions are of one library and on one device;"
                f" layer {index} is {kind(layer)}, layer 0 {kind(layers[0])}"
            )
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
