"""Convex weights α_h or β_h of heads, gates, shares ρ of residual streams, restarts α: read once.

Weights are non-negative and sum to 1, one for each head. Gates are weights of which every receiver
has its own: a row of n numbers for each head, convex at every receiver.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dagmix._engine.exact.scalars import is_negative, read_scalar
from dagmix._util.brief import brief
from dagmix.errors import DagmixError, NumberError, SymbolicError, WeightError
from dagmix.operators.read_arrays import check_tolerance, read_numbers
from dagmix.operators.read_tensors import as_numpy

if TYPE_CHECKING:
    from sympy import Expr

Gates = list[tuple[Fraction, ...]]  # a row of weights for each head, one for each receiver


def read_weights(weights: Any, heads: int, tolerance: float) -> tuple[list[Fraction | Expr], bool]:
    """Return the exact weights, and whether one was a float; uniform weights by default.

    Floats that sum to 1 within tolerance are divided by their exact sum. Symbols are free;
    the constants among them are checked as far as they can be.

    >>> read_weights(["1/3", "2/3"], 2, 1e-5)
    ([Fraction(1, 3), Fraction(2, 3)], False)
    """
    check_tolerance(tolerance)
    if weights is None:
        return [Fraction(1, heads)] * heads, False
    if not np.iterable(weights) or isinstance(weights, Mapping):
        message = f"weights come as a sequence, one for each head; got {weights!r}"
        raise WeightError(message)
    given = list(weights)
    numbers = [read_scalar(w, f"weight {h}") for h, w in enumerate(given)]
    if len(numbers) != heads:
        message = f"one weight for each head: got {len(numbers)} weights for {heads} heads"
        raise WeightError(message)
    for head, number in enumerate(numbers):
        if is_negative(number):
            message = f"weights are not negative; weight {head} is {brief(number, str)}"
            raise WeightError(message)
    symbols = [number for number in numbers if not isinstance(number, Fraction | float)]
    floats = any(isinstance(number, float) for number in numbers)
    if symbols and floats:
        message = "symbols and floats cannot be mixed among the weights; write the floats exactly"
        raise SymbolicError(message)
    if symbols:
        _check_symbols(numbers, given)
        return numbers, False
    return _normalised(numbers, tolerance if floats else 0.0), floats


def read_exact_weights(
    weights: Any, heads: int, tolerance: float, what: str
) -> tuple[Fraction, ...]:
    """Return the exact weights where all are numbers; raise SymbolicError naming `what` if not.

    >>> read_exact_weights([0.5, 0.5], 2, 1e-5, "a search")
    (Fraction(1, 2), Fraction(1, 2))
    >>> import sympy as sp
    >>> a = sp.Symbol("a")
    >>> read_exact_weights([a, 1 - a], 2, 1e-5, "a search")
    Traceback (most recent call last):
    dagmix.errors.SymbolicError: a search needs numbers as weights; got a, 1 - a
    """
    exact, _ = read_weights(weights, heads, tolerance)
    if not all(isinstance(number, Fraction) for number in exact):
        message = f"{what} needs numbers as weights; got {', '.join(map(str, exact))}"
        raise SymbolicError(message)
    return tuple(map(Fraction, exact))


def _normalised(numbers: Sequence[Any], tolerance: float) -> list[Fraction | Expr]:
    exact = [Fraction(number) for number in numbers]
    total: Fraction = sum(exact, Fraction(0))
    if abs(total - 1) > tolerance:
        shown = float(total) if tolerance else brief(total, str)
        message = f"weights sum to 1; these {len(numbers)} sum to {shown}"
        raise WeightError(message)
    return [number / total for number in exact]


def _check_symbols(numbers: Sequence[Any], given: Sequence[Any]) -> None:
    import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

    # Algebraic numbers are added as such: SymPy would not know that two roots have the sum 1.
    terms = (g if hasattr(g, "_sympy_") else n for g, n in zip(given, numbers, strict=True))
    rest = sp.simplify(sp.sympify(sum(terms)) - 1)
    known = sum(Fraction(number) for number in numbers if isinstance(number, Fraction))
    if (rest.is_number and rest != 0) or known > 1:
        message = f"weights sum to 1; {', '.join(map(str, numbers))} cannot"
        raise WeightError(message)


def as_tuples(weights: Any) -> Any:
    """Return weights, or the rows of gates, as tuples; what is no sequence as it is.

    >>> as_tuples([[1, 0.5], [0, 0.5]]), as_tuples(["1/2", 0.5]), as_tuples(None)
    (((1, 0.5), (0, 0.5)), ('1/2', 0.5), None)
    """
    if not np.iterable(weights) or isinstance(weights, Mapping):
        return weights
    rows = tuple(weights)
    nested = rows and all(np.iterable(row) and not isinstance(row, str) for row in rows)
    return tuple(map(tuple, rows)) if nested else rows


def are_gates(weights: Any) -> bool:
    """Tell whether weights, as `as_tuples` returns them, are rows, one for each head."""
    return isinstance(weights, tuple) and bool(weights) and isinstance(weights[0], tuple)


def read_gates(rows: Sequence[Any], heads: int, tolerance: float) -> tuple[Gates, bool]:
    """Return exact gates, and whether one was a float; at every receiver as `read_weights` does.

    >>> read_gates([[1, "1/2"], [0, "1/2"]], 2, 1e-5)[0][1]
    (Fraction(0, 1), Fraction(1, 2))
    """
    if len(rows) != heads or len(set(map(len, rows))) != 1:
        sizes = ", ".join(str(len(row)) for row in rows)
        message = f"weights per receiver are a row for each of {heads} heads; got rows of {sizes}"
        raise WeightError(message)
    columns, floats = list[Sequence[Fraction]](), False
    for receiver, column in enumerate(zip(*rows, strict=True)):
        try:
            columns.append(read_exact_weights(column, heads, tolerance, "a mixture by receiver"))
        except DagmixError as error:
            message = f"receiver {receiver}: {error}"
            raise type(error)(message) from None
        floats = floats or any(isinstance(number, float | np.floating) for number in column)
    return list(zip(*columns, strict=True)), floats


def read_importance(
    weights: ArrayLike | None, heads: int, receivers: int | None = None
) -> list[Fraction] | Gates:
    """Return head importances of any scale as exact convex weights.

    With a number of receivers they may be (heads, receivers): gates, convex at every receiver.
    """
    if weights is None:
        return [Fraction(1, heads)] * heads
    array = as_numpy(weights, "weights")
    if receivers is not None and array.shape == (heads, receivers):
        columns = [_importance(column, f"receiver {i}: ") for i, column in enumerate(array.T)]
        return list(zip(*columns, strict=True))
    if array.shape != (heads,):
        also = "" if receivers is None else f", or for each head and receiver, {(heads, receivers)}"
        message = f"one weight for each of {heads} heads{also}; got an array of shape {array.shape}"
        raise WeightError(message)
    return _importance(array)


def _importance(array: NDArray[Any], where: str = "") -> list[Fraction]:
    """Return numbers over their exact sum."""
    if array.dtype.kind in "biuf":
        wrong = np.flatnonzero(~((array >= 0) & (array < np.inf)))  # a NaN fails both
        for head in wrong[:1]:
            message = f"{where}weights are finite and not negative; weight {head} is {array[head]}"
            raise WeightError(message)
    numbers = read_numbers(array)
    exact = [Fraction(number) for number in numbers.tolist()]
    total = sum(exact)
    if not total:
        message = f"{where}one weight at least is positive; all are 0"
        raise WeightError(message)
    return [number / total for number in exact]


def read_residuals(residual: Any, layers: int) -> tuple[Any, ...]:
    """Return the residual of every layer, ρ with 0 ≤ ρ < 1, of one for all or one for each.

    >>> read_residuals("1/2", 2), read_residuals([0, 0.25], 2)
    ((Fraction(1, 2), Fraction(1, 2)), (Fraction(0, 1), 0.25))
    """
    is_listed = np.iterable(residual) and not isinstance(residual, str)
    given = list(residual) if is_listed else [residual] * layers
    if len(given) != layers:
        message = f"one residual for each layer: got {len(given)} for {layers} layers"
        raise WeightError(message)
    read = [read_scalar(number, f"the residual of layer {k}") for k, number in enumerate(given)]
    for layer, number in enumerate(read):
        if is_negative(number) or is_negative(1 - number) or number == 1:
            message = (
                "a residual is at least 0 and less than 1, with which nothing would move;"
                f" that of layer {layer} is {brief(number, str)}"
            )
            raise WeightError(message)
    return tuple(read)


def read_restart(alpha: Any) -> Fraction:
    """Return the probability α with which a chain goes on, exactly, 0 < α < 1.

    >>> read_restart("99/100")
    Fraction(99, 100)
    """
    share = read_scalar(alpha, "alpha")
    if not isinstance(share, Fraction | float) or not 0 < share < 1:
        message = f"alpha is a number strictly between 0 and 1; got {brief(alpha)}"
        raise NumberError(message)
    return Fraction(share)
