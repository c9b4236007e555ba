"""The commands of the experiment: their help, and what they say without torch."""

from __future__ import annotations

import sys

import pytest

from dagmix.cli import commands


@pytest.mark.parametrize("command", [["train", "folder"], ["tables", "1_heads_copy.pt"]])
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
