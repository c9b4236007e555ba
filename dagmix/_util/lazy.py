"""Packages loaded when one of their names is first used, so that `import dagmix` is quick.

SciPy loads its own parts when they are first used; networkx and flint, whose loading takes
longer than that of all of dagmix, need it done for them. SymPy is imported by the functions
that make symbols.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Lazy:
    """A stand-in for a package, which is imported when one of its names is first asked for.

    >>> Lazy("fractions").Fraction(1, 2)
    Fraction(1, 2)
    """

    def __init__(self, name: str) -> None:
        """Take the package's full name."""
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        """Import the package, which Python does once, and keep what was asked for."""
        value = getattr(import_module(self._name), attribute)
        setattr(self, attribute, value)
        return value


flint: Any = Lazy("flint")
