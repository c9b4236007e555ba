"""Attention of tokens only: padding cut or refused, and what a learned sink logit keeps."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from array_api_compat import array_namespace, device
from numpy.typing import NDArray

from dagmix._util.stored import Stored
from dagmix.analysis.model_outputs import Array, Samples, stacked, to_numpy
from dagmix.errors import KindError, NumberError, PaddingError, ShapeError, StochasticError

NULLS = ("refuse", "node", "renormalise")
BATCHED = 5  # dimensions: batch, layers, heads, queries, keys
GIVE = "give attention_mask=, all ones if every position is a token"


def read(
    outputs: Any, attention_mask: Any = None, null: str = "refuse", kind: str | None = None
) -> tuple[Array | Samples, tuple[int, ...] | None]:
    """Return the attention of the tokens in `outputs`, and the layers' numbers where it has them.

    A tensor (…, layers, heads, n, n), or with a mask `Samples`; of the library of `outputs`.
    Raises KindError, ShapeError, PaddingError or StochasticError.
    """
    if null not in NULLS:
        message = f"null is one of {', '.join(map(repr, NULLS))}; got {null!r}"
        raise KindError(message)
    tensor, numbers = stacked(outputs, kind)
    if isinstance(tensor, Samples):
        if attention_mask is not None:
            message = "these samples were cut by a mask before: give attention_mask= once"
            raise KindError(message)
        return Samples(_completed(one, null) for one in tensor), numbers
    check_square(tensor)
    if attention_mask is None:
        _refuse_padding(tensor)
        return _completed(tensor, null), numbers
    return Samples(_completed(one, null) for one in cut(tensor, attention_mask)), numbers


def check_square(tensor: Array) -> None:
    """Raise ShapeError unless a tensor is (…, heads, n, n), and NumberError unless of numbers."""
    shape = tuple(tensor.shape)
    if len(shape) < BATCHED - 2 or shape[-1] != shape[-2] or 0 in shape:
        message = f"attention has shape (batch, layers, heads, n, n), none of it 0; got {shape}"
        raise ShapeError(message)
    kind = getattr(getattr(tensor, "dtype", None), "kind", "f")  # of other libraries, or unknown
    if kind not in "biuf":
        message = f"attention of dtype {tensor.dtype} holds no plain numbers"
        raise NumberError(message)


def batched(tensor: Array) -> Array:
    """Return (batch, layers, heads, n, n) of a tensor that may lack batch and layers."""
    if tensor.ndim > BATCHED:
        message = f"attention has shape (batch, layers, heads, n, n); got {tuple(tensor.shape)}"
        raise ShapeError(message)
    return tensor[(None,) * (BATCHED - tensor.ndim)]


def read_mask(attention_mask: Any, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Return a mask (batch, n), true for tokens."""
    mask = to_numpy(attention_mask, "attention_mask")
    mask = mask[None] if mask.ndim == 1 else mask
    if mask.shape != shape:
        message = (
            f"attention_mask has shape (batch, n) = {shape}; got {mask.shape}. What generate()"
            " returned has a row for every prompt token and every new one but the last"
        )
        raise ShapeError(message)
    wrong = np.argwhere((mask != 0) & (mask != 1))
    if len(wrong):
        sample, position = wrong[0].tolist()
        message = (
            "attention_mask is 1 for tokens and 0 for padding;"
            f" got {mask[sample, position]} in sample {sample} at position {position}"
        )
        raise PaddingError(message)
    read: NDArray[np.bool_] = mask == 1
    empty = np.flatnonzero(~read.any(axis=1))
    if len(empty):
        message = f"a sample has a token at least; attention_mask leaves sample {empty[0]} none"
        raise PaddingError(message)
    return read


