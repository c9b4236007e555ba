"""Standard output, whatever its encoding, and where it is full or closed."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Any

from rich.console import Console

from dagmix.errors import FileError


def prepare() -> None:
    """Let what the encoding lacks be written as an escape; raise FileError where it is closed."""
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - a stream closed by whoever started the process
    if sys.stdout is None:
        message = "standard output is closed"
        raise FileError(message)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def show(*what: Any) -> None:
    """Print texts as they are and tables for a terminal; raise FileError where it fails."""
    try:
        for each in what:
            if isinstance(each, str):
                sys.stdout.write(f"{each}\n")
            else:
                Console().print(each)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of the output has closed it
        raise
    except OSError as error:
        abandon()
        message = f"standard output cannot be written: {error.strerror}"
        raise FileError(message) from None


def abandon() -> None:
    """Write no more, so that the interpreter has nothing left to write when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
