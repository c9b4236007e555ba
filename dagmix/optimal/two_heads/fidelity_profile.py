"""φ_min of two rational heads as a function of the weight β of head 0, certified."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from dagmix._engine.chains.gates.ceilings import GatedSignals
from dagmix._engine.exact.algebraic import Number, between, enclosure, simplest
from dagmix._engine.exact.rational_functions import Ratio, roots_inside, sign
from dagmix._engine.exact.scalars import read_scalar
from dagmix._engine.fidelity import minimax
from dagmix._engine.fidelity.exact_minima import exact_minimum
from dagmix._util.brief import brief
from dagmix._util.budget import Meter
from dagmix.errors import UndecidedError, WeightError
from dagmix.graphs.labels import Nodes
from dagmix.optimal.certificates import gated_ceiling
from dagmix.optimal.two_heads.candidates import Candidates, WeightInterval
from dagmix.optimal.two_heads.ceilings import Ceilings
from dagmix.optimal.two_heads.dobrushin import stays_below
from dagmix.optimal.two_heads.envelope import Binding, Piece, labelled, merged, pieces_on
from dagmix.optimal.two_heads.extrema import (
    Extremum,
    Point,
    best,
    may_pass,
    may_reach,
    outermost,
    points,
)
from dagmix.optimal.two_heads.faces import Face
from dagmix.optimal.two_heads.hitting_bounds import HittingBounds
from dagmix.optimal.two_heads.kernels import TwoDiffusions, mixture, same_heads

FIRST_PARTS = 8  # equal intervals of weights, halved as needed
NARROWEST = Fraction(1, 2**10)  # width of an interval on which φ_min is only enclosed
MOST_PARTS = 128  # intervals processed, after which those in the queue are not halved
EXCESS = 2.0**-20  # by which later signals may exceed a limit
FEW = 2**23  # cost of comparing candidates above which an interval is halved
MOST_AT_ONCE = 2**26  # and one of the narrowest only enclosed; about three seconds
ONE, ZERO = Fraction(1), Fraction(0)


@dataclass(frozen=True, eq=False, repr=False)
class FidelityProfile:
    """φ_min of β Δ₀ + (1 − β) Δ₁ as a function of β, 0 ≤ β ≤ 1: piecewise algebraic.

    `optimal_weights` returns it for two rational heads. Calling it with a rational β evaluates
    it exactly. On 0 < β < 1 it is continuous and given by `pieces`; at β = 0 and β = 1, a head
    alone, it may be less than its limit there, never more. Everything is computed when first
    asked for.

    Attributes
    ----------
    nodes : sequence
        The labels.
    pieces : tuple of Piece
        φ_min on 0 < β < 1.
    gaps : tuple of (low, high)
        The intervals on which φ_min is enclosed only.
    ends : tuple of two Fractions
        φ_min at β = 0 and at β = 1.
    optimum, lowest : Extremum
        The supremum over 0 ≤ β ≤ 1, and the infimum over 0 < β < 1.
    helps : tuple of (low, high)
        The open intervals of β where φ_min certainly exceeds that of the best head alone.

    Examples
    --------
    >>> from dagmix.optimal import optimal_weights
    >>> from dagmix.paper import example_3_13
    >>> profile = optimal_weights(example_3_13()).profile
    >>> profile("1/5"), profile.ends, profile.optimum.value
    (Fraction(29, 80), (Fraction(3, 8), Fraction(3, 8)), Fraction(1, 2))
    >>> profile.helps
    ((Fraction(1, 3), Fraction(2, 3)),)

    References
    ----------
    φ_min of a mixture: arXiv:2507.02944, Definition 3.10.
    """

    _heads: TwoDiffusions
    nodes: Nodes
    _meter: Meter = field(default_factory=Meter)

    def __call__(self, weight: Any) -> Fraction:
        """Return φ_min, a Fraction, at a weight of head 0.

        Parameters
        ----------
        weight : Fraction, int, str or float
            β in [0, 1], taken exactly; str as "1/3".

        Returns
        -------
        Fraction
            The minimax fidelity of the mixture; 0 if the sink does not receive some node.

        Raises
        ------
        WeightError, NumberError
            For a weight outside [0, 1], or none at all.
        UndecidedError
            Where the value can only be enclosed.

        Examples
        --------
        >>> from dagmix.optimal import optimal_weights
        >>> from dagmix.paper import example_3_13
        >>> optimal_weights(example_3_13()).profile(0.5)
        Fraction(1, 2)
        """
        beta = read_weight(weight)
        return exact_minimum(mixture(self._heads.heads, beta), self._heads.sink)

    def _points(self, weights: list[Fraction]) -> list[Point]:
        """Return the values at those of some weights where they can be computed exactly."""
        found = []
        for beta in weights:
            with suppress(UndecidedError):
                found.append(Point(beta, Ratio.constant(self(beta))))
        return found

    def _minimum(self, beta: Fraction) -> minimax.Minimum:
        return minimax.minimax_fidelity(mixture(self._heads.heads, beta), self._heads.sink, 0)

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """φ_min on 0 < β < 1, piece by piece in order; neighbours share their ends."""
        unreachable = np.flatnonzero(~self._heads.context.ancestors).tolist()
        if unreachable:
            never = tuple(Binding(self.nodes[row], 0) for row in unreachable)
            return (Piece(ZERO, ONE, Ratio.constant(ZERO), ZERO, never),)
        found = merged(sorted(self._parts(), key=lambda piece: piece.low))
        return tuple(labelled(piece, self.nodes) for piece in found)

    def _parts(self) -> Iterator[Piece]:
        """Yield pieces in any order: intervals are halved, widest first, until they are decided."""
        width = Fraction(1, FIRST_PARTS)
        queue = deque((width * k, width * (k + 1)) for k in range(FIRST_PARTS))
        tried = 0
        while queue:
            self._meter.count()
            low, high = queue.popleft()
            tried += 1
            interval = WeightInterval(self._heads, self._bounds, low, high, EXCESS)
            last = high - low <= NARROWEST or tried + len(queue) > MOST_PARTS
            found = interval.candidates()
            if found and _cost(found) <= (MOST_AT_ONCE if last else FEW):
                yield from pieces_on(self._heads, found, (low, high), self._meter.check)
            elif last:
                least, most = interval.bounds
                yield Piece(low, high, Ratio.constant(least), most - least, ())
            else:
                middle = (low + high) / 2
                queue += [(low, middle), (middle, high)]

    @property
    def gaps(self) -> tuple[tuple[Number, Number], ...]:
        """The intervals on which φ_min is only enclosed, between `function` and `upper`."""
        return tuple((piece.low, piece.high) for piece in self.pieces if not piece.exact)

    @cached_property
    def ends(self) -> tuple[Fraction, Fraction]:
        """φ_min at β = 0, head 1 alone, and at β = 1, head 0 alone."""
        return self(0), self(1)

    @cached_property
    def optimum(self) -> Extremum:
        """The supremum over 0 ≤ β ≤ 1, and all β that have it."""
        known = [Point(Fraction(beta), Ratio.constant(self.ends[beta])) for beta in (0, 1)]
        known += [point for piece in self.pieces if piece.exact for point in points(piece)]
        known += self._jumps
        return self._extremum(known, 1)

    @property
    def _jumps(self) -> Iterator[Point]:
        """The limits of φ_min at β = 0 and 1 where they are known, and more than it is there."""
        for beta, end in enumerate(self.ends):
            head, base = self._heads.heads[:: 1 - 2 * beta]
            face = Face(base, head, self._heads.sink)
            if not face.keeps_classes and (limit := face.limit(end)).lower == limit.upper > end:
                yield Point(Fraction(beta), Ratio.constant(limit.value))

    @cached_property
    def lowest(self) -> Extremum:
        """The infimum over 0 < β < 1, and all β that have it."""
        known = [point for piece in self.pieces if piece.exact for point in points(piece)]
        return self._extremum(known, -1)

    def _extremum(self, known: list[Point], direction: int) -> Extremum:
        inside = direction < 0
        rivals = self._enclosed
        if known:  # values on the other pieces are computed only where they may matter
            rivals = may_reach(rivals, best(known, direction)[0], direction)
        tried = [_probe(piece, inside=inside) for piece in rivals]
        found = best([*known, *self._points(tried)], direction)
        if not found:
            message = "no value of the profile can be told exactly"
            raise UndecidedError(message)
        level = found[0]
        value = level.value
        rivals = [
            piece
            for piece in may_reach(self._enclosed, level, direction)
            if not (
                direction > 0 and (self._is_below(piece, value) or self._is_proved(piece, level))
            )
        ]
        weights = tuple(sorted({point.weight for point in found}))
        above = may_pass(rivals, level, direction)
        if direction > 0:
            above = [piece for piece in above if not self._is_bounded(piece, value)]
        if above:
            bound = outermost(above, direction)
            lower, upper = (value, bound) if direction > 0 else (bound, value)
            return Extremum(value, lower, upper, weights, "undecided", complete=False)
        here = tuple(w for w in weights if self._has(w, value, inside=inside))
        flat = tuple(
            (p.low, p.high)
            for p in self.pieces
            if p.exact and not p.function.slope and p.function.value(_probe(p)) == value
        )
        attained = bool(here or flat)
        return Extremum(value, value, value, here or weights, attained, flat, not rivals)

    def _has(self, weight: Number, value: Number, *, inside: bool) -> bool:
        """Tell whether the profile attains a value of its pieces at a weight; inside, in (0, 1)."""
        return weight not in (0, 1) or (not inside and self.ends[int(weight == 1)] == value)

    @property
    def _enclosed(self) -> list[Piece]:
        return [piece for piece in self.pieces if not piece.exact]

    def _is_proved(self, piece: Piece, level: Point) -> bool:
        """Tell whether φ_min is the level at one weight of a piece, and proved less elsewhere."""
        at = _probe(piece)
        found = self._minimum(at)
        if not isinstance(level.value, Fraction) or Fraction(found.value) != level.value:
            return False
        return all(self._rises(end, at, found) for end in _outer(piece) if end != at)

    def _is_bounded(self, piece: Piece, value: Number) -> bool:
        """Tell whether φ_min is proved to exceed a value nowhere on a piece."""
        return self._ceilings.hold(_outer(piece), enclosure(value)[0], self._meter.check)

    def _is_below(self, piece: Piece, value: Number) -> bool:
        """Tell whether all of φ_min on a piece is proved to be less than a value, by gates."""
        level = math.nextafter(float(enclosure(value)[0]), 0.0)
        return gated_ceiling(self._gates, _outer(piece), level, self._meter.check) <= level

    @cached_property
    def _gates(self) -> GatedSignals:
        context = self._heads.context
        return GatedSignals.of(self._heads.heads, self._heads.sink, context.adjacency)

    @cached_property
    def _ceilings(self) -> Ceilings:
        return Ceilings(self._heads, self._bounds)

    @cached_property
    def _bounds(self) -> HittingBounds:
        return HittingBounds(self._heads)

    def _rises(self, end: Fraction, at: Fraction, found: minimax.Minimum) -> bool:
        level = np.nextafter(float(found.value), 0)
        pair, sink = self._heads.floats, self._heads.sink
        return any(stays_below(pair, sink, node, (end, at), level) for node in found.rows)

    @cached_property
    def helps(self) -> tuple[tuple[Number, Number], ...]:
        """The open intervals of β where φ_min certainly exceeds that of the best head alone."""
        level = max(self.ends)
        found: list[tuple[Number, Number]] = []
        for piece in self.pieces:
            for low, high in _above(piece.function, piece.low, piece.high, level):
                joined = found and found[-1][1] == low and self._is_above(piece, low, level)
                found.append((found.pop()[0] if joined else low, high))
        return tuple(found)

    def _is_above(self, piece: Piece, at: Number, level: Fraction) -> bool:
        return sign(piece.function.minus(Ratio.constant(level)), at) > 0

    def __eq__(self, other: object) -> bool:
        """Compare nodes, sink and the exact matrices of the heads."""
        if not isinstance(other, FidelityProfile):
            return NotImplemented
        same = self.nodes == other.nodes and self._heads.sink == other._heads.sink
        return same and same_heads(self._heads.heads, other._heads.heads)

    def __hash__(self) -> int:
        """Hash what is compared, the matrices apart."""
        return hash((self.nodes, self._heads.sink))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the heads only; what was computed is computed again."""
        return FidelityProfile, (self._heads, self.nodes)

    def __repr__(self) -> str:
        low, high = (brief(end, str) for end in self.ends)
        return f"FidelityProfile(nodes={self.nodes!r}, ends=({low}, {high}))"


