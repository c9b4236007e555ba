"""What weights of heads are judged by: φ_min or T(ε), evaluated with certainty."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpz_poly

from dagmix import minimax, mixing
from dagmix.adjoints import FloatHeads, Floats
from dagmix.algebraic import Number, enclosure, simplest
from dagmix.arrays import TOLERANCE
from dagmix.ascent import Fidelity, MixingTime
from dagmix.derived import Mixture
from dagmix.errors import UndecidedError
from dagmix.mixing_profiles import MixingProfile
from dagmix.mixture import MultiHeadDiffusion, MultiHeadWalk
from dagmix.polynomials import Ratio
from dagmix.profiles import FidelityProfile
from dagmix.progress import greatest_distance
from dagmix.scalars import Field
from dagmix.transition import Transition
from dagmix.two_heads import TwoHeads
from dagmix.weights import read_weights

GAIN = 1e-9  # relative gain that ends an ascent
TRACE = 1e-12  # a weight that is rather 0
LARGEST_DENOMINATOR = 12  # of the simple weights that are tried beside those found
NEAR = Fraction(1, 2**20)  # to a face, where a supremum is only approached

Weights = tuple[Number | float, ...]


@dataclass(frozen=True)
class Evaluated:
    """The objective at some weights, between `lower` and `upper`: a Number or a float."""

    weights: Weights
    value: Any
    lower: Any
    upper: Any


@dataclass(frozen=True)
class Solved:
    """Weights of two heads, what no weights can pass, and the objective over all of them."""

    best: Evaluated
    bound: Number | float
    profile: FidelityProfile | MixingProfile


class Goal(ABC):
    """An objective on the weights of a mixture's heads."""

    mixed: MultiHeadDiffusion | MultiHeadWalk
    bound: Number | float  # that no weights pass

    @abstractmethod
    def evaluate(self, weights: Weights) -> Evaluated:
        """Return the objective at rational or float weights."""

    @abstractmethod
    def is_better(self, one: Evaluated, other: Evaluated) -> bool:
        """Tell whether one is surely better than the other."""

    @abstractmethod
    def ascent(self) -> Fidelity | MixingTime:
        """Return what looks for better weights in floats."""

    @abstractmethod
    def solve(self) -> Solved:
        """Solve for the weight of the first of two rational heads."""

    def best(self, candidates: Iterator[Weights]) -> Evaluated:
        """Return the best of some weights, the earliest among equals; the undecided do not count.

        Raises UndecidedError where none is decided.
        """
        best, last = None, None
        for weights in candidates:
            try:
                other = self.evaluate(weights)
            except UndecidedError as error:
                last = error
                continue
            best = other if best is None or self.is_better(other, best) else best
        if best is None:
            message = f"no weights could be judged; of the last: {last}"
            raise UndecidedError(message)
        return best

    def simple(self, given: Weights | None) -> Iterator[Weights]:
        """Yield what the answer may not be worse than: uniform, given, and single weights."""
        count = len(self.mixed.heads)
        yield (Fraction(1, count),) * count
        if given is not None:
            yield given
        for head in range(count):
            yield tuple(Fraction(int(head == other)) for other in range(count))

    def rounded(self, weights: Floats) -> Iterator[Weights]:
        """Yield simple weights near some floats, for rational heads, then the floats.

        First those without traces, which take a walk of 10¹² steps to be heard.
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

    def _transition(self, weights: Weights) -> Transition:
        exact, any_float = read_weights(weights, len(self.mixed.heads), TOLERANCE)
        return Mixture(exact, [part for _, part in self.mixed.parts], as_floats=any_float)

    def _floats(self, start: Floats) -> FloatHeads:
        matrices = [part.floats.kernel.dense() for _, part in self.mixed.parts]
        return FloatHeads(np.array(matrices), start)

    @property
    def _pair(self) -> tuple[Transition, Transition]:
        (_, first), (_, second) = self.mixed.parts
        return first, second


class FidelityGoal(Goal):
    """The greatest φ_min."""

    bound = Fraction(1)

    def __init__(self, mixed: MultiHeadDiffusion) -> None:
        """Take the heads, mixed in any way."""
        self.mixed = mixed

    def evaluate(self, weights: Weights) -> Evaluated:
        """Return φ_min: rational, or a float between bounds."""
        found = minimax.minimax_fidelity(self._transition(weights), self.mixed.sink.index, 0)
        return Evaluated(weights, found.value, found.lower, found.upper)

    def is_better(self, one: Evaluated, other: Evaluated) -> bool:
        """Compare what is certain."""
        return bool(one.lower > other.lower)

    def ascent(self) -> Fidelity:
        """Return the ascent of the signals at the sink."""
        start = np.eye(len(self.mixed.nodes))[self.mixed.sink.index]
        return Fidelity(self._floats(start), GAIN)

    def solve(self) -> Solved:
        """Solve for the weight of the first of two rational heads."""
        shape = FidelityProfile(TwoHeads(self._pair, self.mixed.sink.index), self.mixed.nodes)
        found = shape.optimum
        if found.attained is False:
            near = 1 - NEAR if found.weights[0] == 1 else NEAR
            return Solved(self.evaluate(shares(near)), found.upper, shape)
        at = Evaluated(shares(found.weights[0]), *(found.value,) * 3)
        return Solved(at, found.upper, shape)


class MixingGoal(Goal):
    """The least T(ε)."""

    def __init__(self, mixed: MultiHeadWalk, epsilon: Fraction) -> None:
        """Take the heads, mixed in any way, and a checked threshold."""
        self.mixed, self._epsilon = mixed, epsilon
        self.bound = greatest_distance(mixed.support, mixed.sink.index)

    def evaluate(self, weights: Weights) -> Evaluated:
        """Return T(ε), an integer or infinite."""
        steps = mixing.mixing_time(self._transition(weights), self.mixed.sink.index, self._epsilon)
        return Evaluated(weights, steps, steps, steps)

    def is_better(self, one: Evaluated, other: Evaluated) -> bool:
        """Compare exactly."""
        return bool(one.value < other.value)

    def ascent(self) -> MixingTime:
        """Return the descent of the survival."""
        start = np.ones(len(self.mixed.nodes))
        start[self.mixed.sink.index] = 0.0
        return MixingTime(self._floats(start), GAIN, float(self._epsilon))

    def solve(self) -> Solved:
        """Solve for the weight of the first of two rational heads."""
        steps = MixingProfile(self._pair, self.mixed.sink.index, self._epsilon)
        fastest = steps.optimum
        low, high = fastest.intervals[0]
        weight = low if low == high else simplest(enclosure(low)[1], enclosure(high)[0])
        return Solved(Evaluated(shares(weight), *(fastest.value,) * 3), fastest.value, steps)


def shares(weight: Number) -> Weights:
    """Return the weights of two heads from that of the first."""
    return weight, Ratio(fmpz_poly([1, -1]), fmpz_poly([1])).value(weight)
