"""The tables of the page: every cell is there, and says what the record says."""

from __future__ import annotations

import pytest

from dagmix.paper import Remeasured, printed
from dagmix.paper.remeasured_tables import as_markdown, comparisons

MADE = comparisons(Remeasured.kept())


def test_the_tables_are_those_of_the_paper_in_its_order() -> None:
    names = [
        f"{kind}_{task}" for kind in ("mixing", "fidelity", "heads") for task in ("copy", "cycle")
    ]
    assert list(MADE) == [*names, "worst_case", "trends"]
    for number, name in enumerate(names, 1):
        assert MADE[name].title.startswith(f"Table {number}. ")
        assert ("copy" if number % 2 else "cycle") in MADE[name].title


@pytest.mark.parametrize("task", ["copy", "cycle"])
def test_all_64_printed_cells_are_there(task: str) -> None:
    for table, kind, digits in ((printed.MIXING, "mixing", 4), (printed.FIDELITY, "fidelity", 2)):
        *rows, uniform = MADE[f"{kind}_{task}"].rows
        cells = [cell for row in table[task] for cell in row]
        assert [row[1] for row in rows] == [
            f"{mean:.{digits}f} ± {deviation:.{digits}f}" for mean, deviation in cells
        ]
        assert [row[0] for row in rows[:5]] == ["1, L1", "1, L2", "1, L3", "1, L4", "4, L1"]
        assert uniform[0] == "uniform"
    assert len(MADE[f"heads_{task}"].rows) == 12


def test_rows_have_as_many_cells_as_the_heading() -> None:
    for made in MADE.values():
        assert {len(row) for row in made.rows} == {len(made.columns)}


def test_some_rows_in_full() -> None:
    assert MADE["mixing_copy"].rows[0][:5] == [
        "1, L1", "3.8344 ± 0.1391", "3.8322 ± 0.1347", "+1.8", "7.0715 ± 1.0720",
    ]  # fmt: skip
    assert MADE["mixing_copy"].rows[-1] == ["uniform", "", "3.6424", "", "5.6240", "", ""]
    assert MADE["fidelity_cycle"].rows[11][:6] == [
        "8, L4", "0.00 ± 0.00", "1·10⁻⁷ ± 5·10⁻⁷", "81.110 ± 7.175", "1·10⁻⁷", "50",
    ]  # fmt: skip
    assert MADE["heads_copy"].rows[0] == [
        "4, L1", "0.30, 0.56", "0.356, 0.451", "43 of 50", "0.356, 0.451", "43 of 50",
    ]  # fmt: skip
    assert MADE["mixing_cycle"].rows[11][3] == "+0.0"
    assert MADE["mixing_copy"].rows[11][3] == "+0.0"  # not −0.0
    assert MADE["worst_case"].rows[1] == [
        "1, L2",
        "1.1·10⁷ (231815 to 6.3·10¹¹)",
        "100 (100 to 100)",
    ]
    trends = {(row[0], row[1]): row[2:] for row in MADE["trends"].rows}
    assert trends["more heads, fewer steps", "printed"] == [
        "12, 0", "9, 3", "",
    ]  # fmt: skip
    assert trends["combined above the best head", "printed"][:2] == [
        "4, 6", "7, 1",
    ]  # fmt: skip


def test_the_page_has_them_as_markdown() -> None:
    head, rule, *body = as_markdown(MADE["trends"]).splitlines()
    assert head == "| trend | measured on | copy | cycle | untrained |"
    assert rule == "|---|---|---|---|---|"
    assert len(body) == len(MADE["trends"].rows)
    assert all(line.count("|") == head.count("|") for line in body)
    first = as_markdown(MADE["mixing_copy"]).splitlines()
    assert first[0].startswith("| heads, layer | printed | chain of the code | off by s.e. |")
    assert "| 3.8344\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}0.1391 |" in first[2]
