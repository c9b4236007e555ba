"""Linear systems of rational numbers and of balls; floats are solved as first-step equations."""

from __future__ import annotations

from typing import Any

import numpy as np

from dagmix.convert import Objects, fractions, rational_matrix


def solve_exactly(system: Objects, right: Objects) -> Objects:
    """Return x with A x = b in Fractions, for one right side, or for one in every column."""
    columns = rational_matrix(np.atleast_2d(right.T).T)
    return fractions(rational_matrix(system).solve(columns)).reshape(right.shape)


def solve_in_balls(system: Any, right: Any) -> Any:
    """Return x with A x = b in balls; None where the precision does not suffice."""
    try:
        return system.solve(right)
    except ZeroDivisionError:
        return None
