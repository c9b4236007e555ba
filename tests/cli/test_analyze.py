"""What `dagmix analyze` prints, and what its options do."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from dagmix.cli import commands

UNIFORM = np.tri(4)[None, None] / np.arange(1, 5)[:, None]  # (layers, heads, n, n)


@pytest.fixture
def uniform(tmp_path: Path) -> Path:
    path = tmp_path / "uniform.npz"
    np.savez(path, attention=np.stack([UNIFORM, UNIFORM]), head_importance=np.ones((1, 1)))
    return path


def test_analyze_for_people(uniform: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["analyze", str(uniform)]) == 0
    out = capsys.readouterr().out
    assert "φ_min" in out
    assert out.count("0.25") == 4  # two samples, the mixture and its one head


def test_analyze_for_machines(uniform: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["analyze", str(uniform), "--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert (first["sample"], second["sample"]) == ([0], [1])
    assert first["mixing_time"] == 5
    assert first["fidelity"] == pytest.approx(0.25, rel=1e-12)
    assert first["positions"] == [2]
    assert first["best_heads"] == [0]
    assert first["amplification"] == pytest.approx(1, rel=1e-12)


def test_analyze_with_the_published_first_step(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From t = 1 on the sink's own fidelity is its weight on itself, here the least."""
    attention = np.array([[[1, 0], [0.75, 0.25]]])[None]
    np.savez(tmp_path / "a.npz", attention=attention)
    assert commands.main(["analyze", str(tmp_path / "a.npz"), "--json", "--first-step", "1"]) == 0
    (record,) = json.loads(capsys.readouterr().out)
    assert (record["fidelity"], record["positions"]) == (0.25, [1])


def test_half_precision_needs_a_tolerance(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rounded thirds add up to 1.0002 in float16; divided by their sum they are thirds again."""
    path = tmp_path / "half.npz"
    thirds = np.array([[3, 0, 0], [1, 2, 0], [1, 1, 1]]) / 3
    np.savez(path, attention=thirds.astype(np.float16)[None, None])
    assert commands.main(["analyze", str(path)]) == 2
    assert "sum" in capsys.readouterr().err
    assert commands.main(["analyze", str(path), "--json", "--tolerance", "1e-2"]) == 0
    (record,) = json.loads(capsys.readouterr().out)
    assert record["fidelity"] == pytest.approx(1 / 3, abs=1e-3)


@pytest.mark.parametrize("tolerance", ["1", "-0.5", "nan"])
def test_a_tolerance_is_checked_before_the_file_is_read(
    tolerance: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "not there.npz"
    assert commands.main(["analyze", str(path), f"--tolerance={tolerance}"]) == 2
    assert "a tolerance is at least 0 and less than 1" in capsys.readouterr().err


def test_infinite_and_undefined_measures_have_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A position that nobody hears has T = ∞, fidelity 0, amplification 0/0; or x/0."""
    deaf = np.eye(3)
    left, right = np.eye(3), np.eye(3)
    left[1, :2], right[2, 1:] = 0.5, 0.5
    attention = np.array([[deaf, deaf], [left, right]])
    np.savez(tmp_path / "a.npz", attention=attention)
    assert commands.main(["analyze", str(tmp_path / "a.npz"), "--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert (first["mixing_time"], first["hitting_time"]) == ("inf", "inf")
    assert (first["fidelity"], first["amplification"]) == (0, "nan")
    assert second["fidelity"] == pytest.approx(27 / 64)
    assert second["amplification"] == "inf"
    assert commands.main(["analyze", str(tmp_path / "a.npz")]) == 0
    assert "nan" in capsys.readouterr().out


def test_long_times_are_rounded_for_people_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    slow = np.array([[1, 0], [1e-12, 1 - 1e-12]])
    np.savez(tmp_path / "slow.npz", attention=np.array([[slow]]))
    assert commands.main(["analyze", str(tmp_path / "slow.npz"), "--json"]) == 0
    (record,) = json.loads(capsys.readouterr().out)
    assert commands.main(["analyze", str(tmp_path / "slow.npz")]) == 0
    assert record["mixing_time"] > 10**12
    assert f" {record['mixing_time']:.5g} " in capsys.readouterr().out


def test_analyze_lists_every_head(uniform: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only where it is asked for; in JSON the heads are always there."""
    assert commands.main(["analyze", str(uniform)]) == 0
    assert "Head by head" not in capsys.readouterr().out
    assert commands.main(["analyze", str(uniform), "--heads"]) == 0
    assert "Head by head" in capsys.readouterr().out


def test_analyze_judges_heads_by_what_is_left_without_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a table of its own, or in JSON beside the pathways; by φ_min or T(¼)."""
    two = np.concatenate([UNIFORM, np.eye(4, k=-1)[None, None]], axis=1)
    two[0, 1, 0, 0] = 1
    path = tmp_path / "two.npz"
    np.savez(path, attention=two)
    assert commands.main(["analyze", str(path), "--ablation"]) == 0
    assert "Ablation, by φ_min" in capsys.readouterr().out
    asked = ["analyze", str(path), "--ablation", "mixing", "--json"]
    assert commands.main([*asked, "--pathways"]) == 0
    (record,) = json.loads(capsys.readouterr().out)
    assert record["ablation"]["alone"] == [5, 4]
    assert record["ablation"]["without"] == [4, 5]
    assert record["pathways"]["heaviest"]
    assert commands.main(asked) == 0
    assert "pathways" not in json.loads(capsys.readouterr().out)[0]


def test_analyze_says_where_heads_are_too_many(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.savez(tmp_path / "many.npz", attention=np.repeat(UNIFORM, 17, axis=1))
    assert commands.main(["analyze", str(tmp_path / "many.npz"), "--ablation"]) == 2
    assert "layer 0: Shapley values are of at most 16 heads" in capsys.readouterr().err


def test_lines_have_no_ablation(uniform: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["analyze", str(uniform), "--lines", "out.jsonl", "--ablation"]
    assert commands.main(given) == 2
    assert "--ablation" in capsys.readouterr().err
