"""Minimax fidelity: the least node fidelity, and every node that has it (Definition 3.5).

One row serves all nodes. Best signals so far bound every φ_j from below, so that a settled
node whose φ is no greater than all of them is a minimiser; stepping goes on only while some
node could still tie with it or fall below it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from dagmix.course import course_of
from dagmix.fidelity import fidelity_of, search
from dagmix.listener import Listener, uses_integers
from dagmix.results import NodeFidelity, rounded, widened
from dagmix.scalars import Field
from dagmix.support import Vec
from dagmix.transition import SMALLEST, UNIT, Transition


@dataclass(frozen=True)
class Minimum:
    """min_j φ_j, between `lower` and `upper`, and the rows of the nodes that may have it."""

    value: Fraction | float
    lower: Fraction | float
    upper: Fraction | float
    rows: tuple[int, ...]


def minimax_fidelity(transition: Transition, sink: int, first: int) -> Minimum:
    """Return min over all nodes j, the sink included, of φ_j = sup over t ≥ first of x_t[j].

    Rational operators give every minimising node; floats every one that is not excluded.
    """
    listener, exact = Listener(transition, sink, first), uses_integers(transition)
    stays_exact = exact and transition.field is Field.RATIONAL
    unheard = np.flatnonzero(~listener.heard)
    if unheard.size:
        zero = Fraction(0) if stays_exact else 0.0
        return Minimum(zero, zero, zero, tuple(unheard.tolist()))
    found = _Race(listener, exact=exact).run()
    return found if stays_exact else _in_floats(found)


def _in_floats(found: Minimum) -> Minimum:
    """Round an exact answer outwards; leave floats as they are."""
    value, lower, upper = rounded(found.value, found.lower, found.upper)
    return Minimum(value, lower, upper, found.rows)


class _Race:
    """All nodes at once: the best signals so far, and the nodes whose φ is settled.

    Numbers are in units of 1/scaleᵗ, t the time of the row: the row's own.
    """

    def __init__(self, listener: Listener, *, exact: bool) -> None:
        self._listener = listener
        self._row = listener.row(exact=exact)
        self._best: Vec = np.zeros_like(self._row.x)
        self._settled = np.zeros(len(self._best), dtype=bool)
        self._known: dict[int, NodeFidelity] = {}  # settled by other means than the row
        self._floor: Vec | None = None  # signals at times too long to step

    def run(self) -> Minimum:
        """Step until every node is settled that can be the minimum or tie with it."""
        row, look = self._row, self._listener.first
        while True:
            if row.time >= self._listener.first:
                self._best = np.maximum(self._best, row.x)
            # φ > 0 of nodes that were not heard by now is open, so that looking is in vain.
            if (row.time >= look and self._best.all()) or self._listener.is_too_long(row):
                look = row.time + 1 + row.time // 8
                while opened := self._open_nodes():
                    if not self._settle_some(opened) and not self._look_ahead(opened):
                        break
                else:
                    return self._minimum()
            row.step()
            self._best = self._best * row.scale

    def _bounds(self) -> tuple[Vec, Vec]:
        """Return bounds of φ; the upper ones hold for settled nodes only."""
        slack = self._row.slack
        lower, upper = self._best * (1 - slack), self._best * (1 + slack)
        if self._floor is not None:
            floor = np.array(list(map(self._scaled, self._floor)), dtype=self._best.dtype)
            lower, upper = np.maximum(lower, floor), np.maximum(upper, floor)
        for node, known in self._known.items():
            lower[node], upper[node] = self._scaled(known.lower), self._scaled(known.upper)
        return lower, upper

    def _scaled(self, number: Fraction | float) -> Fraction | float:
        """Return a number in units of the row; floats become exact among integers."""
        if not self._row.exact:
            return number
        return Fraction(number) * int(self._row.scale**self._row.time)

    def _open_nodes(self) -> list[int]:
        """Return the unsettled nodes whose φ may be as small as any other."""
        lower, upper = self._bounds()
        return np.flatnonzero((lower <= upper.min()) & ~self._settled).tolist()

    def _settle_some(self, opened: list[int]) -> int:
        """Settle what can be settled of the open nodes; return how many were."""
        tails = self._listener.tails(self._row.x)
        if tails is None or self._row.exact:
            return sum(map(self._settle, opened))
        nodes = np.array(opened)
        # A running sum rounds once for each node.
        slack = self._row.slack + 2 * len(tails) * UNIT
        over = np.maximum(tails[nodes], SMALLEST) * (1 + slack) <= self._best[nodes] * (1 - slack)
        closed = self._listener.closed_class[nodes] >= 0
        self._settled[nodes[over & ~closed]] = True
        return int((over & ~closed).sum()) + sum(map(self._settle, nodes[closed].tolist()))

    def _settle(self, node: int) -> bool:
        """Try to find φ_j of a node; tell whether it is settled now."""
        if self._listener.closed_class[node] >= 0:
            self._known[node] = fidelity_of(self._listener, node, exact=self._row.exact)
        elif not self._is_past(node):
            return False
        self._settled[node] = True
        return True

    def _look_ahead(self, opened: list[int]) -> bool:
        """Settle one node by branch and bound if stepping is too long; tell whether it was.

        Signals at all times come first: they bound every φ_j from below, so that few are left
        to be searched.
        """
        listener = self._listener
        if not listener.is_too_long(self._row):
            return False
        if self._floor is None:
            self._floor = course_of(listener.transition, listener.sink, listener.first).seen
        else:
            self._known[opened[0]] = search(listener, opened[0])
            self._settled[opened[0]] = True
        return True

    def _is_past(self, node: int) -> bool:
        """Tell whether no later signal of a transient node exceeds its best so far."""
        slack, best = self._row.slack, self._best[node]
        tail = self._row.x[self._listener.upstream(node)].sum()
        if not self._row.exact and tail < SMALLEST:
            self._known[node] = fidelity_of(self._listener, node, exact=True)
            return True
        return bool(tail * (1 + slack) <= best * (1 - slack))

    def _minimum(self) -> Minimum:
        lower, upper = self._bounds()
        ceiling = upper.min()
        rows = tuple(np.flatnonzero(lower <= ceiling).tolist())
        time = self._row.time
        values = [
            self._known[node].value
            if node in self._known
            else self._row.number(self._best[node], time)
            for node in rows
        ]
        unit = self._row.scale**time
        if self._row.exact:
            low, high = Fraction(lower.min()) / unit, Fraction(ceiling) / unit
            return Minimum(min(values), low, high, rows)
        return Minimum(min(values), *widened(lower.min(), ceiling), rows)
