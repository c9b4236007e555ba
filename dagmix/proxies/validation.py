"""Validation of arrays of any library: kind, precision, shape, entries.

Every check names the rule, the value and the place, as in `arrays`, which reads one tensor.
"""

from __future__ import annotations

from typing import Any

import array_api_compat as compat
import numpy as np

from dagmix.errors import DagmixError, KindError, NumberError, ShapeError, WeightError
from dagmix.operators.read_arrays import TOLERANCE, check_tolerance

Array = Any  # of NumPy, torch, or another library with the array API

CORE = 3  # dimensions of one mixture: heads, queries, keys
HALF = 2  # bytes of a number in half precision


def read(array: Any, what: str) -> Array:
    """Return an array of numbers; anything but an array of a library is read by NumPy.

    What torch would differentiate is read without its gradient.
    """
    if not compat.is_array_api_obj(array):
        try:
            array = np.asarray(array)
        except ValueError as error:
            message = f"{what} is an array; {error}"
            raise ShapeError(message) from None
    _check_dense(array, what)
    array = array.detach() if hasattr(array, "detach") else array
    if not compat.array_namespace(array).isdtype(
        array.dtype, ("bool", "integral", "real floating")
    ):
        message = f"{what} holds plain numbers; got dtype {array.dtype}"
        raise NumberError(message)
    return array


def _check_dense(array: Array, what: str) -> None:
    """Raise KindError for masked and sparse arrays, and for those without data."""
    masked = isinstance(array, np.ma.MaskedArray)
    sparse = str(getattr(array, "layout", "torch.strided")) != "torch.strided"
    if masked or sparse or str(compat.device(array)) == "meta":
        form = "masked" if masked else "sparse" if sparse else "without entries, on meta"
        message = f"{what} is a dense array with all of its entries; got one that is {form}"
        raise KindError(message)


def read_precision(xp: Any, attention: Array, tolerance: float | None) -> tuple[Any, float]:
    """Return the answers' dtype and the tolerance; half precision must come with one.

    Answers to float32 and to half precision are float32, others float64.
    """
    floats = xp.isdtype(attention.dtype, "real floating")
    size = xp.finfo(attention.dtype).bits // 8 if floats else 8
    if tolerance is None:
        if size <= HALF:
            message = (
                f"attention in {attention.dtype} needs a tolerance= for its rows' sums;"
                " 1e-2 suits a softmax in bfloat16, 2e-3 one in float16"
            )
            raise NumberError(message)
        tolerance = TOLERANCE
    check_tolerance(tolerance)
    return (xp.float64 if size >= 8 else xp.float32), tolerance  # noqa: PLR2004 - bytes


def checked_shape(attention: Array) -> tuple[int, ...]:
    """Return the shape of a batch of square matrices, none of it empty."""
    shape = tuple(attention.shape)
    if len(shape) < CORE or shape[-1] != shape[-2] or 0 in shape:
        message = f"attention has shape (…, heads, n, n), none of it 0; got {shape}"
        raise ShapeError(message)
    return shape


def read_weights(weights: Array | None, attention: Array) -> Array:
    """Return head weights (…, heads) in float64, their sum over the heads 1; uniform for None."""
    xp, heads = compat.array_namespace(attention), attention.shape[-CORE]
    if weights is None:
        return xp.full((heads,), 1 / heads, dtype=xp.float64, device=compat.device(attention))
    if not compat.is_array_api_obj(weights):  # plain numbers are of no library yet
        weights = xp.asarray(read(weights, "weights"), device=compat.device(attention))
    weights = read(weights, "weights")
    if kind(weights) != kind(attention):
        message = (
            "attention and weights are of one library and on one device;"
            f" they are {kind(attention)} and {kind(weights)}"
        )
        raise KindError(message)
    if weights.ndim == 0 or weights.shape[-1] != heads or 0 in weights.shape:
        message = f"one weight for each of {heads} heads; got shape {tuple(weights.shape)}"
        raise WeightError(message)
    weights = xp.astype(weights, xp.float64)
    refuse(~is_weight(weights), weights, WeightError("weights are finite and not negative"))
    largest = xp.max(weights, axis=-1, keepdims=True)
    refuse(largest == 0, largest, WeightError("one weight at least is positive"))
    weights = weights / largest  # so that their sum is finite
    return weights / xp.sum(weights, axis=-1, keepdims=True)


def in_double(array: Array) -> Array:
    """Return a copy in float64 and in C order, whatever the strides of the array.

    A plain cast keeps the order of strides; where heads are broadcast, their strides are 0, and
    what follows reads such a copy column by column, ten times more slowly.
    """
    xp = compat.array_namespace(array)
    copy = xp.empty(tuple(array.shape), dtype=xp.float64, device=compat.device(array))
    copy[...] = array
    return copy


def kind(array: Array) -> str:
    """Return the library and the device of an array, such as "numpy on cpu"."""
    return f"{type(array).__module__.partition('.')[0]} on {compat.device(array)}"


def is_weight(values: Array) -> Array:
    """Mark what is finite and not negative; NaN is not."""
    return (values >= 0) & (values < float("inf"))


def refuse(
    wrong: Array,
    values: Array,
    rule: DagmixError,
    lead: tuple[int, ...] = (),
    head: tuple[int, ...] = (),
) -> None:
    """Raise `rule` with the first value that is wrong, and with its place.

    `values` may be what one `head` has in the part of a batch that begins at `lead`.
    """
    xp = compat.array_namespace(wrong)
    if not bool(xp.any(wrong)):
        return
    first = tuple(int(axis[0]) for axis in xp.nonzero(wrong))
    moved = [k + start for k, start in zip(first, lead, strict=False)]
    place = [*moved, *head, *first[len(lead) :]]
    message = f"{rule}; {place} has {float(values[first])}"
    raise type(rule)(message)
