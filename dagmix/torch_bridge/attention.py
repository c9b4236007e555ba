"""Attention out of models."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from dagmix.analysis import padding
from dagmix.errors import KindError, ShapeError
from dagmix.torch_bridge.model import Transformer

Array = Any  # of NumPy, torch, or another library with the array API

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
    Tensor, shape (batch, layers, heads, n, n)
        Entry [b, l, h, i, j] is the weight of key j for query i; rows sum to 1. On the model's
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
    torch.Size([2, 3, 2, 4, 4])

    References
    ----------
    arXiv:1706.03762, §3.2; arXiv:2507.02944, §4.2.
    """
    read = _read_tokens(model, tokens)
    with torch.no_grad():
        _, maps = model.trace(read.to(model.pos_emb.weight.device))
    return torch.stack(maps, dim=1)


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


def attention_from_outputs(
    outputs: Any, attention_mask: Any = None, null: str = "refuse", kind: str | None = None
) -> Array | list[Array]:
    """Return the attention in what a model returned: (batch, layers, heads, n, n), samples first.

    `dagmix.analysis.Attention.of` reads the same, with importances and labels, for a report.

    Parameters
    ----------
    outputs
        The output of a Hugging Face model or of its `generate`, called with
        `output_attentions=True`, or the attentions in it, a sequence of one array (batch, heads, n,
        n) a layer; a TransformerLens cache, by its keys `blocks.{l}.attn.hook_pattern`; or a tensor
        (batch, layers, heads, n, n).
    attention_mask : array, shape (batch, n), optional
        1 for tokens and 0 for padding, as the model had it. All ones keep samples that look padded
        and are not.
    null : "refuse", "node" or "renormalise"
        What becomes of rows that a learned sink logit keeps below 1: left as they are, for the
        analyses to refuse; the rest goes to a node before position 0 that keeps itself; or each row
        is divided by its sum.
    kind : None, "decoder" or "encoder"
        Whose self-attention to read of an encoder-decoder.

    Returns
    -------
    array, shape (batch, layers, heads, n, n)
        Of the arrays' library, on the first layer's device, without a gradient. With a mask a list,
        one array (layers, heads, nₛ, nₛ) a sample, of its nₛ tokens.

    Raises
    ------
    KindError
        The model returned no attention, or something that is none.
    ShapeError
        A layer whose attention has other dimensions or another shape than the first; queries that
        continue a KV cache; a mask of another shape.
    PaddingError
        Without a mask, where the first or last positions get no weight in any layer or head, or
        position 0 attends to all alike; with one, where tokens give weight to what it leaves out.
    StochasticError
        A row of zeros that is to be renormalised.

    Examples
    --------
    >>> import numpy as np
    >>> attention_from_outputs((np.ones((2, 3, 1, 1)), np.ones((2, 3, 1, 1)))).shape
    (2, 2, 3, 1, 1)
    >>> padded = np.array([[[[1, 0], [1, 0]]]])
    >>> [one.shape for one in attention_from_outputs([padded] * 3, attention_mask=[[1, 0]])]
    [(3, 1, 1, 1)]

    References
    ----------
    arXiv:1706.03762, §3.2.
    """
    tensor, _ = padding.read(outputs, attention_mask, null, kind)
    return tensor if isinstance(tensor, list) else padding.batched(tensor)
