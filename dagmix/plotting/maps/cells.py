"""Cells of heat maps: colours with their scale, numbers in them, names beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dagmix._engine.adjacency.base import Floats
from dagmix.plotting.canvas import Axes, LogNorm, MaxNLocator, Normalize

COLOURS = "viridis"  # ordered by lightness: read without hues too
NOWHERE = "0.85"  # grey of a cell that the scale does not have: ∞, or 0 where it is logarithmic
DECADE = 10  # from the least to the greatest value, from which on the scale is logarithmic
LIGHT = 0.55  # of the scale, from which on numbers are black
ROOM = 0.17  # inches along an axis for a name; where there is less, some are named
POINTS = 72  # to the inch
LARGEST, EMS = 8.3, 4.0  # points, and width of a cell: the size of numbers
LONG_NAMES = 3  # characters, above which the names below a map are upright


def scale(table: Floats) -> Normalize:
    """Return the scale of values: logarithmic over a decade, and where no more than one is there.

    >>> type(scale(np.array([[1.0, 10.0]]))).__name__, type(scale(np.ones((1, 1)))).__name__
    ('LogNorm', 'Normalize')
    """
    finite = table[np.isfinite(table)]
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
    positive = finite[finite > 0]
    if positive.size and high >= DECADE * positive.min():
        return LogNorm(positive.min(), high)
    return Normalize(low, high)


def show(ax: Axes, table: Floats, norm: Normalize, what: str) -> None:
    """Draw the cells, and beside them the scale; NaN is blank."""
    nowhere = np.isinf(table) | ((table == 0) & isinstance(norm, LogNorm))
    look: dict[str, Any] = {"aspect": "auto", "interpolation": "nearest"}
    image = ax.imshow(np.ma.masked_where(nowhere | np.isnan(table), table), COLOURS, norm, **look)
    for row, column in np.argwhere(nowhere):
        ax.bar(column, 1, 1, row - 0.5, color=NOWHERE, zorder=0.5)
        sign = "∞" if table[row, column] else "0"
        ax.text(column, row, sign, ha="center", va="center", fontsize="small")
    ax.set(xlim=(-0.5, table.shape[1] - 0.5), ylim=(len(table) - 0.5, -0.5))
    ax.figure.colorbar(image, ax=ax, label=what)


def write_numbers(
    ax: Axes, table: Floats, norm: Normalize, bounds: NDArray[np.bool_] | None = None
) -> None:
    """Write the numbers that have a colour into their cells, with a ≤ before upper bounds."""
    width = ax.bbox.width / ax.figure.dpi * POINTS / table.shape[1]
    for (row, column), value in np.ndenumerate(table):
        share = norm(value)
        if np.isfinite(value) and not np.ma.is_masked(share):
            least = "" if bounds is None or not bounds[row, column] else "≤ "
            look: dict[str, Any] = {
                "ha": "center",
                "va": "center",
                "fontsize": min(LARGEST, width / EMS),
            }
            look["color"] = "black" if share > LIGHT else "white"
            ax.text(column, row, f"{least}{value:.3g}", **look)


def hatch(ax: Axes, cells: NDArray[np.bool_]) -> None:
    """Hatch some cells."""
    for row, column in np.argwhere(cells):
        ax.bar(column, 1, 1, row - 0.5, fill=False, hatch="//", linewidth=0, edgecolor="0.5")


def name(axis: Any, names: Sequence[str]) -> None:
    """Name the rows or columns; of very many, some."""
    upright = axis.axis_name == "x" and max(map(len, names)) > LONG_NAMES
    box = axis.axes.bbox
    length = (box.width if axis.axis_name == "x" else box.height) / axis.axes.figure.dpi
    if ROOM * len(names) <= length:
        axis.set_ticks(range(len(names)), names)
    else:
        axis.set_major_locator(MaxNLocator(integer=True))
        axis.set_major_formatter(lambda x, _: dict(enumerate(names)).get(int(x), ""))
    axis.set_tick_params(rotation=90 if upright else 0)
