"""Optional packages: what to install where one is missing."""

from __future__ import annotations

from importlib.util import find_spec


def missing(package: str, needed_by: str, extra: str) -> ModuleNotFoundError | None:
    """Return the error that names the extra to install, or None where the package is there.

    >>> str(missing("no_such_package", "dagmix.plotting", "plot"))
    "dagmix.plotting needs no_such_package: pip install 'dagmix[plot]'"
    >>> missing("math", "dagmix.plotting", "plot")
    """
    if find_spec(package):
        return None
    message = f"{needed_by} needs {package}: pip install 'dagmix[{extra}]'"
    return ModuleNotFoundError(message, name=package)
