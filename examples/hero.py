"""The picture of the README: what a mixture of two heads can do that neither head does.

`python hero.py OUT.svg` draws it, to hero.svg in the working folder without OUT.svg, and prints
the numbers in it. Where matplotlib is missing (`pip install dagmix[plot]`) it only prints them.
The background is transparent; the colours and greys are readable on white and on black.
"""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING

from dagmix import MultiHeadDiffusion, MultiHeadWalk, WalkOperator, families

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dagmix import FeedforwardDAG

BLUE, GREEN, ORANGE, GREY = "#3b9cd9", "#00a37a", "#e08a00", "#808080"
LENGTHS = (1, 2, 3, 4, 5, 6, 7, 8)


def main() -> None:
    """Print the numbers, and draw them if that is possible."""
    pairs = {"faster": families.express_pair(40), "slower": families.run_pair(8)}
    for name, pair in pairs.items():
        print(name, [WalkOperator(head).mixing_time() for head in pair], "→", end=" ")
        print(MultiHeadWalk(pair).mixing_time())
    mixtures = [MultiHeadDiffusion(families.lane_pair(k)) for k in LENGTHS]
    best = [float(mixture.best_head().value) for mixture in mixtures]
    mixed = [float(mixture.minimax_fidelity().value) for mixture in mixtures]
    print("fidelity gained", [round(b / a, 2) for a, b in zip(best, mixed, strict=True)])
    if importlib.util.find_spec("matplotlib") is None:
        print("No figure: matplotlib is not installed (pip install dagmix[plot]).")
        return
    path = sys.argv[1] if len(sys.argv) > 1 else "hero.svg"
    draw(pairs, {"best head": best, "mixture": mixed}, path)
    print(f"Drawn to {path}.")


def draw(
    pairs: dict[str, tuple[FeedforwardDAG, FeedforwardDAG]],
    fidelities: dict[str, list[float]],
    path: str,
) -> None:
    """Draw three panels beside one another."""
    import matplotlib.pyplot as plt  # noqa: PLC0415 - it may be missing

    plain = {
        "axes.edgecolor": GREY,
        "axes.labelcolor": GREY,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "legend.fontsize": "small",
        "legend.frameon": False,
        "svg.hashsalt": "hero",
        "text.color": GREY,
        "xtick.color": GREY,
        "ytick.color": GREY,
    }
    with plt.style.context(plain):
        figure, (left, middle, right) = plt.subplots(1, 3, figsize=(10, 3), layout="constrained")
        draw_mixing(left, pairs["faster"], 60)
        left.set_title("mixing: faster than any head")
        draw_mixing(middle, pairs["slower"], 3000)
        middle.set(title="or slower than any head", xscale="log", ylabel="")
        for (name, values), style in zip(fidelities.items(), ("o--", "o-"), strict=True):
            color = ORANGE if name == "mixture" else BLUE
            right.semilogy(LENGTHS, values, style, color=color, ms=4, label=name)
        right.set(title="fidelity: gained without bound", xlabel="length of a lane, k")
        right.set_ylabel("minimax fidelity")
        right.legend()
        figure.savefig(path, transparent=True, metadata={"Date": None})
        plt.close(figure)


def draw_mixing(axes: Axes, pair: tuple[FeedforwardDAG, FeedforwardDAG], steps: int) -> None:
    """Draw the probability that is not at the sink yet, with a mark where it is at most ¼."""
    walks = {
        "head 0": (WalkOperator(pair[0]), BLUE, "--"),
        "head 1": (WalkOperator(pair[1]), GREEN, ":"),
        "mixture": (MultiHeadWalk(pair), ORANGE, "-"),
    }
    for name, (walk, color, style) in walks.items():
        distances, time = walk.distances(steps).astype(float), walk.mixing_time()
        axes.plot(distances, style, color=color, lw=2, label=f"{name}: {time}")
        axes.plot(time, distances[int(time)], "o", color=color, ms=5)
    axes.axhline(0.25, color=GREY, lw=0.8)
    axes.set(xlabel="steps t", ylabel="not at the sink yet, d(t)", ylim=(0, 1.6))
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
    axes.legend(title="T(¼)", loc="upper right")


if __name__ == "__main__":
    main()
