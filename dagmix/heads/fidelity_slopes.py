"""φ_min of (1 − s)B + sA as s → 0⁺, for a mixture B and a head A: its limit and its slope.

*Limit.* It is that of `dagmix.optimal.two_heads.faces`: φ_min(B) where A leaves none of the
recurrent classes that B enters.

*Slope.* Where the classes are kept, φ_min(s) = min_j φ_j(s) is a minimum of maxima over time of
smooth functions, and its slope is min over the binding nodes j of the max over their times T of

    d x_T[j] / ds = Σ_{t<T} x_t (A − B) y_{T−1−t},    y_r = Bʳ e_j

(Danskin's theorem). A binding node that is absorbing, by A too, has φ_j = P(hit j) =: h(τ), whose
slope is g (A − B) h, g the expected visits from τ. Where a node of a larger recurrent class binds
by the limit of its signals, the slope is left undecided.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from dagmix._engine.chains import first_step
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.convert import objects
from dagmix._engine.exact.enclosures import SMALLEST, UNIT, Bounded, Enclosure, rounded
from dagmix._engine.exact.scalars import Field
from dagmix._engine.exact.vectors import unit
from dagmix._engine.fidelity.minimax import minimax_fidelity
from dagmix._engine.fidelity.node_fidelity import node_fidelity
from dagmix._engine.fidelity.results import NodeFidelity
from dagmix.heads.coalitions import number
from dagmix.optimal.gradients import FloatHeads
from dagmix.optimal.two_heads.faces import Face

LARGEST = 64  # nodes up to which slopes of rational heads are exact
LATEST, LATEST_EXACT = 2**14, 2**9  # steps up to which slopes are found, and found exactly
UNKNOWN = Enclosure(math.nan, -math.inf, math.inf)


@dataclass(frozen=True)
class Approach:
    """The limit of a measure as s → 0⁺, and its one-sided slope where it tends to its value."""

    limit: Any
    slope: Any


def approach(base: Transition, head: Transition, sink: int) -> Approach:
    """Return the limit of φ_min((1 − s)B + sA) as s → 0⁺, and its slope; infinite for a jump."""
    pair, found = _Pair(base, head, sink), minimax_fidelity(base, sink, 0)
    if not pair.face.keeps_classes:
        limit = pair.face.limit(found.lower)
        return Approach(number(limit), math.inf if limit.lower > found.upper else UNKNOWN)
    slopes = [pair.slope(node) for node in found.rows]
    return Approach(number(found), UNKNOWN if None in slopes else _least(slopes))


class _Pair:
    """B, A and the sink whose signals are followed."""

    def __init__(self, base: Transition, head: Transition, sink: int) -> None:
        self._base, self._head, self._sink = base, head, sink
        self.face = Face(base, head, sink)
        self._context, self._union = self.face.context, self.face.union
        fields, size = {base.field, head.field}, base.adjacency.n
        self.is_exact = fields == {Field.RATIONAL} and size <= LARGEST

    def slope(self, node: int) -> Bounded[Any] | None:
        """Return the slope of φ_j, between bounds; None where this way does not find it."""
        if not self._union.ancestors[node]:
            return _exactly(Fraction(0))
        if not self._context.ancestors[node]:
            return None
        if self.face.is_absorbing(node):
            return self._absorption(node) if self.is_exact else None
        found = node_fidelity(self._base, self._sink, node, 0)
        return None if self._tends_to(node, found) else self._at(node, found.times)

    def _tends_to(self, node: int, found: NodeFidelity) -> bool:
        """Tell whether the signals of a node may tend to its fidelity."""
        label = self._context.recurrent_class[node]
        if label < 0:
            return False
        if found.attained is not True or found.onwards:
            return True
        if not self.is_exact:  # all candidates are among the times of floats
            return False
        members = np.flatnonzero(self._context.recurrent_class == label)
        chain = self._base.rationals.transposed
        return bool(first_step.limit(chain, self._sink, node, members) == found.value)

    def _at(self, node: int, times: Sequence[int]) -> Bounded[Any] | None:
        """Return the greatest slope of the signals of a node at some times, between bounds."""
        if times[-1] > LATEST:
            return None
        if self.is_exact and times[-1] <= LATEST_EXACT:
            return _exactly(max(self._exact(node, time) for time in times))
        rounding = max(self._base.floats.entry_units, self._head.floats.entry_units)
        dense = [one.floats.kernel.dense() for one in (self._base, self._head)]
        model = FloatHeads(np.array(dense), unit(len(dense[0]), self._sink))
        _, slopes = model.values_and_gradients(np.array([1.0, 0.0]), [(t, node) for t in times])
        steps = np.array(times)
        # Every term is a product of T matrices, and there are T of n² each: all are positive.
        error = 2 * ((steps + 1) * (2 * len(dense[0]) + rounding + 8)) * UNIT
        slack = slopes.sum(axis=1) * error + SMALLEST
        found = slopes[:, 1] - slopes[:, 0]
        lower, upper = (found - slack).min(), (found + slack).max()
        return Bounded(float(found.max()), float(lower), float(upper))

    def _exact(self, node: int, time: int) -> Fraction:
        """Return Σ_{t<T} x_t (A − B) y_{T−1−t}, in integers over powers of one denominator."""
        (base, unit_b), (head, unit_a) = self._base.integers, self._head.integers
        rows, column = [unit(base.adjacency.n, self._sink, 1)], unit(base.adjacency.n, node, 1)
        for _ in range(time):
            rows.append(base.step(rows[-1]))
        total, backward = 0, base.transposed
        for row in reversed(rows[:-1]):
            total += int(head.step(row) @ column)
            column = backward.step(column)
        # Every x_t B y_{T−1−t} is x_T[j] itself.
        scale = unit_b**time
        return Fraction(total * unit_b, scale * unit_a) - Fraction(
            time * int(rows[-1][node]), scale
        )

    def _absorption(self, node: int) -> Bounded[Any]:
        """Return the slope of the probability that an absorbing node is ever reached."""
        chain = self._base.rationals.transposed
        hits = objects(list(first_step.hitting_probabilities(chain, np.array([node]))))
        inside = np.flatnonzero(self._context.recurrent_class < 0)
        visits = first_step.visits(self._base.rationals, inside)
        row = unit(len(hits), self._sink, Fraction(0))
        row[inside] = visits[np.flatnonzero(inside == self._sink)[0]]
        change: Any = (self._head.rationals.step(row) - self._base.rationals.step(row)) @ hits
        return _exactly(Fraction(change))


def _exactly(slope: Fraction) -> Bounded[Any]:
    return Bounded(slope, slope, slope)


def _least(slopes: list[Any]) -> Any:
    """Return the least of some slopes: of nodes all of which bind, or some, if they are floats."""
    value = min(one.value for one in slopes)
    if all(isinstance(one.lower, Fraction) for one in slopes):
        return value
    lower, upper = min(one.lower for one in slopes), max(one.upper for one in slopes)
    return Enclosure(*rounded(value, lower, upper))
