"""The report of attention with near-identity heads: `python tests/benchmarks/report.py`.

    python tests/benchmarks/report.py [--before]

Models of `cases.trained_like`, every head measured alone: T(¼), φ_min, the best head. A row has
the seconds of CPU time that `Attention.layers` takes, and its heads: those whose φ_min was
certified and those that a bound excluded. With --before the best head is also found as it was
before heads were excluded, φ_min of every head being certified: minutes for the last rows.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from dagmix.analysis import Attention, Layer

sys.path.insert(0, str(Path(__file__).parents[1]))

from cases.trained_like import trained_like

COLUMNS = ("layers", "heads", "n", "report, s", "certified", "excluded")
MORE = ("best heads, s", "certifying all, s", "ratio")
MODELS = ((12, 12, 64), (12, 12, 128), (12, 12, 256), (1, 12, 512), (1, 12, 1024))


def seconds(work: Callable[[Attention], list[Any]], of: Attention) -> tuple[float, list[Any]]:
    """Return the CPU time of a call, and what it returned."""
    start = time.process_time()
    found = work(of)
    return time.process_time() - start, found


def reported(attention: Attention) -> list[Layer]:
    """Return the report."""
    return list(attention.layers())


def best_heads(attention: Attention) -> list[float]:
    """Return φ_min of the best head of every layer."""
    layers = range(len(attention))
    return [float(attention.mixture((), layer).best_head().value) for layer in layers]


def certifying_all(attention: Attention) -> list[float]:
    """Return the same, φ_min of every head being certified."""
    mixtures = [attention.mixture((), layer) for layer in range(len(attention))]
    return [
        max(float(head.minimax_fidelity().value) for head in mixture.heads) for mixture in mixtures
    ]


def rows(*, before: bool) -> Iterator[list[str]]:
    """Measure model after model."""
    for layers, heads, n in MODELS:
        attention = Attention(trained_like(layers, heads, n, seed=n, dtype=np.float32))
        took, report = seconds(reported, attention)
        excluded = sum(head.excluded for layer in report for head in layer.heads)
        row = [str(layers), str(heads), str(n), f"{took:.2f}"]
        row += [str(layers * heads - excluded), str(excluded)]
        if before:
            now, found = seconds(best_heads, attention)
            then, expected = seconds(certifying_all, attention)
            if found != expected:
                message = f"other best heads than where all are certified: {found}, {expected}"
                raise SystemExit(message)
            row += [f"{now:.2f}", f"{then:.2f}", f"{then / now:.0f}"]
        yield row


def main() -> None:
    """Print a table, row by row."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--before", action="store_true", help="certify every head, too")
    options = parser.parse_args()
    _ = next(Attention(trained_like(1, 5, 16, seed=0)).layers())  # imports
    names = COLUMNS + MORE * options.before
    console = Console(width=100)
    for row in rows(before=options.before):
        table = Table(*names, box=None)
        table.add_row(*row)
        console.print(table)


if __name__ == "__main__":
    main()
