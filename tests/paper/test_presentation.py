"""Rows for a terminal of any width, for the docs, and counted."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console

from dagmix.paper import Row, Verdict, presentation, verification

LABELS = ("Abstract", "Lemma 2.5", "Equation (5)", "End of §2.2, W_proj", "Definition 2.1")
ROWS = list(verification.verify([e for e in verification.STATEMENTS if e.label in LABELS]))


def printed(rows: list[Row], width: int) -> str:
    written = StringIO()
    Console(file=written, width=width, color_system=None).print(presentation.Report(rows))
    return written.getvalue()


@pytest.mark.parametrize("width", [40, 80, 200])
def test_what_is_printed_fits(width: int) -> None:
    lines = printed(ROWS, width).splitlines()
    assert max(map(cell_len, lines)) <= width
    text = " ".join(lines)
    assert all(label in text for label in ("Abstract", "Lemma 2.5"))
    assert "forward move" in " ".join(text.split())


def test_a_table_where_there_is_room_and_cards_where_there_is_not() -> None:
    assert "what was computed" in printed(ROWS, 80)
    assert "what was computed" not in printed(ROWS, 60)
    card = printed(ROWS[:1], 200)
    assert "what was computed" not in card
    assert f"“{ROWS[0].statement.quote}”" in card
    assert ROWS[0].finding.witness in card


def test_markup_in_a_row_is_text() -> None:
    statement = replace(ROWS[0].statement, label="Claim [b]", says="[x]")
    finding = replace(ROWS[0].finding, computed="[red]1 ≠ 2[/]")
    for count in (1, presentation.FEW + 1):
        text = printed([Row(statement, finding)] * count, 200)
        assert "Claim [b]" in text
        assert "[red]1 ≠ 2[/]" in text


def test_a_verdict_that_is_not_the_documented_one_is_shown_beside_it() -> None:
    other = replace(ROWS[0].statement, documented=Verdict.FALSE)
    assert "documented: false, stronger" in printed([Row(other, ROWS[0].finding)], 80)


def test_rows_are_counted() -> None:
    assert presentation.summary(ROWS) == (
        "5 statements: 1 verified exactly, 2 true with a premise, 1 implemented, 1 false;"
        " 1 holds more than is claimed"
    )
    assert presentation.summary(ROWS[1:2]) == "1 statement: 1 implemented"
    assert presentation.summary([]) == "0 statements"


def test_the_page_counts_first_then_what_is_stronger_then_all() -> None:
    text = presentation.as_markdown(ROWS)
    order = ["| verdict |", "## Stronger than claimed", "- **Abstract**", "## Every statement"]
    places = [text.index(each) for each in order]
    assert places == sorted(places)
    assert "| all | 5 |" in text
    table = [line for line in text.splitlines() if line.startswith("| **")]
    assert len(table) == len(ROWS)
    assert all(line.replace(r"\|", "").count("|") == 4 for line in table)
    assert r"W\_proj" in text
    assert "*right if:*" in text


def test_no_python_on_the_page() -> None:
    """No lists, no tuples, no fractions as Python writes them."""
    text = presentation.as_markdown(ROWS)
    assert not any(sign in text for sign in ("['", "Fraction(", "**p", "beta0", "None"))
