"""Rows of zeros and ones: the unit row of a node, and the row of all other nodes."""

from __future__ import annotations

from typing import Any

import numpy as np

from dagmix._engine.exact.convert import Objects


def unit(size: int, places: Any, one: Any = 1.0) -> Objects:
    """Return a row that is `one` at a place, or several, else 0: floats, or objects of a ring.

    >>> unit(3, 1), unit(3, 1, one=1)
    (array([0., 1., 0.]), array([0, 1, 0], dtype=object))
    """
    row = np.full(size, 0 * one, dtype=float if isinstance(one, float) else object)
    row[places] = one
    return row


def others(size: int, place: int, one: Any = 1.0) -> Objects:
    """Return a row that is `one` but at a place, where it is 0.

    >>> others(3, 1)
    array([1., 0., 1.])
    """
    row: Objects = one - unit(size, place, one)
    return row
