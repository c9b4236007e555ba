"""Minimax fidelity: the minimum of the node fidelities and where it is (Definition 3.5).

One row serves all nodes. Best signals so far bound every φ_j from below, so that a settled
node whose φ is no greater than all of them is a minimiser; stepping goes on only while some
node could still tie with it or fall below it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import takewhile

import numpy as np

from dagmix._engine.adjacency.base import Vec
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.enclosures import SMALLEST, UNIT, Bounded, rounded, widened
from dagmix._engine.exact.scalars import Field
from dagmix._engine.fidelity.in_floats.horizon import FloatHorizon, float_horizon
from dagmix._engine.fidelity.in_floats.search import FloatSearch
from dagmix._engine.fidelity.long_times import long_horizon
from dagmix._engine.fidelity.node_fidelity import fidelity_of, search
from dagmix._engine.fidelity.quick_bounds import least_average, least_reach
from dagmix._engine.fidelity.results import NodeFidelity
from dagmix._engine.fidelity.sink_context import SinkContext, uses_integers

NOTICED = 2.0**-8  # share of the exact steps after which floats tell whether the rest suffices


@dataclass(frozen=True, repr=False)
class Minimum(Bounded[Fraction | float]):
    """min_j φ_j, and the rows of the nodes that may have it."""

    rows: tuple[int, ...]


def minimax_fidelity(transition: Transition, sink: int, first: int) -> Minimum:
    """Return min over all nodes j, the sink included, of φ_j = sup over t ≥ first of x_t[j].

    Rational operators give every minimising node; floats every one that is not excluded.
    """
    search = MinimaxSearch(transition, sink, first)
    while search.found is None:
        search.go_on()
    return search.found


class MinimaxSearch:
    """φ_min of one operator, found round by round: bounds of it, at last the minimum.

    `found` is None until then. Once steps in integers begin to cost time, floats step first, and
    tell whether integers can follow; what is too long for floats, too, is left to balls.
    """

    def __init__(self, transition: Transition, sink: int, first: int) -> None:
        """Begin at t = 0; a node that never reaches the sink is the minimum."""
        self._context = SinkContext(transition, sink, first)
        self._exact = uses_integers(transition)
        self._is_rational = self._exact and transition.field is Field.RATIONAL
        self.found: Minimum | None = None
        unreachable = np.flatnonzero(~self._context.ancestors)
        if unreachable.size:
            zero = Fraction(0) if self._is_rational else 0.0
            self.found = Minimum(zero, zero, zero, tuple(unreachable.tolist()))

    @cached_property
    def _nodes(self) -> _AllNodes:
        return _AllNodes(self._context, exact=self._exact)

    @cached_property
    def _floats(self) -> tuple[_AllNodes, Minimum | None]:
        """All nodes, stepped in floats to the end; the minimum if that is not too long."""
        nodes, found = _AllNodes(self._context, exact=False), None
        nodes.in_floats = False  # not before steps are too long: they answer with more digits
        while found is None and not nodes.is_too_long:
            found = nodes.step_on()
        return nodes, found

    def go_on(self) -> None:
        """Make another round: step until nodes may be settled, or search all times at once."""
        if self._awaits_floats:
            self._ask_floats()
        else:
            self._take(self._nodes.search() if self.is_costly else self._nodes.step_on())

    def _take(self, found: Minimum | None) -> None:
        if found is not None and not (self._is_rational and found.exact):
            found = Minimum(*rounded(found.value, found.lower, found.upper), found.rows)
        self.found = found

    @property
    def _awaits_floats(self) -> bool:
        return self._exact and self._nodes.is_too_long and self._context.has_floats

    def _ask_floats(self) -> None:
        """Let integers do all their work, if floats tell that it may suffice; else take floats."""
        nodes, found = self._floats
        within = found is None or self._context.exact_share(nodes.time) <= 1
        if within and self._nodes.asks:
            self._nodes.asks = False
        else:
            self._exact, self._nodes, nodes.in_floats = False, nodes, True
            self._take(found)

    @property
    def is_costly(self) -> bool:
        """Whether the next round is a search of all times, stepping on being too long."""
        return self._nodes.is_too_long and not self._awaits_floats

    @property
    def lower(self) -> Fraction | float:
        """A lower bound of φ_min: of the nodes' best signals so far, or of their averages."""
        if self.found is not None:
            return self.found.lower
        return max(self._nodes.least_signal, self._average)

    @property
    def upper(self) -> Fraction | float:
        """An upper bound of φ_min: of the probabilities that a node is ever reached."""
        return self._reach if self.found is None else self.found.upper

    @cached_property
    def _average(self) -> float:
        return least_average(self._context)

    @cached_property
    def _reach(self) -> float:
        return least_reach(self._context)


