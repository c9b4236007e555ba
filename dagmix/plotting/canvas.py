"""Figures, colours, axes, files of pictures: all that needs matplotlib.

Figures are made without pyplot, so that drawing changes no state but the picture's own.
"""

from __future__ import annotations

import os
from collections.abc import Sized
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatter, MaxNLocator
from matplotlib.transforms import Affine2D, Bbox

from dagmix._util.files import replacing
from dagmix.errors import EmptyError, FileError, KindError

__all__ = [
    "COLOURS",
    "EDGE",
    "FORMATS",
    "LARGEST_PART",
    "MARKERS",
    "WIDTH",
    "Affine2D",
    "Artist",
    "Axes",
    "Figure",
    "LogNorm",
    "MaxNLocator",
    "Normalize",
    "axes_on",
    "check_result",
    "check_target",
    "colormaps",
    "count_along",
    "count_up",
    "logarithmic",
    "marker",
    "need",
    "number",
    "outside",
    "plain",
    "plain_logarithm",
    "save",
    "style",
]

# Okabe and Ito's colours, which colour-blind readers can distinguish, without the pale yellow.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = "osD^v*P"
# Six, which has no divisor in common with the seven colours: 42 pairs come before the first again.
LINES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (3, 1, 3, 3)))
WIDTH, HEIGHT = 6.4, 4.0  # inches
LARGEST_PART = 10_000  # of a fraction that is written out
DPI = 150
MARGIN = 0.05  # inches about what stands out of a figure
EDGE = 0.06  # from the edge of the axes, as a share of their height
FORMATS = (".png", ".svg", ".pdf")


def axes_on(ax: Axes | None, width: float = WIDTH, height: float = HEIGHT) -> Axes:
    """Return the axes given, or those of a new figure of so many inches.

    >>> axes_on(None).figure.get_size_inches().tolist()
    [6.4, 4.0]
    """
    if ax is not None:
        return ax
    return Figure(figsize=(width, height), layout="constrained").subplots()


def style(number: int) -> dict[str, Any]:
    """Return colour and line style of the curve or head with this number, from 0.

    Both change from one to the next, so that either distinguishes neighbours; 42 differ.

    >>> style(1)
    {'color': '#D55E00', 'linestyle': '--'}
    """
    colour, line = COLOURS[number % len(COLOURS)], LINES[number % len(LINES)]
    return {"color": colour, "linestyle": line}


def marker(number: int) -> str:
    """Return the marker that goes with `style`: another one where the colours come round again.

    >>> marker(0), marker(1), marker(7)
    ('o', 's', 's')
    """
    return MARKERS[(number + number // len(COLOURS)) % len(MARKERS)]


def number(value: Any, *, exact: bool = True) -> str:
    """Write a number for a label: a short fraction as it is, anything else rounded.

    >>> number(Fraction(3, 8)), number(Fraction(1, 10**9)), number(0.375, exact=False)
    ('= 3/8', '≈ 1e-09', '≈ 0.375')
    """
    if exact and isinstance(value, int | Fraction):
        top, bottom = value.as_integer_ratio()
        if max(abs(top), bottom) < LARGEST_PART:
            return f"= {value}"
    return f"≈ {float(value):.4g}"


def plain(name: Any) -> str:
    r"""Return a user's name as matplotlib shows it: it reads dollars, and hides a first `_`.

    >>> plain("_"), plain("$5")
    (' _', '\\$5')
    """
    text = str(name).replace("$", r"\$")
    return f" {text}" if text.startswith("_") else text


def need(items: Sized, what: str) -> None:
    """Raise EmptyError where there is nothing to draw."""
    if not len(items):
        message = f"a picture needs at least one {what}"
        raise EmptyError(message)


def check_result(found: Any, kinds: type | tuple[type, ...], example: str) -> None:
    """Raise KindError unless what is to be drawn is a result of one of these classes."""
    if not isinstance(found, kinds):
        message = f"a result is drawn, as in {example}; got {found!r}"
        raise KindError(message)


def count_along(ax: Axes, most: int = 10) -> None:
    """Put the ticks of the x-axis at whole numbers: steps, layers; no more of them than that."""
    ax.xaxis.set_major_locator(MaxNLocator(most, integer=True, min_n_ticks=1))


def count_up(ax: Axes) -> None:
    """Put the ticks of the y-axis at whole numbers."""
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))


