"""No verdict is typed in: each follows from a computation, and changes when that is corrupted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from dagmix import DiffusionOperator, FeedforwardDAG, MultiHeadDiffusion, UniqueSink, WalkOperator
from dagmix.paper import (
    Verdict,
    example_3_13,
    section2,
    section3,
    section4,
    theorem28,
    verification,
)
from dagmix.search import NotFound, Witness
from paper import verify_rows

STATEMENTS = {statement.label: statement for statement in verification.STATEMENTS}


@pytest.mark.parametrize("label", STATEMENTS)
def test_the_computed_verdict_is_the_documented_one(label: str) -> None:
    (row,) = verification.verify([STATEMENTS[label]])
    assert row.as_documented, row.finding
    assert row.finding.computed
    assert bool(STATEMENTS[label].premise) == (row.finding.verdict is Verdict.WITH_PREMISE)


def other_fidelity(result: Any) -> Any:
    return replace(result, value=result.value + Fraction(1, 7), times=(99,), attained=False)


def other_minimum(result: Any) -> Any:
    return replace(result, value=result.value / 3)


def corrupt(owner: type, name: str, change: Callable[[Any], Any]) -> Callable[[Any], None]:
    """Return what patches a method so that its result is changed."""
    method = getattr(owner, name)

    def corrupted(self: Any, *args: Any, **kwargs: Any) -> Any:
        return change(method(self, *args, **kwargs))

    return lambda patch: patch.setattr(owner, name, corrupted)


def wrong_order(patch: Any) -> None:
    patch.setattr(FeedforwardDAG, "topological_order", ("τ", "w", "v", "u"))


def wrong_sink(patch: Any) -> None:
    patch.setattr(FeedforwardDAG, "unique_sink", UniqueSink("u", 0))


def doubled_matrix(module: Any) -> Callable[[Any], None]:
    exact = section2.exact_matrix
    return lambda patch: patch.setattr(module, "exact_matrix", lambda walk: 2 * exact(walk))


def no_fixed_space(patch: Any) -> None:
    patch.setattr(section2, "fixed_space", lambda walk: len(walk.nodes))


NOTHING = NotFound(tried=1, complete=1, reached=(1, 0), out_of_budget=False)
WITNESS = Witness(tuple(example_3_13()), (Fraction(1, 2),) * 2, Fraction(1, 4), 1)


def search_finds(result: Any) -> Callable[[Any], None]:
    return lambda patch: patch.setattr(theorem28, "smallest_witness", lambda *_, **__: result)


def in_theorem(name: str, value: Any) -> Callable[[Any], None]:
    return lambda patch: patch.setattr(theorem28, name, value)


def in_sentences(name: str, value: Any) -> Callable[[Any], None]:
    return lambda patch: patch.setattr(section4, name, value)


plus_one: Callable[[Any], Any] = lambda value: value + 1  # noqa: E731 - a table's entry
heads_swapped: Callable[[Any], Any] = lambda best: replace(best, heads=(1,), value=best.value * 2)  # noqa: E731
CORRUPTIONS = {
    "Definition 2.1": wrong_order,
    "Definition 2.2": wrong_sink,
    "Definition 2.3": doubled_matrix(section2),
    "Definition 2.4": doubled_matrix(section2),
    "Lemma 2.5": no_fixed_space,
    "Lemma 2.6": no_fixed_space,
    "Definition 2.7": corrupt(WalkOperator, "mixing_time", plus_one),
    "Definition 3.1": lambda patch: patch.setattr(section3, "quarters", lambda _: ((0,) * 4,) * 4),
    "Definition 3.2": corrupt(DiffusionOperator, "signal", plus_one),
    "Definition 3.3": corrupt(DiffusionOperator, "node_fidelity", other_fidelity),
    "Definition 3.4": corrupt(DiffusionOperator, "node_fidelity", other_fidelity),
    "Definition 3.5": corrupt(DiffusionOperator, "minimax_fidelity", other_minimum),
    "Definition 3.6": lambda patch: patch.setattr(section3, "quarters", lambda _: ((0,) * 4,) * 4),
    "Remark 3.7": lambda patch: (
        patch.setattr(section3, "EXPANDED", 2)
        or patch.setattr(section3, "product", lambda _, repeat: [(0,) * repeat])
    ),
    "Example 3.8": corrupt(DiffusionOperator, "signal", plus_one),
    "Definition 3.9": corrupt(DiffusionOperator, "node_fidelity", other_fidelity),
    "Definition 3.10": corrupt(DiffusionOperator, "minimax_fidelity", other_minimum),
    "Definition 3.11": corrupt(MultiHeadDiffusion, "best_head", heads_swapped),
    "Definition 3.12": corrupt(MultiHeadDiffusion, "best_head", heads_swapped),
    "Example 3.13": corrupt(DiffusionOperator, "minimax_fidelity", other_minimum),
    "Theorem 2.8, (3), (11)": search_finds(WITNESS),
    "Equations (4), (12), (13)": in_theorem("_means", lambda _: [Fraction(2)] * 451),
    "After (4), end of §2.2": search_finds(NOTHING),
    "Equation (5)": corrupt(WalkOperator, "mixing_time", lambda _: 396),
    "Equations (6), (7)": corrupt(WalkOperator, "distance", plus_one),
    "Equations (8)–(10)": in_theorem("fewer_than", lambda *_: Fraction(99, 100)),
    "After (11)": corrupt(WalkOperator, "mixing_time", lambda _: 1020),
    "Equations (14), (15)": corrupt(WalkOperator, "mixing_time", lambda time: 9 * time),
    "After (15)": search_finds(NOTHING),
    "Equations (16)–(18)": in_theorem("_uniform", lambda _: 1),
    "Equation (19)": in_theorem("_uniform", lambda _: 1),
    "Equation (20)": corrupt(WalkOperator, "mixing_time", lambda _: 10**6),
    "§2, quoting 2502.06751": corrupt(WalkOperator, "mixing_time", lambda time: 66 // time),
    "After Definition 3.4": corrupt(DiffusionOperator, "signals", lambda table: table * 0),
    "After Example 3.13": in_sentences("operator_value", lambda _: Fraction(1, 3)),
    "End of §3.1": corrupt(MultiHeadDiffusion, "amplification", lambda gain: 1 / gain),
    "Figure 3": in_sentences("operator_value", lambda _: Fraction(1, 3)),
    "§4.2": corrupt(WalkOperator, "mixing_time", lambda time: 10**6 * time),
    "Algorithm 1": in_sentences("column_sums", lambda _: [1, 1, 1, 1]),
    "Algorithm 2": corrupt(DiffusionOperator, "minimax_fidelity", other_minimum),
}


@pytest.mark.parametrize("label", STATEMENTS)
def test_a_corrupted_operator_changes_the_verdict(
    label: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    CORRUPTIONS[label](monkeypatch)
    (row,) = verification.verify([STATEMENTS[label]])
    assert not row.as_documented, row.finding


def test_rows_as_markdown() -> None:
    """A row of the docs' table for each statement, its bars escaped."""
    rows = list(verification.verify([STATEMENTS["After (15)"], STATEMENTS["Lemma 2.5"]]))
    head, _, one, two = verification.as_markdown(rows).splitlines()
    assert head.count("|") == 6
    assert "**false**" in one
    assert r"2→3 \| 0→3" in one
    assert "**true with a premise**: W[τ, τ] = 1" in two


