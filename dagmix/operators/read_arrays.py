"""Stochastic matrices and attention tensors as users bring them, checked once.

Every check names the rule, the value and the place. A float array stands for the exact
rationals it holds, each row (of a diffusion) or column (of a walk) divided by its exact sum.
"""

from __future__ import annotations

from fractions import Fraction
from numbers import Real
from typing import Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dagmix._engine.adjacency.base import Vec, check_square
from dagmix._engine.chains.matrices import ExactMatrix, FloatMatrix
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.scalars import Field, is_negative, read_scalar
from dagmix._util.brief import brief
from dagmix.errors import CausalError, NumberError, ShapeError, StochasticError
from dagmix.graphs.edges import as_array
from dagmix.graphs.labels import Nodes

TOLERANCE = 1e-5  # float32 softmax rows are off by about 2e-7
COLUMNS, ROWS = 0, 1  # the axis over which a walk, or a diffusion, sums to 1
MATRIX, TENSOR = 2, 3  # numbers of dimensions


def read_matrix(matrix: Any, axis: int, nodes: Any, tolerance: float) -> tuple[Transition, Nodes]:
    """Return a checked matrix and its node labels, 0..n−1 by default.

    Arrays of floats stay floats; nested lists and SymPy matrices of exact numbers stay exact.
    """
    check_tolerance(tolerance)
    array = matrix if isinstance(matrix, np.ndarray) else _read_entries(matrix)
    if array.ndim != MATRIX or array.shape[0] != array.shape[1] or not len(array):
        message = f"an operator is a square matrix, n × n with n ≥ 1; got shape {array.shape}"
        raise ShapeError(message)
    labels = _labels(nodes, array.shape)
    if array.dtype == object and not isinstance(matrix, np.ndarray):
        return _exact(array, axis), labels
    numbers = private_copy(array)
    check_sums(numbers, axis, tolerance)
    return FloatMatrix(numbers, axis), labels


def check_tolerance(tolerance: Any) -> None:
    """Raise NumberError unless a tolerance is in [0, 1): with 1, a row of zeros would pass."""
    if not (isinstance(tolerance, Real) and 0 <= float(tolerance) < 1):
        message = f"a tolerance is at least 0 and less than 1; got {tolerance!r}"
        raise NumberError(message)


def _read_entries(matrix: Any) -> Vec:
    """Return nested numbers as an array: float64 if one is a float, else exact objects."""
    if hasattr(matrix, "toarray"):  # SciPy's sparse matrices
        check_square(max(matrix.shape))
        return np.asarray(matrix.toarray())
    if hasattr(matrix, "__array__") and not hasattr(matrix, "free_symbols"):
        return np.asarray(matrix)  # torch, pandas, …; SymPy's matrices go entry by entry
    rows = matrix.tolist() if hasattr(matrix, "tolist") else matrix
    try:
        lengths, height = {len(row) for row in rows}, len(rows)
    except TypeError:
        message = f"an operator is a square matrix; got {type(matrix).__name__}"
        raise ShapeError(message) from None
    if len(lengths) != 1:
        message = f"a matrix has rows of one length; got lengths {sorted(lengths)}"
        raise ShapeError(message)
    entries = [
        read_scalar(x, f"entry [{i}, {j}]") for i, row in enumerate(rows) for j, x in enumerate(row)
    ]
    if any(isinstance(entry, float) for entry in entries):
        return np.array(entries, dtype=np.float64).reshape(height, -1)
    array = np.empty(len(entries), dtype=object)
    array[:] = [0 if entry == 0 else entry for entry in entries]
    return array.reshape(height, -1)


def _exact(array: Vec, axis: int) -> ExactMatrix:
    field = Field.RATIONAL
    for place, entry in np.ndenumerate(array):
        if not isinstance(entry, int | Fraction):
            field = Field.SYMBOLIC
        if is_negative(entry):
            message = f"entries are not negative; entry {list(place)} is {brief(entry, str)}"
            raise NumberError(message)
    for line, total in enumerate(array.sum(axis=axis)):
        if (total if field is Field.RATIONAL else _simplified(total)) != 1:
            raise StochasticError(_off_by(line, axis, total))
    return ExactMatrix(array, field)


def _simplified(total: Any) -> Any:
    import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

    return sp.simplify(total)


def _off_by(line: int, axis: int, total: Any) -> str:
    side = "column" if axis == COLUMNS else "row"
    kind = "a walk" if axis == COLUMNS else "a diffusion"
    return f"every {side} of {kind} sums to 1; {side} {line} sums to {brief(total, str)}"


