"""Pictures that compare: numbers of heads, layer by layer (Figure 4), and kinds of graphs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dagmix._engine.adjacency.base import Floats
from dagmix.errors import NumberError, ShapeError
from dagmix.families.measures import Measures, describe
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.plotting.canvas import (
    Axes,
    axes_on,
    logarithmic,
    marker,
    need,
    outside,
    plain,
    plain_logarithm,
    style,
)

SEEDS = 2  # the axis of the seeds
DECADE = 10  # from the least to the greatest value, from which on an axis is logarithmic
MOST_ROWS = 6  # of a legend


def head_counts(
    counts: Sequence[int],
    values: ArrayLike,
    measure: str,
    *,
    spread: ArrayLike | None = None,
    layers: Sequence[Any] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a measure of each layer over the number of heads (Figure 4).

    The number of heads has a logarithmic axis. So has the measure, where all of it is positive and
    some is ten times some other.

    Parameters
    ----------
    counts : sequence of int
        Numbers of heads, one for each row of `values`.
    values : array
        (counts, layers), or (counts, layers, seeds): then means are drawn, with a band of one
        sample standard deviation on either side.
    measure : str
        What was measured, and in which unit.
    spread : array, optional
        (counts, layers), half the width of the band where `values` holds means.
    layers : sequence, optional
        Names of the layers, such as the paper's L1 to L4; by default "layer 0" and so on.
    ax : matplotlib Axes, optional
        By default those of a new figure.

    Returns
    -------
    Axes
        A line for each layer, and its band.

    Raises
    ------
    ShapeError, NumberError
        For shapes other than these or another number of names, for values that are not finite
        and counts that are not positive.

    Examples
    --------
    >>> ax = head_counts([1, 4], [[9.0, 8.0], [3.0, 2.0]], "mixing time, steps")
    >>> [(line.get_label(), line.get_ydata().tolist()) for line in ax.lines]
    [('layer 0', [9.0, 3.0]), ('layer 1', [8.0, 2.0])]

    References
    ----------
    arXiv:2507.02944, Figure 4.
    """
    means, widths = _means(counts, values, spread)
    names = _layer_names(layers, means.shape[1])
    ax = axes_on(ax)
    for layer, line in enumerate(means.T):
        look = style(layer)
        ax.plot(counts, line, marker=marker(layer), label=plain(names[layer]), **look)
        if widths is not None:
            low, high = line - widths[:, layer], line + widths[:, layer]
            ax.fill_between(counts, low, high, color=look["color"], alpha=0.2, linewidth=0)
    if means.min() > 0 and means.max() >= DECADE * means.min():
        ax.set_yscale("log", nonpositive="clip")
        plain_logarithm(ax.yaxis)
    ax.set_xscale("log", base=2)
    ax.set_xticks(counts, list(map(str, counts)))
    ax.xaxis.minorticks_off()
    ax.set_xlabel("heads")
    ax.set_ylabel(measure)
    ax.legend(ncols=1 + (len(names) - 1) // MOST_ROWS)
    return ax


def _layer_names(layers: Sequence[Any] | None, count: int) -> Sequence[Any]:
    names = [f"layer {layer}" for layer in range(count)] if layers is None else layers
    if len(names) != count:
        message = f"one name for each of {count} layers; got {len(names)}"
        raise ShapeError(message)
    return names


def _means(
    counts: Sequence[int], values: ArrayLike, spread: ArrayLike | None
) -> tuple[Floats, Floats | None]:
    """Return means and half widths of bands, (counts, layers) each."""
    if not all(count > 0 for count in counts):
        message = f"numbers of heads are positive; got {list(counts)}"
        raise NumberError(message)
    array = _finite(values)
    if array.ndim not in (2, 3) or len(array) != len(counts) or 0 in array.shape:
        message = (
            f"values have shape (counts, layers) or (counts, layers, seeds) with {len(counts)}"
            f" counts, none of it 0; got {array.shape}"
        )
        raise ShapeError(message)
    if spread is not None:
        widths = _finite(spread)
        if array.ndim == SEEDS + 1 or widths.shape != array.shape:
            message = (
                "a spread goes with means, both of shape (counts, layers);"
                f" got {widths.shape} with {array.shape}"
            )
            raise ShapeError(message)
        return array, widths
    if array.ndim == SEEDS:
        return array, None
    several = array.shape[SEEDS] > 1
    return array.mean(axis=SEEDS), array.std(axis=SEEDS, ddof=1) if several else None


def _finite(values: ArrayLike) -> Floats:
    array = np.asarray(values, dtype=float)
    wrong = np.argwhere(~np.isfinite(array))
    if wrong.size:
        where = tuple(wrong[0].tolist())
        message = f"a mean needs finite numbers; got {array[where]} at {list(where)}"
        raise NumberError(message)
    return array


def trade_off(
    curves: Mapping[str, Iterable[FeedforwardDAG | Measures | tuple[Any, Any]]],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Scatter the normalised minimax fidelity n · φ_min over the mixing time T(¼), log-log.

    A fidelity of 0 is marked 0 near the lower edge.

    Parameters
    ----------
    curves : mapping
        Of names to points, which a thin line joins in their order: graphs with a unique
        sink, what `dagmix.families.describe` says of them, or pairs (T, n · φ_min).
    ax : matplotlib Axes, optional
        By default those of a new figure.

    Returns
    -------
    Axes
        A line with marks for each name; T in steps. Better is to the left and higher.

    Raises
    ------
    NumberError
        For a pair that is not finite, for a time of 0, a negative fidelity.
    EmptyError, SinkError
        For no names or no points, for a graph without a unique sink.

    Examples
    --------
    >>> from dagmix import families
    >>> ax = trade_off({"line": [families.line(4), families.line(8)]})
    >>> ax.lines[0].get_xydata()[0].tolist()
    [7.0, 1.5]

    References
    ----------
    arXiv:2502.06751, which compares graphs by these two measures.
    """
    points = {name: [_point(found) for found in curve] for name, curve in curves.items()}
    need(points, "name")
    ax = axes_on(ax)
    for k, (name, curve) in enumerate(points.items()):
        need(curve, f"point of {name}")
        times, fidelities = zip(*curve, strict=True)
        look = {"marker": marker(k), "linewidth": 1, **style(k)}
        ax.plot(times, fidelities, label=plain(name), **look)
        outside(ax, times, fidelities, color=style(k)["color"])
    logarithmic(ax)
    ax.set_xlabel("mixing time T(¼), steps")
    ax.set_ylabel("normalised minimax fidelity n · φ_min")
    ax.legend()
    return ax


def _point(found: FeedforwardDAG | Measures | tuple[Any, Any]) -> tuple[float, float]:
    if isinstance(found, FeedforwardDAG):
        found = describe(found)
    if isinstance(found, Measures):
        found = found.mixing_time, found.normalised_fidelity
    time, fidelity = map(float, found)
    if not (0 < time < np.inf and 0 <= fidelity < np.inf):
        message = (
            "a trade-off has a positive, finite time and a finite fidelity of at least 0;"
            f" got {(time, fidelity)}"
        )
        raise NumberError(message)
    return time, fidelity
