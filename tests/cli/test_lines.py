"""A line a layer: the report's numbers, errors in their place, and what a killed run leaves."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases.attention_files import save
from cases.attention_samples import attention

from dagmix.cli import commands

TENSOR = np.stack([attention(2, 8, seed) for seed in range(6)]).reshape(2, 3, 2, 8, 8)
BAD = TENSOR.copy()
BAD[0, 2, 1, 4, 4] += 0.5  # a row that sums to 1.5


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return save(tmp_path / "good.npy", attention=TENSOR)


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    return save(tmp_path / "bad.npy", attention=BAD)


def analyze(*arguments: object) -> int:
    return commands.main(["analyze", *map(str, arguments)])


def records(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]


@pytest.mark.parametrize("more", [[], ["--pathways", "2", "--steps", "3", "--first-step", "1"]])
def test_lines_hold_what_the_report_holds(
    more: list[str], good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert analyze(good, "--lines", tmp_path / "out.jsonl", *more) == 0
    assert capsys.readouterr() == ("", "")
    assert analyze(good, "--json", *more) == 0
    lines = records(tmp_path / "out.jsonl")
    asked = [line.pop("asked") for line in lines]
    assert lines == json.loads(capsys.readouterr().out)
    assert all(one == asked[0] for one in asked)
    assert asked[0]["shape"] == list(TENSOR.shape)


def test_a_bad_layer_is_reported_and_the_rest_goes_on(
    bad: Path, good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, clean = tmp_path / "out.jsonl", tmp_path / "clean.jsonl"
    assert analyze(bad, "--lines", out) == 1
    assert f"1 of 6 layers: see `error` in {out}" in capsys.readouterr().err
    assert analyze(good, "--lines", clean) == 0
    found, expected = records(out), records(clean)
    wrong = found.pop(2)
    assert found == expected[:2] + expected[3:]
    assert (wrong["sample"], wrong["layer"]) == ([0], 2)
    assert wrong["error"].startswith("sample [0], layer 2: head 1: every row")
    assert analyze(bad, "--lines", out, "--resume") == 1
    assert records(out)[2] == wrong


def test_half_precision_names_the_option(tmp_path: Path) -> None:
    path = save(tmp_path / "half.npy", attention=TENSOR.astype(np.float16))
    assert analyze(path, "--lines", tmp_path / "out.jsonl") == 1
    first = records(tmp_path / "out.jsonl")[0]
    assert first["error"].endswith("1e-2 in bfloat16 and 2e-3 in float16 (--tolerance)")
    assert analyze(path, "--lines", tmp_path / "wide.jsonl", "--tolerance", "1e-2") == 0


def test_it_goes_on_from_every_byte(bad: Path, tmp_path: Path) -> None:
    """Wherever a run was killed, what there is in the end is what an uninterrupted run gives."""
    whole, cut = tmp_path / "whole.jsonl", tmp_path / "cut.jsonl"
    assert analyze(bad, "--lines", whole) == 1
    written = whole.read_bytes()
    ends = [place for place, byte in enumerate(written) if byte == ord("\n")]
    for end in (0, 1, 5, 50, *ends, ends[2] + 1, ends[-1] + 1):
        cut.write_bytes(written[:end])
        assert analyze(bad, "--lines", cut, "--resume") == 1
        assert cut.read_bytes() == written


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda lines: lines[1:], r"line 1, is no line of this run: it has \(\(\(0,\), 1\)"),
        (lambda lines: [*lines, lines[-1]], "line 7, is no line of this run: there are fewer"),
        (lambda lines: [b"[1]\n", *lines], "line 1, .* it has no sample and layer"),
        (lambda lines: [*lines[:2], b"{\n"], "line 3, .* it has no sample and layer"),
        (lambda lines: [*lines[:2], b"something"], "line 3, .* it is not the beginning of one"),
        (
            lambda lines: [lines[0].replace(b'"first_step": 0', b'"first_step": 1')],
            "line 1, .*'first_step': 1",
        ),
    ],
)
def test_another_file_is_left_alone(
    change: Any, message: str, good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.jsonl"
    assert analyze(good, "--lines", out) == 0
    changed = b"".join(change(out.read_bytes().splitlines(keepends=True)))
    out.write_bytes(changed)
    assert analyze(good, "--lines", out, "--resume") == 2
    assert re.search(message, capsys.readouterr().err)
    assert out.read_bytes() == changed


def test_nothing_is_overwritten(
    good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.jsonl"
    out.touch()
    assert analyze(good, "--lines", out) == 0
    assert analyze(good, "--lines", out) == 2
    assert "is there already; --resume goes on with it" in capsys.readouterr().err
    assert analyze(good, "--lines", tmp_path / "new.jsonl", "--resume") == 0
    assert (tmp_path / "new.jsonl").read_bytes() == out.read_bytes()
    assert analyze(good, "--lines", tmp_path / "no folder" / "out.jsonl") == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_killed_run_loses_one_matrix_at_most(jobs: int, tmp_path: Path) -> None:
    """SIGKILL in mid-run; the resumed file is that of an uninterrupted run, byte for byte."""
    tensor = np.stack([attention(4, 96, seed) for seed in range(24)]).reshape(4, 6, 4, 96, 96)
    path = save(tmp_path / "a.npy", attention=tensor)
    whole, killed = tmp_path / "whole.jsonl", tmp_path / "killed.jsonl"
    assert analyze(path, "--lines", whole) == 0
    command = [sys.executable, "-m", "dagmix", "analyze", str(path), "--lines", str(killed)]
    with subprocess.Popen([*command, "--jobs", str(jobs)]) as run:  # noqa: S603 - our own command
        while not killed.exists() or killed.read_bytes().count(b"\n") < 3:
            assert run.poll() is None
            time.sleep(0.001)
        run.send_signal(signal.SIGKILL)
    done = killed.read_bytes()
    assert 3 <= done.count(b"\n") < 24
    assert whole.read_bytes().startswith(done)
    assert analyze(path, "--lines", killed, "--resume", "--jobs", jobs) == 0
    assert killed.read_bytes() == whole.read_bytes()


def test_what_looks_padded_is_refused_unless_every_position_is_a_token(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Silence would take the last pad for the sink."""
    tensor = TENSOR.copy()
    tensor[..., -1, :] = tensor[..., -2, :]
    for name in ("padded.npy", "padded.npz"):
        path = save(tmp_path / name, attention=tensor)
        assert analyze(path, "--lines", tmp_path / f"{name}.jsonl") == 2
        assert "they look like right padding" in capsys.readouterr().err
        assert not (tmp_path / f"{name}.jsonl").exists()
        out = tmp_path / f"every {name}.jsonl"
        assert analyze(path, "--every-position", "--lines", out) == 0
        assert len(records(out)) == len(list(np.ndindex(TENSOR.shape[:-3])))
