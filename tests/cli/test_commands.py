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


def test_verify_prints_a_row_for_every_statement(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["verify"]) == 0
    out = capsys.readouterr().out
    for statement in verification.STATEMENTS:
        assert statement.label.split()[0] in out


def test_verify_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["verify", "--json"]) == 0
    records = json.loads(capsys.readouterr().out)
    assert len(records) == len(verification.STATEMENTS)
    assert all(record["as_documented"] for record in records)
    example = next(record for record in records if record["statement"] == "Example 3.8")
    assert "beta0*beta1/4" in example["computed"]


def test_verify_fails_where_a_verdict_is_not_the_documented_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = Statement(
        "Claim [1]",
        "1 = 2",
        lambda: Finding("1 ≠ 2", "[x]", literally=False, repaired=False),
        Verdict.VERIFIED,
    )
    monkeypatch.setattr(verification, "STATEMENTS", (wrong,))
    monkeypatch.setattr(verification.verify, "__defaults__", ((wrong,),))
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


def test_the_module_runs() -> None:
    command = [sys.executable, "-W", "error", "-m", "dagmix", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own interpreter
    assert done.stdout.startswith("dagmix ")


def test_an_interrupted_command_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(verification, "verify", interrupted)
    assert commands.main(["verify"]) == 130
    assert capsys.readouterr().err == "dagmix: interrupted\n"


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

    def broken() -> Any:
        raise BrokenPipeError

    monkeypatch.setattr(verification, "verify", broken)
    monkeypatch.setattr("os.dup2", lambda *targets: calls.append(targets))
    monkeypatch.setattr("sys.stdout", sys.__stdout__)
    assert commands.main(["verify"]) == 1
    assert len(calls) == 1
