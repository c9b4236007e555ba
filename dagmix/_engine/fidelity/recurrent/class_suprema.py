"""Suprema at all nodes of a recurrent class at once, in floats under a proved bound.

With π the stationary distribution of an aperiodic class C, and m_t and o_t the masses of x_t on C
and on the nodes that still may come to it, for j in C and all s ≥ t

    π_j · min_k x_t[k]/π_k  ≤  x_s[j]  ≤  π_j · max_k x_t[k]/π_k + o_t,    k in C,

for x_t restricted to C lies between two multiples of π, and a step keeps it there (Perron and
Frobenius). Both sides tend to the limit of x_s[j]. So one row bounds all that is to come at every
node, while the greatest signals so far are known. π is enclosed in balls, to a rounding.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from dagmix._engine.adjacency.base import Floats, Ints
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.arb import ball, settle
from dagmix._engine.exact.enclosures import SMALLEST, UNIT, widened
from dagmix._engine.fidelity.results import NodeFidelity
from dagmix._engine.fidelity.sink_context import SinkContext
from dagmix._util.lazy import flint

FEWEST, MOST = 9, 512  # nodes of a class: fewer are soon done one by one, more take many balls
LONGEST = 2**19  # steps, some seconds
TIGHT = 2.0**-40  # relative width at which an enclosure is closed
LOST = 2.0**-1000  # exceeds what underflow takes of a signal in so many steps
ACCURATE = 53  # bits to which π is known


def is_shared(context: SinkContext, members: Ints) -> bool:
    """Tell whether the nodes of a class are bounded together: many, with a loop, in floats."""
    fits = FEWEST <= len(members) <= MOST and context.has_floats and context.first <= LONGEST
    return fits and bool(context.adjacency.has_loop[members].any())


def class_fidelity(
    context: SinkContext, node: int, members: Ints, *, timed: bool
) -> NodeFidelity | None:
    """Return the fidelity of a node of the class; its times only if `timed`.

    None where π has too small an entry for floats. A fidelity that some seconds of steps leave
    open is enclosed by what is known then.
    """
    found = _bounds(context.transition, context.sink, context.first, tuple(members.tolist()))
    if found is None:
        return None
    place = int(np.searchsorted(members, node))
    return found.fidelity(context, node, place, timed=timed)


@lru_cache(maxsize=1)
def _bounds(
    transition: Transition, sink: int, first: int, members: tuple[int, ...]
) -> _ClassBounds | None:
    """Bound all nodes of a class; the last bounds are kept, for node after node is asked."""
    nodes = np.array(members)
    weights = stationary(transition, nodes)
    context = SinkContext(transition, sink, first)
    return None if weights.min() < SMALLEST else _ClassBounds(context, nodes, weights)


def stationary(transition: Transition, members: Ints) -> Floats:
    """Return π of a recurrent class, each entry within a share of 2⁻⁵², unless it underflows."""

    def solved(_: int) -> Floats | None:
        block = transition.over(ball).dense()[np.ix_(members, members)].T
        system = flint.arb_mat((np.eye(len(members), dtype=int) - block).tolist())
        for column in range(len(members)):
            system[len(members) - 1, column] = 1
        one = flint.arb_mat([[int(row == len(members) - 1)] for row in range(len(members))])
        try:
            weights = system.solve(one).entries()
        except ZeroDivisionError:
            return None
        known = all(weight.rel_accuracy_bits() > ACCURATE for weight in weights)
        return np.array([float(weight) for weight in weights]) if known else None

    return settle(solved, 2 * ACCURATE)


class _ClassBounds:
    """Bounds of the fidelities of all nodes of a class, and the time at which they were found."""

    def __init__(self, context: SinkContext, members: Ints, weights: Floats) -> None:
        """Step until all nodes are bounded closely, or for long enough."""
        row = context.row(exact=False)
        upstream = context.upstream(int(members[0])).copy()
        upstream[members] = False
        self.best = np.zeros(len(members))
        look = context.first
        while True:
            if row.time >= context.first:
                self.best = np.maximum(self.best, row.x[members])
            if row.time >= look:
                look += 1 + look // 16
                # Of a sum over the class, a quotient, a product.
                self.error_bound = 2 * row.error_bound + (2 * len(row.x) + 16) * UNIT
                ratios = row.x[members] / weights
                floor = weights * ratios.min() * (1 - self.error_bound)
                tail = weights * ratios.max() + row.x[upstream].sum()
                self.tail = tail * (1 + self.error_bound) + LOST
                self.lower = np.maximum(self.best * (1 - self.error_bound), floor - LOST)
                if self._is_closed() or row.time >= LONGEST + context.first:
                    break
            row.step()
        self.upper = np.maximum(self.tail, self.best * (1 + self.error_bound) + LOST)
        self.end = row.time

    def _is_closed(self) -> bool:
        close = self.lower * (1 + TIGHT + 4 * self.error_bound)
        return bool(((self.tail < self.lower) | (self.tail <= close)).all())

    def fidelity(self, context: SinkContext, node: int, place: int, *, timed: bool) -> NodeFidelity:
        """Return the fidelity of a node, its times found by stepping once more."""
        lower, upper = widened(float(self.lower[place]), float(self.upper[place]))
        value = max(float(self.best[place]), lower)
        times = self._times(context, node, lower) if timed else ()
        if self.tail[place] < self.lower[place]:
            return NodeFidelity(value, lower, upper, attained=True, times=times)
        later = (*times, self.end + 1)
        return NodeFidelity(value, lower, upper, "undecided", later, onwards=True)

    def _times(self, context: SinkContext, node: int, lower: float) -> tuple[int, ...]:
        """Return the times so far that are not excluded."""
        row, found = context.row(exact=False), []
        row.step(context.first)
        while row.time <= self.end:
            if row.x[node] * (1 + self.error_bound) + LOST >= lower:
                found.append(row.time)
            row.step()
        return tuple(found)
