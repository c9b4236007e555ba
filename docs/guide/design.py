"""The tables and the pictures of the page on design, from what `design_tables.py` kept."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.patches import FancyArrowPatch

Rows = list[dict[str, Any]]
HERE = Path()  # pictures are drawn in their file's folder
SIZES = (64, 1024, 65_536, 10**6)
STAR = 2  # T(1/4) of the star
NARROW = 2  # the in-degree that was searched through as well
THOUSAND = 1000


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
