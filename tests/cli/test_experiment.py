"""The commands of the experiment: their help, and what they say without torch."""

from __future__ import annotations

import json
import sys

import pytest

from dagmix.cli import commands
from dagmix.paper import Remeasured, remeasuring
from dagmix.paper.remeasured_tables import comparisons


@pytest.mark.parametrize(
    "command",
    [["train", "folder"], ["tables", "1_heads_copy.pt"], ["tables", "--published", "folder"]],
)
def test_without_torch_the_commands_say_what_to_install(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    for name in [name for name in sys.modules if name.startswith("dagmix.torch_bridge")]:
        monkeypatch.delitem(sys.modules, name)
    assert commands.main(command) == 2
    assert "needs torch: pip install 'dagmix[torch]'" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["train", "tables"])
def test_help_teaches(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        commands.main([command, "--help"])
    assert "Beyond Parallelism" in capsys.readouterr().out


def test_the_kept_tables_need_no_checkpoint(capsys: pytest.CaptureFixture[str]) -> None:
    kept = Remeasured.kept()
    assert commands.main(["tables", "--published"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("Made by dagmix tables --published FOLDER --json\nfrom https://github")
    assert remeasuring.COMMIT in text
    assert f"torch {kept.record['versions']['torch']}" in text
    assert text.endswith("\n\n".join(map(str, comparisons(kept).values())) + "\n")
    assert commands.main(["tables", "--published", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == kept.record


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "FILE.pt is required, or --published"),
        (["--published", "folder", "1_heads_copy.pt"], "--published takes a FOLDER at most"),
        (["--published", "--samples", "0"], "--published takes a FOLDER at most"),
        (["--published", "folder", "--tokens", "x.npz"], "--published takes a FOLDER at most"),
    ],
)
def test_what_does_not_go_with_published(
    options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        commands.main(["tables", *options])
    assert message in capsys.readouterr().err
