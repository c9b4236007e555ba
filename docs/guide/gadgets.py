"""The heads on the page of hardness, each drawn from the graphs themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import networkx as nx
from matplotlib.patches import FancyArrowPatch

from dagmix import FeedforwardDAG, families

Place = tuple[float, float]
GROUP = "p"  # all sources ("p", k) are drawn as one


def _draw(
    heads: Sequence[FeedforwardDAG],
    places: Mapping[Any, Place],
    names: Mapping[Any, str],
    bend: Callable[[Any, Any], float] = lambda _sender, _receiver: 0,
) -> None:
    """Draw heads side by side, without self-loops; what all of them have is grey."""
    width = max(x for x, _ in places.values()) + 1
    low, high = (end(y for _, y in places.values()) for end in (min, max))
    size = (8.6, 0.6 + 8.6 / len(heads) * (high - low + 0.8) / width)
    figure, columns = plt.subplots(1, len(heads), figsize=size)
    drawn = [{(_place(j), _place(i)) for j, i in head.edges if i != j} for head in heads]
    common = set.intersection(*drawn)
    for number, (edges, axes) in enumerate(zip(drawn, columns, strict=True)):
        for sender, receiver in sorted(edges, key=str):
            arrow = FancyArrowPatch(
                places[sender],
                places[receiver],
                connectionstyle=f"arc3,rad={bend(sender, receiver)}",
                arrowstyle="-|>",
                mutation_scale=9,
                shrinkA=10,
                shrinkB=10,
                color="0.65" if (sender, receiver) in common else "black",
                clip_on=False,
            )
            axes.add_patch(arrow)
        for node, (x, y) in places.items():
            axes.plot(x, y, "o", ms=18, mfc="none", mec="black")
            axes.text(x, y, names.get(node, str(node)), ha="center", va="center", size=8)
        axes.set(xlim=(-0.5, width - 0.5), ylim=(low - 0.4, high + 0.4), title=f"head {number}")
        axes.set_axis_off()
    figure.tight_layout()


def _place(node: Any) -> Any:
    return GROUP if isinstance(node, tuple) and node[0] == GROUP else node


def fidelity() -> None:
    """Put sources on the left, d, m and c of head 0 above, of head 1 below."""
    places: dict[Any, Place] = {"j": (0, 0.75), GROUP: (0, -0.75), "τ": (5, 0)}
    for h, side in enumerate((1, -1)):
        places[("m", 0, h, 0)] = (2, 0.75 * side)
        places[("d", 0, h, 0)] = (2, 1.9 * side)
        places[("c", 0, h, 0)] = (3.4, 1.3 * side)
    names: dict[Any, str] = {"j": "$j$", GROUP: "$p$"}
    names |= {node: f"${node[0]}_{node[2]}$" for node in places if isinstance(node, tuple)}

    def bend(sender: Any, receiver: Any) -> float:
        return (0.45, -0.45)[sender[2] == 0] if (sender[0], receiver) == ("d", "τ") else 0

    _draw(families.clique_heads(nx.complete_graph(2)), places, names, bend)


def mixing() -> None:
    """Put the nodes of a path on three between u and τ, z below."""
    places: dict[Any, Place] = {"u": (0, 0), "z": (2.6, -1.6), "τ": (3.2, 0)}
    places |= {h: (1.4, 0.9 - 0.9 * h) for h in range(3)}
    names = {h: f"$m_{h}$" for h in range(3)} | {"u": "$u$", "z": "$z$"}
    _draw(families.clique_walk_heads(nx.path_graph(3)), places, names)
