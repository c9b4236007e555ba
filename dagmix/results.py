"""What a fidelity is known to be: a value between bounds, and the times that have it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, Self


class Enclosure(float):
    """A float that stands for an exact number between `lower` and `upper`.

    Rational operators on more than 4,096 nodes answer with it where smaller ones answer with
    a Fraction.

    >>> Enclosure(0.25, 0.2, 0.3)
    Enclosure(0.25, lower=0.2, upper=0.3)
    """

    lower: float
    upper: float

    def __new__(cls, value: float, lower: float, upper: float) -> Self:
        """Take a value and its bounds."""
        number = super().__new__(cls, value)
        number.lower, number.upper = lower, upper
        return number

    @classmethod
    def within(cls, value: float, slack: float) -> Self:
        """Return a value in [0, 1] that is right up to a relative error."""
        return cls(min(value, 1.0), *widened(value * (1 - slack), value * (1 + slack)))

    def __getnewargs__(self) -> tuple[float, float, float]:  # type: ignore[override]
        """Pickle with the bounds."""
        return float(self), self.lower, self.upper

    def __repr__(self) -> str:
        """Show the bounds."""
        return f"Enclosure({float(self)!r}, lower={self.lower!r}, upper={self.upper!r})"


@dataclass(frozen=True)
class Bounded:
    """An answer with its proof: `value` lies between `lower` and `upper`.

    >>> Bounded(0.5, 0.25, 0.75).exact
    False
    """

    value: Fraction | float
    lower: Fraction | float
    upper: Fraction | float

    @property
    def exact(self) -> bool:
        """Whether the value is known exactly: the bounds are equal."""
        return self.lower == self.upper


@dataclass(frozen=True)
class NodeFidelity(Bounded):
    """φ_j = sup_t x_t[j] with a proof.

    `attained` says whether some t has the value. `times` holds all maximising times
    (for floats, all candidates that are not excluded); it is empty where the supremum is
    not attained. With `onwards` every later time attains it too (for floats: may
    attain it).
    """

    attained: bool | Literal["undecided"]
    times: Sequence[int]
    onwards: bool = False


def ratio(value: Fraction | float, other: Fraction | float) -> Fraction | float:
    """Return value / other of non-negative numbers: math.inf for x / 0, math.nan for 0 / 0.

    >>> ratio(Fraction(1, 2), Fraction(3, 8)), ratio(0.5, 0.0), ratio(Fraction(0), Fraction(0))
    (Fraction(4, 3), inf, nan)
    """
    if other:
        return value / other
    return math.inf if value else math.nan


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
