"""What is asked: nodes, limits on edges and in-degrees, an objective; and what answers it better.

All objectives are one: a graph has a time and a fidelity, and of two graphs one is better where
it is no worse in both and better in one. For "mixing" the fidelity of every graph counts as 1, for
"fidelity" the time of every graph counts as 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dagmix._engine.exact.scalars import read_count, read_epsilon
from dagmix._util.brief import brief
from dagmix.design.codes import Code, graph_of
from dagmix.design.partial_bounds import Floats, Ints, greatest_fidelities, least_times, receives
from dagmix.errors import ObjectiveError, SizeError
from dagmix.operators.diffusion import DiffusionOperator
from dagmix.operators.walk import WalkOperator

OBJECTIVES = ("mixing", "fidelity", "pareto")
Point = tuple[int, Fraction]  # time and fidelity


@dataclass(frozen=True)
class Question:
    """Which graphs are compared, and by what; see `best_graphs`."""

    n: int
    edges: int
    in_degree: int
    objective: str
    epsilon: Fraction

    @property
    def times(self) -> bool:
        """Whether the mixing time counts."""
        return self.objective != "fidelity"

    @property
    def fidelities(self) -> bool:
        """Whether the fidelity counts."""
        return self.objective != "mixing"

    def admits(self, codes: Ints) -> NDArray[np.bool_]:
        """Say which partial graphs can grow to n nodes within the limits.

        Each node to come has an edge at least; the first of them may send to a source, the next
        to the one before, so that the limit of in-degrees leaves room.
        """
        matrices = receives(codes)
        degrees = matrices.sum(axis=1) - 1
        room = self.edges - (self.n - codes.shape[1])
        found: NDArray[np.bool_] = (degrees.sum(axis=1) <= room) & (
            degrees.max(axis=1) <= self.in_degree
        )
        return found

    def bounds(self, codes: Ints, cap: int | None = None) -> tuple[Ints, Floats]:
        """Return a lower bound on the time and an upper one on the fidelity of what grows."""
        matrices = receives(codes)
        times = (
            least_times(matrices, self.epsilon, cap)
            if self.times
            else np.zeros(len(codes), dtype=np.int64)
        )
        fidelities = greatest_fidelities(matrices) if self.fidelities else np.ones(len(codes))
        return times, fidelities

    def value(self, code: Code) -> Point:
        """Return what counts of a graph, exactly."""
        graph = graph_of(code)
        time = WalkOperator(graph).mixing_time(self.epsilon) if self.times else 0
        fidelity = (
            DiffusionOperator(graph).minimax_fidelity().value if self.fidelities else Fraction(1)
        )
        return int(time), Fraction(fidelity)


def read_question(
    n: Any, edges: Any, in_degree: Any, objective: Any, epsilon: Any = Fraction(1, 4)
) -> Question:
    """Read the arguments of a search; say which rule one of them breaks."""
    size = read_count(n, 1, "n")
    most = size * (size - 1) // 2
    if objective not in OBJECTIVES:
        message = f"the objective is 'mixing', 'fidelity' or 'pareto'; got {brief(objective)}"
        raise ObjectiveError(message)
    allowed = most if edges is None else read_count(edges, 0, "edges")
    if allowed < size - 1:
        message = (
            f"a graph on n = {size} nodes with one sink has at least n - 1 = {size - 1} edges "
            f"besides self-loops; got edges = {allowed}"
        )
        raise SizeError(message)
    least = min(size - 1, 1)
    degree = size - 1 if in_degree is None else read_count(in_degree, least, "in_degree")
    return Question(
        size, min(allowed, most), min(degree, size - 1), objective, read_epsilon(epsilon)
    )


def front_of(points: Iterable[Point]) -> tuple[Point, ...]:
    """Return the points than which none is better, by time.

    >>> front_of([(2, Fraction(1, 3)), (5, Fraction(1, 2)), (4, Fraction(1, 3))])
    ((2, Fraction(1, 3)), (5, Fraction(1, 2)))
    """
    front: list[Point] = []
    for time, fidelity in sorted(set(points), key=lambda point: (point[0], -point[1])):
        if not front or fidelity > front[-1][1]:
            front.append((time, fidelity))
    return tuple(front)


def may_be_best(times: Ints, fidelities: Floats, front: Iterable[Point]) -> NDArray[np.bool_]:
    """Say which bounds no point of a front rules out; a tie with a point is kept.

    >>> may_be_best(np.array([2, 2, 3]), np.array([0.3, 0.4, 0.3]), [(2, Fraction(3, 8))]).tolist()
    [False, True, False]
    """
    kept = np.ones(len(times), dtype=bool)
    for time, fidelity in front:
        near = float(fidelity)
        below = near if near <= fidelity else np.nextafter(near, 0)
        worse = (times >= time) & (fidelities < below)
        kept &= ~(worse | ((times > time) & (fidelities <= below)))
    return kept
