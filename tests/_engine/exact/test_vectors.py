"""Unit rows and their complements, in floats and in a ring."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from dagmix._engine.exact.vectors import others, unit


@pytest.mark.parametrize("one", [1.0, 1, Fraction(1)])
@pytest.mark.parametrize("place", [0, 2, -1])
def test_a_unit_row_and_the_others_add_up_to_ones(one: object, place: int) -> None:
    row = unit(3, place, one)
    assert [bool(entry) for entry in row] == [k == place % 3 for k in range(3)]
    assert (row + others(3, place, one) == np.full(3, one)).all()
    assert {type(entry) for entry in row.tolist()} == {type(one)}


def test_several_places_at_once() -> None:
    assert unit(4, np.array([1, 3]), 1).tolist() == [0, 1, 0, 1]
