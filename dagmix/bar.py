"""A progress bar on standard error, on a terminal only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from rich.console import Console
from rich.progress import track

Item = TypeVar("Item")


def tracked(items: Iterable[Item], what: str, total: int) -> Iterable[Item]:
    """Return the items as they come, with a bar that says what is done and how much is left.

    >>> list(tracked([1, 2], "counting", 2))
    [1, 2]
    """
    console = Console(stderr=True)
    quiet = not console.is_terminal
    return track(items, what, total, console=console, transient=True, disable=quiet)
