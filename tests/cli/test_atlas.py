"""`dagmix atlas`: the kept values, and those computed anew."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from dagmix.cli import commands
from dagmix.search import Atlas

if TYPE_CHECKING:
    from pathlib import Path


def test_the_kept_atlas_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["atlas", "--objective", "slow-down", "--order", "any"]) == 0
    out = capsys.readouterr().out
    assert "16/7" in out
    assert "common" not in out


def test_values_are_computed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Those of three nodes, and kept in the folder; as JSON that the library reads."""
    asked = ["atlas", "--n", "3", "--order", "any", "--weights", "even", "--out", str(tmp_path)]
    assert commands.main([*asked, "--json"]) == 0
    found = Atlas.from_json(capsys.readouterr().out)
    assert [one.value for one in found.entries] == [
        one.value
        for one in Atlas.kept().entries
        if (one.n, one.order, one.weights) == (3, "any", "even")
    ]
    assert len(list(tmp_path.glob("*.jsonl"))) == len(json.loads(found.to_json())) == 4


def test_best_weights_are_left_out_where_they_say_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Asked for by name, they are refused."""
    assert commands.main(["atlas", "--n", "2", "--objective", "loss"]) == 0
    assert "best" not in capsys.readouterr().out
    assert commands.main(["atlas", "--n", "2", "--objective", "loss", "--weights", "best"]) == 2
    assert "that of a head alone" in capsys.readouterr().err


def test_too_many_pairs_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["atlas", "--n", "7"]) == 2
    assert "6,067,545,989,923 kinds, which would take about" in capsys.readouterr().err


@pytest.mark.parametrize("more", [["--out", "x"], ["--jobs", "2"], ["--budget", "1"]])
def test_what_is_for_a_search_needs_a_size(
    more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.main(["atlas", *more]) == 2
    assert "give --n" in capsys.readouterr().err
