"""sup_t u_t(τ) over all gates for one node j, in rationals: a maximum, or a limit.

Where j keeps its own weight in some head, u_t rises to the greatest probability of ever hitting j.
It is attained if and only if τ is in one of the sets R_0 = {i : i = j or the probability is 0},
R_t = {i : some head that attains the maximum at i leads into R_{t−1} only}, for u_t(i) is a maximum
of averages of u_{t−1}, none of which is more than the probability. Elsewhere u_t(τ) is stepped
until all later ones are proved to be no more, or for so many steps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from dagmix._engine.adjacency.base import Ints, Vec
from dagmix._engine.chains.gates.steps import GateSteps
from dagmix._engine.exact.vectors import unit

MOST_STEPS = 2**8


@dataclass(frozen=True)
class Supremum:
    """lower ≤ sup_t u_t(τ) ≤ upper, equal where it is known; whether and when it is attained."""

    lower: Fraction
    upper: Fraction
    attained: bool | None
    time: int | None


def stepped(
    steps: GateSteps, sink: int, node: int, heard: Ints, later: Callable[[Vec], Vec] | None = None
) -> Supremum:
    """Step u_t from e_node; `heard` are the nodes that the sink hears of.

    No later u(τ) is more than the greatest u_t(i) over these nodes, which never rises, or than
    `later`, a majorant of u_t, at τ: it is looked at whenever the number of steps has doubled.
    """
    row = unit(steps.size, node, 1)
    best, first, above = Fraction(int(sink == node)), 0, Fraction(1)
    for time in range(MOST_STEPS + 1):
        scale = steps.scale**time
        above = Fraction(row[heard].max(), scale)
        if later is not None and time & (time - 1) == 0 and best < above:
            columns = later(row[:, None] * Fraction(1, scale))
            above = min(above, columns[sink, 0])
        if above <= best:
            return Supremum(best, best, attained=True, time=first)
        row = steps.step(row)
        here = Fraction(row[sink], scale * steps.scale)
        if here > best:
            best, first = here, time + 1
    return Supremum(best, max(best, above), attained=None, time=first)


def as_hit(heads: Vec, hits: Vec, sink: int, node: int) -> Supremum:
    """Return the supremum of a node that keeps its own weight, from the greatest P_i(hit node)."""
    n = len(hits)
    inside = (hits == 0) | (np.arange(n) == node)
    attains = (heads @ hits) == hits
    for time in range(n + 1):
        if inside[sink]:
            return Supremum(hits[sink], hits[sink], attained=True, time=time)
        leads = ((heads > 0) <= inside[None, None, :]).all(axis=2)
        inside = inside | (attains & leads).any(axis=0)
    return Supremum(hits[sink], hits[sink], attained=False, time=None)
