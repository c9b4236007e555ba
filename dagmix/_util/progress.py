"""A progress bar on standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import Progress

Item = TypeVar("Item")


@contextmanager
def progress_bar(
    what: str, total: int | None, *, shown: bool | None = None
) -> Iterator[Callable[[str | None], None]]:
    """Show a bar of so many steps; what it gives is called after each, with a new text or None.

    With `total` None their number is unknown. By default the bar is shown on a terminal only.

    >>> with progress_bar("counting", 2, shown=False) as advance:
    ...     advance("one")
    ...     advance(None)
    """
    console = Console(stderr=True)
    visible = console.is_terminal if shown is None else shown
    with Progress(console=console, transient=True, disable=not visible) as bar:
        task = bar.add_task(what, total=total)
        yield lambda text: bar.update(task, advance=1, description=text)


def tracked(
    items: Iterable[Item], what: str, total: int, *, shown: bool | None = None
) -> Iterator[Item]:
    """Yield the items as they come, with a bar that says what is done and how much is left.

    >>> list(tracked([1, 2], "counting", 2))
    [1, 2]
    """
    with progress_bar(what, total, shown=shown) as advance:
        for item in items:
            yield item
            advance(None)
