"""Long contexts: `python tests/benchmarks/long_contexts.py [--quick]`.

A row has a graph, its nodes, a quantity, its value, a bound of the value's relative error, the
seconds it took with the construction of the graph, and the most memory. Every row is measured in
a process of its own; the import of dagmix is in its memory and not in its seconds. With --quick
there are a hundredth of the nodes, and windows of 64.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import product

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from dagmix import DiffusionOperator, FeedforwardDAG, WalkOperator, __version__, families
from dagmix._engine.chains.first_step import hitting_error_bound

COLUMNS = ("graph", "n", "quantity", "value", "relative error", "s", "MiB")
KIBIBYTES = 1024 if sys.platform == "darwin" else 1  # ru_maxrss is in bytes there
Answer = tuple[float, float]  # a value and a bound of its relative error


def sparse(n: int, edges: int = 16) -> FeedforwardDAG:
    """Return a random graph: every node but the last draws `edges` later ones, repeats merged."""
    senders = np.repeat(np.arange(n - 1), edges)
    receivers = np.random.default_rng(0).integers(senders + 1, n)
    return FeedforwardDAG(np.stack((senders, receivers), axis=1), nodes=range(n))


GRAPHS: dict[str, tuple[int, Callable[[int, int], FeedforwardDAG]]] = {
    "window": (10**6, families.sliding_window),
    "4 sinks, window": (10**6, lambda n, width: families.sink_window(n, 4, width)),
    "dilated by 8": (10**6, lambda n, width: families.dilated(n, width, 8)),
    "complete": (10**6, lambda n, _: families.complete(n)),
    "16 random edges": (10**5, lambda n, _: sparse(n)),
}


def mixing(graph: FeedforwardDAG) -> Answer:
    """Return T(¼), which is exact."""
    return WalkOperator(graph).mixing_time(), 0.0


def hitting(graph: FeedforwardDAG) -> Answer:
    """Return the greatest expected hitting time; the bound holds for all of them."""
    walk = WalkOperator(graph)
    times = walk.expected_hitting_times()
    exact = times.dtype == object
    return float(times.max()), 0.0 if exact else hitting_error_bound(walk.transition.floats, times)


def minimax(graph: FeedforwardDAG) -> Answer:
    """Return φ_min and how far its enclosure is from it."""
    found = DiffusionOperator(graph).minimax_fidelity()
    off = max(found.upper - found.value, found.value - found.lower) / found.value
    return float(found.value), float(off)


QUANTITIES = {"T(¼)": mixing, "greatest E[T]": hitting, "φ_min": minimax}


def measured(name: str, quantity: str, *, quick: bool) -> list[str]:
    """Measure one row in this process."""
    nodes, make = GRAPHS[name]
    nodes, width = (nodes // 100, 64) if quick else (nodes, 4096)
    start = time.perf_counter()
    value, error = QUANTITIES[quantity](make(nodes, width))
    seconds = time.perf_counter() - start
    mebibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIBIBYTES / 1024
    shown = f"{error:.0e}" if error else "exact"
    return [
        name,
        f"{nodes:,}",
        quantity,
        f"{value:.9g}",
        shown,
        f"{seconds:.1f}",
        f"{mebibytes:.0f}",
    ]


def apart(name: str, quantity: str, options: list[str]) -> list[str]:
    """Measure one row in a process of its own."""
    command = [sys.executable, __file__, *options, "--row", name, quantity]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)  # noqa: S603 - this very file
    row: list[str] = json.loads(done.stdout)
    return row


def main() -> None:
    """Print the table, or one of its rows."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--quick", action="store_true", help="a hundredth of the nodes")
    reader.add_argument("--row", nargs=2, metavar=("GRAPH", "QUANTITY"), help="as JSON")
    options = reader.parse_args()
    if options.row:
        sys.stdout.write(json.dumps(measured(*options.row, quick=options.quick)))
        return
    table = Table(title=f"dagmix {__version__}, NumPy {np.__version__}")
    for name in COLUMNS:
        is_text = name in ("graph", "quantity")
        table.add_column(name, justify="left" if is_text else "right", no_wrap=True)
    rows, error = list(product(GRAPHS, QUANTITIES)), Console(stderr=True)
    for name, quantity in track(rows, "measuring", console=error, transient=True):
        table.add_row(*apart(name, quantity, ["--quick"] if options.quick else []))
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
