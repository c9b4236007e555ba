"""The greatest expected hitting time max_j E_j[T] of a mixture of walks, as an objective to lower.

E_j is a rational function of the weights. Of two rational heads the maximum over j is least at an
end of 0 ≤ α ≤ 1, where the slope of some E_j is 0, or where two of them cross: all of these weights
are algebraic and are compared exactly. It is continuous, infinite where the sink may be missed.
"""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from flint import fmpz_poly

from dagmix._engine.adjacency.paths import greatest_distance
from dagmix._engine.chains.composites import MixtureMatrix
from dagmix._engine.chains.symbolic.first_step import hitting_times
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.algebraic import Number
from dagmix._engine.exact.enclosures import rounded
from dagmix._engine.exact.rational_functions import Ratio, roots_inside, sign
from dagmix._engine.mixing.rates import mean_time
from dagmix._engine.mixing.symbolic import slowest_nodes
from dagmix._util.budget import Meter
from dagmix.operators.mixture import MultiHeadWalk
from dagmix.optimal.ascent import HittingTimeDescent
from dagmix.optimal.gradients import FloatHittingTimes
from dagmix.optimal.objectives import GAIN, Evaluated, HeadWeights, Objective, Solved, both_weights
from dagmix.optimal.two_heads.extrema import Point, best

if TYPE_CHECKING:
    from sympy import Expr

ZERO, HALF, ONE = Fraction(0), Fraction(1, 2), Fraction(1)


class HittingObjective(Objective):
    """Minimise max_j E_j[T]."""

    name = "hitting"

    def __init__(self, mixed: MultiHeadWalk) -> None:
        """Take the heads, mixed in any way."""
        self.mixed = mixed
        self.bound = greatest_distance(mixed.adjacency, mixed.sink.index)

    def evaluate(self, weights: HeadWeights) -> Evaluated:
        """Return the time: rational, a float between bounds, or infinite."""
        transition, sink = self._transition(weights), self.mixed.sink.index
        if not transition.adjacency.reaching(np.array([sink])).all():
            return Evaluated(math.inf, math.inf, math.inf, weights)
        found = mean_time(transition, sink)
        if found.low == found.high:
            return Evaluated(found.low, found.low, found.low, weights)
        return Evaluated(*rounded((found.low + found.high) / 2, found.low, found.high), weights)

    def is_better(self, one: Evaluated, other: Evaluated) -> bool:
        """Compare upper bounds."""
        return bool(one.upper < other.upper)

    def certificate(self, best: Evaluated, meter: Meter) -> Number | float:  # noqa: ARG002 - of the others
        """Return the distance in the union of the graphs: no walk is faster."""
        return self.bound

    def ascent(self) -> HittingTimeDescent:
        """Return the descent by expected times."""
        matrices = np.array([part.floats.kernel.dense() for _, part in self.mixed.parts])
        off = np.delete(np.arange(len(self.mixed.nodes)), self.mixed.sink.index)
        model = FloatHittingTimes(matrices[:, off][:, :, off], np.ones(len(off)))
        return HittingTimeDescent(model, GAIN, float(self.bound))

    def solve(self, meter: Meter) -> Solved:
        """Solve exactly for the weight of head 0 of two rational heads, within a budget."""
        if self.bound == math.inf:
            never = self.evaluate(both_weights(HALF))
            return Solved(never, math.inf, None)
        weight, value = least_time(self._pair, self.mixed.sink.index, meter)
        return Solved(Evaluated(value, value, value, both_weights(weight)), value, None)


def least_time(
    pair: tuple[Transition, Transition], sink: int, meter: Meter
) -> tuple[Number, Number]:
    """Return a weight of head 0 with the least max_j E_j[T], and that time, exactly.

    Some mixture reaches the sink from everywhere.
    """
    functions = _times(pair, sink)
    weights: set[Number] = {HALF}
    weights |= {end for end in (ZERO, ONE) if all(sign(f.denominator, end) for f in functions)}
    for function in functions:
        meter.check()
        weights |= set(roots_inside(function.slope, ZERO, ONE))
    for one, other in combinations(functions, 2):
        meter.check()
        weights |= set(roots_inside(one.minus(other), ZERO, ONE))
    known = {}
    for weight in sorted(weights):
        meter.check()
        lows, highs = zip(*(f.enclosure(weight) for f in functions), strict=True)
        known[weight] = max(lows), max(highs)
    ceiling = min(high for _, high in known.values())
    slowest = [
        best((Point(weight, f) for f in functions), 1)[0]
        for weight, (low, _) in known.items()
        if low <= ceiling
    ]
    found = best(slowest, -1)[0]
    return found.weight, found.value


def _times(pair: tuple[Transition, Transition], sink: int) -> list[Ratio]:
    """Return the distinct E_j(α) of the nodes that may be the slowest, in lowest terms."""
    import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

    alpha = sp.Dummy("alpha")
    mixture = MixtureMatrix([alpha, 1 - alpha], pair)
    times = hitting_times(mixture, sink)
    nodes = slowest_nodes(mixture.adjacency, sink)
    return list(dict.fromkeys(_ratio(times[j], alpha) for j in nodes))


def _ratio(expression: Expr, variable: Expr) -> Ratio:
    """Return a quotient of polynomials, its denominator positive at ½."""
    import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

    parts = (sp.Poly(part, variable) for part in sp.fraction(sp.cancel(expression)))
    top, bottom = (fmpz_poly(list(map(int, part.all_coeffs()[::-1]))) for part in parts)
    turn = sign(bottom, HALF)
    return Ratio(top * turn, bottom * turn)
