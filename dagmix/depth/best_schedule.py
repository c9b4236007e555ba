"""The best schedule of heads: branch and bound over the layers, from the top down, in integers.

A prefix of t layers from the top is a row x = x_t and, for every node j, the greatest signal m_j
until then. With u_0 = e_j and u_s(i) = max_h Σ_k Δ_h[i, k] u_{s−1}(k), which a gate attains that
may choose a head for every node and step, s more layers give j no signal above Σ_i x(i) u_s(i).
So no schedule that begins with the prefix has a fidelity above
min_j max(m_j, max_s Σ_i x(i) u_s(i)), s up to the number of layers that are left.

For more layers than `HORIZON` the last column is replaced by one that no gate increases: where
v ≥ u_S and Δ_h v ≤ v for all h, v ≥ u_s for all s ≥ S. Nodes that hear each other, in the union
of the heads, share one value in it.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, takewhile
from typing import Any, Literal, NamedTuple

import numpy as np

from dagmix._engine.adjacency.base import Adjacency, Vec
from dagmix._engine.chains.composites import BackwardMatrix
from dagmix._engine.chains.gates.steps import GateSteps
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.enclosures import Bounded
from dagmix._engine.exact.scalars import read_count, read_scalar
from dagmix._engine.exact.vectors import unit
from dagmix._util.brief import brief
from dagmix._util.budget import Budget, BudgetSpent, Meter, Work
from dagmix._util.progress import progress_bar
from dagmix.depth.schedules import check_numbers, read_heads
from dagmix.errors import NumberError, SizeError
from dagmix.graphs.labels import Node
from dagmix.operators.mixture import MultiHeadDiffusion

MOST = Work(100_000)
MOST_NODES = 128
HORIZON = 48  # layers that the bound looks ahead one by one
WIDTH = Fraction(1, 10**6)


@dataclass(frozen=True, repr=False)
class BestSchedule(Bounded[Fraction]):
    """The best schedule that was found, its minimax fidelity, and a bound over all of them.

    Attributes
    ----------
    value, lower, upper : Fraction
        The fidelity of `order`, which is also the lower bound, and an upper bound for all
        schedules of so many layers.
    order : tuple of int
        Head numbers, the bottom layer first. Layers below these are left out where they are not
        needed: whatever they are, the value is the same.
    layers : int or None
        How many layers were allowed; None for any number.
    tried : int
        Prefixes of schedules, counted from the top, that were stepped.
    ended : "budget", "interrupted" or None
        What ended the search before it was done.

    Examples
    --------
    >>> from dagmix.paper import example_3_13
    >>> found = best_schedule(example_3_13(), 6)
    >>> found.value, found.order, found.proved
    (Fraction(1, 2), (1, 0, 0, 0, 0, 0), True)

    References
    ----------
    Theorem H of the guide; minimax fidelity: arXiv:2507.02944, Definition 3.5.
    """

    order: tuple[int, ...]
    layers: int | None
    tried: int
    ended: Literal["budget", "interrupted"] | None = None

    @property
    def proved(self) -> bool:
        """Whether no schedule of so many layers is better."""
        return self.exact


def best_schedule(
    heads: Any,
    layers: int | None = None,
    *,
    sink: Node | None = None,
    width: Any = WIDTH,
    budget: Budget = MOST,
    progress: bool = False,
) -> BestSchedule:
    """Return the order of heads, one a layer, with the greatest minimax fidelity.

    The fidelity of a schedule is that of `Schedule.minimax_fidelity`, min_j max_t x_t(j). For a
    number of layers it is found exactly. For any number the supremum is enclosed: it need not be
    attained, and an order is found whose fidelity is within `width` of it.

    Parameters
    ----------
    heads : iterable
        As for `schedule`, on at most 128 nodes. Floats stand for their exact rationals.
    layers : int, optional
        L, at least 1; by default any number of layers.
    sink : node, optional
        τ; needed where the union of all heads has no unique sink.
    width : number
        How near the supremum over any number of layers is enclosed, more than 0, exactly as
        passed; 10⁻⁶ by default. It does not matter for a number of layers.
    budget : Work, number or None
        How many prefixes of schedules are stepped, `Work(100_000)` by default, or for how many
        seconds; None is no limit. What was found until then, or until Ctrl-C, is returned with
        the bounds that hold, and `ended` says so. Heads without a common order may need all of
        it where `layers` is None.
    progress : bool
        Show a progress bar on standard error.

    Returns
    -------
    BestSchedule
        The value, exactly, with its order and the bounds.

    Raises
    ------
    NumberError
        Unless `layers` is an integer, at least 1, or None; for a width or budget that is none.
    SymbolicError
        For heads with symbols.
    SizeError
        For more than 128 nodes.
    DagmixError
        The errors of `schedule`.

    Notes
    -----
    Best first. A prefix is left where its bound is no better than the best schedule, or where
    another of the same row has heard every node as well. For any number of layers, the first
    nodes of the union that still have a share, where it is tiny, lose it, which the enclosure
    allows for: a head that does nothing to the others is then seen to do nothing.

    Examples
    --------
    >>> from dagmix import families
    >>> found = best_schedule(families.section_pair(3, 1), 12)
    >>> found.value, found.order, found.proved
    (Fraction(4247, 27648), (1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0), True)
    >>> found = best_schedule(families.choice_pair(2))
    >>> found.lower < Fraction(1, 12) < found.upper, float(found.upper - found.lower) <= 1e-6
    (True, True)

    References
    ----------
    Theorems G and H of the guide; branch and bound: Land and Doig, doi:10.2307/1910129.
    """
    mixture = read_heads(heads, sink)
    check_numbers(mixture, "a best schedule")
    if len(mixture.nodes) > MOST_NODES:
        message = f"schedules are searched on {MOST_NODES} nodes at most; got {len(mixture.nodes)}"
        raise SizeError(message)
    most = None if layers is None else read_count(layers, 1, "layers")
    search, meter = _Search(mixture, most, _read_width(width)), Meter(budget)
    ended: Literal["budget", "interrupted"] | None = None
    with progress_bar("searching", None, shown=bool(progress)) as advance:
        try:
            search.run(meter, advance)
        except BudgetSpent:
            ended = "budget"
        except KeyboardInterrupt:
            ended = "interrupted"
    value = search.fidelity()
    return BestSchedule(value, value, search.upper, search.order[::-1], most, search.tried, ended)


def _read_width(width: Any) -> Fraction:
    number = read_scalar(width, "a width")
    if not isinstance(number, Fraction | float) or number <= 0:
        message = f"a width is a number, more than 0; got {brief(width)}"
        raise NumberError(message)
    return Fraction(number)


class _Prefix(NamedTuple):
    """Layers from the top: minus the bound of what begins so, minus their number, a tie-break.

    The row, and the greatest signals until then, are integers over scale^t after t layers.
    """

    rank: tuple[Fraction, int, int]
    order: tuple[int, ...]
    row: Vec
    peaks: Vec


class _Search:
    """Prefixes by their bounds, the best first."""

    def __init__(self, mixture: MultiHeadDiffusion, layers: int | None, width: Fraction) -> None:
        """Begin with no layer."""
        n = len(mixture.nodes)
        self._start = unit(n, mixture.sink.index, one=1)
        self._layers = math.inf if layers is None else layers
        self._groups = _groups(mixture.adjacency)
        parts, horizon = [part for _, part in mixture.parts], int(min(self._layers, HORIZON))
        self._ahead = _Ahead(parts, self._groups, horizon)
        # Half of the width is for bounds near the best value, half for shares that are left out.
        self._near = Fraction(0) if layers else width / 2
        self._tiny = Fraction(0) if layers else width / (2 * n)
        self._lost = self._highest = Fraction(0)
        self._waiting = Fraction(1)
        self._seen: dict[tuple[Any, ...], list[Vec]] = {}
        self.tried = 0
        self.order: tuple[int, ...] = (0,)
        self.value = self.fidelity()
        self._heap = [_Prefix((Fraction(-1), 0, 0), (), self._start, self._start)]

    @property
    def upper(self) -> Fraction:
        """A bound of all schedules: of the prefixes that wait, and of those that were left."""
        highest = max(self._highest, self._waiting) + self._lost
        return max(self.fidelity(), min(highest, Fraction(1)))

    def fidelity(self) -> Fraction:
        """Return the fidelity of the best order, without any share left out."""
        row = peaks = self._start
        for head in self.order:
            row = row @ self._ahead.heads[head]
            peaks = np.maximum(peaks * self._ahead.scale, row)
        return Fraction(min(peaks.tolist()), self._ahead.scale ** len(self.order))

    def run(self, meter: Meter, advance: Callable[[str | None], None]) -> None:
        """Grow the best prefix until none is better than the best schedule."""
        while self._waiting > self.value + self._near:
            prefix = heapq.heappop(self._heap)
            self._repeat_each(prefix)
            for head in range(len(self._ahead.heads)):
                meter.count()
                for grown in self._grown(prefix, head):
                    heapq.heappush(self._heap, grown)
            # Until then it was the bound of the prefix that is grown, and of all that wait.
            self._waiting = -self._heap[0].rank[0] if self._heap else Fraction(0)
            advance(f"{len(self._heap)} prefixes, φ ≥ {float(self.value):.6g}")

    def _repeat_each(self, prefix: _Prefix) -> None:
        """Offer the schedules that go on with one head: many suprema are limits of such."""
        for number, head in enumerate(self._ahead.heads):
            row, peaks, order = prefix.row, prefix.peaks, prefix.order
            for _ in range(int(min(self._layers - len(order), HORIZON))):
                row, order = row @ head, (*order, number)
                peaks = np.maximum(peaks * self._ahead.scale, row)
                self._offer(order, peaks)

    def _offer(self, order: tuple[int, ...], peaks: Vec) -> None:
        value = Fraction(min(peaks.tolist()), self._ahead.scale ** len(order))
        if value > self.value:
            self.value, self.order = value, order

    def _grown(self, prefix: _Prefix, head: int) -> Iterator[_Prefix]:
        """Yield the prefix with one layer more, unless nothing better can begin with it."""
        self.tried += 1
        scale, depth = self._ahead.scale, len(prefix.order) + 1
        row, order = prefix.row @ self._ahead.heads[head], (*prefix.order, head)
        peaks = np.maximum(prefix.peaks * scale, row)
        self._offer(order, peaks)
        if self._tiny:
            row = self._without_tiny(row, self._tiny * scale**depth)
        same = (row == prefix.row * scale).all() and (peaks == prefix.peaks * scale).all()
        if depth >= self._layers or same:
            return
        bound = self._ahead.bound(row, peaks, depth, self._layers - depth)
        if bound <= self.value + self._near:
            self._highest = max(self._highest, bound)
            return
        known = self._seen.setdefault((depth, *row.tolist()), [])
        if not any((other >= peaks).all() for other in known):
            known.append(peaks)
            yield _Prefix((-bound, -depth, self.tried), order, row, peaks)

    def _without_tiny(self, row: Vec, limit: Fraction) -> Vec:
        """Return the row without the shares at its first nodes, to which nothing comes any more.

        A group of nodes loses its share once at most, as long as a schedule may be.
        """
        tiny = takewhile(lambda group: sum(row[group]) <= limit, reversed(self._groups))
        places = list(chain.from_iterable(tiny))
        if row[places].any():
            row = row.copy()
            row[places] = 0
            self._lost = self._near
        return row


class _Ahead:
    """What further layers can bring: u_0, …, u_S for all nodes at once, over scale^S, and v."""

    def __init__(
        self, parts: Sequence[Transition], groups: Sequence[Sequence[int]], horizon: int
    ) -> None:
        """Step the gates as far as the horizon."""
        n, steps = parts[0].adjacency.n, GateSteps(parts, greatest=True, exact=True)
        gates = GateSteps([BackwardMatrix(part) for part in parts], greatest=True, exact=True)
        self.scale, self._horizon = steps.scale, horizon
        rows = [steps.all_steps(unit(n, i, one=1)) for i in range(n)]
        self.heads = [np.array([row[head] for row in rows]) for head in range(len(parts))]
        columns = [unit(n, j, one=1) for j in range(n)]
        tables = []
        for s in range(horizon, -1, -1):
            tables.append(np.array(columns).T * self.scale**s)
            columns = [gates.step(column) for column in columns] if s else columns
        self._table = np.concatenate([*tables, self._beyond(tables[-1], groups)], axis=1)

    def _beyond(self, last: Vec, groups: Sequence[Sequence[int]]) -> Vec:
        """Return v ≥ u_S that no head increases, for more layers than the horizon.

        In the order of the groups, v on a group is the least number, rounded up, that is at least
        u_S there and what each head brings from outside, given that it leaves the group.
        """
        last = last.copy()
        for group in groups:
            highest = last[group].max(axis=0)
            for head in self.heads:
                outside = head[group].copy()
                outside[:, group] = 0
                for row in outside[outside.sum(axis=1) > 0]:
                    highest = np.maximum(highest, -(-(row @ last) // row.sum()))
            last[group] = highest
        return last

    def bound(self, row: Vec, peaks: Vec, depth: int, left: float) -> Fraction:
        """Return the bound of a prefix: of the least node, over all that so many layers bring."""
        n = len(row)
        seen = self._table if left > self._horizon else self._table[:, : (int(left) + 1) * n]
        brought = (row @ seen).reshape(-1, n).max(axis=0)
        most = np.maximum(brought, peaks * self.scale**self._horizon)
        return Fraction(min(most.tolist()), self.scale ** (depth + self._horizon))


def _groups(union: Adjacency) -> list[list[int]]:
    """Return the nodes that hear each other together, those that hear the fewest nodes first."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for node in range(union.n):
        heard = np.flatnonzero(union.reaching(np.array([node])))
        groups.setdefault(tuple(heard.tolist()), []).append(node)
    return [groups[heard] for heard in sorted(groups, key=len)]
