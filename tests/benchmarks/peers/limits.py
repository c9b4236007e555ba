"""What one answer may take, its arrays included."""

from __future__ import annotations

from dataclasses import dataclass

MILLION = 1_000_000


@dataclass(frozen=True)
class Limits:
    """The caps, the same for all; a million nodes are given more time."""

    seconds: float = 5.0
    million_seconds: float = 20.0
    gigabytes: float = 4.0

    def at(self, size: int) -> float:
        """Return the seconds for a size."""
        return self.million_seconds if size >= MILLION else self.seconds
