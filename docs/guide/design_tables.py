"""Compute what the page on design says, and keep it in design.json.

    python docs/guide/design_tables.py [small] [found] [families]

computes the named parts, all without names, and keeps the others; of the families what is measured
already is not measured again. Each part takes some minutes on one core.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from dagmix import DiffusionOperator, FeedforwardDAG, WalkOperator, Work, families
from dagmix.design import best_graphs, found_graph

Rows = list[dict[str, Any]]
LONGEST = 40  # seconds of processor time for one graph of a family
ROWS: tuple[tuple[str, Callable[[int], FeedforwardDAG]], ...] = (
    ("line", families.line),
    ("window of 4", lambda n: families.sliding_window(n, 4)),
    ("window of 32", lambda n: families.sliding_window(n, 32)),
    ("window of 256", lambda n: families.sliding_window(n, 256)),
    ("window of 4,096", lambda n: families.sliding_window(n, 4096)),
    ("4 sinks, window of 32", lambda n: families.sink_window(n, 4, 32)),
    ("dilated, 32 by 8", lambda n: families.dilated(n, 32, 8)),
    ("dilated, 32 by 256", lambda n: families.dilated(n, 32, 256)),
    ("squares", lambda n: powers(n, 2)),
    ("cubes", lambda n: powers(n, 3)),
    ("powers of two", families.log_sparse),
    ("complete", families.complete),
)
FEWEST = {"window of 256": 257, "window of 4,096": 4097, "dilated, 32 by 256": 257}
SLOW = {"line", "window of 4", "window of 32", "window of 256", "4 sinks, window of 32"}
MOST = dict.fromkeys(SLOW | {"dilated, 32 by 8", "squares", "cubes"}, 2**16)
SIZES = (64, 1024, 65_536, 10**6)


def powers(n: int, p: int) -> FeedforwardDAG:
    """Return the graph in which node i receives from i and i - 1, i - 2^p, i - 3^p and so on."""
    nodes = np.arange(n)
    back = [k**p for k in range(round(n ** (1 / p)) + 2) if k**p < n]
    starts = np.concatenate([nodes[: n - far] for far in back])
    receivers = np.concatenate([nodes[far:] for far in back])
    return FeedforwardDAG(np.stack((starts, receivers), axis=1), nodes=range(n))


def small(_: Rows) -> Iterator[dict[str, Any]]:
    """Search through the graphs on few nodes."""
    questions: list[dict[str, Any]] = [{"n": n, "objective": "pareto"} for n in range(3, 10)]
    questions += [{"n": n, "objective": "pareto", "in_degree": 2} for n in range(3, 11)]
    questions += [{"n": n, "objective": "fidelity"} for n in range(3, 12)]
    questions += [{"n": n, "objective": "fidelity", "in_degree": 2} for n in range(3, 15)]
    questions += [
        {"n": n, "objective": "mixing", "in_degree": k} for k in (2, 3, 4) for n in range(3, 9)
    ]
    for question in questions:
        found = best_graphs(**question, budget=900)
        front = [
            {
                "T": best.mixing_time,
                "phi": best.fidelity and str(best.fidelity),
                "count": len(best.graphs),
                "edges": edges(best.graphs[0]),
            }
            for best in found.front
        ]
        yield question | {"proved": found.proved, "front": front}


def found(_: Rows) -> Iterator[dict[str, Any]]:
    """Search locally, and compare with the line or a tree."""
    for n in (16, 32, 64, 128):
        for k in (2, 4, None):
            result = found_graph(n, in_degree=k, objective="fidelity", budget=Work(5000), seed=1)
            numbers = [float(result.value), float(families.line_fidelity(n))]
            yield {"n": n, "in_degree": k, "values": numbers}


def measured(kept: Rows) -> Iterator[dict[str, Any]]:
    """Measure the families, each graph for at most LONGEST seconds."""
    known = {(row["n"], row["family"]): row for row in kept if "phi" in row}
    for n in SIZES:
        for name, family in ROWS:
            row = known.get((n, name), {"n": n, "family": name})
            if "phi" not in row and n <= MOST.get(name, n):
                with_limit(row, family)
            if n >= FEWEST.get(name, 0):
                yield row


def measure(row: dict[str, Any], graph: FeedforwardDAG) -> None:
    """Add edges per token, T(1/4) and φ_min to a row."""
    row["edges"] = graph.adjacency.edges / len(graph.nodes)
    row["T"] = WalkOperator(graph).mixing_time()
    row["phi"] = float(DiffusionOperator(graph).minimax_fidelity().value)


def with_limit(row: dict[str, Any], family: Callable[[int], FeedforwardDAG]) -> None:
    """Measure a graph, for LONGEST seconds; what is known by then is kept."""

    def stop(*_: Any) -> None:
        raise TimeoutError

    signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST)
    try:
        measure(row, family(row["n"]))
    except TimeoutError:
        pass
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def edges(graph: FeedforwardDAG) -> list[Any]:
    """Return the edges without self-loops."""
    return [edge for edge in graph.edges if edge[0] != edge[1]]


PARTS = {"small": small, "found": found, "families": measured}


def main() -> None:
    """Compute parts and keep them."""
    path = Path(__file__).with_name("design.json")
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for name in sys.argv[1:] or PARTS:
        rows = []
        for row in PARTS[name](kept.get(name, [])):
            sys.stdout.write(f"{row}\n")
            sys.stdout.flush()
            rows.append(row)
        kept[name] = rows
        path.write_text(json.dumps(kept, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
