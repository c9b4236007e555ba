"""Numbers with certified bounds, and the rounding that keeps the bounds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, Self, TypeVar

from dagmix._engine.exact.convert import LARGEST_ROW
from dagmix._util.brief import Brief, brief
from dagmix.errors import UndecidedError

UNIT = 2.0**-53  # the unit roundoff of float64
LEAST_NORMAL = 2.0**-1000  # above, bounds are floats that keep a relative error
SMALLEST = 2.0**-900  # below, products come near to underflow and floats certify nothing


class Enclosure(float):
    """A float that stands for an exact number between `lower` and `upper`.

    Rational operators on more than 4,096 nodes answer with it where smaller ones answer with
    a Fraction, as do those whose Fraction would be too long. Arithmetic with it gives plain floats.

    Parameters
    ----------
    value : float
        Near the exact number.
    lower, upper : float or Fraction
        Certified bounds of the exact number; Fractions where it is so near 0 that floats are not.

    Examples
    --------
    >>> found = Enclosure(0.25, 0.2, 0.3)
    >>> found, found.lower, 2 * found
    (Enclosure(0.25, lower=0.2, upper=0.3), 0.2, 0.5)

    References
    ----------
    The enclosures of interval arithmetic, with a point inside that stands for them; they bound
    the distances and signals of arXiv:2507.02944, Definitions 2.7 and 3.2.
    """

    lower: float | Fraction
    upper: float | Fraction

    def __new__(cls, value: float, lower: float | Fraction, upper: float | Fraction) -> Self:
        """Take a value and its bounds."""
        number = super().__new__(cls, value)
        number.lower, number.upper = lower, upper
        return number

    @classmethod
    def within(cls, value: float, error: float) -> Self:
        """Return the enclosure [value·(1 − error), value·(1 + error)] ∩ [0, 1].

        Parameters
        ----------
        value : float
            At least 0; above 1 by no more than the error.
        error : float
            A bound of the relative error of the value, at least 0.

        Returns
        -------
        Enclosure
            With bounds rounded outwards.

        Raises
        ------
        TypeError
            For what are no numbers; nothing else is checked.

        Examples
        --------
        >>> found = Enclosure.within(0.25, 0.5)
        >>> found.lower < 0.125 < 0.25 < 0.375 < found.upper
        True
        """
        return cls(min(value, 1.0), *widened(value * (1 - error), value * (1 + error)))

    @property
    def exact(self) -> bool:
        """Whether the number is known exactly, its bounds being equal.

        >>> Enclosure(0.25, 0.25, 0.25).exact
        True
        """
        return self.lower == self.upper

    def __getnewargs__(  # type: ignore[override]
        self,
    ) -> tuple[float, float | Fraction, float | Fraction]:
        """Pickle with the bounds."""
        return float(self), self.lower, self.upper

    def __repr__(self) -> str:
        """Show the bounds."""
        return f"Enclosure({float(self)!r}, lower={brief(self.lower)}, upper={brief(self.upper)})"


def scaled_enclosure(share: float, exponent: int, error: float) -> Enclosure:
    """Return the enclosure of share · 2^exponent, in [0, 1], within a relative error.

    Bounds of what is below 2⁻¹⁰⁰⁰ are Fractions, so that none of a positive number is 0. Raises
    UndecidedError where these would be too long to write.

    >>> found = scaled_enclosure(0.75, -3000, 2.0**-50)
    >>> float(found), 0 < found.lower < Fraction(3, 2**3002) < found.upper < 2.0**-1000
    (0.0, True)
    """
    value = math.ldexp(share, exponent)
    if share == 0 or value > LEAST_NORMAL:
        return Enclosure.within(value, error)
    if -exponent > LARGEST_ROW:
        message = f"a positive number below 2^({exponent}) has bounds that are too long to write"
        raise UndecidedError(message)
    middle = Fraction(share) / 2**-exponent
    return Enclosure(value, middle * (1 - Fraction(error)), middle * (1 + Fraction(error)))


Value = TypeVar("Value")  # numbers that are compared


@dataclass(frozen=True, repr=False)
class Bounded(Brief, Generic[Value]):
    """An answer between certified bounds: lower ≤ value ≤ upper, as the exact number is.

    Attributes
    ----------
    value, lower, upper
        Fractions where the answer is rational, else floats.

    Examples
    --------
    >>> Bounded(0.5, 0.25, 0.75).exact
    False

    References
    ----------
    The quantities of arXiv:2507.02944, computed with bounds in place of a rounding.
    """

    value: Value
    lower: Value
    upper: Value

    @property
    def exact(self) -> bool:
        """Whether the value is known exactly, its bounds being equal."""
        return self.lower == self.upper


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