def read_weight(weight: Any) -> Fraction:
    """Return the weight of head 0 of two heads, exactly; WeightError outside [0, 1]."""
    number = read_scalar(weight, "a weight")
    if not isinstance(number, Fraction | float) or not 0 <= number <= 1:
        message = f"a weight of the first of two heads is a number from 0 to 1; got {brief(weight)}"
        raise WeightError(message)
    return Fraction(number)


def _outer(piece: Piece) -> tuple[Fraction, Fraction]:
    """Return rationals around the ends of a piece."""
    return enclosure(piece.low)[0], enclosure(piece.high)[1]


def _cost(found: list[Candidates]) -> int:
    """Estimate the cost of comparing candidates, measured to be that of their common roots."""
    degree = max(max(one.times, default=1) for one in found)
    return int(sum(one.count for one in found) * degree**4)


def _probe(piece: Piece, *, inside: bool = False) -> Fraction:
    """Return the simplest rational in a piece; not 0 or 1 if it is to be inside (0, 1)."""
    found = simplest(enclosure(piece.low)[1], enclosure(piece.high)[0])
    return between(piece.low, piece.high) if inside and found in (0, 1) else found


def _above(function: Ratio, low: Number, high: Number, level: Fraction) -> Any:
    """Yield the open intervals between `low` and `high` where a function exceeds a level."""
    gap = function.minus(Ratio.constant(level))
    for left, right in pairwise([low, *roots_inside(gap, low, high), high]):
        if sign(gap, between(left, right)) > 0:
            yield left, right
