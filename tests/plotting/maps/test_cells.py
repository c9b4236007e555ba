"""Cells of heat maps: which scale, what is written into them, how they are named."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from matplotlib.colors import LogNorm

from dagmix.plotting.canvas import axes_on
from dagmix.plotting.maps.cells import hatch, name, scale, show, write_numbers


@pytest.mark.parametrize(
    ("values", "is_logarithmic"),
    [([1, 9.9], False), ([1, 10], True), ([0, 1, 10], True), ([0, 0], False), ([np.inf], False)],
)
def test_a_decade_of_positive_values_makes_the_scale_logarithmic(
    values: list[float],
    is_logarithmic: bool,  # noqa: FBT001 - a column of the table
) -> None:
    norm = scale(np.array([values]))
    assert isinstance(norm, LogNorm) is is_logarithmic


def test_each_number_is_in_its_cell_and_bounds_are_marked() -> None:
    """What has no colour, NaN and ∞, has no number; ∞ has its sign."""
    table = np.array([[1.0, np.inf], [np.nan, 4.0]])
    ax = axes_on(None)
    show(ax, table, scale(table), "steps")
    write_numbers(ax, table, scale(table), np.array([[False, False], [False, True]]))
    written = {(*text.get_position(),): text.get_text() for text in ax.texts}
    assert written == {(0, 0): "1", (1, 0): "∞", (1, 1): "≤ 4"}


def test_marked_cells_are_hatched() -> None:
    ax = axes_on(None)
    hatch(ax, np.array([[False, True]]))
    (patch,) = ax.patches
    assert patch.get_hatch() == "//"
    assert patch.get_window_extent().contains(*ax.transData.transform((1, 0)))


@pytest.mark.parametrize(("count", "named"), [(3, 3), (500, 1)])
def test_all_are_named_where_there_is_room(count: int, named: int) -> None:
    """Otherwise some are, by their own names."""
    ax = axes_on(None)
    ax.set_xlim(-0.5, count - 0.5)
    names = [f"name {k}" for k in range(count)]
    name(ax.xaxis, names)
    shown = [text for text in ax.get_xticklabels() if text.get_text()]
    assert named <= len(shown) < 30
    assert all(text.get_text() == names[round(text.get_position()[0])] for text in shown)
    assert {text.get_rotation() for text in shown} == {90}
