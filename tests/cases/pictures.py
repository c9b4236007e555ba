"""What a picture shows, read back from matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def legend(ax: Axes) -> list[str]:
    """Words of the legend."""
    box = ax.get_legend()
    assert box is not None
    return [text.get_text() for text in box.get_texts()]


def data(line: Any) -> list[tuple[float, float]]:
    """Points of a line."""
    return [(float(x), float(y)) for x, y in line.get_xydata()]