class PlainLog(LogFormatter):
    """Ticks of a logarithmic axis as plain numbers, where matplotlib would put a label at all."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Return the label of a tick, empty where it has none."""
        return f"{x:g}" if super().__call__(x, pos) else ""


def logarithmic(ax: Axes) -> None:
    """Make both axes logarithmic, labelled in plain numbers, between the decades too where few."""
    ax.set_xscale("log")
    ax.set_yscale("log", nonpositive="mask")
    plain_logarithm(ax.xaxis)
    plain_logarithm(ax.yaxis)


def plain_logarithm(axis: Any) -> None:
    """Label a logarithmic axis in plain numbers, between the decades too where these are few."""
    axis.set_major_formatter(PlainLog())
    axis.set_minor_formatter(PlainLog(minor_thresholds=(2, 0.4)))


def outside(ax: Axes, x: Any, y: Any, **marks: Any) -> None:
    """Mark what a logarithmic y-axis cannot show: ∞ near its upper edge, 0 near its lower one."""
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    across = ax.get_xaxis_transform()
    for found, edge, sign in ((np.isinf(y), 1 - EDGE, "$\\infty$"), (y == 0, EDGE, "$0$")):
        if found.any():
            ax.plot(
                x[found],
                np.full(found.sum(), edge),
                marker=sign,
                markersize=9,
                linestyle="none",
                transform=across,
                **marks,
            )


def check_target(path: Path) -> None:
    """Raise FileError unless a picture can be kept under this name."""
    if path.suffix.lower() not in FORMATS:
        message = f"{path}: the name of a picture ends in {', '.join(FORMATS)}"
        raise FileError(message)
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        message = f"{path} cannot be written: its folder must be there and writable"
        raise FileError(message)


def save(picture: Axes | Figure, path: Path | str) -> None:
    """Keep a picture as .png, .svg or .pdf; the file is there whole or not at all.

    What stands out of the figure, such as a legend beside narrow axes, is kept too: the picture
    is then larger than the figure.

    Parameters
    ----------
    picture : Axes or Figure
        For axes, the whole figure they are on.
    path : str or Path
        Its ending says the format; a file that is there is replaced.

    Raises
    ------
    FileError
        For another ending, or a folder that is missing or not writable.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from dagmix import FeedforwardDAG
    >>> from dagmix.plotting import graph
    >>> with TemporaryDirectory() as folder:
    ...     save(graph(FeedforwardDAG(["ab"])), Path(folder) / "edge.png")
    ...     [path.name for path in Path(folder).iterdir()]
    ['edge.png']

    References
    ----------
    Pictures in the manner of arXiv:2507.02944.
    """
    target, figure = Path(path), picture.figure
    check_target(target)
    with replacing(target) as scratch:
        figure.figure.savefig(scratch, dpi=DPI, bbox_inches=_whole(figure.figure))


def _whole(figure: Any) -> Bbox:
    """Return the part of the plane, in inches, that holds a figure and all that stands out."""
    figure.draw_without_rendering()
    drawn = figure.get_tightbbox()
    inside = Bbox.from_bounds(0, 0, *figure.get_size_inches())
    outer = Bbox.union([inside, drawn])
    extents, edges = np.array(outer.extents), np.array(inside.extents)
    beyond = np.where(np.abs(extents - edges) > 1 / DPI, MARGIN, 0)
    return Bbox.from_extents(*(extents + beyond * [-1, -1, 1, 1]))