def check_sums(matrix: NDArray[Any], axis: int, tolerance: float) -> None:
    """Raise StochasticError unless the lines of a matrix sum to 1 within tolerance."""
    with np.errstate(over="ignore"):  # an infinite sum is refused
        sums = matrix.sum(axis=axis, dtype=np.float64)
    worst = int(np.abs(sums - 1).argmax())
    if abs(sums[worst] - 1) > tolerance:
        message = f"{_off_by(worst, axis, float(sums[worst]))} (tolerance {tolerance})"
        raise StochasticError(message)


def private_copy(array: NDArray[Any]) -> NDArray[Any]:
    """Return a checked copy of numbers that nobody can write to, in C order.

    float32 stays what it is, half the size; all else becomes float64. Raises NumberError for
    objects, text, NaN, ∞ and negatives.
    """
    if array.dtype.kind not in "biuf":
        message = (
            f"an array of dtype {array.dtype} holds no plain numbers;"
            " for exact entries pass nested lists or a SymPy matrix"
        )
        raise NumberError(message)
    kept = np.float32 if array.dtype == np.float32 else np.float64
    numbers = np.array(array, dtype=kept, order="C")
    # Neither holds for a NaN.
    if not (numbers.min(initial=0) >= 0 and numbers.max(initial=0) < np.inf):
        _refuse(numbers)
    numbers.setflags(write=False)
    return numbers


def _refuse(numbers: NDArray[Any]) -> NoReturn:
    """Name the first number that is not finite, else the first that is negative."""
    infinite = ~np.isfinite(numbers)
    rule, bad = ("finite", infinite) if infinite.any() else ("not negative", numbers < 0)
    place = [int(k) for k in np.argwhere(bad)[0]]
    message = f"entries are {rule}; entry {place} is {numbers[tuple(place)]}"
    raise NumberError(message)


def read_numbers(array: NDArray[Any]) -> NDArray[np.float64]:
    """Return an array as float64; raise NumberError for objects, text, NaN, ∞ and negatives."""
    return private_copy(array).astype(np.float64, copy=False)


def read_attention(
    attention: ArrayLike, nodes: Any, tolerance: float, *, causal: bool = True
) -> tuple[list[FloatMatrix], Nodes]:
    """Return the heads of attention (heads, n, n), query i and key j, and the labels.

    The tensor is copied once and checked once; heads of one mask share its adjacency. Raises
    ShapeError, NumberError or StochasticError, and CausalError unless `causal` is False.
    """
    check_tolerance(tolerance)
    array = as_array(attention, "attention")
    if array.ndim != TENSOR or array.shape[1] != array.shape[2] or 0 in array.shape:
        hint = "; index sample and layer, or use proxies" if array.ndim > TENSOR else ""
        message = f"attention has shape (heads, n, n); got {array.shape}{hint}"
        raise ShapeError(message)
    heads: list[FloatMatrix] = []
    for matrix in private_copy(array):
        known = heads[-1].adjacency if heads else None
        heads.append(FloatMatrix(matrix, ROWS, known))
    if causal:
        _check_causal(heads)
    for number, head in enumerate(heads):
        try:
            check_sums(head.matrix, ROWS, tolerance)
        except StochasticError as error:
            message = f"head {number}: {error}"
            raise StochasticError(message) from None
    return heads, _labels(nodes, array.shape[1:])


def first_rows(heads: list[FloatMatrix], size: int) -> list[FloatMatrix]:
    """Return causal heads on the first positions, which send nothing to the later ones."""
    cut: list[FloatMatrix] = []
    for head in heads:
        matrix = np.ascontiguousarray(head.matrix[:size, :size])
        matrix.setflags(write=False)
        cut.append(FloatMatrix(matrix, ROWS, cut[-1].adjacency if cut else None))
    return cut


def _check_causal(heads: list[FloatMatrix]) -> None:
    for number, head in enumerate(heads):
        order = head.adjacency.order
        if order is None or (np.diff(order) < 0).any():
            i, j = (int(k) for k in np.argwhere(np.triu(head.matrix, 1) > 0)[0])
            weight = head.matrix[i, j]
            message = (
                f"attention is causal; head {number}, query {i} gives {weight} to the later key {j}"
            )
            raise CausalError(message)


def _labels(nodes: Any, shape: tuple[int, ...]) -> Nodes:
    """Return the labels of the rows of a square matrix, their numbers by default."""
    labels = Nodes(range(shape[0]) if nodes is None else nodes)
    if len(labels) != shape[0]:
        message = f"{len(labels)} nodes for a matrix of shape {shape}"
        raise ShapeError(message)
    return labels
