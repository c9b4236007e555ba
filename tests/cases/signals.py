"""Processes that are interrupted in tests, wherever the tests run."""

from __future__ import annotations

import signal


def heed_ctrl_c() -> None:
    """Undo what a shell does to processes in the background, which ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
