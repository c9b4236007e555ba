"""No verdict is typed in: each follows from a computation; and what is asked for is found."""

from __future__ import annotations

import importlib
import math
from dataclasses import replace
from pathlib import Path

import pytest

from dagmix import Work
from dagmix.errors import NumberError, StatementError
from dagmix.paper import Finding, Kind, Row, Verdict, verification
from dagmix.paper.checks import section2
from paper import verify_rows

LABELS = [statement.label for statement in verification.STATEMENTS]
CHECKS = Path(section2.__path__[0]).parent


@pytest.mark.slow
def test_every_row_is_as_documented_and_says_what_it_said() -> None:
    """Verdict, reading and what is stronger; then statement, values and witness word for word."""
    for row in verify_rows.rows():
        assert row.as_documented, row
        assert row.finding.computed
        assert row.statement.quote
    kept = verify_rows.KEPT.read_text(encoding="utf-8")
    assert verify_rows.text() == kept
    assert kept.startswith("# ")
    assert verify_rows.COMMAND in kept.splitlines()[0]
    assert kept.count("\nstatement: ") == len(verification.STATEMENTS)
    assert not any(sign in kept for sign in ("['", "Fraction(", "**", "beta0"))


def test_every_statement_is_broken_by_some_test() -> None:
    """The tests of each file of checks have what breaks its rows."""
    broken: list[str] = []
    for path in CHECKS.glob("*/*.py"):
        if path.stem != "__init__":
            tests = importlib.import_module(f"paper.checks.{path.parent.name}.test_{path.stem}")
            broken += tests.CORRUPTIONS
    assert sorted(broken) == sorted(LABELS)


def test_premise_and_reading_go_with_the_verdict() -> None:
    """A premise where there is one to add; a reading for what does not hold; no other."""
    for each in verification.STATEMENTS:
        assert bool(each.premise) >= (each.documented is Verdict.WITH_PREMISE), each.label
        refuted = each.documented in {Verdict.FALSE, Verdict.UNSUPPORTED}
        assert not (each.reading and not refuted), each.label
        assert (each.kind is Kind.DEFINITION) == (each.documented is Verdict.IMPLEMENTED)
        assert (each.kind is Kind.REMARK) >= (each.documented is Verdict.UNSUPPORTED)


def row(label: str, finding: Finding) -> Row:
    return Row(next(each for each in verification.STATEMENTS if each.label == label), finding)


def test_what_goes_with_a_verdict_must_be_computed_too() -> None:
    wrong = Finding("", "", literally=False, repaired=False, as_read=True, more=True)
    whole = row("After (15)", wrong)
    assert whole.as_documented
    assert whole.reading.startswith("it is said of the bound")
    assert whole.stronger
    for part in (replace(wrong, as_read=False), replace(wrong, more=False)):
        assert not replace(whole, finding=part).as_documented
    assert not replace(whole, finding=replace(wrong, as_read=False)).reading
    assert not replace(whole, finding=replace(wrong, more=False)).stronger
    held = row("After (15)", Finding("", "", literally=True, as_read=True, more=True))
    assert (held.verdict, held.reading, held.premise) == (Verdict.VERIFIED, "", "")
    theorem = row(
        "Theorem 2.8, (3), (11)", Finding("", "", literally=False, repaired=True, more=True)
    )
    assert theorem.premise.startswith("the heads share an order")
    assert theorem.record()["stronger"] == theorem.stronger != ""


def test_verify_covers_the_numbered_statements() -> None:
    """Definitions 2.1-2.7 and 3.1-3.12, two lemmas, a remark, two examples: each once."""
    definitions = ["2.1", "2.2", "2.3", "2.4", "2.7"]
    definitions += [f"3.{k}" for k in (1, 2, 3, 4, 5, 6, 9, 10, 11, 12)]
    others = ["Lemma 2.5", "Lemma 2.6", "Remark 3.7", "Example 3.8", "Example 3.13"]
    numbered = [f"Definition {number}" for number in definitions] + others
    assert all(LABELS.count(label) == 1 for label in numbered)
    assert len(set(LABELS)) == len(LABELS)


@pytest.mark.parametrize("number", [*range(3, 21)])
def test_verify_covers_the_equations_of_theorem_2_8(number: int) -> None:
    """Each of equations (3) to (20) has its row; (1), (2) and (21) to (31) are definitions."""
    assert verification.named([f"({number})"])


def test_verify_covers_tables_figures_and_algorithms() -> None:
    for name in [*(f"Table {k}" for k in range(1, 7)), *(f"Figure {k}" for k in range(1, 5)),
                 "Algorithm 1", "Algorithm 2", "Abstract", "§5"]:  # fmt: skip
        assert any(label.startswith(name) for label in LABELS), name


def labels(*names: str) -> list[str]:
    return [each.label for each in verification.named(names)]


def test_statements_are_named_by_whole_words_of_their_label() -> None:
    assert labels() == LABELS
    assert labels("theorem 2.8") == ["Theorem 2.8, (3), (11)"]
    assert labels("(20)") == ["Equation (20), left half", "Equation (20), right half", "After (20)"]
    assert labels("Definition 3.1") == ["Definition 3.1"]
    assert labels("Lemma 2.6", "Lemma 2.5") == ["Lemma 2.5", "Lemma 2.6"]


def test_statements_are_found_by_their_words() -> None:
    found = verification.about("Potential Bottlenecks", verification.STATEMENTS)
    assert [each.label for each in found] == ["End of §2.2, bottlenecks"]


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("false", Verdict.FALSE),
        ("Verified", Verdict.VERIFIED),
        ("true with a premise", Verdict.WITH_PREMISE),
        ("premise", Verdict.WITH_PREMISE),
        ("unsupported", Verdict.UNSUPPORTED),
        ("implemented", Verdict.IMPLEMENTED),
    ],
)
def test_verdicts_by_name(name: str, verdict: Verdict) -> None:
    assert verification.verdict_of(name) is verdict


def test_unknown_names_come_with_suggestions() -> None:
    with pytest.raises(StatementError, match=r"'Theorem 2.9'; nearest are 'Theorem 2.8, "):
        verification.named(["Lemma 2.5", "Theorem 2.9"])
    with pytest.raises(StatementError, match="'flase'; nearest are 'false'"):
        verification.verdict_of("flase")
    with pytest.raises(StatementError, match="'botlenecks'; nearest are 'bottlenecks'"):
        verification.about("botlenecks", verification.STATEMENTS)
    with pytest.raises(StatementError, match="there are 'Abstract', 'Figure 1'"):
        verification.named(["%%%%"])


def test_statements_that_are_not_reached_are_not_computed() -> None:
    """Work counts statements, in order; a spent time leaves none; what is no budget is refused."""
    some = verification.STATEMENTS[:3]
    whole = list(verification.verify(some))
    for reached in range(4):
        rows = list(verification.verify(some, budget=Work(reached)))
        assert rows[:reached] == whole[:reached]
        assert [row.statement for row in rows] == list(some)
        for row in rows[reached:]:
            assert row.verdict is Verdict.NOT_COMPUTED
            assert not row.as_documented
            assert not row.differs
            assert not row.premise + row.reading + row.stronger
    assert {row.verdict for row in verification.verify(budget=0)} == {Verdict.NOT_COMPUTED}
    assert list(verification.verify(some, budget=1e6)) == whole
    for wrong in (-1, math.nan, True, "1"):
        with pytest.raises(NumberError, match="a budget is"):
            verification.verify(some, budget=wrong)  # type: ignore[arg-type]
