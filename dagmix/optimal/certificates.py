"""Bounds of an objective over all weights, by gates on ever smaller simplices of weights.

The weights in a simplex with the vertices w_1, …, w_H are convex combinations of these, so that
their mixtures are gates of the H mixtures at the vertices, taken as heads. What no gate of these
exceeds (`dagmix._engine.chains.gates`) no weights in the simplex exceed: for fidelity
min_j sup_t u_t(τ), for a mixing time the router's. The simplices of the weakest bounds are cut in
two at the middle of a longest edge, over and over; the weakest bound of those that are left holds
for all weights.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import combinations

import numpy as np

from dagmix._engine.adjacency.base import Adjacency, Floats, Vec
from dagmix._engine.chains.composites import BackwardMatrix, MixtureMatrix
from dagmix._engine.chains.gates.ceilings import GatedSignals
from dagmix._engine.chains.gates.exact_suprema import stepped
from dagmix._engine.chains.gates.hits import majorant
from dagmix._engine.chains.gates.steps import GateSteps
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.enclosures import SMALLEST, UNIT
from dagmix._engine.exact.scalars import Field
from dagmix._engine.exact.vectors import others

Check = Callable[[], None]

AT_ONCE = 2**5  # simplices that are cut together
MOST = 2**9  # simplices whose bounds are computed
MOST_WORK = 2**30  # multiplications
FEW = 2**6  # on an interval between two weights of two heads
STEPS = 2**7  # of a signal, after which its bound is what it is
LONGEST = 2**10  # steps of a walk
CLOSE = 1e-9  # relative gap at which a simplex is not cut any more
SMALL = 8  # nodes up to which the last gap is closed in rationals


class Simplices(ABC):
    """Simplices of weights with a bound of the objective on each: what beats a value is cut."""

    def __init__(self, vertices: Floats, check: Check) -> None:
        """Begin with a simplex, a row of weights for each vertex; `check` may raise."""
        self._check = check
        self.vertices = vertices[None]
        self.bounds = self._bounds(self.vertices)

    @abstractmethod
    def _bounds(self, vertices: Floats) -> Floats:
        """Return a bound on each simplex, greater where it is weaker."""

    def cut(self, level: float, most: int) -> None:
        """Cut simplices whose bounds are above a level, until so many have been looked at."""
        tried = len(self.bounds)
        while tried < most and self.bounds.max() > level:
            weakest = np.argsort(-self.bounds, kind="stable")[:AT_ONCE]
            weakest = weakest[self.bounds[weakest] > level]
            new = np.concatenate([_halves(simplex) for simplex in self.vertices[weakest]])
            inherited = np.repeat(self.bounds[weakest], 2)
            found = np.minimum(self._bounds(new), inherited)
            self.vertices = np.concatenate([np.delete(self.vertices, weakest, axis=0), new])
            self.bounds = np.concatenate([np.delete(self.bounds, weakest), found])
            tried += len(new)


def _halves(simplex: Floats) -> Floats:
    """Cut a simplex at the middle of a longest edge, the first among equals."""
    lengths = np.abs(simplex[:, None] - simplex).sum(axis=-1)
    i, j = max(combinations(range(len(simplex)), 2), key=lambda pair: float(lengths[pair]))
    halves = np.array([simplex, simplex])
    halves[0, i] = halves[1, j] = (simplex[i] + simplex[j]) / 2
    return halves


class _FidelitySimplices(Simplices):
    """Bounds of φ_min from above."""

    def __init__(self, signals: GatedSignals, vertices: Floats, check: Check) -> None:
        self._signals = signals
        super().__init__(vertices, check)

    def _bounds(self, vertices: Floats) -> Floats:
        return np.asarray(self.uppers(vertices).min(axis=-1))

    def uppers(self, vertices: Floats) -> Floats:
        """Bound the fidelity of each node, the least of them as well as is possible."""
        heads = self._signals
        mixed = np.tensordot(vertices, heads.matrices, axes=1)
        units = heads.entry_units + len(heads.matrices) + 2
        gates = GatedSignals(mixed, units, heads.sink, heads.parts)
        return gates.suprema(STEPS, self._check, least_only=True).upper


def greatest_fidelity(
    heads: Sequence[Transition],
    union: Adjacency,
    sink: int,
    value: Fraction | float,
    check: Check,
) -> Fraction | float:
    """Bound φ_min over all weights from above: by `value`, which some have, if that is proved."""
    work = len(heads) * union.n**3
    if work * len(heads) > MOST_WORK:
        return Fraction(1)
    signals, level = GatedSignals.of(heads, sink, union), float(value) * (1 + CLOSE)
    found = _FidelitySimplices(signals, np.eye(len(heads)), check)
    found.cut(level, min(MOST, MOST_WORK // (STEPS * work)))
    bound = min(float(found.bounds.max()), 1.0)
    rational = all(head.field is Field.RATIONAL for head in heads)
    if bound > level or not (rational and union.n <= SMALL and isinstance(value, Fraction)):
        return bound
    left = found.vertices[found.bounds > float(value) * (1 - CLOSE)]
    exact = _ExactSimplex(heads, signals, value)
    pairs = zip(left, found.uppers(left), strict=True)
    return value if all(exact.holds(*one, level) for one in pairs) else bound


def gated_ceiling(
    heads: GatedSignals, interval: tuple[Fraction, Fraction], level: float, check: Check
) -> float:
    """Bound φ_min of two heads between two weights of the first one, if possible by a level."""
    low = max(math.nextafter(float(interval[0]), 0.0), 0.0)
    high = min(math.nextafter(float(interval[1]), 1.0), 1.0)
    found = _FidelitySimplices(heads, np.array([[w, 1 - w] for w in (low, high)]), check)
    found.cut(level, FEW)
    return float(found.bounds.max())


class _ExactSimplex:
    """Proofs in rationals that φ_min is at most a value on a simplex."""

    def __init__(self, heads: Sequence[Transition], signals: GatedSignals, value: Fraction) -> None:
        self._heads, self._signals, self._value = heads, signals, value

    def holds(self, vertices: Floats, uppers: Floats, level: float) -> bool:
        """Tell whether the supremum of some node that floats bound by a level is proved."""
        mixed = [MixtureMatrix(list(map(Fraction, row)), self._heads) for row in vertices.tolist()]
        steps = GateSteps([BackwardMatrix(one) for one in mixed], greatest=True, exact=True)
        matrices = np.array([one.rationals.dense() for one in mixed], dtype=object)
        sink, heard = self._signals.sink, self._signals.heard

        def later(columns: Vec) -> Vec:
            return majorant(matrices, self._signals.parts, columns)

        return any(
            stepped(steps, sink, node, heard, later).upper <= self._value
            for node in np.flatnonzero(uppers <= level).tolist()
        )


class _MixingSimplices(Simplices):
    """Bounds of T(ε) from below, with the sign changed, up to so many steps and one."""

    def __init__(
        self,
        walks: Sequence[Transition],
        start: Floats,
        epsilon: Fraction,
        steps: int,
        check: Check,
    ) -> None:
        self._matrices = np.array([walk.floats.kernel.dense() for walk in walks])
        self._start, self._steps = start, steps
        units = max(walk.floats.units for walk in walks) + len(start) + len(walks) + 4
        # As if ε were greater, by all roundings: a row above that is above ε.
        error = (steps + 2) * units * UNIT
        self._epsilon = float(epsilon) * (1 + 2 * error) + SMALLEST if error < 1 / 2 else math.inf
        super().__init__(np.eye(len(walks)), check)

    def _bounds(self, vertices: Floats) -> Floats:
        mixed = np.tensordot(vertices, self._matrices, axes=1)
        rows = np.broadcast_to(self._start, (len(vertices), len(self._start)))
        bounds = np.zeros(len(vertices))
        for time in range(self._steps + 1):
            above = rows.max(axis=-1) > self._epsilon
            bounds[above] = -time - 1
            if not above.any():
                break
            self._check()
            rows = (rows[:, None, None] @ mixed)[:, :, 0].min(axis=1)
        return bounds


def least_mixing_time(
    walks: Sequence[Transition], sink: int, epsilon: Fraction, value: float, check: Check
) -> int:
    """Bound T(ε) over all weights from below; `value`, which some weights have, if that is it."""
    n, steps = walks[0].adjacency.n, int(min(value - 1, LONGEST))
    work = len(walks) * n**2 * (steps + len(walks) + 1)
    if work > MOST_WORK:
        return 0
    found = _MixingSimplices(walks, others(n, sink), epsilon, steps, check)
    found.cut(-value, min(MOST, MOST_WORK // work))
    return -int(found.bounds.max())
