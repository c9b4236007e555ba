"""`dagmix analyze --pathways`: how the position of least fidelity is heard."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dagmix import MultiHeadDiffusion, pathways
from dagmix.analysis import Attention, weakest_position
from dagmix.cli import commands

DEAF = np.stack([np.eye(3), np.eye(3)])


def tensor() -> np.ndarray:
    """Two samples of two layers of two heads on four positions."""
    scores = np.random.default_rng(0).normal(size=(2, 2, 2, 4, 4))
    weights = np.where(np.tri(4, dtype=bool), np.exp(scores), 0.0)
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    np.savez(tmp_path / "a.npz", attention=tensor(), head_importance=[[1, 2], [3, 1]])
    return tmp_path / "a.npz"


def test_for_machines(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each layer: the worst heard position, its best t up to the limit, its heaviest pathways."""
    assert commands.main(["analyze", str(saved), "--json", "--pathways", "3", "--steps", "3"]) == 0
    records = json.loads(capsys.readouterr().out)
    assert len(records) == 4
    for record, (place, importance) in zip(
        records, [((s, m), [[1, 2], [3, 1]][m]) for s in (0, 1) for m in (0, 1)], strict=True
    ):
        mix = MultiHeadDiffusion.from_attention(tensor()[place], importance)
        found = record["pathways"]
        assert found["source"] == record["positions"][0]
        signals = [mix.signal(found["source"], t) for t in range(4)]
        assert found["signal"] == max(signals)
        assert found["steps"] == signals.index(max(signals))
        expected = pathways.heaviest(mix, found["source"], found["steps"], 3)
        assert [one["weight"] for one in found["heaviest"]] == [one.weight for one in expected]
        assert [tuple(one["nodes"]) for one in found["heaviest"]] == [p.nodes for p in expected]
        assert [tuple(one["heads"]) for one in found["heaviest"]] == [p.heads for p in expected]
        share = pathways.cross_head_share(mix, found["source"], found["steps"])
        assert found["cross_head_share"] == share


def test_the_first_step_is_that_of_the_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From t = 1 on the sink hears itself least, with its own small weight, and not with 1."""
    weights = np.tril(np.ones((4, 4)))
    weights[3, 3] = 0.01
    np.savez(tmp_path / "a.npz", attention=(weights / weights.sum(-1, keepdims=True))[None, None])
    options = ["analyze", str(tmp_path / "a.npz"), "--json", "--first-step", "1", "--pathways"]
    assert commands.main(options) == 0
    (record,) = json.loads(capsys.readouterr().out)
    found = record["pathways"]
    assert (found["source"], found["steps"]) == (3, 1)
    assert found["signal"] == record["fidelity"]


def test_times_are_counted_from_the_first_step() -> None:
    """A source is heard better with every step, so best at the last one."""
    rows = np.array([[1, 0, 0], [0.5, 0.5, 0], [0, 0.5, 0.5]])
    attention = Attention(rows[None, None])
    (layer,) = attention.layers()
    for first in (0, 1):
        layer = replace(layer, positions=(0,))
        assert weakest_position.weakest(attention, layer, 1, 4, first).pathways.steps == 4


def test_for_people(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Five pathways of every layer unless another number is given, none without the option."""
    assert commands.main(["analyze", str(saved), "--json", "--pathways", "5"]) == 0
    counts = [len(r["pathways"]["heaviest"]) for r in json.loads(capsys.readouterr().out)]
    assert max(counts) == 5
    assert commands.main(["analyze", str(saved), "--pathways"]) == 0
    out = capsys.readouterr().out
    assert out.count("cross-head") == 4
    assert sum(line.endswith("→ 3") for line in map(str.rstrip, out.splitlines())) == sum(counts)
    assert "sample [1], layer 0, position 2: t = 1, signal 0.1" in out
    assert commands.main(["analyze", str(saved)]) == 0
    assert "cross-head" not in capsys.readouterr().out


def test_a_position_that_is_not_heard(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.savez(tmp_path / "a.npz", attention=DEAF[None])
    assert commands.main(["analyze", str(tmp_path / "a.npz"), "--pathways"]) == 0
    assert "not received" in capsys.readouterr().out
    assert commands.main(["analyze", str(tmp_path / "a.npz"), "--pathways", "--json"]) == 0
    (record,) = json.loads(capsys.readouterr().out)
    assert record["pathways"]["cross_head_share"] == "nan"
    assert record["pathways"]["heaviest"] == []
    assert (record["positions"], record["pathways"]["source"]) == ([0, 1], 0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--pathways", "0"], "the number of pathways is an integer, at least 1; got 0"),
        (
            ["--pathways", "--first-step", "1", "--steps", "0"],
            "the number of steps is at least the first step, 1; got 0",
        ),
        (["--steps", "3"], "--steps is about pathways and needs --pathways"),
        (["--pathways", "--steps", "-1"], "the number of steps must be an integer, at least 0"),
        (["--pathways", "9999999"], "sample [0], layer 0: a table of the 9999999 heaviest"),
    ],
)
def test_bad_options(
    options: list[str], message: str, saved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.main(["analyze", str(saved), *options]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert not captured.out


def test_help_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        commands.main(["analyze", "--help"])
    out = capsys.readouterr().out
    assert "3 ─0→ 7 ─1→ 9" in out
    assert "--steps T" in out
