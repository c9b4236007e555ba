"""What is kept of the published checkpoints: its provenance, and that the claims follow from it."""

from __future__ import annotations

import json
from importlib import resources

import numpy as np
import pytest
import scipy.stats

from dagmix.paper import Match, Remeasured, Trend, printed, remeasured, remeasuring

FOUND = Remeasured.kept()
TASKS = ("copy", "cycle")
BEST_AND_COMBINED: tuple[remeasured.Heads, ...] = ("best", "combined")


def test_the_provenance_is_kept_with_the_numbers() -> None:
    record = FOUND.record
    assert record == json.loads(
        resources.files("dagmix.paper").joinpath("remeasured.json").read_text(encoding="utf-8")
    )
    assert record["repository"] == remeasuring.REPOSITORY
    assert record["commit"] == remeasuring.COMMIT
    assert {m["file"]: m["sha256"] for m in record["models"]} == remeasuring.FILES
    assert len({m["sequences_sha256"] for m in record["models"]}) == len(record["models"]) == 8
    assert record["command"] == "dagmix tables --published FOLDER --json"
    assert set(record["versions"]) == {"dagmix", "numpy", "python", "torch"}
    assert record["sequences"] == 50


def test_every_array_has_its_head_counts_and_layers() -> None:
    for task in (*TASKS, "untrained"):
        rows = FOUND.record["untrained"]
        if task in TASKS:
            rows = [m for m in FOUND.record["models"] if m["task"] == task]
        assert [row["heads"] for row in rows] == list(printed.HEADS)
        for chain in ("published", "successors"):
            assert [part.shape for part in FOUND.hitting(task, chain)] == [(4, 4)] * 2
        for step in (0, 1):
            best, mixed = FOUND.fidelity(task, step, "best"), FOUND.fidelity(task, step)
            assert best.mean[0] == pytest.approx(mixed.mean[0])  # one head is the best


def test_the_chain_of_the_code_is_that_of_tables_1_and_2() -> None:
    """χ² from the kept means and errors, by hand; its probability by SciPy."""
    found = FOUND.match("published")
    terms = [
        ((cell.mean - model["hitting_time"]["published"]["mean"][layer]) / error) ** 2
        for model in FOUND.record["models"]
        for row in [printed.MIXING[model["task"]][printed.HEADS.index(model["heads"])]]
        for layer, (cell, error) in enumerate(zip(row, model["simulation_error"], strict=True))
    ]
    assert found.cells == len(terms) == 32
    assert found.chi_squared == pytest.approx(sum(terms))
    assert found.far == sum(term > 25 for term in terms) == 0
    assert found.probability == pytest.approx(scipy.stats.chi2.sf(found.chi_squared, 32))
    assert 0.05 < found.probability < 0.95


def test_the_chain_of_the_text_is_not() -> None:
    found = FOUND.match("successors")
    assert (found.far, found.cells) == (32, 32)
    assert found.probability == 0


@pytest.mark.parametrize(("chi", "cells"), [(0.5, 2), (35.2, 32), (90.0, 32), (10.0, 10)])
def test_the_probability_is_scipy_s(chi: float, cells: int) -> None:
    assert Match(chi, cells, 0).probability == pytest.approx(scipy.stats.chi2.sf(chi, cells))


def test_a_tail_that_underflows() -> None:
    assert Match(1e9, 32, 32).probability == 0


@pytest.mark.parametrize("task", TASKS)
def test_every_digit_of_tables_3_and_4_comes_out(task: str) -> None:
    found = FOUND.fidelity(task, 1)
    for row in range(4):
        for column in range(4):
            mean, deviation = printed.FIDELITY[task][row][column]
            assert f"{found.mean[row, column]:.2f}" == f"{mean:.2f}"
            assert f"{found.deviation[row, column]:.2f}" == f"{deviation:.2f}"
    assert FOUND.reproduced(task).all()


def test_every_zero_of_table_4_is_the_sink_s_own_weight() -> None:
    """And none of Table 3 is."""
    least = FOUND.cells("cycle", "sink_is_least")
    zeros = np.array(printed.FIDELITY["cycle"])[..., 0] == 0
    assert zeros.sum() == 8
    assert (least[zeros] == 50).all()
    assert (least[~zeros] < 5).all()
    own = 100 * FOUND.cells("cycle", "sink_weight", "mean")
    assert own[zeros] == pytest.approx(FOUND.fidelity("cycle", 1).mean[zeros])
    assert (FOUND.fidelity("cycle", 0).mean[zeros] > 5).all()
    assert not FOUND.cells("copy", "sink_is_least").any()


def test_which_trends_survive() -> None:
    steps = {c: [Trend.of(-FOUND.hitting(t, c).mean) for t in (*TASKS, "untrained")]
             for c in ("published", "successors")}  # fmt: skip
    assert steps == {
        "published": [(12, 0), (9, 3), (0, 12)],
        "successors": [(11, 1), (8, 4), (10, 2)],
    }
    shares = {t: [Trend.of(FOUND.fidelity(task, t).mean) for task in (*TASKS, "untrained")]
              for t in (1, 0)}  # fmt: skip
    assert shares == {1: [(12, 0), (9, 3), (12, 0)], 0: [(12, 0), (4, 8), (12, 0)]}


def test_what_the_page_says_of_several_heads() -> None:
    """Against one head, against uniform attention, and against what training starts from."""
    faster = [
        sum(int((m[1:] < m[0]).sum()) for t in TASKS for m in [FOUND.hitting(t, chain).mean])
        for chain in ("published", "successors")
    ]
    assert faster == [23, 21]
    even = FOUND.record["uniform"]["hitting_time"]["published"]
    means = [np.array(printed.MIXING[t])[1:, :, 0] for t in TASKS]
    assert sum(int((np.abs(m / even - 1) < 0.074).sum()) for m in means) == 17
    assert (np.abs(FOUND.hitting("untrained", "published").mean / even - 1) < 0.074).all()
    assert all((np.abs(FOUND.standardised(t, "successors")) > 200).all() for t in TASKS)
    both = [FOUND.fidelity("untrained", t).mean for t in (0, 1)]
    assert np.abs(both[0] - both[1]).max() < 0.003
    for task in TASKS:
        lower = FOUND.fidelity(task, 0).mean < FOUND.fidelity("untrained", 0).mean
        assert (lower != (FOUND.cells(task, "sink_is_least") == 50)).all()


def test_tables_5_and_6_are_what_one_sequence_gives() -> None:
    exceeds = [FOUND.cells(task, "combined_exceeds", "1") for task in TASKS]
    assert [int(one[1:].sum()) for one in exceeds] == [391, 260]
    for task in TASKS:
        rows = printed.BEST_AND_COMBINED[task]
        for heads in BEST_AND_COMBINED:
            typed = np.array([[float(getattr(pair, heads)) for pair in row] for row in rows])
            mean, deviation = (part[1:] for part in FOUND.fidelity(task, 1, heads))
            assert (np.abs(typed - mean) < 2.3 * np.maximum(deviation, 0.005)).all()


def test_what_figure_4_shows() -> None:
    found = FOUND.figure_4("successors", 0)
    assert found["counts"] == printed.HEADS
    np.testing.assert_array_equal(
        found["mixing"]["copy"].deviation, FOUND.hitting("copy", "successors").deviation
    )
    np.testing.assert_array_equal(found["fidelity"]["cycle"].mean, FOUND.fidelity("cycle", 0).mean)
    assert found["uniform"] == pytest.approx((5.6240, 1.0), abs=1e-4)
