"""What `dagmix analyze --depth` prints, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from cases.stacks import FIRST, SECOND, exact

from dagmix.cli import commands


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "layers.npz"
    tensor = np.array([[exact(FIRST)], [exact(SECOND)]], dtype=float)
    np.savez(path, attention=np.stack([tensor, tensor]))
    return str(path)


def test_a_table_for_people(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["analyze", file, "--depth"]) == 0
    out = capsys.readouterr().out
    assert out.count("0.2083") >= 2  # two samples, 5/24 of the weakest input, 1
    assert "sample [1], 1 to 2" in out


def test_json_for_machines(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["analyze", file, "--depth", "--residual", "0", "--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert (first["sample"], second["sample"]) == ([0], [1])
    assert first["source"] == 2
    assert first["rollout"] == pytest.approx(1 / 6, rel=1e-12)
    assert first["flow"] == pytest.approx(1 / 3, rel=1e-12)


@pytest.mark.parametrize(
    "options",
    [
        ["--depth", "--heads"],
        ["--depth", "--pathways", "2"],
        ["--depth", "--residual", "1"],
        ["--residual", "1/2"],
    ],
)
def test_what_does_not_go_together(
    options: list[str], file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.main(["analyze", file, *options]) == 2
    assert "residual" in (said := capsys.readouterr().err) or "--depth" in said
