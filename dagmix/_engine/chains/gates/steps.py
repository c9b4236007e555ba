"""One step of the best gate, or of the worst: r_t(j) = max_h Σ_i M_h[i, j] r_{t−1}(i), or min_h.

A gate takes at every step and sender j a convex combination of the columns M_h[·, j] of H heads;
what it makes of a row is linear in the combination, so that one head is extreme. With walks
M_h = W_h and r_0 = 1_τ the row is the greatest (least) probability to have reached the sink within
t steps, for all nodes at once; with M_h = Δ_h transposed and r_0 = e_j it is the greatest (least)
signal of j after t steps, at every receiver.

Exact rows are integers over `scale`ᵗ; float rows hold a relative error, as maxima and minima of
numbers that are not negative keep it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from dagmix._engine.adjacency.base import Ints, Vec
from dagmix._engine.chains.kernel import Kernel
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.enclosures import SMALLEST, UNIT


class GateSteps:
    """The steps of H heads, and the extreme gate's, in integers or in floats.

    >>> from dagmix._engine.adjacency.explicit import from_distinct
    >>> from dagmix._engine.chains.matrices import GraphWalk
    >>> edges = [[0, 1, 1, 2], [0, 0, 1, 2]], [[0, 2, 1, 2], [0, 0, 1, 2]]  # receivers, senders
    >>> heads = [GraphWalk(from_distinct(3, *map(np.array, pair))) for pair in edges]
    >>> steps = GateSteps(heads, greatest=True, exact=True)
    >>> steps.step(np.array([0, 0, 1], dtype=object)), steps.scale
    (array([1, 0, 2], dtype=object), 2)
    """

    def __init__(self, heads: Sequence[Transition], *, greatest: bool, exact: bool) -> None:
        """Take heads on the same nodes: of floats where not `exact`."""
        self.exact, self.scale, self.size = exact, 1, heads[0].adjacency.n
        self._better = np.maximum if greatest else np.minimum
        self._factors = [1] * len(heads)
        self._units = 0.0
        self._kernels: list[Kernel]
        if exact:
            scaled = [head.integers for head in heads]
            self.scale = math.lcm(*(scale for _, scale in scaled))
            self._kernels = [kernel for kernel, _ in scaled]
            self._factors = [self.scale // scale for _, scale in scaled]
        else:
            self._kernels = [head.floats.kernel for head in heads]
            self._units = max(head.floats.units for head in heads)

    def all_steps(self, row: Vec) -> list[Vec]:
        """Return the row after a step of each head, all over the same scale."""
        stepped = (kernel.step(row) for kernel in self._kernels)
        return [
            x if factor == 1 else x * factor
            for x, factor in zip(stepped, self._factors, strict=True)
        ]

    def step(self, row: Vec) -> Vec:
        """Return the row after a step of the extreme gate."""
        return self.best(row)[0]

    def best(self, row: Vec) -> tuple[Vec, Ints]:
        """Return the row after a step of the extreme gate, and the first head it may take."""
        first, *others = self.all_steps(row)
        choice = np.zeros(len(row), dtype=np.intp)
        for head, other in enumerate(others, 1):
            found = self._better(first, other)
            choice[found != first] = head
            first = found
        return first, choice

    def error_bound(self, steps: int) -> float:
        """Bound the relative error of a row after so many steps: (1 + u)^m − 1 ≤ mu/(1 − mu).

        Two more roundings, of a use of the row, are allowed for. What is below 2⁻⁹⁰⁰ may have lost
        more to underflow, but never that much.
        """
        if self.exact:
            return 0.0
        roundings = (steps + 2) * self._units * UNIT
        return roundings / (1 - roundings) if roundings < 0.5 else math.inf  # noqa: PLR2004

    def bounds(self, entry: Any, steps: int) -> tuple[Fraction | float, Fraction | float]:
        """Return bounds of an entry of a row after so many steps: equal where it is exact."""
        if self.exact:
            number = Fraction(entry, self.scale**steps)
            return number, number
        error = self.error_bound(steps)
        if math.isinf(error):
            return 0.0, 1.0
        value = float(entry)
        lower = math.nextafter(value * (1 - error) - SMALLEST, -math.inf)
        upper = math.nextafter(value * (1 + error) + SMALLEST, math.inf)
        return max(lower, 0.0), min(upper, 1.0)
