"""Objectives on the weights of heads, such as φ_min: evaluated exactly or with bounds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from flint import fmpz_poly

from dagmix._engine.adjacency.base import Floats
from dagmix._engine.adjacency.paths import greatest_distance
from dagmix._engine.chains.composites import MixtureMatrix
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.algebraic import Number, enclosure, simplest
from dagmix._engine.exact.enclosures import Bounded
from dagmix._engine.exact.rational_functions import Ratio
from dagmix._engine.exact.scalars import Field
from dagmix._engine.exact.vectors import others, unit
from dagmix._engine.fidelity import minimax
from dagmix._engine.mixing import mixing_time
from dagmix._util.budget import Meter
from dagmix.errors import UndecidedError
from dagmix.operators.mixture import MultiHeadDiffusion, MultiHeadWalk
from dagmix.operators.read_arrays import TOLERANCE
from dagmix.operators.read_weights import read_weights
from dagmix.optimal.ascent import FidelityAscent, HittingTimeDescent, MixingTimeDescent
from dagmix.optimal.certificates import greatest_fidelity, least_mixing_time
from dagmix.optimal.gradients import FloatHeads
from dagmix.optimal.two_heads.fidelity_profile import FidelityProfile
from dagmix.optimal.two_heads.kernels import TwoDiffusions
from dagmix.optimal.two_heads.mixing_profile import MixingProfile

GAIN = 1e-9  # relative gain that ends an ascent
TRACE = 1e-12  # a weight below it is tried as 0
LARGEST_DENOMINATOR = 12  # of the simple weights that are tried beside those found
NEAR = Fraction(1, 2**20)  # distance from a face at which a supremum is only approached

ObjectiveName = Literal["fidelity", "mixing", "hitting"]
HeadWeights = tuple[Number | float, ...]


@dataclass(frozen=True, repr=False)
class Evaluated(Bounded[Any]):
    """The objective at some weights: a Number or a float, between `lower` and `upper`."""

    weights: HeadWeights


@dataclass(frozen=True)
class Solved:
    """The best weights of two heads, a bound for all weights, and the objective as a function."""

    best: Evaluated
    bound: Number | float
    profile: FidelityProfile | MixingProfile | None


class Objective(ABC):
    """An objective on the weights of a mixture's heads."""

    name: ObjectiveName
    mixed: MultiHeadDiffusion | MultiHeadWalk
    bound: Number | float  # of the objective over all weights

    @abstractmethod
    def evaluate(self, weights: HeadWeights) -> Evaluated:
        """Return the objective at rational or float weights."""

    @abstractmethod
    def is_better(self, one: Evaluated, other: Evaluated) -> bool:
        """Tell whether one is certainly better than the other."""

    @abstractmethod
    def certificate(self, best: Evaluated, meter: Meter) -> Number | float:
        """Return a bound over all weights, to be compared with the best value that was found."""

    @abstractmethod
    def ascent(self) -> FidelityAscent | MixingTimeDescent | HittingTimeDescent:
        """Return the local search in floats."""

    @abstractmethod
    def solve(self, meter: Meter) -> Solved:
        """Solve exactly for the weight of head 0 of two rational heads, within a budget."""

    def best(self, candidates: Iterator[HeadWeights], meter: Meter) -> Evaluated:
        """Return the best of some weights, the first among equals; the undecided do not count.

        Once the budget is spent the first that is decided is the last one. Raises UndecidedError
        where none is.
        """
        best, last = None, None
        for weights in candidates:
            try:
                other = self.evaluate(weights)
            except UndecidedError as error:
                last = error
                continue
            best = other if best is None or self.is_better(other, best) else best
            if meter.is_spent:
                break
        if best is None:
            message = f"no weights could be judged; of the last: {last}"
            raise UndecidedError(message)
        return best

    def simple(self, given: HeadWeights | None) -> Iterator[HeadWeights]:
        """Yield uniform weights, those given, and each head alone: lower limits of the answer."""
        count = len(self.mixed.heads)
        yield (Fraction(1, count),) * count
        if given is not None:
            yield given
        for head in range(count):
            yield tuple(Fraction(int(head == other)) for other in range(count))

    def rounded(self, weights: Floats) -> Iterator[HeadWeights]:
        """Yield simple weights near some floats, for rational heads, then the floats.

        The floats come first without weights below TRACE, which matter after 10¹² steps only.
        """
        if self.mixed.field is Field.RATIONAL:
            for denominator in range(2, LARGEST_DENOMINATOR + 1):
                parts = np.rint(weights * denominator).astype(int).tolist()
                if sum(parts) == denominator:
                    yield tuple(Fraction(part, denominator) for part in parts)
        kept = np.where(weights < TRACE, 0.0, weights)
        if (kept < weights).any():
            yield tuple((kept / kept.sum()).tolist())
        yield tuple(weights.tolist())

    def _transition(self, weights: HeadWeights) -> Transition:
        exact, any_float = read_weights(weights, len(self.mixed.heads), TOLERANCE)
        return MixtureMatrix(exact, [part for _, part in self.mixed.parts], as_floats=any_float)

    def _floats(self, initial: Floats) -> FloatHeads:
        matrices = [part.floats.kernel.dense() for _, part in self.mixed.parts]
        return FloatHeads(np.array(matrices), initial)

    @property
    def _pair(self) -> tuple[Transition, Transition]:
        (_, first), (_, second) = self.mixed.parts
        return first, second


