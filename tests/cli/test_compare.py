"""`dagmix compare`: tables, files, and what is wrong with a mask."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from dagmix.cli import commands

if TYPE_CHECKING:
    from pathlib import Path

MASKS = ["window:2", "window:2+complete", "log_sparse"]


def test_tables(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["compare", *MASKS, "--n", "16"]) == 0
    out = capsys.readouterr().out
    assert "Masks on 16 tokens, ε = 1/4" in out
    assert all(mask in out for mask in MASKS)
    assert commands.main(["compare", *MASKS, "--n", "16", "--markdown", "--epsilon", "0.1"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 5
    assert commands.main(["compare", *MASKS, "--n", "16", "--json"]) == 0
    first, second, _ = json.loads(capsys.readouterr().out)
    assert (first["mixing_time"], second["heads"]) == (18, 2)


@pytest.mark.slow
def test_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib")
    table, picture = tmp_path / "masks.csv", tmp_path / "masks.svg"
    files = ["--csv", str(table), "--plot", str(picture)]
    assert commands.main(["compare", *MASKS, "--n", "8", *files]) == 0
    assert len(table.read_text(encoding="utf-8").splitlines()) == 4
    assert picture.stat().st_size
    assert commands.main(["compare", "line", "--n", "8", "--plot", "x.gif"]) == 2
    assert commands.main(["compare", "line", "--n", "8", "--csv", str(tmp_path)]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_a_picture_needs_matplotlib(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:

    monkeypatch.setitem(sys.modules, "dagmix.plotting", None)
    assert commands.main(["compare", "line", "--n", "8", "--plot", "x.png"]) == 2
    assert "dagmix.plotting" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("masks", "words"),
    [
        (["windw:2"], "no mask is named 'windw'; near it: window"),
        (["complete", "sink_window:4"], "the mask is written sink_window:sinks,width"),
        (["fixed:4,9"], "summary is at most block"),
    ],
)
def test_what_is_wrong_with_a_mask(
    masks: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.main(["compare", *masks, "--n", "8"]) == 2
    assert words in capsys.readouterr().err
    assert commands.main(["compare", "line", "--n", "0"]) == 2
    assert commands.main(["compare", "line", "--n", "8", "--epsilon", "2"]) == 2
