"""Every row of `dagmix verify` as text, kept in verify_rows.txt; run to write that file anew."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from dagmix.paper import Row, verify

KEPT = Path(__file__).with_suffix(".txt")
COMMAND = "python tests/paper/verify_rows.py"


@cache
def rows() -> tuple[Row, ...]:
    """Return all rows, computed once for all tests of a process."""
    return tuple(verify())


def text() -> str:
    """Return all rows, a line for each field that is not empty."""
    lines = [f"# Every row of `dagmix verify`, compared by a test; written anew by: {COMMAND}"]
    for row in rows():
        fields = ((name, value) for name, value in row.record().items() if value != "")
        lines += ["", *(f"{name}: {value}" for name, value in fields)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    KEPT.write_text(text(), encoding="utf-8")
