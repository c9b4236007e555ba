"""Start-up: Ctrl-C while packages are loaded, and what a fresh interpreter loads."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cases.signals import heed_ctrl_c

from dagmix import __main__ as start

SLOW_IMPORT = """\
import os, signal, time
os.kill(os.getpid(), signal.SIGINT)
time.sleep(60)
"""


def test_an_interrupted_import_is_no_traceback(tmp_path: Path) -> None:
    """A NumPy takes the real one's place, during whose import Ctrl-C is pressed."""
    (tmp_path / "numpy.py").write_text(SLOW_IMPORT, encoding="utf-8")
    path = os.pathsep.join([str(tmp_path), str(Path(start.__file__).parents[1])])
    ran = subprocess.run(
        [sys.executable, "-m", "dagmix", "verify"],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=heed_ctrl_c,
    )
    assert (ran.returncode, ran.stderr, ran.stdout) == (130, "dagmix: interrupted\n", "")


def test_the_package_alone_loads_nothing() -> None:
    """Else Ctrl-C could not be caught; and what asks for the version alone is quick."""
    script = "import dagmix, sys; assert 'numpy' not in sys.modules; dagmix.WalkOperator"
    subprocess.run([sys.executable, "-c", script], check=True)  # noqa: S603 - our own script


def test_the_process_ends_at_once(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    ended = list[int]()
    monkeypatch.setattr(os, "_exit", ended.append)
    start.leave(signal.SIGINT, None)
    monkeypatch.setattr(sys, "__stderr__", None)
    start.leave(signal.SIGINT, None)
    assert ended == [130, 130]
    assert "dagmix: interrupted\n" in capfd.readouterr().err


@pytest.mark.parametrize("before", [signal.SIG_IGN, signal.default_int_handler])
def test_what_ctrl_c_does_is_as_before(before: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the background it is ignored, also while packages are loaded."""
    monkeypatch.setattr(sys, "argv", ["dagmix", "analyze", "nowhere.npz"])
    kept = signal.signal(signal.SIGINT, before)
    try:
        assert start.command() == 2
        assert signal.getsignal(signal.SIGINT) is before
    finally:
        signal.signal(signal.SIGINT, kept)
