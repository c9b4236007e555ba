"""Minimax fidelity: the minimum of the node fidelities and where it is (Definition 3.5).

One row serves all nodes. Best signals so far bound every φ_j from below, so that a settled
node whose φ is no greater than all of them is a minimiser; stepping goes on only while some
node could still tie with it or fall below it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import takewhile

import numpy as np

from dagmix._engine.adjacency.base import Vec
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.enclosures import SMALLEST, UNIT, Bounded, rounded, widened
from dagmix._engine.exact.scalars import Field
from dagmix._engine.fidelity.long_times import long_horizon
from dagmix._engine.fidelity.node_fidelity import fidelity_of, search
from dagmix._engine.fidelity.results import NodeFidelity
from dagmix._engine.fidelity.sink_context import SinkContext, uses_integers


@dataclass(frozen=True, repr=False)
class Minimum(Bounded[Fraction | float]):
    """min_j φ_j, and the rows of the nodes that may have it."""

    rows: tuple[int, ...]


def minimax_fidelity(transition: Transition, sink: int, first: int) -> Minimum:
    """Return min over all nodes j, the sink included, of φ_j = sup over t ≥ first of x_t[j].

    Rational operators give every minimising node; floats every one that is not excluded.
    """
    context, exact = SinkContext(transition, sink, first), uses_integers(transition)
    stays_exact = exact and transition.field is Field.RATIONAL
    unreachable = np.flatnonzero(~context.ancestors)
    if unreachable.size:
        zero = Fraction(0) if stays_exact else 0.0
        return Minimum(zero, zero, zero, tuple(unreachable.tolist()))
    found = _AllNodes(context, exact=exact).run()
    if stays_exact:
        return found
    return Minimum(*rounded(found.value, found.lower, found.upper), found.rows)


class _AllNodes:
    """All nodes at once: the best signals so far, and the nodes whose φ is settled.

    Numbers are in units of 1/scaleᵗ, t the time of the row: the row's own.
    """

    def __init__(self, context: SinkContext, *, exact: bool) -> None:
        self._context = context
        self._row = context.row(exact=exact)
        self._best: Vec = np.zeros_like(self._row.x)
        self._settled = np.zeros(len(self._best), dtype=bool)
        self._known: dict[int, NodeFidelity] = {}  # settled otherwise than by the row
        self._floor: Vec | None = None  # signals at times too long to step

    def run(self) -> Minimum:
        """Step until every node is settled that can be the minimum or tie with it."""
        row, look = self._row, self._context.first
        while True:
            if row.time >= self._context.first:
                self._best = np.maximum(self._best, row.x)
            # Before every node has had a signal nothing can be settled.
            if (row.time >= look and self._best.all()) or self._context.is_too_long(row):
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
        error_bound = self._row.error_bound
        lower, upper = self._best * (1 - error_bound), self._best * (1 + error_bound)
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
        """Settle what can be settled of the open nodes; return how many were, 0 for none.

        Over index ranges, where a mask of each node's upstream is costly, all are bounded at once
        by what follows them, and one by one only as long as that succeeds.
        """
        tails = self._context.tails(self._row.x)
        if tails is None or self._row.exact:
            return sum(map(self._settle, opened))
        nodes = np.array(opened)
        # A running sum rounds once for each node.
        error_bound = self._row.error_bound + 2 * len(tails) * UNIT
        over = np.maximum(tails[nodes], SMALLEST) * (1 + error_bound) <= self._best[nodes] * (
            1 - error_bound
        )
        past = nodes[over & (self._context.recurrent_class[nodes] < 0)]
        self._settled[past] = True
        return len(past) or sum(1 for _ in takewhile(self._settle, opened))

    def _settle(self, node: int) -> bool:
        """Try to find φ_j of a node; return whether it is settled now."""
        if self._context.recurrent_class[node] >= 0:
            self._known[node] = fidelity_of(self._context, node, exact=self._row.exact)
        elif not self._is_past(node):
            return False
        self._settled[node] = True
        return True

    def _look_ahead(self, opened: list[int]) -> bool:
        """Settle one node by branch and bound if stepping is too long; return whether it was.

        Signals at all times come first: they bound every φ_j from below, so that few are left
        to be searched.
        """
        context = self._context
        if not context.is_too_long(self._row):
            return False
        if self._floor is None:
            self._floor = long_horizon(context.transition, context.sink, context.first).seen
        else:
            self._known[opened[0]] = search(context, opened[0])
            self._settled[opened[0]] = True
        return True

    def _is_past(self, node: int) -> bool:
        """Tell whether no later signal of a transient node exceeds its best so far."""
        error_bound, best = self._row.error_bound, self._best[node]
        tail = self._row.x[self._context.upstream(node)].sum()
        if not self._row.exact and tail < SMALLEST:
            self._known[node] = fidelity_of(self._context, node, exact=True)
            return True
        return bool(tail * (1 + error_bound) <= best * (1 - error_bound))

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
