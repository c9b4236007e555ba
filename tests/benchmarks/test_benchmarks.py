"""The benchmarks against peers: the right answers are right, and no wrong one is let through."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import oracle
import pytest
from contestants import ALWAYS, CONTESTANTS
from figures import draw
from floors import Rates, least_work
from limits import Limits
from numpy_answers import mixing_by_powers
from oracle import bounds as oracle_bounds
from questions import SMALLEST, TABLES, Case
from race import NO_CALL, NOT_TRIED, TOO_SLOW, Result, race
from references import complete_distance, reference
from report import cell, page
from slopes import slope
from summary import conclusion
from verdicts import AGREES, MISSING, ROUNDED, WRONG, judge

from benchmarks import cliffs
from benchmarks import depth as layers
from benchmarks.heads import row as all_subsets
from benchmarks.operators import ROOT, Worker, attention, jobs, mixing_by_hand
from dagmix import LayerStack, proxies

PEERS = Path(__file__).parent / "peers"
RATES = Rates(cached=1e10, streamed=1e9, operations=1e9)


QUARTER = Fraction(1, 4)
EIGHT = [(family, size) for family in ("complete", "window", "line") for size in (3, 4, 8)]
EIGHT += [("complete", 2), ("line", 2)]  # d(2) = ¼, a tie


def walk(case: Case) -> list[list[Fraction]]:
    return [list(column) for column in zip(*case.rational, strict=True)]


@pytest.mark.parametrize(("family", "size"), EIGHT)
def test_reference_mixing_times_are_the_oracle_s(family: str, size: int) -> None:
    case = Case("mixing", family, size)
    assert reference(case) == oracle.mixing_time(walk(case), size - 1, QUARTER)


@pytest.mark.parametrize(("family", "size"), EIGHT)
def test_reference_hitting_times_are_the_oracle_s(family: str, size: int) -> None:
    case = Case("hitting", family, size)
    expected = oracle.hitting_times(walk(case), size - 1)
    assert reference(case) == pytest.approx(np.array(expected, dtype=float), rel=1e-12)
    if family == "complete":
        assert reference(Case("exact hitting", family, size)) == expected


@pytest.mark.parametrize("family", ["two sources", "two sources, sticky"])
def test_the_reference_absorption_is_the_oracle_s(family: str) -> None:
    case = Case("absorption", family, 7)
    assert reference(case) == pytest.approx(
        float(oracle_bounds.hits(case.rational, 6, 0)), rel=1e-12
    )


def test_ties_are_the_oracle_s_distances() -> None:
    case = Case("ties", "complete", 5)
    distances = oracle.distances(walk(case), 4)
    next(distances)  # t = 0
    assert case.ties == [next(distances) for _ in case.ties]


def test_the_sum_and_the_integral_of_the_complete_graph_agree() -> None:
    small = [float(complete_distance(64, t)) for t in (5, 7, 9)]
    assert [complete_distance(65, t) for t in (5, 7, 9)] == pytest.approx(small, rel=0.1)
    nodes = np.arange(200)
    survival = np.where(nodes < 199, 1.0, 0.0)
    for _ in range(6):
        survival = np.cumsum(survival[::-1])[::-1] / (200 - nodes)
        survival[-1] = 0
    assert complete_distance(200, 6) == pytest.approx(float(survival.max()), rel=1e-9)


def test_sparse_and_dense_arrays_are_the_same_chain() -> None:
    for question, family in TABLES:
        if family != "attention":
            case = Case(question, family, 12)
            assert np.array_equal(case.sparse.toarray(), case.dense)
            assert case.dense.sum(axis=1) == pytest.approx(np.ones(case.n))


@pytest.mark.parametrize(
    ("case", "answer", "verdict"),
    [
        (Case("mixing", "line", 8), 16, AGREES),
        (Case("mixing", "line", 8), 17, WRONG),
        (Case("mixing", "line", 8), float("nan"), WRONG),
        (Case("mixing", "line", 8), None, MISSING),
        (Case("hitting", "line", 4), [6, 4, 2, 0], AGREES),
        (Case("hitting", "line", 4), [6, 4, 2, 1e-8], WRONG),
        (Case("hitting", "line", 4), [6, 4, float("nan"), 0], WRONG),
        (Case("hitting", "line", 4), [6, 4, 2], WRONG),
        (Case("stationary", "line", 4), [0, 0, 0, 1], AGREES),
        (Case("stationary", "line", 4), [1e-8, 0, 0, 1 - 1e-8], WRONG),
        (Case("exact hitting", "complete", 2), [Fraction(2), Fraction(0)], AGREES),
        (Case("exact hitting", "complete", 2), [Fraction(3), Fraction(0)], WRONG),
        (Case("exact hitting", "complete", 2), [2.0, 0.0], ROUNDED),
        (Case("exact hitting", "complete", 2), [2.1, 0.0], WRONG),
        (Case("ties", "complete", 4), list(range(1, 21)), AGREES),
        (Case("ties", "complete", 4), [2, *range(2, 21)], WRONG),
    ],
)
def test_verdicts(case: Case, answer: Any, verdict: str) -> None:
    assert judge(case, answer)[0] == verdict


def test_a_tie_that_floats_lose_is_called_wrong() -> None:
    case = Case("ties", "complete", 8)
    lost = CONTESTANTS["NumPy, powers"]["ties"](case)
    assert judge(case, lost)[0] == WRONG
    assert (
        judge(case, [mixing_by_powers(case, e + Fraction(1, 10**9)) for e in case.ties])[0]
        == AGREES
    )


def race_once(name: str, sizes: list[int], limits: Limits) -> list[Result]:
    rows = list(race({("hitting", "line"): sizes, ("ties", "complete"): [8]}, name, limits))
    return next(row for row in rows if row[0].question == "hitting")


@pytest.mark.slow
def test_an_answer_that_takes_too_much_memory_is_reported() -> None:
    row = race_once("NumPy, powers", [8, 100_000, 200_000], Limits())
    assert [r.verdict for r in row] == [AGREES, "out of memory", NOT_TRIED]


@pytest.mark.slow
def test_an_answer_that_takes_too_long_is_reported_and_the_next_row_still_asked() -> None:
    tables = {("hitting", "window"): [4, 512], ("stationary", "line"): [4]}
    slow, after = race(tables, "sympy.stats", Limits(seconds=1.0))
    assert [r.verdict for r in slow] == [AGREES, TOO_SLOW]
    assert [r.verdict for r in after] == [AGREES]


@pytest.mark.slow
def test_who_has_no_call_is_said_to_have_none() -> None:
    assert [r.verdict for r in race_once("networkx", [4], Limits())] == [NO_CALL]


def test_slopes_are_those_of_a_power_law() -> None:
    row = [
        Result("hitting", "line", "x", n, AGREES, seconds=1e-9 * n**1.5) for n in (8, 64, 512, 4096)
    ]
    assert slope(row) == pytest.approx(1.5)
    assert slope(row[:1]) is None


def test_floors_take_the_slower_of_bytes_and_operations() -> None:
    work = least_work(Case("mixing", "line", 8))
    assert work
    assert (work.bytes, work.operations) == (16 * 128, 16 * 16)
    assert work.seconds(RATES) == pytest.approx(256e-9)
    assert work.seconds(Rates(1e9, 1e9, 1e12)) == pytest.approx(2048e-9)


def test_cells_show_what_happened() -> None:
    shown = [
        cell(Result("hitting", "line", name, 8, verdict, words, seconds), 1e-3, Limits())
        for name, verdict, words, seconds in [
            ("dagmix", AGREES, "", 1e-3),
            ("x", AGREES, "", 5e-4),
            ("x", WRONG, "", 2.0),
            ("x", MISSING, "None", 1.0),
            ("x", TOO_SLOW, "", None),
            ("x", TOO_SLOW, "by the size before", None),
            ("x", "out of memory", "", None),
            ("x", NOT_TRIED, "", None),
        ]
    ]
    assert shown == [
        *("1 ms", "500 µs ×0.5", "**wrong** 2 s ×2e3", "None"),
        *(r"\> 5 s", r"(\> 5 s)", r"\> 4 GiB", ""),
    ]


def test_the_same_results_make_the_same_page_and_plots() -> None:
    rows = [
        [Result("hitting", "line", name, n, AGREES, "", n * scale, 7, 90) for n in (8, 64)]
        for name, scale in (("dagmix", 1e-6), ("NumPy, powers", 3e-6))
    ]
    tables = {("hitting", "line"): [8, 64]}
    first, second = (draw("hitting", rows, RATES) for _ in range(2))
    assert first
    assert first == second
    assert draw("batch", rows, RATES) is None
    text = page(rows, tables, RATES, "a machine", Limits())
    assert "| NumPy, powers | 24 µs ×3 | 192 µs ×3 | 1.00 | 90 MB |" in text


@pytest.mark.parametrize("name", [name for name in ALWAYS if name != "sympy.stats"])
def test_what_is_always_installed_still_answers(name: str) -> None:
    for (question, family), (size,) in SMALLEST.items():
        if question in CONTESTANTS[name]:
            case = Case(question, family, size)
            verdict, words = judge(case, CONTESTANTS[name][question](case))
            if not (question == "ties" and name.startswith("NumPy")):
                assert verdict in (AGREES, ROUNDED), (question, family, words)


@pytest.mark.parametrize(
    "name", ["NumPy, running sums", "SciPy, sparse", "SciPy, triangular", "SciPy, banded"]
)
def test_rivals_that_know_the_shape_are_right_at_larger_sizes(name: str) -> None:
    for question, family in TABLES:
        if question in CONTESTANTS[name]:
            case = Case(question, family, 5 if family in ("sticky line", "attention") else 64)
            verdict, words = judge(case, CONTESTANTS[name][question](case))
            assert verdict == AGREES, (question, family, words)


def test_the_conclusion_compares_the_quickest_right_answers() -> None:
    found: dict[str, list[tuple[int, str, float | None]]] = {
        "dagmix": [(8, AGREES, 4e-3), (64, AGREES, 9e-3)],
        "dagmix, in floats": [(8, AGREES, 2e-3), (64, TOO_SLOW, None)],
        "SciPy, banded": [(8, AGREES, 1e-3), (64, WRONG, 1e-3)],
        "NumPy, powers": [(8, AGREES, 2e-3), (64, TOO_SLOW, None)],
    }
    rows = [
        [
            Result("hitting", "line", name, size, verdict, "", seconds)
            for size, verdict, seconds in row
        ]
        for name, row in found.items()
    ]
    text = conclusion(rows, {("hitting", "line"): [8, 64], ("mixing", "line"): [8]})
    expected = "| Hitting times of the line | 8 | dagmix, in floats | SciPy, banded | ×2 |"
    assert [line for line in text.splitlines() if line.startswith("| Hit")] == [expected]
    assert conclusion(rows[:1], {("hitting", "line"): [8]}).count("\n|") == 2


@pytest.mark.slow
def test_the_command_writes_the_page_and_its_plots(tmp_path: Path) -> None:
    command = [sys.executable, str(PEERS), "--smallest", "--only", "NumPy, powers", "networkx"]
    subprocess.run([*command, "--out", str(tmp_path)], check=True, capture_output=True)  # noqa: S603 - our own script
    text = (tmp_path / "benchmarks.md").read_text(encoding="utf-8")
    assert text.count("\n## ") == len(TABLES) + 2
    assert "\n- dagmix" not in text  # no wrong answer, no error
    drawn = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    names = ("absorption", "batch", "hitting", "mixing", "stationary", "sticky")
    assert drawn == {"benchmarks.md", *(f"{name}.svg" for name in names)}


def test_operators_are_built_as_by_hand_in_a_process_of_their_own() -> None:
    """And attention that breaks a rule is refused by hand as well."""
    tensor, asked = attention(30, 2), jobs()
    worker = Worker(ROOT, 30, 2)
    answers = {job: worker.ask(job)[1] for job in asked}
    worker.close()
    assert answers == {job: float(ask(tensor)) for job, ask in asked.items()}
    assert answers["T(¼)"] == mixing_by_hand(tensor)
    tensor[1, 0, 1] = 0.5
    with pytest.raises(ValueError, match="no causal attention"):
        mixing_by_hand(tensor)


def test_layers_are_compared_with_equal_answers() -> None:
    """The loop of products and networkx say what dagmix says; every row is timed."""
    attention = layers.random_attention(3, 2, 6)
    stack = LayerStack.from_attention(attention)
    assert proxies.rollout(attention) == pytest.approx(layers.by_products(attention), rel=1e-12)
    assert stack.flow(2) == pytest.approx(layers.by_networkx(attention, 2), rel=1e-12)
    assert len(layers.rows((2, 2, 8), 4)) == 4


def test_a_cliff_is_a_call_that_counts_and_costs_four_times_the_one_before() -> None:
    times = [(500, 0.001), (600, 0.009), (720, 0.02), (864, 0.1)]
    assert cliffs.jump(times) == (5.0, 864)
    assert cliffs.row("line", "exact", "T", times)[-2:] == ["5.0  cliff", "864"]
    assert cliffs.row("line", "exact", "T", times[:2])[-2:] == ["–", "–"]
    assert {2047, 2048, 2049, 4095, 4096, 4097} < set(cliffs.grid(6000))
    assert cliffs.grid(600) == [500, 600]


@pytest.mark.parametrize("case", cliffs.CASES)
def test_cliffs_asks_every_operator(case: str) -> None:
    for numbers in cliffs.NUMBERS:
        assert all(cliffs.seconds(case, numbers, ask, 8) >= 0 for ask in cliffs.QUESTIONS)


def test_removed_heads_are_the_proxies() -> None:
    """Both ways of the benchmark of subsets give the same φ_min without each head."""
    heads, subsets, *_, gap = all_subsets(3, 10)
    assert (heads, subsets) == (3, 7)
    assert gap < 1e-12
