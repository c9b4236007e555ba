"""Values that cannot be changed after they were built and checked."""

from __future__ import annotations

from inspect import get_annotations
from typing import Any, ClassVar, NoReturn


class Frozen:
    """Each field that the class declares is set once, by whoever builds the object.

    >>> class Point(Frozen):
    ...     x: int
    >>> point = Point()
    >>> point.x = 1
    >>> point.x = 2
    Traceback (most recent call last):
    AttributeError: Point is frozen: cannot set 'x'
    """

    _declared: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls) -> None:
        """Collect the fields."""
        super().__init_subclass__()
        cls._declared = frozenset(name for base in cls.__mro__ for name in get_annotations(base))

    def __setattr__(self, name: str, value: Any) -> None:
        """Set a declared field that has no value yet; refuse everything else."""
        if name not in self._declared or hasattr(self, name):
            message = f"{type(self).__name__} is frozen: cannot set {name!r}"
            raise AttributeError(message)
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> NoReturn:
        """Refuse."""
        message = f"{type(self).__name__} is frozen: cannot delete {name!r}"
        raise AttributeError(message)
