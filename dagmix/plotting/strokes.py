"""Strokes of drawings of graphs: arrows for edges, self-loops, nodes with their labels.

An edge is as wide as it weighs; there are no more edges than can be distinguished.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from dagmix._engine.adjacency.base import Adjacency, Floats
from dagmix._engine.exact.scalars import read_scalar
from dagmix._util.brief import brief
from dagmix.errors import NumberError, ShapeError
from dagmix.graphs.labels import Nodes
from dagmix.plotting.canvas import Axes, plain
from dagmix.plotting.layout import Arc

Bundle = list[tuple[Arc, float]]  # the edges of a head and their widths, in points

MOST_EDGES = 300  # which are drawn in about a second, and more are a solid hill
ALIKE = 1 - 1e-9  # of the greatest weight: from here on weights differ by roundings only
EVEN, THINNEST, THICKEST = 1.5, 0.5, 3.0  # points: edges of equal weights, the least and the most
SIZE = 22  # points across a node
GAP = 12  # points from the centre of a node to an arrow
SHORT = 3  # characters that fit into a node
LOOP = (0.13, 0.2)  # half the width of a self-loop and its distance to the centre, in nodes
DARK = "#333333"


def weighed(
    named: Mapping[str, list[Arc]],
    weights: Mapping[str, Floats],
    lines: Iterable[dict[int, int]],
    least: Any,
) -> list[Bundle]:
    """Return the arcs of each head that weigh enough, with their widths; ShapeError for many."""
    threshold = read_scalar(least, "least")
    if not isinstance(threshold, Fraction | float) or threshold < 0:
        message = f"least is a number of at least 0; got {brief(least)}"
        raise NumberError(message)
    if threshold and not weights:
        message = "least= is for operators with numbers: the edges of graphs have no weights"
        raise NumberError(message)
    bundles = [[(arc, EVEN) for arc in bundle] for bundle in named.values()]
    if weights:
        width, floor = _pen(weights), ALIKE * float(threshold)
        for k, (name, line) in enumerate(zip(named, lines, strict=True)):
            rows, matrix = {place: row for row, place in line.items()}, weights[name]
            heavy = [(arc, matrix[rows[arc.end], rows[arc.start]]) for arc in named[name]]
            bundles[k] = [(arc, width(weight)) for arc, weight in heavy if weight >= floor]
    if (count := sum(map(len, bundles))) > MOST_EDGES:
        message = (
            f"{count} edges cannot be told apart, at most {MOST_EDGES} are drawn: of operators"
            " least= leaves out light ones, and plotting.tokens draws the matrix"
        )
        raise ShapeError(message)
    return bundles


def _pen(weights: Mapping[str, Floats]) -> Callable[[float], float]:
    """Return the width of a line for a weight, against the greatest of all between two nodes."""
    apart = [matrix[~np.eye(len(matrix), dtype=bool)] for matrix in weights.values()]
    drawn = np.concatenate(apart)
    drawn = drawn[drawn > 0]
    if not drawn.size or drawn.min() > ALIKE * drawn.max():
        return lambda _: EVEN
    greatest = float(drawn.max())
    return lambda weight: THINNEST + (THICKEST - THINNEST) * float(weight) / greatest


def draw_arcs(ax: Axes, bundle: Bundle, y: float, look: dict[str, Any]) -> None:
    """Draw arcs, each with a line of so many points."""
    for arc, width in bundle:
        _arrow(ax, (arc.start, y), (arc.end, y), arc.bend, gap=GAP, linewidth=width, **look)


def _arrow(
    ax: Axes, tail: tuple[float, float], head: tuple[float, float], bend: float, **look: Any
) -> None:
    gap = look.pop("gap")
    arrow = {
        "arrowstyle": "-|>",
        "connectionstyle": f"arc3,rad={-bend}",
        "shrinkA": gap,
        "shrinkB": gap,
        **look,
    }
    ax.annotate("", head, tail, arrowprops=arrow, annotation_clip=False, zorder=1)


def draw_loops(ax: Axes, adjacency: Adjacency, line: dict[int, int], y: float) -> None:
    """Suggest self-loops below their nodes."""
    half, below = LOOP
    for row, place in line.items():
        if adjacency.has_loop[row]:
            ends = (place - half, y - below), (place + half, y - below)
            _arrow(ax, *ends, -1.5, gap=0, color="grey", linewidth=1)


def draw_nodes(
    ax: Axes, nodes: Nodes, sinks: Container[int], line: dict[int, int], y: float
) -> None:
    """Draw the nodes of a line, sinks dark; labels too long for a node stand below it."""
    fits = max(len(str(node)) for node in nodes) <= SHORT
    for row, place in line.items():
        name = plain(nodes[row])
        face, ink = (DARK, "white") if row in sinks else ("white", DARK)
        ax.plot(place, y, "o", markersize=SIZE, markerfacecolor=face, markeredgecolor=DARK)
        if fits:
            ax.text(place, y, name, ha="center", va="center", color=ink)
        else:
            slanted: dict[str, Any] = {"rotation": 45, "ha": "right", "va": "top", "color": DARK}
            ax.annotate(name, (place, y), (0, -SIZE), textcoords="offset points", **slanted)
