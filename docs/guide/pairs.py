"""The pairs of heads on the page of theorems, each drawn from the graphs themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.patches import FancyArrowPatch

from dagmix import FeedforwardDAG, families

Place = tuple[float, float]


def _draw(
    pair: tuple[FeedforwardDAG, FeedforwardDAG],
    places: Mapping[Any, Place],
    names: Mapping[Any, str] | None = None,
    bend: Callable[[Any, Any], float] = lambda _sender, _receiver: 0,
) -> None:
    """Draw both heads side by side, on the same places, without their self-loops."""
    width = max(x for x, _ in places.values()) + 1
    low, high = (end(y for _, y in places.values()) for end in (min, max))
    size = (8.6, 0.9 + 3.6 * (high - low + 1) / width)
    figure, columns = plt.subplots(1, 2, figsize=size)
    for number, (head, axes) in enumerate(zip(pair, columns, strict=True)):
        for sender, receiver in head.edges:
            if sender != receiver:
                arrow = FancyArrowPatch(
                    places[sender],
                    places[receiver],
                    connectionstyle=f"arc3,rad={bend(sender, receiver)}",
                    arrowstyle="-|>",
                    mutation_scale=9,
                    shrinkA=9,
                    shrinkB=9,
                    color="black",
                    clip_on=False,
                )
                axes.add_patch(arrow)
        for node, (x, y) in places.items():
            axes.plot(x, y, "o", ms=17, mfc="none", mec="black")
            text = (names or {}).get(node, str(node))
            axes.text(x, y, text, ha="center", va="center", size=8)
        axes.set(xlim=(-0.5, width - 0.5), ylim=(low - 0.5, high + 0.5), title=f"head {number}")
        axes.set_axis_off()
    figure.tight_layout()


def express() -> None:
    """Put even nodes above, odd ones below, the sink between them."""
    sink = 6
    places: dict[int, Place] = {node: (node / 2, 0.4 - 0.8 * (node % 2)) for node in range(sink)}
    places[sink] = (sink / 2 + 1, 0)
    leap = {True: -0.4, False: 0.4}
    _draw(
        families.express_pair(sink + 1),
        places,
        {sink: "τ"},
        lambda sender, receiver: leap[sender % 2 == 0] if receiver == sink else 0,
    )


def run() -> None:
    """Put runs of head 0 above, of head 1 below."""
    k = 4
    places: dict[Any, Place] = {0: (0, 0), "τ": (k, 0)}
    places |= {sign * r: (r, 0.7 * sign) for r in range(1, k) for sign in (1, -1)}
    _draw(families.run_pair(k), places, {-r: f"−{r}" for r in range(1, k)})


def reset() -> None:
    """Put layers from left to right, runs of head 0 above, of head 1 below."""
    pair = families.reset_pair(3, layers=4)
    states: list[Any] = list(pair[0].nodes[:-1])
    places: dict[Any, Place] = {(layer, r): (layer, 0.6 * r) for layer, r in states}
    places["τ"] = (5, 0)
    names = {(layer, r): f"{r}".replace("-", "−") for layer, r in states}
    _draw(pair, places, names)


def reversed_lines() -> None:
    """Put the sink below the line."""
    n = 7
    places: dict[Any, Place] = {node: (node - 1, 0) for node in range(1, n)}
    places["τ"] = ((n - 2) / 2, -0.9)
    _draw(families.reversed_lines(n), places)


def lane() -> None:
    """Put the lane x above, the lane y below."""
    _lanes(3, 1)


def feed() -> None:
    """Do so, the first source before the others."""
    _lanes(2, 3)


def _lanes(k: int, f: int) -> None:
    sink, lower = 2 * k + f, f + k
    places: dict[int, Place] = {0: (0, 0), sink: (k + f, 0)}
    places |= {a: (a, 0) for a in range(1, f)}
    places |= {f + i: (f + i, 0.7) for i in range(k)}
    places |= {lower + i: (f + i, -0.7) for i in range(k)}
    names = {0: "s" if f == 1 else "$s_0$", sink: "τ"}
    names |= {a: f"$s_{a}$" for a in range(1, f)}
    names |= {f + i: f"$x_{i + 1}$" for i in range(k)}
    names |= {lower + i: f"$y_{i + 1}$" for i in range(k)}
    bend = 0.55 if f == 1 else 0.38  # the farther the source, the flatter the arc
    away = {True: -bend, False: bend}
    _draw(
        families.feed_pair(k, f),
        places,
        names,
        lambda sender, receiver: (
            0 if sender or receiver in {f, lower, sink} else away[receiver < lower]
        ),
    )
