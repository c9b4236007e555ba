"""The report of an attention tensor as a picture: mixing times and fidelities by layer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dagmix.analysis.layers import Layer, target_of
from dagmix.plotting.canvas import (
    MARKERS,
    WIDTH,
    Artist,
    Axes,
    Figure,
    count_along,
    need,
    outside,
    plain,
    style,
)

ASIDE = 0.08  # what two measures are moved apart, in layers
HEIGHT = 6.4  # inches


def report(layers: Sequence[Layer], *, figure: Figure | None = None) -> Figure:
    """Draw the report of `dagmix analyze`: mixing times, and fidelities beside those of best heads.

    A point is one sample; a line joins the medians of the layers. An infinite time is marked
    ∞ near the upper edge, a zero 0 near the lower one. Both axes are logarithmic, so that the
    distance from the best head up to the mixture is the amplification. Layers go by their labels;
    a target other than the last position is named.

    Parameters
    ----------
    layers : sequence of Layer
        As from `Attention.layers`.
    figure : matplotlib Figure, optional
        By default a new one.

    Returns
    -------
    Figure
        Two axes over one another: T(¼) in steps, and φ_min.

    Raises
    ------
    EmptyError
        For no layers.

    Examples
    --------
    >>> from dagmix.analysis import Attention
    >>> attention = np.tri(4)[None, None] / np.arange(1, 5)[:, None]
    >>> figure = report(list(Attention(attention).layers()))
    >>> [line.get_ydata().tolist() for line in figure.axes[0].lines]
    [[5.0], [5.0]]

    References
    ----------
    arXiv:2507.02944, Definitions 2.7, 3.10 and 3.11; the layout is that of Figure 4.
    """
    need(layers, "layer")
    if figure is None:
        figure = Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
    upper, lower = figure.subplots(2, sharex=True)
    _draw(upper, layers, "mixing_time", 0, 0)
    upper.set_ylabel("mixing time T(¼), steps")
    mixture = _draw(lower, layers, "fidelity", 0, -ASIDE)
    best = _draw(lower, layers, "best_fidelity", 1, ASIDE)
    lower.legend([mixture, best], ["mixture", "best head"])
    lower.set_ylabel("minimax fidelity φ_min")
    lower.set_xlabel("layer (points are samples, lines medians)")
    count_along(lower)
    names = {one.layer: plain(one.name) for one in layers}
    lower.xaxis.set_major_formatter(lambda x, _: names.get(round(x), ""))
    if any(one.target is not None for one in layers):
        upper.set_title(f"to {plain(target_of(layers))}", fontsize="medium")
    return figure


def _draw(
    ax: Axes, layers: Sequence[Layer], measure: str, series: int, aside: float
) -> tuple[Artist, ...]:
    """Draw a measure of all samples and the medians of the layers; return both for a legend."""
    numbers = np.array([one.layer for one in layers])
    values = np.array([getattr(one, measure) for one in layers], dtype=float)
    if ((values > 0) & (values < np.inf)).any():  # else there is no scale to choose
        ax.set_yscale("log", nonpositive="mask")
    kinds = np.unique(numbers)
    medians = [np.median(values[numbers == layer]) for layer in kinds]
    colour = style(series)["color"]
    look = {"color": colour, "linestyle": "none", "marker": MARKERS[series], "alpha": 0.5}
    points = ax.plot(numbers + aside, values, **look)
    lines = ax.plot(kinds + aside, medians, **style(series))
    outside(ax, numbers + aside, values, color=colour)
    return (*points, *lines)
