"""Heat maps: a measure of every head of every layer, the weights between tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dagmix._engine.adjacency.base import Floats
from dagmix._engine.exact.scalars import read_steps
from dagmix._util.brief import brief
from dagmix.analysis.layers import Layer
from dagmix.errors import KindError, NumberError, ShapeError
from dagmix.graphs.labels import SHOWN
from dagmix.operators.base import Operator
from dagmix.plotting.canvas import Axes, Normalize, axes_on, need, plain
from dagmix.plotting.maps.cells import hatch, name, scale, show, write_numbers

ROOM, BAR = 0.62, 1.6  # inches for a head or a layer, and for the scale beside them
NARROW, LOW = 4.0, 2.4  # inches
SQUARE = (6.4, 5.4)  # inches
MOST_CELLS = 16  # heads or layers, with a number in each cell
MEASURES = {"fidelity": "minimax fidelity φ_min", "mixing_time": "mixing time T(¼), steps"}


def heads(
    values: Sequence[Layer] | ArrayLike, measure: str = "fidelity", *, ax: Axes | None = None
) -> Axes:
    """Draw a measure of every head of every layer as a heat map.

    The scale is logarithmic where everything on it is positive and something is ten times
    something else. Cells of ∞, and of 0 on a logarithmic scale, are grey and say so; NaN is blank.
    Up to 16 layers and heads the numbers are written into the cells.

    Parameters
    ----------
    values : sequence of Layer, or array of shape (layers, heads)
        Of layers the medians over samples are drawn. Where some sample only has bounds of a
        head, the median is of the upper ones: the number has a "≤", and a cell without a number
        is hatched.
    measure : str
        Of layers "fidelity" or "mixing_time"; of an array what it holds, and in which unit.
    ax : matplotlib Axes, optional
        By default those of a new figure, as large as the map asks for.

    Returns
    -------
    Axes
        The map as its image, heads from left to right and layers downwards.

    Raises
    ------
    EmptyError, ShapeError
        For no layers, for another shape or none of it.
    KindError, NumberError
        For another measure of layers, for what is no array of numbers, for negative ones.

    Examples
    --------
    >>> from dagmix.analysis import trained_attention
    >>> ax = heads(list(trained_attention().layers()), "mixing_time")
    >>> ax.images[0].get_array().tolist()
    [[13.0, 15.0, 12.5, 12.5], [20.5, 16.5, 18.0, 19.5]]

    References
    ----------
    arXiv:2507.02944, Definitions 2.7 and 3.5.
    """
    layers = list(values) if isinstance(values, Sequence) else []
    if isinstance(values, Sequence) and all(isinstance(one, Layer) for one in values):
        need(layers, "layer")
        names, table, bounds = _medians(layers, measure)
        measure = MEASURES[measure]
    else:
        table = _read_table(values, "(layers, heads)")
        names, bounds = list(map(str, range(len(table)))), np.zeros(table.shape, dtype=bool)
    count = table.shape[1]
    ax = axes_on(ax, max(NARROW, ROOM * count + BAR), max(LOW, ROOM * len(table)))
    norm = scale(table)
    show(ax, table, norm, measure)
    if max(table.shape) <= MOST_CELLS:
        write_numbers(ax, table, norm, bounds)
    else:
        hatch(ax, bounds)
    name(ax.xaxis, list(map(str, range(count))))
    name(ax.yaxis, names)
    ax.set_xlabel("head")
    ax.set_ylabel("layer")
    return ax


def tokens(
    matrix: Operator | ArrayLike,
    labels: Sequence[Any] | None = None,
    *,
    steps: int = 1,
    ax: Axes | None = None,
) -> Axes:
    """Draw the weights, or the signals after some steps, between all tokens as a heat map.

    The map shows Mᵗ: in row i and column j the weight that receiver i, the query, gives to sender
    j, the key; after t steps the signal of j at i, or of a walk the probability to be at i. Zeros
    are blank. Up to 12 tokens the numbers are written into the cells.

    Parameters
    ----------
    matrix : operator, or array of shape (n, n)
        A walk, a diffusion or a mixture, or one head of an attention tensor.
    labels : sequence, optional
        One for each token; by default the nodes of the operator, or the numbers from 0.
    steps : int
        The t of Mᵗ.
    ax : matplotlib Axes, optional
        By default those of a new figure.

    Returns
    -------
    Axes
        The map as its image, senders from left to right and receivers downwards.

    Raises
    ------
    KindError, ShapeError, NumberError
        For what is no array of numbers, another shape or another number of labels, for entries
        that are negative or not finite; for an operator too large for a matrix.
    SymbolicError, StepError
        For an operator with symbols, for steps that are negative or fractional.

    Examples
    --------
    >>> from dagmix import DiffusionOperator, FeedforwardDAG
    >>> ax = tokens(DiffusionOperator(FeedforwardDAG(["ab"])), steps=2)
    >>> ax.images[0].get_array().filled(0).tolist()
    [[1.0, 0.0], [0.75, 0.25]]

    References
    ----------
    arXiv:2507.02944, Definitions 3.1 and 3.2; arXiv:1706.03762 (attention).
    """
    if isinstance(matrix, Operator):
        table, default = matrix.matrix, list(matrix.nodes)
    else:
        table = _read_square(matrix)
        default = list(range(len(table)))
    names = [plain(label) for label in (default if labels is None else labels)]
    if len(names) != len(table):
        message = f"one label for each of {len(table)} tokens; got {len(names)}"
        raise ShapeError(message)
    power = np.linalg.matrix_power(table, read_steps(steps, "steps"))
    ax = axes_on(ax, *SQUARE)
    reached = np.where(power > 0, power, np.nan)
    norm = Normalize(0, power.max())
    show(ax, reached, norm, "weight" if steps == 1 else f"signal after {steps} steps")
    if len(names) <= SHOWN:
        write_numbers(ax, reached, norm)
    name(ax.xaxis, names)
    name(ax.yaxis, names)
    ax.set_xlabel("sender j (key)")
    ax.set_ylabel("receiver i (query)")
    return ax


def _medians(layers: Sequence[Layer], measure: str) -> tuple[list[str], Floats, NDArray[np.bool_]]:
    """Return the layers' names, medians over samples, and which of them may be less."""
    if measure not in MEASURES:
        message = f"of layers {' or '.join(MEASURES)} is drawn; got {brief(measure)}"
        raise KindError(message)
    if len({len(one.heads) for one in layers}) != 1:
        message = "every layer has the same number of heads"
        raise ShapeError(message)
    numbers = sorted({one.layer for one in layers})
    samples = [[one.heads for one in layers if one.layer == number] for number in numbers]
    upper, bounds = [], []
    for heads_of in samples:
        most = [[getattr(h, f"{measure}_bounds")[1] for h in heads] for heads in heads_of]
        upper.append(np.median(most, axis=0))
        bounds.append(np.any([[getattr(h, measure) is None for h in one] for one in heads_of], 0))
    names = {one.layer: plain(one.name) for one in layers}
    return [names[number] for number in numbers], np.array(upper), np.array(bounds)


def _read_table(values: Any, what: str) -> Floats:
    """Return a non-empty array of two dimensions and numbers of at least 0, or NaN."""
    try:
        table = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        message = f"an array of shape {what} is drawn; got {brief(values)}"
        raise KindError(message) from None
    if table.ndim != 2 or 0 in table.shape:  # noqa: PLR2004 - rows and columns
        message = f"an array of shape {what} is drawn, none of it 0; got {table.shape}"
        raise ShapeError(message)
    if (table < 0).any():
        where = np.argwhere(table < 0)[0].tolist()
        message = f"a map shows numbers of at least 0; got {table[tuple(where)]} at {where}"
        raise NumberError(message)
    return table


def _read_square(matrix: Any) -> Floats:
    """Return a square array of finite numbers of at least 0."""
    table = _read_table(matrix, "(n, n), or an operator,")
    if len(table) != len(table.T):
        message = f"weights between tokens have shape (n, n); got {table.shape}"
        raise ShapeError(message)
    if not np.isfinite(table).all():
        where = np.argwhere(~np.isfinite(table))[0].tolist()
        message = f"weights are finite numbers; got {table[tuple(where)]} at {where}"
        raise NumberError(message)
    return table
