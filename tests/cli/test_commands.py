"""The command line: what it prints, its exit status, and no traceback for bad input."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dagmix.cli import commands
from dagmix.paper import Finding, Statement, Verdict, verification

UNIFORM = np.tri(4)[None, None] / np.arange(1, 5)[:, None]  # (layers, heads, n, n)


@pytest.fixture
def uniform(tmp_path: Path) -> Path:
    path = tmp_path / "uniform.npz"
    np.savez(path, attention=np.stack([UNIFORM, UNIFORM]), head_importance=np.ones((1, 1)))
    return path


def test_verify_prints_a_row_for_every_statement_that_is_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert commands.main(["verify", "--only", "figure 3"]) == 0
    out = capsys.readouterr().out
    assert "Figure 3" in out
    assert "Figure 2" not in out
    assert commands.main(["verify", "Lemma 2.5", "Definition 2.2", "Figure 1", "Figure 2"]) == 0
    out = capsys.readouterr().out
    assert all(label in out for label in ("Lemma 2.5", "Definition 2.2", "Figure 1", "Figure 2"))
    assert "4 statements" in out


def test_verify_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["verify", "Example 3.8", "--json"]) == 0
    (example,) = json.loads(capsys.readouterr().out)
    assert "β₀ β₁ / 4" in example["computed"]
    assert example["quote"].startswith("This would exemplify")


def test_verify_filters_by_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    chosen = ["verify", "Figure 1", "Equation (5)", "--verdict", "false"]
    assert commands.main([*chosen, "--json"]) == 0
    assert [each["statement"] for each in json.loads(capsys.readouterr().out)] == ["Equation (5)"]
    assert commands.main([*chosen[:2], *chosen[3:]]) == 0
    assert "0 statements" in capsys.readouterr().out


def test_verify_within_a_budget(capsys: pytest.CaptureFixture[str]) -> None:
    """What is not reached is said so, and is no difference from what is documented."""
    assert commands.main(["verify", "Figure 1", "--budget", "0"]) == 0
    out = capsys.readouterr().out
    assert "1 statement: 1 not computed" in out
    assert "documented" not in out
    assert commands.main(["verify", "Figure 1", "--budget", "nan"]) == 2
    assert "a budget is" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("asked", "suggestion"),
    [
        (["Theorem 2.9"], "'Theorem 2.8, (3), (11)'"),
        (["--verdict", "flase"], "'false'"),
        (["--only", "botlenecks"], "'bottlenecks'"),
        (["Figure 1", "--only", "gradient"], "nearest|there are"),
    ],
)
def test_unknown_names_are_bad_input(
    asked: list[str], suggestion: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.main(["verify", *asked]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert any(each in captured.err for each in suggestion.split("|"))


def test_verify_fails_where_a_verdict_is_not_the_documented_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = Statement(
        label="Claim [1]",
        quote="1 = 2",
        says="one is two",
        check=lambda: Finding("1 ≠ 2", "[x]", literally=False, repaired=False),
        documented=Verdict.VERIFIED,
    )
    monkeypatch.setattr(verification, "STATEMENTS", (wrong,))
    assert commands.main(["verify"]) == 1
    out = capsys.readouterr().out
    assert "false" in out
    assert "documented: verified" in out
    assert "[x]" in out


def test_help_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    for command, word in (("analyze", "(..., layers, heads, n, n)"), ("verify", "exit")):
        with pytest.raises(SystemExit, match="0"):
            commands.main([command, "--help"])
        assert word in capsys.readouterr().out


def test_the_module_is_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["dagmix", "analyze", "nowhere.npz"])
    monkeypatch.delitem(sys.modules, "dagmix.__main__", raising=False)
    with pytest.raises(SystemExit, match="2"):
        runpy.run_module("dagmix", run_name="__main__")
    assert "nowhere.npz" in capsys.readouterr().err


@pytest.mark.slow
def test_the_module_runs() -> None:
    command = [sys.executable, "-W", "error", "-m", "dagmix", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own interpreter
    assert done.stdout.startswith("dagmix ")


def test_an_interrupted_command_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(verification, "verify", interrupted)
    assert commands.main(["verify"]) == 130
    assert capsys.readouterr().err == "dagmix: interrupted\n"


@pytest.mark.slow
def test_output_that_nobody_reads_is_no_traceback() -> None:
    command = [sys.executable, "-m", "dagmix", "analyze", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as ran:  # noqa: S603 - our own command
        assert ran.stdout is not None
        assert ran.stderr is not None
        ran.stdout.close()
        written = ran.stderr.read().decode()
    assert "Traceback" not in written
    assert "BrokenPipe" not in written
    assert ran.returncode == 1


def test_a_broken_pipe_ends_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def broken(*_: Any, **__: Any) -> Any:
        raise BrokenPipeError

    monkeypatch.setattr(verification, "verify", broken)
    monkeypatch.setattr("os.dup2", lambda *targets: calls.append(targets))
    monkeypatch.setattr("sys.stdout", sys.__stdout__)
    assert commands.main(["verify"]) == 1
    assert len(calls) == 1
