"""Values that cannot be changed after they were built and checked."""

from __future__ import annotations

from typing import Any, NoReturn


class Frozen:
    """Refuses assignment; a builder fills `__dict__` once.

    >>> Frozen().name = 1
    Traceback (most recent call last):
    AttributeError: Frozen is frozen: cannot set 'name'
    """

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        """Refuse."""
        message = f"{type(self).__name__} is frozen: cannot set {name!r}"
        raise AttributeError(message)

    def __delattr__(self, name: str) -> NoReturn:
        """Refuse."""
        message = f"{type(self).__name__} is frozen: cannot delete {name!r}"
        raise AttributeError(message)
