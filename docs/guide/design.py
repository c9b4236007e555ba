"""What the page on design says: computed by `python docs/guide/design.py`, kept in design.json.

    python docs/guide/design.py [small] [found] [families]

computes the named parts, all without names, and keeps the others; of the families what is measured
already is not measured again. Each part takes some minutes on one core.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import FancyArrowPatch

from dagmix import DiffusionOperator, FeedforwardDAG, WalkOperator, Work, families
from dagmix.design import best_graphs, found_graph

HERE = Path()  # pictures are drawn in their file's folder
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
STAR = 2  # T(1/4) of the star
NARROW = 2  # the in-degree that was searched through as well
THOUSAND = 1000


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


def read(folder: Path = HERE) -> dict[str, Rows]:
    """Return what was kept in a folder."""
    kept: dict[str, Rows] = json.loads((folder / "design.json").read_text(encoding="utf-8"))
    return kept


def tables(folder: Path) -> dict[str, str]:
    """Return the tables by their names, of the data in a folder."""
    kept = read(folder)
    return {
        "fronts": fronts(kept["small"]),
        "least_times": least_times(kept["small"]),
        "found": found_table(kept["found"], kept["small"]),
        **{f"families_{n}": family_table(kept["families"], n) for n in SIZES},
    }


def markdown(head: list[str], rows: list[list[str]]) -> str:
    """Write a table, its first column to the left."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def asked(rows: Rows, objective: str, in_degree: int | None) -> dict[int, Any]:
    """Return the fronts of one question by n, those that are proved."""
    return {
        row["n"]: row["front"]
        for row in rows
        if row["proved"] and row["objective"] == objective and row.get("in_degree") == in_degree
    }


def fronts(rows: Rows) -> str:
    """Write the fronts and the largest fidelities by n, without and with the limit of 2."""
    columns = [asked(rows, name, k) for k in (None, 2) for name in ("pareto", "fidelity")]
    head = ["$n$", "front", "largest $\\varphi_{\\min}$"]
    head += ["front, in-degree ≤ 2", "largest $\\varphi_{\\min}$"]
    return markdown(
        head,
        [
            [str(n), *(" ".join(map(point, column.get(n, []))) for column in columns)]
            for n in sorted(set().union(*columns))
        ],
    )


def point(best: dict[str, Any]) -> str:
    """Write a point and, where there are several, its number of graphs."""
    value = best["phi"] if best["T"] is None else f"({best['T']}, {best['phi']})"
    return value if best["count"] == 1 else f"{value}<sup>{best['count']}</sup>"


def least_times(rows: Rows) -> str:
    """Write the least times by in-degree and n, with the number of graphs that have them."""
    columns = {k: asked(rows, "mixing", k) for k in (2, 3, 4)}
    sizes = sorted(columns[2])
    body = [
        [str(k)] + [f"{best[0]['T']}<sup>{best[0]['count']}</sup>" for best in column.values()]
        for k, column in columns.items()
    ]
    return markdown(["in-degree ≤", *(f"$n = {n}$" for n in sizes)], body)


def found_table(rows: Rows, proved: Rows) -> str:
    """Write the fidelities found, beside the line and what is proved on fewer nodes."""
    head = ["$n$", "in-degree ≤", "found", "line", "proved bound"]
    body = []
    for row in rows:
        value, line = row["values"]
        known = asked(proved, "fidelity", row["in_degree"] if row["in_degree"] == NARROW else None)
        bound = min(float(Fraction(front[0]["phi"])) for front in known.values())
        limit = str(row["in_degree"] or row["n"] - 1)
        body.append([str(row["n"]), limit, f"{value:.4f}", f"{line:.4f}", f"{bound:.4f}"])
    return markdown(head, body)


def family_table(rows: Rows, n: int) -> str:
    """Write the measures of the families at one n, and on which fronts they lie."""
    here = [row for row in rows if row["n"] == n]
    known = [row for row in here if "phi" in row]
    body = []
    for row in here:
        edges_, time_, phi = (row.get(name) for name in ("edges", "T", "phi"))
        body.append(
            [
                row["family"],
                ""
                if edges_ is None
                else f"{edges_:,.4g}"
                if edges_ < THOUSAND
                else f"{edges_:,.0f}",
                "not measured" if time_ is None else f"{time_:,}",
                "not measured" if phi is None else f"{n * phi:.3g}",
                "yes" if row in known and on_front(row, known, ("T",)) else "",
                "yes" if row in known and on_front(row, known, ("T", "edges")) else "",
            ]
        )
    head = ["family", "edges a token", "$T$", "$n\\,\\varphi_{\\min}$"]
    head += ["$(T, \\varphi_{\\min})$", "with edges"]
    return markdown(head, body)


