"""What a fidelity is known to be: a value between bounds, and the times that have it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal


@dataclass(frozen=True)
class NodeFidelity:
    """φ_j = sup_t x_t[j] with a proof.

    `value` lies between `lower` and `upper`, which are equal exactly where the answer is
    exact. `attained` says whether some t has the value. `times` holds all maximising times
    (for floats, all candidates that are not excluded); it is empty where the supremum is
    not attained. With `onwards` every later time attains it too (for floats: may
    attain it).
    """

    value: Fraction | float
    lower: Fraction | float
    upper: Fraction | float
    attained: bool | Literal["undecided"]
    times: Sequence[int]
    onwards: bool = False

    @property
    def exact(self) -> bool:
        """Whether the value is known exactly."""
        return self.lower == self.upper


def exactly(value: Fraction | float, times: Sequence[int], *, onwards: bool) -> NodeFidelity:
    """Return an exact fidelity; it is attained if it has times."""
    return NodeFidelity(value, value, value, bool(times), times, onwards)


def rounded(
    value: Fraction | float, lower: Fraction | float, upper: Fraction | float
) -> tuple[float, float, float]:
    """Return floats for exact bounds, rounded outwards where they are no floats."""
    low, high = float(lower), float(upper)
    below = low if low <= lower else math.nextafter(low, -math.inf)
    above = high if high >= upper else math.nextafter(high, math.inf)
    return float(value), below, above


def widened(lower: float, upper: float) -> tuple[float, float]:
    """Return bounds in [0, 1], a last rounding of either allowed for."""
    below, above = math.nextafter(lower, -math.inf), math.nextafter(upper, math.inf)
    return max(below, 0.0), min(above, 1.0)