def cut(tensor: Array, attention_mask: Any) -> Samples:
    """Return every sample's attention among its own tokens."""
    tensor = batched(tensor)
    xp, place = array_namespace(tensor), device(tensor)
    samples = Samples()
    for sample, row in enumerate(read_mask(attention_mask, (tensor.shape[0], tensor.shape[-1]))):
        kept, left = (xp.asarray(np.flatnonzero(some), device=place) for some in (row, ~row))
        queries = xp.take(tensor[sample], kept, axis=-2)
        if bool(xp.any(xp.abs(xp.take(queries, left, axis=-1)) > 0)):
            message = (
                f"sample {sample}: its tokens give weight to positions that attention_mask leaves"
                " out: run the model with the same mask"
            )
            raise PaddingError(message)
        samples.append(xp.take(queries, kept, axis=-1))
    return samples


def _refuse_padding(tensor: Array) -> None:
    """Raise PaddingError where the first or last keys have no weight at all in a sample."""
    xp = array_namespace(tensor)
    heads = tuple(range(-min(2, tensor.ndim - 2), 0))  # layers and heads, or the heads of one layer
    ends = {"right": tensor[..., -1, -1] == 0, "left": tensor[..., 0, 0] == 0}
    for side, bare in ends.items():
        for sample in np.argwhere(to_numpy(xp.all(bare, axis=heads), "attention")).tolist():
            one = tensor[tuple(sample)]
            weight = xp.any(one != 0, axis=tuple(range(one.ndim - 1)))
            _refuse_columns(to_numpy(weight, "attention"), side, sample)
    if tensor.shape[-1] > 1:
        row = tensor[..., 0, :]
        masked = (row != row) | ((row == row[..., :1]) & (row > 0))  # noqa: PLR0124 - NaN
        same = xp.all(masked, axis=(*(axis - 1 for axis in heads), -1))
        for sample in np.argwhere(to_numpy(same, "attention")).tolist():
            message = (
                f"sample {sample}: position 0 attends to all positions alike, or has NaN, in every"
                f" layer and head, as a row masked whole has, so that it looks like left padding:"
                f" {GIVE}"
            )
            raise PaddingError(message)


def refuse_stored(tensor: Stored) -> None:
    """Raise PaddingError as for a tensor in memory; one layer is in memory at a time.

    Nearly always the first layer of a sample shows that its first and last positions are tokens.
    """
    *lead, layers, _, n, _ = tensor.shape
    for sample in product(*map(range, lead)):
        for side, end in (("right", n - 1), ("left", 0)):
            corners = (tensor[(*sample, k, slice(None), end, end)] for k in range(layers))
            if not any(map(np.any, corners)):
                each = ((tensor[(*sample, k)] != 0).any(axis=(0, 1)) for k in range(layers))
                _refuse_columns(np.logical_or.reduce(list(each)), side, list(sample))


def _refuse_columns(weight: NDArray[np.bool_], side: str, sample: list[int]) -> None:
    """Raise PaddingError unless the first or last key has weight in some layer and head."""
    used = np.flatnonzero(weight)
    count = weight.argmax() if side == "left" else weight[::-1].argmax()
    if len(used) and count:
        message = (
            f"sample {sample}: the {'first' if side == 'left' else 'last'} {count} positions get no"
            " weight in any layer or head, not even from themselves, so that they look like"
            f" {side} padding: {GIVE}"
        )
        raise PaddingError(message)


def _completed(tensor: Array, null: str) -> Array:
    """Give what a learned sink logit keeps of every row to a node, or share it out."""
    if null == "refuse":
        return tensor
    xp = array_namespace(tensor)
    sums = xp.sum(tensor, axis=-1, keepdims=True, dtype=xp.float64)
    if null == "renormalise":
        if bool(xp.any(sums == 0)):
            message = "a row of zeros cannot be renormalised; null='node' takes it"
            raise StochasticError(message)
        return xp.astype(tensor / sums, tensor.dtype)
    left = 1 - sums
    rest = xp.astype(xp.where(left > 0, left, xp.zeros_like(left)), tensor.dtype)
    first = xp.zeros_like(tensor[..., :1, :])
    keeps = xp.ones_like(rest[..., :1, :])
    rows = (xp.concat([keeps, first], axis=-1), xp.concat([rest, tensor], axis=-1))
    return xp.concat(rows, axis=-2)