def on_front(row: dict[str, Any], rows: Rows, costs: tuple[str, ...]) -> bool:
    """Say whether no other row is as good in all and better in one."""

    def values(one: dict[str, Any]) -> list[float]:
        return [*(one[name] for name in costs), -one["phi"]]

    mine = values(row)
    others = (values(one) for one in rows)
    return not any(
        other != mine and all(a <= b for a, b in zip(other, mine, strict=True)) for other in others
    )


def winners() -> None:
    """Draw a graph for each point of the fronts but the stars."""
    rows = asked(read()["small"], "pareto", None)
    points = [(n, best) for n in range(4, 9) for best in rows[n] if best["T"] > STAR]
    titles = [f"n = {n}: T = {best['T']}, φ = {best['phi']}" for n, best in points]
    _draw([best["edges"] for _, best in points], titles, 4)


def keepers() -> None:
    """Draw graphs of the largest fidelity on 9 to 11 nodes."""
    rows = asked(read()["small"], "fidelity", None)
    points = [(n, rows[n][0]) for n in (9, 10, 11)]
    titles = [f"n = {n}: φ = {best['phi']}" for n, best in points]
    _draw([best["edges"] for _, best in points], titles, 3)


def _draw(graphs: list[Any], titles: list[str], columns: int) -> None:
    """Draw graphs in a grid, each from its sources on the left to its sink on the right."""
    lines = -(-len(graphs) // columns)
    figure, grid = plt.subplots(lines, columns, figsize=(9, 2.3 * lines), squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, pairs, title in zip(grid.flat, graphs, titles, strict=False):
        places = _places(pairs)
        for sender, receiver in pairs:
            far = places[receiver][0] - places[sender][0] > 1
            side = places[sender][1] + places[receiver][1] or 0.5 - sender % 2
            bend = -0.35 if side > 0 else 0.35
            arrow = FancyArrowPatch(
                places[sender],
                places[receiver],
                connectionstyle=f"arc3,rad={bend if far else 0}",
                arrowstyle="-|>",
                mutation_scale=9,
                shrinkA=6,
                shrinkB=6,
                color="black",
                clip_on=False,
            )
            axes.add_patch(arrow)
        for node, (x, y) in places.items():
            last = node == max(places)
            face = "black" if last else "none"
            axes.plot(x, y, "o", ms=9, mfc=face, mec="black", clip_on=False)
        axes.set_title(title, fontsize=10)
        width = max(x for x, _ in places.values())
        axes.set(xlim=(-0.4, width + 0.4), ylim=(-1.7, 1.7))
    figure.tight_layout()


def _places(pairs: Any) -> dict[int, tuple[float, float]]:
    """Put every node as many steps left of the sink as its longest path has edges."""
    last = max(receiver for _, receiver in pairs)
    heights = {last: 0}
    for node in range(last - 1, -1, -1):
        heights[node] = 1 + max(heights[i] for j, i in pairs if j == node)
    layers: dict[int, list[int]] = {}
    for node, height in heights.items():
        layers.setdefault(height, []).append(node)
    width = max(layers)
    places: dict[int, tuple[float, float]] = {}
    for height in sorted(layers):
        nodes = sorted(layers[height], key=lambda node: _middle(node, pairs, places))
        for place, node in enumerate(nodes):
            places[node] = (width - height, 0.9 * (place - (len(nodes) - 1) / 2))
    return places


def _middle(node: int, pairs: Any, places: dict[int, tuple[float, float]]) -> tuple[float, int]:
    """Return the mean place of the receivers of a node, by which its layer is sorted."""
    ends = [places[i][1] for j, i in pairs if j == node]
    return sum(ends) / len(ends) if ends else 0.0, node


PARTS = {"small": small, "found": found, "families": measured}


def main() -> None:
    """Compute parts and keep them."""
    path = Path(__file__).with_suffix(".json")
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
