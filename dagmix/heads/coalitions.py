"""The measure v(S) of every set S of heads: of their mixture, their weights divided by their sum.

Heads of weight 0 join no mixture, so that v(S) is that of the others in S; of nothing it is 0 as a
fidelity and infinite as a mixing time. The sink is that of the whole mixture.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import chain, combinations
from typing import Any, Literal

import numpy as np

from dagmix._engine.chains.composites import AbsorbingMatrix, MixtureMatrix, SuccessorMatrix
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.enclosures import Bounded, Enclosure
from dagmix._engine.exact.scalars import QUARTER, Field
from dagmix._engine.fidelity.minimax import minimax_fidelity
from dagmix._engine.mixing.mixing_time import mixing_time
from dagmix._util.brief import brief
from dagmix.errors import KindError, ObjectiveError, ShapeError, SymbolicError, WeightError
from dagmix.operators.mixture import MultiHead, MultiHeadDiffusion

Measure = Literal["fidelity", "mixing"]
Heads = tuple[int, ...]
NOTHING = Bounded[Any](Fraction(0), Fraction(0), Fraction(0))


class Coalitions:
    """The values of sets of heads; each is computed once."""

    def __init__(self, mix: Any, measure: str) -> None:
        """Check that the measure is one of the mixture's, and that its weights are numbers."""
        if not isinstance(mix, MultiHead):
            message = f"heads are those of a MultiHeadWalk or MultiHeadDiffusion; got {brief(mix)}"
            raise KindError(message)
        if measure not in ("fidelity", "mixing"):
            message = f"the measure is 'fidelity' or 'mixing'; got {brief(measure)}"
            raise ObjectiveError(message)
        self.is_diffusion = isinstance(mix, MultiHeadDiffusion)
        if measure == "fidelity" and not self.is_diffusion:
            message = "'fidelity' is asked of a MultiHeadDiffusion, of a MultiHeadWalk 'mixing'"
            raise KindError(message)
        if mix.field is Field.SYMBOLIC:
            message = "heads are compared by numbers: use .subs({symbol: value})"
            raise SymbolicError(message)
        if mix.is_gated:
            message = "heads are compared by one weight each; these have weights per receiver"
            raise WeightError(message)
        if len(mix.nodes) == 1:
            message = "heads are compared on two nodes or more; on one, all are the same"
            raise ShapeError(message)
        self.mix, self.is_fidelity, self.sink = mix, measure == "fidelity", mix.sink.index
        self.weights = [Fraction(weight) for weight, _ in mix.parts]
        self.count = len(self.weights)
        self._as_floats = False
        self._known: dict[Heads, Bounded[Any]] = {}

    def answer_in_floats(self) -> None:
        """Answer for rational heads in floats with bounds from now on: there are many sets."""
        if self.is_fidelity and self.mix.field is Field.RATIONAL:
            self._as_floats = True
            self._known.clear()

    @property
    def positive(self) -> Heads:
        """The heads of positive weight."""
        return tuple(h for h, weight in enumerate(self.weights) if weight)

    def mixed(self, heads: Iterable[int]) -> Transition | None:
        """Return the mixture of some heads; None where all of them have weight 0."""
        kept = [h for h in heads if self.weights[h]]
        if not kept:
            return None
        total = sum(self.weights[h] for h in kept)
        shares = [self.weights[h] / total for h in kept]
        parts = [self.mix.parts[h][1] for h in kept]
        as_floats = self._as_floats or self.mix.field is Field.FLOAT
        return MixtureMatrix(shares, parts, as_floats=as_floats)

    def alone(self, head: int) -> Bounded[Any]:
        """Return the measure of one head, of whatever weight."""
        return self.measure(self.mix.parts[head][1])

    def value(self, heads: Heads) -> Bounded[Any]:
        """Return v(S) of an increasing tuple of heads."""
        kept = tuple(h for h in heads if self.weights[h])
        if kept not in self._known:
            self._known[kept] = self.measure(self.mixed(kept))
        return self._known[kept]

    def measure(self, transition: Transition | None) -> Bounded[Any]:
        """Return φ_min of a mixture, between bounds, or the integer T(¼)."""
        if self.is_fidelity:
            return NOTHING if transition is None else minimax_fidelity(transition, self.sink, 0)
        walk = None if transition is None else self.walk(transition)
        time = math.inf if walk is None else mixing_time(walk, self.sink, QUARTER)
        return Bounded(time, time, time)

    def walk(self, transition: Transition) -> Transition | None:
        """Return the walk that is timed: of a diffusion to the successors, None where one lacks."""
        if self.is_diffusion:
            idle = np.flatnonzero(transition.adjacency.out_degree == 0)
            if (idle != self.sink).any():
                return None
            transition = SuccessorMatrix(transition)
        return self.stopped(transition)

    def stopped(self, walk: Transition) -> Transition:
        """Return a walk that stops at the sink, which that of a weightless head may leave."""
        is_absorbing = self.sink in walk.adjacency.sinks
        return walk if is_absorbing else AbsorbingMatrix(walk, self.sink)


def subsets(heads: Sequence[int]) -> Iterable[Heads]:
    """Return all sets of some heads, the empty one first, the smaller ones before the larger.

    >>> list(subsets([0, 2]))
    [(), (0,), (2,), (0, 2)]
    """
    sizes = range(len(heads) + 1)
    return chain.from_iterable(combinations(heads, size) for size in sizes)


def number(found: Bounded[Any]) -> Any:
    """Return a value as it is, where it is exact, else as a float with its bounds."""
    if found.exact and not isinstance(found.value, float):
        return found.value
    if math.isinf(found.value):
        return found.value
    return Enclosure(float(found.value), float(found.lower), float(found.upper))
