"""Validation of arrays of any library: kind, precision, shape, entries.

Every check names the rule, the value and the place, as in `arrays`, which reads one tensor.
"""

from __future__ import annotations

import inspect
import warnings
from typing import Any

import array_api_compat as compat
import numpy as np

from dagmix._engine.exact.scalars import read_steps
from dagmix.errors import (
    DagmixError,
    HorizonWarning,
    KindError,
    NumberError,
    ShapeError,
    StepError,
    WeightError,
)
from dagmix.operators.read_arrays import TOLERANCE, check_tolerance
from dagmix.operators.read_tensors import HALF_BYTES, SUITING, check_dense

Array = Any  # of NumPy, torch, or another library with the array API

TOO_SMALL = "fidelities may be far too small, 0 where the signal comes later"
CUT_OFF = "times are cut off before the end of it; max_steps=None has no cut-off"
OURS = ("dagmix.proxies", "dagmix.torch_bridge.differentiable")
CORE = 3  # dimensions of one mixture: heads, queries, keys


def read(array: Any, what: str) -> Array:
    """Return an array of numbers; anything but an array of a library is read by NumPy.

    What torch would differentiate is read without its gradient.
    """
    check_dense(array, what)
    if not compat.is_array_api_obj(array):
        try:
            array = np.asarray(array)
        except ValueError as error:
            message = f"{what} is an array; {error}"
            raise ShapeError(message) from None
    if hasattr(array, "detach"):
        array = array.detach()
        _check_has_numbers(array, what)
    if not compat.array_namespace(array).isdtype(
        array.dtype, ("bool", "integral", "real floating")
    ):
        message = f"{what} holds plain numbers; got dtype {array.dtype}"
        raise NumberError(message)
    return array


def _check_has_numbers(array: Array, what: str) -> None:
    """Refuse what `torch.func` transforms: without its gradient it would be a constant."""
    try:
        array.data_ptr()
    except RuntimeError:
        message = (
            f"{what} is inside a transform of torch.func, where proxies have no derivative;"
            " dagmix.torch_bridge.differentiable has the same measures with one"
        )
        raise KindError(message) from None


def read_precision(xp: Any, attention: Array, tolerance: float | None) -> tuple[Any, float]:
    """Return the answers' dtype and the tolerance; half precision must come with one.

    Answers to float32 and to half precision are float32, others float64.
    """
    floats = xp.isdtype(attention.dtype, "real floating")
    size = xp.finfo(attention.dtype).bits // 8 if floats else 8
    if tolerance is None:
        if size <= HALF_BYTES:
            message = (
                f"attention in {attention.dtype} needs a tolerance= for its rows' sums; {SUITING}"
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
    """Return head weights in float64, their sum over the heads 1; uniform for None.

    They have shape (…, heads, 1), or (…, heads, n) where every receiver has its own.
    """
    xp, heads = compat.array_namespace(attention), attention.shape[-CORE]
    if weights is None:
        return xp.full((heads, 1), 1 / heads, dtype=xp.float64, device=compat.device(attention))
    if not compat.is_array_api_obj(weights):  # plain numbers are of no library yet
        weights = xp.asarray(read(weights, "weights"), device=compat.device(attention))
    weights = read(weights, "weights")
    if kind(weights) != kind(attention):
        message = (
            "attention and weights are of one library and on one device;"
            f" they are {kind(attention)} and {kind(weights)}"
        )
        raise KindError(message)
    axis = -2 if is_per_receiver(tuple(weights.shape), tuple(attention.shape)) else -1
    weights = xp.astype(weights, xp.float64)
    refuse(~is_weight(weights), weights, WeightError("weights are finite and not negative"))
    largest = xp.max(weights, axis=axis, keepdims=True)
    refuse(largest == 0, largest, WeightError("one weight at least is positive"))
    weights = weights / largest  # so that their sum is finite
    weights = weights / xp.sum(weights, axis=axis, keepdims=True)
    return weights if axis < -1 else weights[..., None]


def is_per_receiver(weights: tuple[int, ...], attention: tuple[int, ...]) -> bool:
    """Tell whether weights of a shape are (…, heads, n), one for each receiver, or (…, heads).

    Where heads = n a shape may be read both ways: it is (…, heads) unless it has more dimensions
    than attention without its two last ones. Raises WeightError for other shapes.

    >>> is_per_receiver((2, 5), (7, 2, 5, 5)), is_per_receiver((7, 2), (7, 2, 5, 5))
    (True, False)
    >>> is_per_receiver((3, 3), (3, 3, 3, 3)), is_per_receiver((3, 3), (3, 3, 3))
    (False, True)
    """
    heads, n = attention[-CORE], attention[-1]
    per_head, per_receiver = weights[-1:] == (heads,), weights[-2:] == (heads, n)
    if 0 in weights or not (per_head or per_receiver):
        message = (
            f"one weight for each of {heads} heads, (…, {heads}), or for each head and receiver,"
            f" (…, {heads}, {n}); got shape {weights}"
        )
        raise WeightError(message)
    return per_receiver and not (per_head and len(weights) <= len(attention) - 2)


def read_horizon(first_step: int, horizon: int) -> tuple[int, int]:
    """Return the first and the last step that count; raise StepError."""
    first, last = read_steps(first_step, "first_step"), read_steps(horizon, "horizon")
    if last < first:
        message = f"the horizon is not before the first step {first}; got {last}"
        raise StepError(message)
    return first, last


def warn_of_horizon(steps: int, n: int, name: str, cure: str) -> None:
    """Warn where so few steps need not lead from every position to the target: fewer than n − 1.

    A path over n positions takes n − 1 steps at most, and a head of previous tokens takes them all.
    """
    if steps < n - 1:
        message = (
            f"{name}={steps} is less than n - 1 = {n - 1}, the steps of the longest way to the"
            f" target: {cure}"
        )
        warnings.warn(message, HorizonWarning, stacklevel=_levels_to_caller())


def _levels_to_caller() -> int:
    """Count the frames from `warn_of_horizon` to the one that called a proxy or its derivative."""
    frame, level = inspect.currentframe(), 0
    while frame is not None and frame.f_globals.get("__name__", "").startswith(OURS):
        frame, level = frame.f_back, level + 1
    return level


def in_double(array: Array) -> Array:
    """Return a copy in float64 and in C order, whatever the strides of the array.

    A plain cast keeps the order of strides; where heads are broadcast, their strides are 0, and
    what follows reads such a copy column by column, ten times more slowly.
    """
    xp = compat.array_namespace(array)
    copy = xp.empty(tuple(array.shape), dtype=xp.float64, device=compat.device(array))
    copy[...] = array
    return copy


def as_numpy(array: Array) -> Array:
    """Return torch's floats on a processor as NumPy's, without a copy; others as they are.

    So both libraries are answered by the same code, to the same bits.
    """
    if not (compat.is_torch_array(array) and str(array.device) == "cpu"):
        return array
    xp = compat.array_namespace(array)
    return array.numpy(force=True) if array.dtype in (xp.float32, xp.float64) else array


def is_plain(array: Array) -> bool:
    """Tell whether an array is NumPy's, of float32 or float64."""
    return compat.is_numpy_array(array) and array.dtype in (np.float32, np.float64)


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
