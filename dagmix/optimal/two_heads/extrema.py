"""The supremum and the infimum of a profile, exact where its pieces are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from dagmix._engine.exact.algebraic import Number
from dagmix._engine.exact.enclosures import Bounded
from dagmix._engine.exact.rational_functions import Ratio, roots_inside, sign
from dagmix.optimal.two_heads.envelope import Piece

PRECISIONS = (2**7, 2**10)  # bits tried before values are compared exactly


@dataclass(frozen=True, repr=False)
class Extremum(Bounded[Number]):
    """A supremum or infimum of φ_min over the weight β of head 0, and where it is.

    Attributes
    ----------
    value, lower, upper : Fraction or Algebraic
        The extremum lies between the bounds; they are equal where it is known exactly
        (`exact`).
    weights : tuple of Fraction or Algebraic
        Weights β in [0, 1] with this value, in order.
    attained : bool or "undecided"
        False where the value is only approached at `weights`; "undecided" where it is not exact.
    everywhere : tuple of (low, high)
        Open intervals of β on which the profile is constant and has this value.
    complete : bool
        Whether no other weights have it.

    Examples
    --------
    >>> from dagmix.optimal import optimal_weights
    >>> from dagmix.paper import example_3_13
    >>> optimum = optimal_weights(example_3_13()).profile.optimum
    >>> optimum.value, optimum.weights, optimum.attained, optimum.complete, optimum.exact
    (Fraction(1, 2), (Fraction(1, 2),), True, True, True)

    References
    ----------
    φ_min of a mixture: arXiv:2507.02944, Definition 3.10.
    """

    weights: tuple[Number, ...]
    attained: bool | Literal["undecided"]
    everywhere: tuple[tuple[Number, Number], ...] = ()
    complete: bool = True


@dataclass(frozen=True)
class Point:
    """The value of a function at a weight; compared by enclosures, and exactly if these overlap."""

    weight: Number
    function: Ratio

    def exceeds(self, other: Point, direction: int) -> bool:
        """Tell whether the value is greater (direction 1) or less (−1) than another one."""
        if direction < 0:
            return other.exceeds(self, 1)
        if self.weight == other.weight:  # as at the ends of neighbouring pieces
            return sign(self.function.minus(other.function), self.weight) > 0
        for bits in PRECISIONS:
            (low, high), (least, most) = (
                point.function.enclosure(point.weight, bits) for point in (self, other)
            )
            if low > most or high <= least:
                return low > most
        return bool(self.value > other.value)

    @property
    def value(self) -> Number:
        """The exact value."""
        return self.function.value(self.weight)


def points(piece: Piece) -> list[Point]:
    """Return the ends of a piece and the zeros of its derivative."""
    inner = roots_inside(piece.function.slope, piece.low, piece.high)
    return [Point(at, piece.function) for at in (piece.low, *inner, piece.high)]


def best(candidates: Iterable[Point], direction: int) -> list[Point]:
    """Return the points of maximum (direction 1) or minimum (−1) value, ties included."""
    found: list[Point] = []
    for point in candidates:
        if not found or point.exceeds(found[0], direction):
            found = [point]
        elif not found[0].exceeds(point, direction):
            found.append(point)
    return found


def may_reach(pieces: Sequence[Piece], level: Point, direction: int) -> list[Piece]:
    """Return the pieces that are not exact and may have a value as extreme as a level."""
    return [p for p in pieces if not all(level.exceeds(x, direction) for x in _sides(p, direction))]


def may_pass(pieces: Sequence[Piece], level: Point, direction: int) -> list[Piece]:
    """Return the pieces that are not exact and may have a value more extreme than a level."""
    return [p for p in pieces if any(x.exceeds(level, direction) for x in _sides(p, direction))]


def _sides(piece: Piece, direction: int) -> list[Point]:
    """Return the points of the bound of a piece that is outermost in a direction."""
    side = piece.upper if direction > 0 else piece.function
    return [Point(point.weight, side) for point in points(piece)]


def outermost(pieces: Iterable[Piece], direction: int) -> Fraction:
    """Return a rational bound of all pieces, upwards (direction 1) or downwards (−1)."""
    if direction < 0:
        return min(enclosure_of(p, p.function)[0] for p in pieces)
    return max(enclosure_of(p, p.upper)[1] for p in pieces)


def enclosure_of(piece: Piece, function: Ratio) -> tuple[Fraction, Fraction]:
    """Return rationals around the values of a function on a piece."""
    found = [function.enclosure(point.weight) for point in points(piece)]
    return min(low for low, _ in found), max(high for _, high in found)