class FidelityObjective(Objective):
    """Maximise φ_min."""

    name = "fidelity"
    bound = Fraction(1)

    def __init__(self, mixed: MultiHeadDiffusion) -> None:
        """Take the heads, mixed in any way."""
        self.mixed = mixed

    def evaluate(self, weights: HeadWeights) -> Evaluated:
        """Return φ_min: rational, or a float between bounds."""
        found = minimax.minimax_fidelity(self._transition(weights), self.mixed.sink.index, 0)
        return Evaluated(found.value, found.lower, found.upper, weights)

    def is_better(self, one: Evaluated, other: Evaluated) -> bool:
        """Compare lower bounds."""
        return bool(one.lower > other.lower)

    def certificate(self, best: Evaluated, meter: Meter) -> Fraction | float:
        """Return an upper bound, by gates."""
        value = best.value if best.exact else best.lower
        heads, sink = [part for _, part in self.mixed.parts], self.mixed.sink.index
        return greatest_fidelity(heads, self.mixed.adjacency, sink, value, meter.check)

    def ascent(self) -> FidelityAscent:
        """Return the ascent by signals at the sink."""
        initial = unit(len(self.mixed.nodes), self.mixed.sink.index)
        return FidelityAscent(self._floats(initial), GAIN)

    def solve(self, meter: Meter) -> Solved:
        """Solve exactly for the weight of head 0 of two rational heads, within a budget."""
        heads = TwoDiffusions(self._pair, self.mixed.sink.index)
        shape = FidelityProfile(heads, self.mixed.nodes, meter)
        found = shape.optimum
        if found.attained is False:
            near = 1 - NEAR if found.weights[0] == 1 else NEAR
            return Solved(self.evaluate(both_weights(near)), found.upper, shape)
        at = Evaluated(*(found.value,) * 3, both_weights(found.weights[0]))
        return Solved(at, found.upper, shape)


class MixingObjective(Objective):
    """Minimise T(ε)."""

    name = "mixing"

    def __init__(self, mixed: MultiHeadWalk, epsilon: Fraction) -> None:
        """Take the heads, mixed in any way, and a checked threshold."""
        self.mixed, self._epsilon = mixed, epsilon
        self.bound = greatest_distance(mixed.adjacency, mixed.sink.index)

    def evaluate(self, weights: HeadWeights) -> Evaluated:
        """Return T(ε), an integer or infinite."""
        steps = mixing_time.mixing_time(
            self._transition(weights), self.mixed.sink.index, self._epsilon
        )
        return Evaluated(steps, steps, steps, weights)

    def is_better(self, one: Evaluated, other: Evaluated) -> bool:
        """Compare exactly."""
        return bool(one.value < other.value)

    def certificate(self, best: Evaluated, meter: Meter) -> Number | float:
        """Return a lower bound, by gates; never less than that of the distance."""
        walks, sink = [part for _, part in self.mixed.parts], self.mixed.sink.index
        found = least_mixing_time(walks, sink, self._epsilon, float(best.value), meter.check)
        return max(found, self.bound)

    def ascent(self) -> MixingTimeDescent:
        """Return the descent by survival probabilities."""
        initial = others(len(self.mixed.nodes), self.mixed.sink.index)
        return MixingTimeDescent(self._floats(initial), GAIN, float(self._epsilon))

    def solve(self, meter: Meter) -> Solved:
        """Solve exactly for the weight of head 0 of two rational heads, within a budget."""
        steps = MixingProfile(self._pair, self.mixed.sink.index, self._epsilon, meter)
        fastest = steps.optimum
        low, high = fastest.intervals[0]
        weight = low if low == high else simplest(enclosure(low)[1], enclosure(high)[0])
        at = Evaluated(*(fastest.value,) * 3, both_weights(weight))
        return Solved(at, fastest.value, steps)


def both_weights(weight: Number) -> HeadWeights:
    """Return the weights β and 1 − β of two heads."""
    return weight, Ratio(fmpz_poly([1, -1]), fmpz_poly([1])).value(weight)
