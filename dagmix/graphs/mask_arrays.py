"""Masks as arrays: booleans, 0 and 1, additive ones, of torch, NumPy or SciPy; read as pairs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dagmix._engine.adjacency.base import Ints
from dagmix._util.brief import brief
from dagmix.errors import KindError, NumberError, ShapeError
from dagmix.graphs.edges import as_array

# What libraries add where a key is not seen, besides −∞: the least numbers of their float types.
LEAST = (*(float(np.finfo(kind).min) for kind in ("f2", "f4", "f8")), -(2.0**128 - 2.0**120))


def read_mask(mask: Any, additive: Any) -> tuple[int, Ints, Ints]:
    """Return n, receivers and senders of the true entries of a mask, in row order.

    >>> n, receivers, senders = read_mask([[0, -np.inf], [0, 0]], None)
    >>> n, receivers.tolist(), senders.tolist()
    (2, [0, 1, 1], [0, 0, 1])
    """
    if not (additive is None or isinstance(additive, bool | np.bool_)):
        message = f"additive is True, False or None; got {brief(additive)}"
        raise KindError(message)
    if hasattr(mask, "tocoo"):
        return _read_sparse(mask)
    array = as_array(_on_host(mask), "a mask")
    shape = array.shape
    if array.ndim > 2 and set(shape[:-2]) == {1}:  # noqa: PLR2004 - (1, 1, n, n)
        array = array.reshape(shape[-2:])
    if array.ndim != 2 or array.shape[0] != array.shape[1]:  # noqa: PLR2004 - a matrix
        message = f"a mask is square, n × n or (1, 1, n, n); got shape {shape}"
        if len(shape) > 2:  # noqa: PLR2004 - several masks
            message += ": index one sample and head"
        raise ShapeError(message)
    receivers, senders = np.nonzero(_seen(array, additive))
    return len(array), receivers, senders


def _on_host(mask: Any) -> Any:
    """Return a tensor of torch as one that NumPy reads; anything else as it is."""
    if not hasattr(mask, "detach"):
        return mask
    tensor = mask.detach().cpu()
    return tensor.double() if tensor.is_floating_point() else tensor


def _read_sparse(mask: Any) -> tuple[int, Ints, Ints]:
    """Read a sparse matrix of SciPy; entries that are kept and 0 are no edges."""
    if mask.ndim != 2 or mask.shape[0] != mask.shape[1]:  # noqa: PLR2004 - a matrix
        message = f"a mask is square, n × n; got shape {mask.shape}"
        raise ShapeError(message)
    pairs = mask.tocoo()
    true = _of_marks(pairs.data, "a sparse mask")
    rows, columns = (np.asarray(ends, dtype=np.intp)[true] for ends in (pairs.row, pairs.col))
    return mask.shape[0], rows, columns


def _seen(array: NDArray[Any], additive: Any) -> NDArray[np.bool_]:
    """Return the entries that are seen, as booleans."""
    is_float = array.dtype.kind == "f"
    if additive or (additive is None and is_float and bool((array == -np.inf).any())):
        return _of_terms(array)
    if additive is None and is_float and array.size and not array.any():
        message = (
            "a float mask of zeros only hides nothing if it is additive, and everything if not:"
            " pass additive=True, or booleans"
        )
        raise NumberError(message)
    return _of_marks(array, "a mask")


def _of_terms(array: NDArray[Any]) -> NDArray[np.bool_]:
    """Return where the terms of an additive mask let a key be seen."""
    if array.dtype.kind not in "iuf" or not (array < np.inf).all():
        message = f"an additive mask holds numbers below ∞; got dtype {array.dtype}"
        raise NumberError(message)
    hidden: NDArray[np.bool_] = np.isin(array, (-np.inf, *LEAST))
    return ~hidden


def _of_marks(array: NDArray[Any], what: str) -> NDArray[np.bool_]:
    if array.dtype.kind not in "biuf" or not np.isin(array, (0, 1)).all():
        message = f"{what} holds booleans (or 0 and 1); got dtype {array.dtype}"
        if array.dtype.kind == "f":
            message += ", with other numbers: is it additive? Pass additive=True"
        raise NumberError(message)
    return array.astype(bool)
