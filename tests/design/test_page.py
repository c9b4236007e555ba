"""What the page on good graphs prints: witnesses have the values, tables have their rows."""

from __future__ import annotations

import runpy
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from dagmix import DiffusionOperator, FeedforwardDAG, WalkOperator
from dagmix.design import best_graphs
from dagmix.families import line_fidelity

GUIDE = Path(__file__).parents[2] / "docs" / "guide"
PAGE = runpy.run_path(str(GUIDE / "design.py"))
COMPUTED = runpy.run_path(str(GUIDE / "design_tables.py"))
KEPT = PAGE["read"](GUIDE)
SMALL = KEPT["small"]


@pytest.mark.slow
@pytest.mark.parametrize("row", SMALL, ids=lambda row: f"{row['n']}-{row['objective']}")
def test_witnesses_have_the_values(row: dict[str, Any]) -> None:
    assert row["proved"]
    for best in row["front"]:
        graph = FeedforwardDAG([tuple(edge) for edge in best["edges"]], nodes=range(row["n"]))
        degrees = [graph.in_degree(node) - 1 for node in graph.nodes]
        assert max(degrees) <= row.get("in_degree", row["n"])
        if best["T"] is not None:
            assert WalkOperator(graph).mixing_time() == best["T"]
        if best["phi"] is not None:
            value = DiffusionOperator(graph).minimax_fidelity().value
            assert value == Fraction(best["phi"])


@pytest.mark.slow
@pytest.mark.parametrize("n", [3, 4, 5])
def test_searched_again(n: int) -> None:
    for row in [row for row in SMALL if row["n"] == n]:
        found = best_graphs(n, in_degree=row.get("in_degree"), objective=row["objective"])
        values = [(best["T"], best["phi"] and Fraction(best["phi"])) for best in row["front"]]
        assert [(one.mixing_time, one.fidelity) for one in found.front] == values
        assert [len(one.graphs) for one in found.front] == [best["count"] for best in row["front"]]


def test_the_largest_fidelity_never_increases_with_n() -> None:
    for k in (None, 2):
        fronts = PAGE["asked"](SMALL, "fidelity", k)
        values = [Fraction(fronts[n][0]["phi"]) for n in sorted(fronts)]
        assert values == sorted(values, reverse=True)


def test_what_was_found_is_no_worse_than_the_line() -> None:
    for row in KEPT["found"]:
        value, line = row["values"]
        assert line == float(line_fidelity(row["n"]))
        assert line <= value


def test_tables() -> None:
    for name, table in PAGE["tables"](GUIDE).items():
        lines = table.splitlines()
        assert len({line.count("|") for line in lines}) == 1, name
        assert len(lines) > 4, name


def test_fronts_of_families() -> None:
    rows = [
        {"T": 2, "edges": 3, "phi": 0.1},
        {"T": 2, "edges": 2, "phi": 0.1},
        {"T": 3, "edges": 2, "phi": 0.1},
    ]
    assert [PAGE["on_front"](row, rows, ("T",)) for row in rows] == [True, True, False]
    assert [PAGE["on_front"](row, rows, ("T", "edges")) for row in rows] == [False, True, False]


def test_powers_are_the_senders() -> None:
    graph = COMPUTED["powers"](12, 2)
    assert [j for j, i in graph.edges if i == 11] == [2, 7, 10, 11]
