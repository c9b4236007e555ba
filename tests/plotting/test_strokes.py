"""Widths of edges: as they weigh, alike where they weigh alike, none below the least."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from dagmix.errors import NumberError, ShapeError
from dagmix.plotting.layout import Arc
from dagmix.plotting.strokes import EVEN, THICKEST, THINNEST, weighed

LINE = {0: 0, 1: 1, 2: 2}
ARCS = [Arc(0, 1, 0.0), Arc(1, 2, 0.0)]


def widths(one: float, two: float, least: Any = 0) -> list[float]:
    """Return the widths of the edges 0 → 1 and 1 → 2 of these weights."""
    matrix = np.zeros((3, 3))
    matrix[1, 0], matrix[2, 1] = one, two
    (bundle,) = weighed({"a": ARCS}, {"a": matrix}, [LINE], least)
    return [width for _, width in bundle]


def test_the_heaviest_edge_is_thickest_and_width_is_affine_in_the_weight() -> None:
    half = THINNEST + (THICKEST - THINNEST) / 2
    assert widths(0.25, 0.5) == [half, THICKEST]
    assert widths(0.5, 0.5) == [EVEN, EVEN]


def test_edges_below_the_least_weight_are_left_out() -> None:
    assert widths(0.25, 0.5, "0.3") == [THICKEST]
    assert len(widths(0.25, 0.5, 0.25)) == 2
    assert widths(0.25, 0.5, 1) == []


@pytest.mark.parametrize("least", [-1, "x", float("nan")])
def test_the_least_weight_is_a_number_of_at_least_0(least: Any) -> None:
    with pytest.raises(NumberError):
        widths(0.25, 0.5, least)


def test_graphs_have_no_weights_and_hundreds_of_edges_are_refused() -> None:
    assert weighed({"a": ARCS}, {}, [LINE], 0) == [[(arc, EVEN) for arc in ARCS]]
    with pytest.raises(NumberError, match="no weights"):
        weighed({"a": ARCS}, {}, [LINE], 0.1)
    with pytest.raises(ShapeError, match="301 edges"):
        weighed({"a": ARCS[:1] * 301}, {}, [LINE], 0)
