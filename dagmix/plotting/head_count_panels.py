"""Figure 4: mixing time and fidelity of every layer over the number of heads, task by task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from dagmix._engine.adjacency.base import Floats
from dagmix.errors import NumberError, ShapeError
from dagmix.plotting.canvas import MARKERS, WIDTH, Axes, Figure, logarithmic, need, plain, style

Pair = tuple[ArrayLike, ArrayLike]

HEIGHT = 5.6  # inches, of two rows
MEASURES = ("steps to the last position", "minimax fidelity, %")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
GREY = "#555555"
SHIFT = 0.06  # of a layer beside the next, so that bars do not hide each other


def figure_4(
    counts: Sequence[int],
    layers: Sequence[str],
    mixing: Mapping[str, Pair],
    fidelity: Mapping[str, Pair],
    uniform: tuple[float, float] | None = None,
    *,
    figure: Figure | None = None,
) -> Figure:
    """Draw mixing times above fidelities, a column for each task, over the number of heads.

    Parameters
    ----------
    counts : sequence of int
        Numbers of heads, which are drawn at equal distances.
    layers : sequence of str
        Their names.
    mixing, fidelity : mapping
        Of the same tasks to means and standard deviations, each of shape (counts, layers); in
        steps, which are positive and have a logarithmic axis, and in percent.
    uniform : pair of floats, optional
        Mixing time and fidelity of uniform attention: a grey line.
    figure : matplotlib Figure, optional
        By default a new one. Its layout becomes a constrained one.

    Returns
    -------
    Figure
        A line for each layer, with bars of one standard deviation on either side.

    Raises
    ------
    EmptyError
        Without a task.
    ShapeError
        For arrays of another shape, for tasks without one of the two measures.
    NumberError
        For numbers that are not finite, for mixing times that are not positive.

    Examples
    --------
    >>> zero = [[0.0], [0.0]]
    >>> times, shares = {"copy": ([[9.0], [3.0]], zero)}, {"copy": ([[0.1], [0.5]], zero)}
    >>> figure = figure_4([1, 4], ["L1"], times, shares, uniform=(3.6, 1.0))
    >>> [ax.get_title(loc="left") for ax in figure.axes]
    ['(a) copy', '(b) copy']

    References
    ----------
    arXiv:2507.02944, Figure 4.
    """
    need(mixing, "task")
    if mixing.keys() != fidelity.keys():
        message = f"both measures have the same tasks; got {list(mixing)} and {list(fidelity)}"
        raise ShapeError(message)
    shape = (len(counts), len(layers))
    if figure is None:
        figure = Figure(figsize=(WIDTH + 1, HEIGHT))
    figure.set_layout_engine("constrained")
    rows = figure.subplots(2, len(mixing), squeeze=False, sharex=True)
    for ax in rows[0, 1:]:
        ax.sharey(rows[0, 0])
    panels = [(row, task, pair) for row, found in enumerate((mixing, fidelity))
              for task, pair in found.items()]  # fmt: skip
    for letter, ax, (row, task, pair) in zip(LETTERS, rows.flat, panels, strict=False):
        means, deviations = (_read(part, shape, f"{MEASURES[row]}, {task}") for part in pair)
        if row == 0:
            _logarithmic(ax, means, task)
        _draw(ax, means, deviations, layers)
        if uniform is not None:
            ax.axhline(uniform[row], color=GREY, linewidth=1, zorder=0, label="uniform attention")
        ax.set_title(f"({letter}) {plain(task)}", loc="left")
        ax.set_xticks(range(len(counts)), labels=map(str, counts))
    for row, measure in enumerate(MEASURES):
        rows[row, 0].set_ylabel(measure)
    for ax in rows[-1]:
        ax.set_xlabel("heads")
    figure.legend(*rows[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    return figure


def _read(values: ArrayLike, shape: tuple[int, int], where: str) -> Floats:
    """Return an array of this shape; raise ShapeError or NumberError."""
    array = np.asarray(values, dtype=float)
    if array.shape != shape:
        message = f"{where}: the shape is (counts, layers) = {shape}; got {array.shape}"
        raise ShapeError(message)
    if not np.isfinite(array).all():
        message = f"{where}: numbers are finite; got {array[~np.isfinite(array)][0]}"
        raise NumberError(message)
    return array


def _logarithmic(ax: Axes, means: Floats, task: str) -> None:
    if means.min() <= 0:
        message = f"{MEASURES[0]}, {task}: numbers are positive; got {means.min()}"
        raise NumberError(message)
    logarithmic(ax)
    ax.set_xscale("linear")


def _draw(ax: Axes, means: Floats, deviations: Floats, layers: Sequence[str]) -> None:
    for k, name in enumerate(layers):
        look = {**style(k), "marker": MARKERS[k % len(MARKERS)], "capsize": 2}
        across = np.arange(len(means)) + SHIFT * (k - (len(layers) - 1) / 2)
        ax.errorbar(across, means[:, k], deviations[:, k], label=plain(name), **look)
