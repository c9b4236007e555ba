"""Standard output: other encodings, no room, nobody there; an error in one line, no traceback."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from dagmix.cli import commands, output
from dagmix.errors import FileError

FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full")


def shell(line: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run `dagmix` followed by the rest of a shell's line."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    command = ["/bin/sh", "-c", f'"{sys.executable}" -m dagmix {line}']
    return subprocess.run(  # noqa: S603 - our own command
        command, env=kept | more, capture_output=True, encoding="latin-1", check=False
    )


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
@pytest.mark.parametrize(
    "command", ["verify 'Theorem 2.8'", "analyze --pathways", "analyze --help"]
)
def test_other_encodings_write_escapes(encoding: str, command: str) -> None:
    ran = shell(command, PYTHONIOENCODING=encoding)
    assert ran.returncode == 0
    assert "Traceback" not in ran.stderr
    assert {"verify": r"\u2264", "analyze": r"\u03c6_min"}[
        command.split(maxsplit=1)[0]
    ] in ran.stdout


@pytest.mark.slow
@pytest.mark.parametrize("command", ["verify 'Theorem 2.8' --json", "analyze --json"])
def test_json_is_ascii(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(shlex.split(command)) == 0
    written = capsys.readouterr().out
    assert written.isascii()
    assert json.loads(written)


@pytest.mark.slow
@needs_full
@pytest.mark.parametrize("command", ["analyze", "analyze --json", "--help", "--version"])
def test_a_full_device_is_named(command: str) -> None:
    ran = shell(f"{command} >/dev/full")
    message = "dagmix: standard output cannot be written: No space left on device"
    assert ran.stderr.splitlines()[-1] == message
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr


@pytest.mark.slow
@pytest.mark.parametrize("command", ["verify", "--help"])
def test_a_closed_output_is_named_before_the_work_begins(command: str) -> None:
    ran = shell(f"{command} >&-")
    assert (ran.returncode, ran.stderr) == (2, "dagmix: standard output is closed\n")
    assert shell(f"{command} >&- 2>&-").returncode == 2


def test_an_output_that_is_closed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert commands.main(["--version"]) == 2
    assert capsys.readouterr().err == "dagmix: standard output is closed\n"
    monkeypatch.setattr(sys, "stderr", None)
    assert commands.main(["--version"]) == 2
    sys.stderr.close()


def test_an_output_that_is_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    class Window:
        text = ""

        def write(self, text: str) -> None:
            self.text += text

        def flush(self) -> None:
            pass

    window = Window()
    monkeypatch.setattr(sys, "stdout", window)
    output.prepare()
    output.show("φ")
    assert window.text == "φ\n"


@needs_full
def test_what_was_not_written_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the interpreter does not try again when it ends."""
    with FULL.open("w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        with pytest.raises(FileError, match="No space left"):
            output.show("much")
        output.show("more")


def test_a_reader_that_has_gone_is_the_caller_s_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    with os.fdopen(writes, "w", encoding="utf-8") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        with pytest.raises(BrokenPipeError):
            output.show("much")
        output.abandon()
