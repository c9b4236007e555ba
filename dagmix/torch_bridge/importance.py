"""The importance of heads: norms of their blocks of the output projections."""

from __future__ import annotations

from typing import Any

from array_api_compat import array_namespace, is_array_api_obj
from torch import Tensor, nn

from dagmix._engine.exact.scalars import read_count
from dagmix.errors import KindError, ShapeError

Array = Any  # of NumPy, torch, or another library with the array API

MATRIX = 2


def head_importance(
    out_proj_weight: Array | nn.Module, heads: int, layout: str | None = None
) -> Array:
    """Return the Frobenius norm of each head's block of columns: (…, out, width) → (…, heads).

    The paper's importance of heads (§4.2): head h owns columns h·d … (h + 1)·d − 1 of the output
    projection, d = width / heads. As weights of a mixture they are to be divided by their sum,
    which everything in dagmix does that takes an importance. `head_importance_of` takes a model.

    Parameters
    ----------
    out_proj_weight : array of floats, shape (…, out, width), or module
        Of NumPy, torch or another library with the array API, as `torch.nn.Linear` keeps it; or
        the layer itself, which may be GPT-2's `Conv1D`, whose weight is the transpose. Or
        TransformerLens' `W_O`, shape (…, heads, d, out).
    heads : int
        At least 1; divides the width.
    layout : None, "projection" or "W_O"
        How a weight is laid out. None takes (…, heads, d, out) with heads · d = out for `W_O` and
        refuses what may be either.

    Returns
    -------
    array, shape (…, heads)
        Of the same library and dtype, without a gradient.

    Raises
    ------
    KindError
        For what is no array of floats, and for a layout of another name.
    NumberError
        For heads that are no positive integer.
    ShapeError
        Unless the heads divide the width; without a layout, where (…, heads, d, out) may be `W_O`
        or a stack of projections.

    Examples
    --------
    >>> import torch
    >>> head_importance(torch.tensor([[3.0, 0.0], [4.0, 2.0]]), heads=2).tolist()
    [5.0, 2.0]
    >>> head_importance(torch.tensor([[[3.0, 4.0]], [[0.0, 2.0]]]), heads=2).tolist()  # W_O
    [5.0, 2.0]

    References
    ----------
    arXiv:2507.02944, §4.2.
    """
    count = read_count(heads, 1, "heads")
    if isinstance(out_proj_weight, nn.Module):
        out_proj_weight, layout = linear_weight(out_proj_weight), "projection"
    xp, shape = _read_projection(out_proj_weight)
    if _read_layout(shape, count, layout) == "W_O":
        blocks = out_proj_weight
    else:
        split = xp.reshape(out_proj_weight, (*shape[:-1], count, shape[-1] // count))
        blocks = xp.moveaxis(split, -2, -3)
    largest = xp.max(xp.abs(blocks), axis=(-2, -1), keepdims=True)
    scale = xp.where(largest > 0, largest, xp.ones_like(largest))  # so that no square overflows
    norms: Array = xp.sqrt(xp.sum((blocks / scale) ** 2, axis=(-2, -1))) * scale[..., 0, 0]
    return norms.detach() if isinstance(norms, Tensor) else norms


def _read_layout(shape: tuple[int, ...], heads: int, layout: str | None) -> str:
    """Return "projection" or "W_O", whichever a shape has; raise ShapeError for neither or both."""
    if layout not in {None, "projection", "W_O"}:
        message = f"layout is None, 'projection' or 'W_O'; got {layout!r}"
        raise KindError(message)
    per_head = len(shape) > MATRIX and shape[-3] == heads and 0 not in shape
    if layout is None:
        layout = "W_O" if per_head and not _is_stack(shape, heads) else "projection"
    if layout == "W_O" and not per_head:
        message = f"W_O has shape (…, heads, d, out), {heads} heads; got {shape}"
        raise ShapeError(message)
    if layout == "projection" and (len(shape) < MATRIX or 0 in shape or shape[-1] % heads):
        message = (
            f"the output projection has shape (…, out, width), and the heads divide the width;"
            f" got shape {shape} and {heads} heads"
        )
        raise ShapeError(message)
    return layout


def _is_stack(shape: tuple[int, ...], heads: int) -> bool:
    """Tell as many square projections as heads from W_O; raise ShapeError where it may be both."""
    rows, width = shape[-2:]
    if heads > 1 and rows == width:
        return True
    if heads > 1 and heads * rows == width:
        return False
    message = (
        f"shape {shape} may be {heads} projections (out, width) = {(rows, width)} of {heads} heads"
        f" each, layout='projection', or W_O (heads, d, out), layout='W_O': say which"
    )
    raise ShapeError(message)


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


def linear_weight(module: nn.Module) -> Tensor:
    """Return the weight of a layer as (out, in), which GPT-2's `Conv1D` keeps transposed."""
    weight = module.weight
    if not isinstance(weight, Tensor) or weight.ndim != MATRIX:
        message = f"a layer has a matrix of weights; got {type(module).__name__}"
        raise KindError(message)
    return weight.T if type(module).__name__ == "Conv1D" else weight