def test_verify_covers_the_numbered_statements() -> None:
    """Definitions 2.1-2.7 and 3.1-3.12, two lemmas, a remark, two examples: each once."""
    labels = [statement.label for statement in verification.STATEMENTS]
    definitions = ["2.1", "2.2", "2.3", "2.4", "2.7"]
    definitions += [f"3.{k}" for k in (1, 2, 3, 4, 5, 6, 9, 10, 11, 12)]
    others = ["Lemma 2.5", "Lemma 2.6", "Remark 3.7", "Example 3.8", "Example 3.13"]
    numbered = [f"Definition {number}" for number in definitions] + others
    assert all(labels.count(label) == 1 for label in numbered)
    assert len(set(labels)) == len(labels)


def test_verify_covers_the_equations_of_theorem_2_8() -> None:
    """Each of equations (3) to (20) has its row; (1), (2) and (21) to (31) are definitions."""
    named = " ".join(statement.label for statement in verification.STATEMENTS)
    for number in (3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 18, 19, 20):
        assert f"({number})" in named


@pytest.mark.slow
def test_every_row_says_what_it_said() -> None:
    """Statement, computed values, verdict, premise and witness, word for word."""
    kept = verify_rows.KEPT.read_text(encoding="utf-8")
    assert verify_rows.text() == kept
    assert kept.startswith("# ")
    assert verify_rows.COMMAND in kept.splitlines()[0]
    assert kept.count("\nstatement: ") == len(verification.STATEMENTS)