class _AllNodes:
    """All nodes at once: the best signals so far, and the nodes whose φ is settled.

    Numbers are in units of 1/scaleᵗ, t the time of the row: the row's own. Integers that `asks`
    are too long as soon as their cost is noticed.
    """

    def __init__(self, context: SinkContext, *, exact: bool) -> None:
        self._context = context
        self._row = context.row(exact=exact)
        self._best: Vec = np.zeros_like(self._row.x)
        self._settled = np.zeros(len(self._best), dtype=bool)
        self._known: dict[int, NodeFidelity] = {}  # settled otherwise than by the row
        self._floor: Vec | None = None  # signals at times too long to step
        self.in_floats = not exact  # whether these are still to be asked of floats
        self._horizon: FloatHorizon | None = None
        self._look = context.first
        self.asks = exact and context.has_floats
        self._take()

    @property
    def is_too_long(self) -> bool:
        """Whether stepping on costs more than branch and bound, in floats or in balls."""
        context, row = self._context, self._row
        in_floats = self.in_floats and row.time >= context.few_steps
        is_noticed = self.asks and context.exact_share(row.time) > NOTICED
        return in_floats or is_noticed or context.is_too_long(row)

    @property
    def time(self) -> int:
        """The time of the row."""
        return self._row.time

    @property
    def least_signal(self) -> Fraction | float:
        """A lower bound of every φ_j."""
        least = self._bounds()[0].min()
        if self._row.exact:
            return Fraction(least) / int(self._row.scale**self._row.time)
        return widened(float(least), 1.0)[0]

    def step_on(self) -> Minimum | None:
        """Step until nodes are looked at; return the minimum if all are settled that can be it."""
        # Before every node has had a signal nothing can be settled.
        while self._row.time < self._look or not self._best.all():
            if self.is_too_long:
                return None
            self._step()
        self._look = self._row.time + 1 + self._row.time // 8
        while opened := self._open_nodes():
            if not self._settle_some(opened):
                return None
        return self._minimum()

    def search(self) -> Minimum | None:
        """Settle the nodes that are open still, by branch and bound where nothing else does.

        None where floats do not tell, and stepping on costs less than balls.
        """
        while opened := self._open_nodes():
            if not self._settle_some(opened) and not self._look_ahead(opened[0]):
                return None
        self._horizon = None
        return self._minimum()

    def _step(self) -> None:
        self._row.step()
        self._best = self._best * self._row.scale
        self._take()

    def _take(self) -> None:
        if self._row.time >= self._context.first:
            self._best = np.maximum(self._best, self._row.x)

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
        if tails is None:
            return sum(map(self._settle, opened))
        nodes = np.array(opened)
        over = self._is_over(tails[nodes], self._best[nodes])
        past = nodes[over & (self._context.recurrent_class[nodes] < 0)]
        self._settled[past] = True
        return len(past) or sum(1 for _ in takewhile(self._settle, opened))

    def _is_over(self, tails: Vec, best: Vec) -> Vec:
        if self._row.exact:
            return np.asarray(tails <= best, dtype=bool)
        # A running sum rounds once for each node.
        error_bound = self._row.error_bound + 2 * self._context.adjacency.n * UNIT
        ahead = np.maximum(tails, SMALLEST) * (1 + error_bound)
        return np.asarray(ahead <= best * (1 - error_bound))

    def _settle(self, node: int) -> bool:
        """Try to find φ_j of a node; return whether it is settled now."""
        if self._context.recurrent_class[node] >= 0:
            exact = self._row.exact
            self._known[node] = fidelity_of(self._context, node, exact=exact, timed=False)
        elif not self._is_past(node):
            return False
        self._settled[node] = True
        return True

    def _look_ahead(self, node: int) -> bool:
        """Try to settle a node by branch and bound; return False where stepping on costs less.

        Signals at all times come first: they bound every φ_j from below, so that few are left
        to be searched.
        """
        if self.in_floats:
            self.in_floats = self._look_in_floats(node)
            return self.in_floats or self.is_too_long
        context = self._context
        if self._floor is None:
            self._floor = long_horizon(context.transition, context.sink, context.first).seen
        else:
            self._known[node] = search(context, node)
            self._settled[node] = True
        return True

    def _look_in_floats(self, node: int) -> bool:
        """Do so in floats; return whether they tell."""
        context = self._context
        if self._horizon is None:
            self._horizon = float_horizon(context.transition, context.sink, context.first)
            self._floor = None if self._horizon is None else self._horizon.seen
            return self._horizon is not None
        found = FloatSearch(self._horizon, node).run()
        if found is None:
            self._horizon = None
            return False
        self._known[node] = found
        self._settled[node] = True
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
