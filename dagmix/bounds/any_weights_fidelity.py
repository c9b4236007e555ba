"""What any weights, gates or schedules of some heads can make of fidelity."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

import numpy as np

from dagmix._engine.adjacency.base import Vec
from dagmix._engine.chains.composites import BackwardMatrix
from dagmix._engine.chains.gates.ceilings import GatedSignals
from dagmix._engine.chains.gates.exact_suprema import Supremum, as_hit, stepped
from dagmix._engine.chains.gates.hits import by_policies, majorant
from dagmix._engine.chains.gates.steps import GateSteps
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.enclosures import rounded
from dagmix._engine.exact.scalars import Field
from dagmix._util.brief import Brief
from dagmix._util.tables import Tabled
from dagmix._util.written import shown
from dagmix.bounds.any_weights import read_heads
from dagmix.graphs.labels import Node
from dagmix.operators.base import read_exact
from dagmix.operators.mixture import MultiHead, MultiHeadDiffusion

SMALL = 24  # nodes up to which rational heads are answered in Fractions by default
MOST_WORK, MOST_STEPS, FEWEST_STEPS = 2**36, 2**14, 2**4  # of the products of float matrices
LEAST_STEPS = 2**8  # for lower bounds, which hold after any number of steps
SHOWN = 8  # nodes in a table


@dataclass(frozen=True, repr=False)
class GatedFidelity(Brief):
    """Bounds of φ_j, the fidelity of one node, for every gate.

    Attributes
    ----------
    node
        The label.
    lower, upper : Fraction or float
        lower ≤ φ_j ≤ upper for every gate.
    reached : Fraction or float
        The supremum of φ_j over all gates is at least this, and `upper` at the most: equal where it
        is exact.
    attained : bool or None
        Whether some gate has φ_j as great as the supremum; False where gates only come near; None
        where it is not told.
    time : int or None
        The first step at which some gate's signal of the node is as great as `reached`, in floats
        up to rounding; None where it is a limit.

    Examples
    --------
    >>> from dagmix.paper import example_3_13
    >>> any_weights_fidelity(example_3_13()).nodes[2]  # doctest: +NORMALIZE_WHITESPACE
    GatedFidelity(node='w', lower=Fraction(1, 2), upper=Fraction(1, 2), reached=Fraction(1, 2),
        attained=True, time=1)

    References
    ----------
    Node fidelity: arXiv:2507.02944, Definition 3.9; Theorem G of the guide's page on gates.
    """

    node: Node
    lower: Fraction | float
    upper: Fraction | float
    reached: Fraction | float
    attained: bool | None
    time: int | None


@dataclass(frozen=True)
class AnyWeightsFidelity(Tabled):
    """lower ≤ φ_min ≤ upper for every gate of some heads, from bounds of every node.

    Attributes
    ----------
    heads : int
        H.
    nodes : tuple of GatedFidelity
        The bounds of each node, in the order of the nodes.
    lower, upper : Fraction or float
        The least of the nodes' lower bounds, and of their upper bounds.
    at : node
        The first node with that upper bound.

    Examples
    --------
    >>> from dagmix.families import lane_pair
    >>> found = any_weights_fidelity(lane_pair(2))
    >>> found.lower, found.upper, found.at
    (Fraction(7, 54), Fraction(2, 9), 1)

    References
    ----------
    φ_min: arXiv:2507.02944, Definition 3.10; Theorem G of the guide's page on gates.
    """

    heads: int
    nodes: tuple[GatedFidelity, ...]

    @property
    def lower(self) -> Fraction | float:
        """A bound that φ_min of no gate is below."""
        return min(one.lower for one in self.nodes)

    @property
    def upper(self) -> Fraction | float:
        """A bound that φ_min of no gate is above."""
        return self._least.upper

    @property
    def at(self) -> Node:
        """The first node of the least upper bound."""
        return self._least.node

    @property
    def _least(self) -> GatedFidelity:
        return min(self.nodes, key=lambda one: one.upper)

    def _title(self) -> str:
        """Return the bounds of φ_min."""
        bounds = f"{shown(self.lower)} ≤ φ_min ≤ {shown(self.upper)}"
        return f"{bounds} for every gate of {self.heads} heads on {len(self.nodes)} nodes"

    def _columns(self) -> Sequence[str]:
        """Return the names of the columns."""
        return "node", "φ ≥", "φ ≤", "some gate has", "at step"

    def _rows(self) -> Sequence[Sequence[str]]:
        """Return a row for each of a few nodes, those of the least upper bound first."""
        first = sorted(self.nodes, key=lambda one: one.upper)
        rows = [
            (
                str(one.node),
                shown(one.lower),
                shown(one.upper),
                ("nearly " if one.attained is False else "") + shown(one.reached),
                "" if one.time is None else str(one.time),
            )
            for one in first[:SHOWN]
        ]
        return rows + [("…",) * 5] * (len(first) > SHOWN)


def any_weights_fidelity(
    heads: Iterable[Any] | MultiHead, *, sink: Any = None, exact: bool | None = None
) -> AnyWeightsFidelity:
    """Return bounds of φ_min, and of every φ_j, over all gates of some heads.

    A gate takes at every step t and receiver i a convex combination Σ_h g_h(i, t) Δ_h[i, ·]: fixed
    weights, weights of each token, weights of each layer and schedules are gates. With u_0 = e_j,
    u_t(i) = max_h Σ_k Δ_h[i, k] u_{t−1}(k), and the same with min for ǔ,

        sup_t ǔ_t(τ) ≤ φ_j ≤ sup_t u_t(τ),

    and the latter is the supremum over all gates, for each j alone. Stepping ends when no u_t(i) of
    a node that the sink hears of is more than the greatest u(τ) so far: these never rise. Of a node
    that keeps its own weight in some head, the supremum is the greatest probability of hitting it,
    one pass where the heads have a common order.

    Parameters
    ----------
    heads : iterable
        As `MultiHeadDiffusion` takes them. A mixture stands for its heads and its sink; its weights
        do not matter.
    sink : node, optional
        Needed where the union of the heads has no unique sink; any node may be named.
    exact : bool, optional
        Whether bounds of rational heads are Fractions where they are exact, or floats; by default
        on up to 24 nodes.

    Returns
    -------
    AnyWeightsFidelity
        Bounds of φ_min and of every node: Fractions; floats, rounded outwards, for heads of floats,
        for `exact=False`, and where a supremum is only enclosed. It prints as a table.

    Raises
    ------
    EmptyError, HeadsError, SinkError, SymbolicError
        As `MultiHeadDiffusion` does; for symbols.
    NumberError, ShapeError
        For `exact=True` of floats; for heads whose matrices are too large.

    Examples
    --------
    >>> from dagmix.paper import example_3_13
    >>> print(any_weights_fidelity(example_3_13()))
    0 ≤ φ_min ≤ 1/2 for every gate of 2 heads on 4 nodes
    <BLANKLINE>
      node   φ ≥   φ ≤   some gate has   at step
     ────────────────────────────────────────────
      w      1/2   1/2   1/2             1
      u      0     1     nearly 1
      v      0     1     nearly 1
      τ      1     1     1               0

    References
    ----------
    φ_min: arXiv:2507.02944, Definition 3.10; Theorem G of the guide's page on gates.
    """
    mixed = read_heads(MultiHeadDiffusion, heads, sink)
    asked = read_exact(exact, mixed.transition)
    small = len(mixed.nodes) <= SMALL
    parts = [head for _, head in mixed.parts]
    signals = GatedSignals.of(parts, mixed.sink.index, mixed.adjacency)
    is_exact = mixed.field is Field.RATIONAL and (small if asked is None else asked)
    found = _exactly(parts, signals) if is_exact else _in_floats(signals)
    bounds = [GatedFidelity(node, *rest) for node, rest in zip(mixed.nodes, found, strict=True)]
    return AnyWeightsFidelity(len(parts), tuple(bounds))


_Bounds = tuple[Any, Any, Any, bool | None, int | None]


def _in_floats(signals: GatedSignals) -> list[_Bounds]:
    """Return lower, upper, reached, attained and time of every node."""
    heads, n = signals.matrices.shape[:2]
    steps = min(max(MOST_WORK // (heads * n**3), FEWEST_STEPS), MOST_STEPS)
    most = signals.suprema(steps)
    least = signals.suprema(min(steps, LEAST_STEPS), greatest=False)
    return [
        (below, upper, lower, certain or None, time)
        for below, upper, lower, certain, time in zip(
            least.lower.tolist(),
            most.upper.tolist(),
            most.lower.tolist(),
            most.certain.tolist(),
            most.times.tolist(),
            strict=True,
        )
    ]


def _exactly(heads: Sequence[Transition], signals: GatedSignals) -> list[_Bounds]:
    """Return the same in Fractions, and in floats where a supremum is only enclosed."""
    exact = _Exact(heads, signals)
    found: list[_Bounds] = []
    for node in range(len(signals.matrices[0])):
        most, least = exact.greatest(node), exact.least(node)
        numbers: Any = least.lower, most.upper, most.lower
        if most.attained is None or least.attained is None:
            numbers = [rounded(x, x, x)[side] for x, side in zip(numbers, (1, 2, 1), strict=True)]
        found.append((*numbers, most.attained, most.time))
    return found


class _Exact:
    """Suprema over gates in Fractions, one node after the other."""

    def __init__(self, heads: Sequence[Transition], signals: GatedSignals) -> None:
        backward = [BackwardMatrix(head) for head in heads]
        self._best, self._worst = (
            GateSteps(backward, greatest=g, exact=True) for g in (True, False)
        )
        self._heads = np.array([head.rationals.dense() for head in heads], dtype=object)
        self._sink, self._heard, self._parts = signals.sink, signals.heard, signals.parts
        self._ordered = len(self._parts) == len(self._heads[0])
        self._kept = np.array([np.diagonal(head) == 1 for head in self._heads])

    def greatest(self, node: int) -> Supremum:
        """Return the supremum of a node's signals over all gates."""
        if node != self._sink and self._kept[:, node].any():
            return as_hit(self._heads, self._hits(node), self._sink, node)
        later = partial(majorant, self._heads, self._parts)
        return stepped(self._best, self._sink, node, self._heard, later)

    def least(self, node: int) -> Supremum:
        """Return the supremum of the least signals; it bounds the node's fidelity from below."""
        if self._ordered and self._kept[:, node].all():
            number = self._rarest[self._sink, node]
            return Supremum(number, number, attained=False, time=None)
        return stepped(self._worst, self._sink, node, self._heard)

    def _hits(self, node: int) -> Vec:
        """Return the greatest P_i(hit node) for all i."""
        if not self._ordered:
            return by_policies(self._heads, node)
        return np.asarray(self._surest[:, node])

    @cached_property
    def _surest(self) -> Vec:
        return majorant(self._heads, self._parts, self._units)

    @cached_property
    def _rarest(self) -> Vec:
        return majorant(self._heads, self._parts, self._units, greatest=False)

    @property
    def _units(self) -> Vec:
        units: Vec = np.eye(len(self._kept[0]), dtype=object) * Fraction(1)
        return units
