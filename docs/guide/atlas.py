"""Pairs of the atlas, drawn from the kept edges."""

from __future__ import annotations

from math import cos, pi, sin
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.patches import FancyArrowPatch

from dagmix.search import Atlas

Place = tuple[float, float]


def _draw(objective: str, n: int, order: str, weights: str = "even") -> None:
    """Draw the first pair of an entry: nodes on a circle, the sink below, without self-loops."""
    pair = Atlas.kept().entry(objective, n, order, weights).pairs[0]
    angles = [2 * pi * (node + 1) / n + pi / 2 for node in range(n)]
    places: dict[Any, Place] = {node: (-cos(a), -sin(a)) for node, a in enumerate(angles)}
    figure, columns = plt.subplots(1, 2, figsize=(6.4, 3.2))
    for number, (head, axes) in enumerate(zip(pair, columns, strict=True)):
        for sender, receiver in head.edges:
            if sender != receiver:
                arrow = FancyArrowPatch(
                    places[sender],
                    places[receiver],
                    connectionstyle="arc3,rad=0.12",
                    arrowstyle="-|>",
                    mutation_scale=10,
                    shrinkA=10,
                    shrinkB=10,
                    color="black",
                )
                axes.add_patch(arrow)
        for node, (x, y) in places.items():
            axes.plot(x, y, "o", ms=18, mfc="white", mec="black")
            axes.text(x, y, "τ" if node == n - 1 else str(node), ha="center", va="center", size=9)
        axes.set(xlim=(-1.3, 1.3), ylim=(-1.3, 1.3), title=f"head {number}", aspect="equal")
        axes.set_axis_off()
    figure.tight_layout()


def common() -> None:
    """Draw the greatest amplification in a common order on six nodes."""
    _draw("amplification", 6, "common")


def any_order() -> None:
    """Draw that in any order."""
    _draw("amplification", 6, "any")


def slow() -> None:
    """Draw the greatest slow-down on five nodes."""
    _draw("slow-down", 5, "any")
