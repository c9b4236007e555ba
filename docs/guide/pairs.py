"""The pairs of heads on the pages of theorems, each drawn from the graphs themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch

from dagmix import FeedforwardDAG, families

Place = tuple[float, float]


def _draw(
    pair: tuple[FeedforwardDAG, FeedforwardDAG],
    places: Mapping[Any, Place],
    names: Mapping[Any, str] | None = None,
    bend: Callable[[Any, Any], float] = lambda _sender, _receiver: 0,
    arcs: Place = (0, 0),
) -> None:
    """Draw both heads side by side, on the same places, without their self-loops.

    `arcs` is the space to leave for arcs below all nodes, and above them.
    """
    width = max(x for x, _ in places.values()) + 1
    low, high = (end(y for _, y in places.values()) for end in (min, max))
    low, high = low - arcs[0], high + arcs[1]
    size = (8.6, 0.9 + 3.6 * (high - low + 1) / width)
    figure, columns = plt.subplots(1, 2, figsize=size)
    for number, (head, axes) in enumerate(zip(pair, columns, strict=True)):
        _draw_head(head, axes, places, names or {}, bend)
        axes.set(xlim=(-0.5, width - 0.5), ylim=(low - 0.5, high + 0.5), title=f"head {number}")
        axes.set_axis_off()
    figure.tight_layout()


def _draw_head(
    head: FeedforwardDAG,
    axes: Axes,
    places: Mapping[Any, Place],
    names: Mapping[Any, str],
    bend: Callable[[Any, Any], float],
) -> None:
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
        text = names.get(node, str(node))
        axes.text(x, y, text, ha="center", va="center", size=8)


def _steps(after: Mapping[Any, Any], node: Any, sink: Any) -> int:
    """Return the number of steps to the sink along a path."""
    steps = 0
    while node != sink:
        node, steps = after[node], steps + 1
    return steps


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
    _layers(families.reset_pair(3, layers=4))


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


def heard_feed() -> None:
    """Do so, further apart, with arcs between the lanes from the sources to the sink."""
    _lanes(2, 2, heard=True)


def exit() -> None:  # noqa: A001 - the name of the pair
    """Put the nodes of the word in a row, exits to the sink above it, sources below."""
    word, f = "01020", 2
    sink = f + len(word)
    places: dict[int, Place] = {f + i: (i, 0) for i in range(len(word))}
    places |= {0: (0.5, -1.5), 1: (3.5, -1.5), sink: (len(word), 0)}
    names = {f + i: f"$v_{i + 1}$" for i in range(len(word))} | {0: "$s_0$", 1: "$s_1$", sink: "τ"}
    _draw(
        families.exit_pair(word, f),
        places,
        names,
        lambda sender, receiver: -0.4 if sender >= f and receiver - sender > 1 else 0,
        (0, 0.6),
    )


def section() -> None:
    """Put the line in a row, arcs of the first source above it, the second source below."""
    k, f = 3, 2
    sink = 2 * k + f
    places: dict[int, Place] = {f + i: (i + 1, 0) for i in range(2 * k)}
    places |= {0: (0, 0), 1: (k + 0.5, -1.6), sink: (2 * k + 1, 0)}
    names = {f + i: f"$y_{i + 1}$" for i in range(2 * k)} | {0: "$s_0$", 1: "$s_1$", sink: "τ"}
    _draw(
        families.section_pair(k, f),
        places,
        names,
        lambda sender, receiver: -0.4 if sender == 0 and receiver > f else 0,
        (0, 1),
    )


def choice() -> None:
    """Put all sources on the left, the two nodes that receive on the right."""
    r = 2
    a, b, g, sink = range(r, r + 4)
    places: dict[int, Place] = {a: (0, 1.2), 0: (0, 0.4), 1: (0, -0.4), b: (0, -1.2)}
    places |= {sink: (4, 0.8), g: (4, -0.8)}
    _draw(
        families.choice_pair(r),
        places,
        {0: "$p_1$", 1: "$p_2$", a: "$a$", b: "$b$", g: "$g$", sink: "τ"},
    )


def change() -> None:
    """Put layers from left to right, runs that ended with head 0 above, with head 1 below."""
    _layers(families.change_pair(3, layers=4))


def fan() -> None:
    """Put the nodes a above, b below, each back along its row in an arc."""
    k = 4
    places: dict[int, Place] = {j: (j, 1) for j in range(k)}
    places |= {k + j: (j, -1) for j in range(k)}
    places[2 * k] = (k, 0)
    names = {j: f"$a_{j + 1}$" for j in range(k)} | {k + j: f"$b_{j + 1}$" for j in range(k)}
    _draw(
        families.fan_pair(k),
        places,
        names | {2 * k: "τ"},
        lambda sender, receiver: (
            (0.5 if sender < k else -0.5)
            if receiver < sender - 1 and (sender < k) == (receiver < k)
            else 0
        ),
        (0.4, 0.4),
    )


def crossed() -> None:
    """Put each lane of the crossed pair in a row of its own, its sources below it."""
    n, f = 12, 3
    sink = n - 1
    figure, columns = plt.subplots(1, 2, figsize=(8.6, 2.4))
    for number, (head, axes) in enumerate(zip(families.crossed_pair(n, f), columns, strict=True)):
        sources = range(number * f, number * f + f)
        after = {j: i for j, i in head.edges if j != i and j not in sources}
        lane = sorted(after, key=lambda node: _steps(after, node, sink), reverse=True)
        places: dict[Any, Place] = {node: (x, 0) for x, node in enumerate([*lane, sink])}
        places |= {a: (1.5 + 2.5 * x, -1.8) for x, a in enumerate(sources)}
        _draw_head(head, axes, places, {sink: "τ"}, lambda _sender, _receiver: 0)
        axes.set(xlim=(-0.5, len(lane) + 0.5), ylim=(-2.3, 0.5), title=f"head {number}")
        axes.set_axis_off()
    figure.tight_layout()


def wide_run() -> None:
    """Put the copies of a run above one another, runs of head 1 below and further right."""
    k, width = 3, 2
    pair = families.wide_run_pair(k, width)
    states: list[Any] = list(pair[0].nodes[:-1])
    places: dict[Any, Place] = {
        (r, i): (2 * abs(r) - (r > 0), (0.6 + 0.7 * i) * (r > 0) - (0.6 + 0.7 * i) * (r < 0))
        for r, i in states
    }
    places["τ"] = (2 * k - 1, 0)
    _draw(pair, places, {(r, i): f"{r}".replace("-", "−") for r, i in states})


def fed_lane() -> None:
    """Put the lane x above, the lane y below and behind."""
    k = 3
    sink = 2 * k + 1
    places: dict[int, Place] = {0: (0, 0), sink: (sink, 0)}
    places |= {node: (node, 1 if node % 2 else -1) for node in range(1, sink)}
    names = {2 * i - 1: f"$x_{i}$" for i in range(1, k + 1)}
    names |= {2 * i: f"$y_{i}$" for i in range(1, k + 1)} | {0: "s", sink: "τ"}
    away = {1: -0.75, 0: 0.6}
    _draw(
        families.fed_lane_pair(k),
        places,
        names,
        lambda sender, receiver: 0 if sender or receiver in {1, 2} else away[receiver % 2],
        (0.5, 0.7),
    )


def _layers(pair: tuple[FeedforwardDAG, FeedforwardDAG]) -> None:
    states: list[Any] = list(pair[0].nodes[:-1])
    places: dict[Any, Place] = {(layer, r): (layer, 0.6 * r) for layer, r in states}
    last = states[-1][0]
    places["τ"] = (last + 1.4, 0)
    names = {(layer, r): f"{r}".replace("-", "−") for layer, r in states}

    def bent(sender: Any, receiver: Any) -> float:
        """Lead moves past the last layer around its states; the shorter one bends more."""
        if receiver != "τ" or sender[0] == last:
            return 0
        return (-1 if sender[1] > 0 else 1) * (1.0 if sender[0] == last - 1 else 0.7)

    _draw(pair, places, names, bent, (0.6, 0.6))


def _lanes(k: int, f: int, *, heard: bool = False) -> None:
    sink, lower = 2 * k + f, f + k
    apart = 1.0 if heard else 0.7
    places: dict[int, Place] = {0: (0, 0), sink: (k + f, 0)}
    places |= {a: (a, 0) for a in range(1, f)}
    places |= {f + i: (f + i, apart) for i in range(k)}
    places |= {lower + i: (f + i, -apart) for i in range(k)}
    names = {0: "s" if f == 1 else "$s_0$", sink: "τ"}
    names |= {a: f"$s_{a}$" for a in range(1, f)}
    names |= {f + i: f"$x_{i + 1}$" for i in range(k)}
    names |= {lower + i: f"$y_{i + 1}$" for i in range(k)}
    bend = 0.55 if f == 1 or heard else 0.38  # the farther the source, the flatter the arc
    away = {True: -bend, False: bend}

    def bent(sender: int, receiver: int) -> float:
        if receiver == sink and sender < f:
            return 0 if sender else 0.2
        return 0 if sender or receiver in {f, lower, sink} else away[receiver < lower]

    arcs = 0.3 * heard
    _draw(families.feed_pair(k, f, heard=heard), places, names, bent, (arcs, arcs))
