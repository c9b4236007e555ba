"""`dagmix`, and `python -m dagmix`."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

INTERRUPTED = 130  # a shell's status for Ctrl-C


def command() -> int:
    """Load the command line and run it; Ctrl-C ends the loading at once, and says so."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:  # else it is ignored, in the background
        signal.signal(signal.SIGINT, leave)
    from dagmix.cli.commands import main  # noqa: PLC0415 - it takes a while, in which to press Ctrl-C

    signal.signal(signal.SIGINT, before)
    return main()


def leave(*_: Any) -> None:
    """End the process: packages that are half loaded can neither go on nor be unloaded."""
    os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, b"dagmix: interrupted\n")
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    sys.exit(command())
