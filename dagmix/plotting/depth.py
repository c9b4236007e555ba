"""Pictures of stacks of layers: signals through depth, shares of heads, rollout beside flow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dagmix.depth.stack import LayerStack
from dagmix.errors import KindError, NumberError, ShapeError
from dagmix.graphs.labels import Node
from dagmix.operators.read_tensors import as_numpy
from dagmix.plotting.canvas import (
    MARKERS,
    Artist,
    Axes,
    axes_on,
    check_result,
    colormaps,
    count_along,
    count_up,
    outside,
    plain,
    style,
)

LABELLED = 40  # positions that all have their names on the axis
LONG = 2  # characters of a name that stands upright
WRITTEN = 100  # shares that are written into their cells
DARK = 0.5  # a share above it is written in white
TABLE = 2  # dimensions: layers, heads
SLACK = 1e-2  # of a sum of shares, in half precision too
SEQUENTIAL = "Blues"
EXAMPLE = "LayerStack([layer, layer])"


def depth_signals(stack: LayerStack, *, ax: Axes | None = None) -> Axes:
    """Draw the signals s_t(j) = (Â_t ⋯ Â_1)[τ, j] as a map, layers t over positions j.

    The colours are logarithmic; what is not in τ at all is grey. A dot marks where the depth
    fidelity of j, max_t s_t(j), is attained first.

    Parameters
    ----------
    stack : LayerStack
        In numbers.
    ax : matplotlib Axes, optional
        By default those of a new figure.

    Returns
    -------
    Axes
        Row 0, no layer, at the bottom; beside them the scale.

    Raises
    ------
    KindError, SymbolicError
        For anything but a stack; for symbols.

    Examples
    --------
    >>> from dagmix import DiffusionOperator
    >>> layer = DiffusionOperator.from_matrix([[1, 0], ["1/2", "1/2"]])
    >>> ax = depth_signals(LayerStack([layer, layer]))
    >>> ax.images[0].get_array().tolist()
    [[None, 1.0], [0.25, 0.75], [0.4375, 0.5625]]

    References
    ----------
    Rollout up to each layer, arXiv:2005.00928; the maximum is arXiv:2507.02944, Definition 3.3.
    """
    check_result(stack, LayerStack, EXAMPLE)
    first = [stack.node_fidelity(node).times[0] for node in stack.nodes]
    values = stack.signals().astype(float)
    ax = axes_on(ax)
    shown = np.ma.masked_equal(values, 0)
    colours = colormaps[SEQUENTIAL].with_extremes(bad="0.8")
    image = ax.imshow(shown, cmap=colours, norm="log", aspect="auto", origin="lower")
    ax.figure.colorbar(image, ax=ax, label=f"signal at {plain(stack.sink.node)}")
    ax.plot(first, "o", color=style(1)["color"], ms=3)
    _name_positions(ax, stack.nodes)
    count_up(ax)
    ax.set_ylabel("layers passed, t")
    return ax


def head_shares(shares: ArrayLike, *, ax: Axes | None = None) -> Axes:
    """Draw what share of a signal goes through each head of each layer, and the residual streams.

    Parameters
    ----------
    shares : array, shape (layers, heads)
        As from `proxies.head_shares`, of one sample: non-negative, at most 1 together in a layer.
        What is missing to 1 is the residual stream's, the last column.
    ax : matplotlib Axes, optional
        By default those of a new figure.

    Returns
    -------
    Axes
        Layer 0 at the bottom; up to 100 shares are written out.

    Raises
    ------
    KindError, NumberError, ShapeError
        For what is no array of numbers; for negative or missing ones, and for a layer with more
        than 1; for another number of dimensions, no layers or no heads.

    Examples
    --------
    >>> ax = head_shares([[0.5, 0.25], [0.125, 0.75]])
    >>> ax.images[0].get_array().tolist()
    [[0.5, 0.25, 0.25], [0.125, 0.75, 0.125]]

    References
    ----------
    The shares of `dagmix.proxies.head_shares`, arXiv:2005.00928 taken apart by head.
    """
    table = _read_shares(shares)
    layers, columns = table.shape
    ax = axes_on(ax)
    image = ax.imshow(table, cmap=SEQUENTIAL, vmin=0, vmax=1, aspect="auto", origin="lower")
    ax.figure.colorbar(image, ax=ax, label="share of the signal")
    if table.size <= WRITTEN:
        for (layer, head), share in np.ndenumerate(table):
            colour = "white" if share > DARK else "black"
            ax.text(head, layer, f"{share:.2f}", ha="center", va="center", color=colour)
    ax.set_xticks(range(columns), [*map(str, range(columns - 1)), "residual"])
    ax.set_yticks(range(layers))
    ax.axvline(columns - 1.5, color="white", lw=3)
    ax.set(xlabel="head", ylabel="layer")
    return ax


def rollout(stack: LayerStack, *, ax: Axes | None = None) -> Axes:
    """Draw rollout R[τ, j] and attention flow F(τ, j) over the positions j.

    Rollout is at most flow; a grey line joins the two. Rollout adds up to 1, flow does not.

    Parameters
    ----------
    stack : LayerStack
        In numbers.
    ax : matplotlib Axes, optional
        By default those of a new figure.

    Returns
    -------
    Axes
        Marks on a logarithmic axis; those of what does not reach τ are 0 near its lower edge.

    Raises
    ------
    KindError, SymbolicError, SizeError
        For anything but a stack; for symbols; for a flow that is too large.

    Examples
    --------
    >>> from dagmix import DiffusionOperator
    >>> layer = DiffusionOperator.from_matrix([[1, 0], ["1/2", "1/2"]])
    >>> [line.get_ydata().tolist() for line in rollout(LayerStack([layer, layer])).lines]
    [[0.4375, 0.5625], [0.5, 0.75]]

    References
    ----------
    Abnar and Zuidema, arXiv:2005.00928.
    """
    check_result(stack, LayerStack, EXAMPLE)
    flows = np.array([float(stack.flow(node)) for node in stack.nodes])
    shares = np.array([float(stack.signal(node)) for node in stack.nodes])
    ax = axes_on(ax)
    ax.set_yscale("log", nonpositive="mask")
    places = np.arange(len(flows))
    met = shares > 0
    ax.vlines(places[met], shares[met], flows[met], color="0.7", lw=1)
    for series, (name, values) in enumerate((("rollout", shares), ("flow", flows))):
        _draw_marks(ax, places, values, name, series)
    ax.legend()
    _name_positions(ax, stack.nodes)
    ax.set_ylabel(f"what arrives at {plain(stack.sink.node)}")
    return ax


def _draw_marks(ax: Axes, places: Any, values: Any, name: str, series: int) -> Sequence[Artist]:
    colour = style(series)["color"]
    drawn: Sequence[Artist] = ax.plot(
        places, values, linestyle="none", marker=MARKERS[series], color=colour, label=name
    )
    outside(ax, places, values, color=colour)
    return drawn


def _name_positions(ax: Axes, nodes: Sequence[Node]) -> None:
    """Put the names of positions on the x-axis, all of them where there is room."""
    names = [plain(node) for node in nodes]
    if len(names) <= LABELLED:
        upright = 90 if max(len(str(node)) for node in nodes) > LONG else 0
        ax.set_xticks(range(len(names)), names, rotation=upright)
    else:
        count_along(ax)
        ax.xaxis.set_major_formatter(lambda x, _: dict(enumerate(names)).get(round(x), ""))
    ax.set_xlabel("position j")


def _read_shares(shares: ArrayLike) -> Any:
    """Return the shares with those of the residual streams as a last column."""
    table = as_numpy(shares, "shares")
    if not (np.issubdtype(table.dtype, np.floating) or np.issubdtype(table.dtype, np.integer)):
        message = f"shares are numbers; got an array of dtype {table.dtype}"
        raise KindError(message)
    if table.ndim != TABLE or 0 in table.shape:
        message = f"shares have shape (layers, heads), of one sample; got {table.shape}"
        raise ShapeError(message)
    table = table.astype(float)
    rest = 1 - table.sum(axis=1, keepdims=True)
    if not ((table >= 0).all() and (rest >= -SLACK).all()):
        message = (
            "shares are at least 0, and those of a layer at most 1 together;"
            " they are NaN where no signal leads from the source to the target"
        )
        raise NumberError(message)
    return np.hstack([table, np.maximum(rest, 0)])
