"""Speed against fidelity: mixing time and normalised fidelity as graphs double in size.

Run it as `python trade_off.py`; nothing to prepare. It prints a table, and where matplotlib is
there (`pip install dagmix[plot]`) draws it to trade_off.png in the working folder.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable

from dagmix import FeedforwardDAG, families

SIZES = (8, 16, 32, 64)
GRAPHS: dict[str, Callable[[int], FeedforwardDAG]] = {
    "line": families.line,
    "window of 2": lambda n: families.sliding_window(n, 2),
    "window of 4": lambda n: families.sliding_window(n, 4),
    "powers of two": families.log_sparse,
    "walk back, budget 4": lambda n: families.walk_back(n, "1/2", 4, seed=1),
    "complete": families.complete,
}


def main() -> None:
    """Measure, print, and draw if that is possible."""
    curves = {name: [families.describe(make(n)) for n in SIZES] for name, make in GRAPHS.items()}
    print("T(¼) and n · φ_min for", ", ".join(f"n = {n}" for n in SIZES))
    for name, curve in curves.items():
        found = (f"{one.mixing_time:4} {float(one.normalised_fidelity):7.4f}" for one in curve)
        print(f"{name:20}", "  ".join(found))
    if importlib.util.find_spec("matplotlib") is None:
        print("No figure: matplotlib is not installed (pip install dagmix[plot]).")
        return
    draw(curves)
    print("Drawn to trade_off.png.")


def draw(curves: dict[str, list[families.Measures]]) -> None:
    """Draw a curve for each kind of graph, its sizes from left to right, into a file."""
    from dagmix import plotting  # noqa: PLC0415 - it needs matplotlib

    axes = plotting.trade_off(curves)
    axes.set_title(f"n = {', '.join(map(str, SIZES))}, from left to right")
    plotting.save(axes, "trade_off.png")


if __name__ == "__main__":
    main()
