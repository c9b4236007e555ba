"""Arrays that are made once, on a watch of their own, so that no answer is charged for them."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cached_property
from typing import Any


class Preparation:
    """The seconds spent on making arrays; an array made for another one counts once."""

    seconds = 0.0
    busy = False


def prepared(make: Callable[[Any], Any]) -> Any:
    """Return a cached property whose making is added to `Preparation.seconds`."""

    def on_the_watch(case: Any) -> Any:
        if Preparation.busy:
            return make(case)
        Preparation.busy, start = True, time.perf_counter()
        try:
            return make(case)
        finally:
            Preparation.seconds += time.perf_counter() - start
            Preparation.busy = False

    on_the_watch.__doc__ = make.__doc__
    return cached_property(on_the_watch)


def seconds_of(ask: Callable[[], Any]) -> tuple[float, Any]:
    """Return the wall time of a call, without the arrays that it was the first to need."""
    before, start = Preparation.seconds, time.perf_counter()
    answer = ask()
    return time.perf_counter() - start - (Preparation.seconds - before), answer
