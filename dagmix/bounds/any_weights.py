"""The best and the worst mixing time of all weights, gates and schedules of some heads."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from dagmix._engine.adjacency.base import Ints
from dagmix._engine.adjacency.paths import longest_path
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.binomial import least_trials
from dagmix._engine.exact.scalars import QUARTER, Field, read_epsilon
from dagmix._engine.mixing.gated_times import extreme_time, trap
from dagmix._engine.mixing.rates import leaving_probability
from dagmix._util.budget import Budget, Meter
from dagmix._util.tables import Tabled
from dagmix._util.written import shown
from dagmix.bounds.results import NO_ORDER, NotApplicable
from dagmix.errors import SymbolicError, UndecidedError
from dagmix.graphs.labels import Node, shorten
from dagmix.operators.mixture import MultiHead, MultiHeadWalk

Gate = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class AnyWeights(Tabled):
    """T_router ≤ T(ε) ≤ T_adversary for every gate of some heads, both attained.

    Attributes
    ----------
    epsilon : Fraction
        ε, exactly as passed.
    heads : int
        H.
    router : int or float
        The least T(ε) of all gates, in steps; math.inf where a node reaches the sink in no way.
    adversary : int or float
        The greatest; math.inf where a gate need never reach the sink.
    bound : int, float or NotApplicable
        T_adversary ≤ min{t : P[Bin(t, p) ≤ K − 1] ≤ ε} with the K edges of a longest path in the
        union of the heads, and p the minimum over heads and nodes of the probability to leave:
        of heads with a common order. math.inf for p = 0.
    trap : tuple of node
        The nodes that a gate need never leave: none if `adversary` is finite.
    router_gate : tuple of tuple of int
        A gate with T(ε) = router: for each of that many steps, in time, the head that each node
        takes. Empty where it is infinite.
    adversary_gate : tuple of tuple of int
        A gate that is not within ε after its adversary − 1 steps; of one row, taken at every step,
        where it need never reach the sink.

    Examples
    --------
    >>> from dagmix.families import express_pair
    >>> found = any_weights(express_pair(12))
    >>> found.router, found.adversary, found.bound, found.router_gate[0][:6]
    (2, 14, 14, (0, 1, 0, 1, 0, 1))

    References
    ----------
    Mixing time: arXiv:2507.02944, Definition 2.7; Theorem G of the guide's page on gates.
    """

    epsilon: Fraction
    heads: int
    router: int | float
    adversary: int | float
    bound: int | float | NotApplicable
    trap: tuple[Node, ...]
    router_gate: Gate
    adversary_gate: Gate

    def _title(self) -> str:
        """Return what the bounds are about."""
        return f"T({shown(self.epsilon)}) of every gate of {self.heads} heads"

    def _columns(self) -> Sequence[str]:
        """Return the names of the columns."""
        return "bound", "steps", "holds"

    def _rows(self) -> Sequence[Sequence[str]]:
        """Return a row for each bound."""
        never = f"never: a gate may stay in {shorten(self.trap)}" if self.trap else "attained"
        above = self.bound
        if isinstance(above, NotApplicable):
            limit = "none", str(above)
        else:
            limit = shown(above), "common order"
        return [
            ("T ≥ T_router", shown(self.router), "attained" if self.router < math.inf else "never"),
            ("T ≤ T_adversary", shown(self.adversary), never),
            ("T_adversary ≤ t with P[Bin(t, p) < K] ≤ ε", *limit),
        ]


def any_weights(
    heads: Iterable[Any] | MultiHead,
    epsilon: Any = QUARTER,
    *,
    sink: Any = None,
    budget: Budget = None,
) -> AnyWeights:
    """Return the least and the greatest T(ε) over all gates of some heads.

    A gate takes at every step t and node j a convex combination Σ_h g_h(j, t) W_h[·, j]: fixed
    weights, weights of each token, weights of each layer and schedules are gates. With
    v_0 = a_0 = 1_τ, v_t(j) = max_h Σ_i W_h[i, j] v_{t−1}(i) and a_t(j) the same with min,
    T_router = min{t : min_j v_t(j) ≥ 1 − ε} and T_adversary = min{t : min_j a_t(j) ≥ 1 − ε} are the
    least and the greatest T(ε).

    T_adversary is infinite if and only if there is a set of nodes without the sink in which every
    node has a head that only leads into the set. It is found exactly, by taking away, round by
    round, the nodes that have no such head.

    Parameters
    ----------
    heads : iterable
        As `MultiHeadWalk` takes them. A mixture stands for its heads and its sink; its weights do
        not matter.
    epsilon : number
        0 < ε < 1, taken exactly as passed; ¼ by default.
    sink : node, optional
        Needed where the union of the heads has no unique sink.
    budget : number, Work or None
        How long to step for each of the two times, in seconds or in steps; None is no limit but
        some 2³⁶ multiplications.

    Returns
    -------
    AnyWeights
        Both times, gates that attain them, and a bound; it prints as a table.

    Raises
    ------
    EmptyError, HeadsError, SinkError, SymbolicError, EpsilonError
        As `MultiHeadWalk` does; for symbols; unless 0 < ε < 1.
    UndecidedError
        Where the budget or the work ends first, or a tie with ε needs numbers that are too long;
        the message has the bound that was reached.

    Examples
    --------
    >>> from dagmix.paper import example_3_13
    >>> print(any_weights(example_3_13()))
    T(1/4) of every gate of 2 heads
    <BLANKLINE>
      bound                                       steps   holds
     ──────────────────────────────────────────────────────────────────────────────────────────────
      T ≥ T_router                                5       attained
      T ≤ T_adversary                             inf     never: a gate may stay in 'u', 'v'
      T_adversary ≤ t with P[Bin(t, p) < K] ≤ ε   none    not applicable: the heads share no order

    References
    ----------
    Mixing time: arXiv:2507.02944, Definition 2.7; Theorem G of the guide's page on gates. Sets
    that a gate need not leave are the end components of L. de Alfaro, Formal Verification of
    Probabilistic Systems, Stanford 1997.
    """
    threshold = read_epsilon(epsilon)
    mixed = read_heads(MultiHeadWalk, heads, sink)
    parts, target = [head for _, head in mixed.parts], mixed.sink.index
    inside, stay = trap([head.adjacency for head in parts], target)
    router: tuple[int | float, Gate] = math.inf, ()
    adversary: tuple[int | float, Gate] = math.inf, _gate([stay])
    if mixed.adjacency.reaching(np.array([target])).all():
        router = _time(parts, target, threshold, budget, greatest=False)
    if not inside.any():
        adversary = _time(parts, target, threshold, budget, greatest=True)
    return AnyWeights(
        epsilon=threshold,
        heads=len(parts),
        router=router[0],
        adversary=adversary[0],
        bound=_bound(mixed, parts, threshold),
        trap=tuple(mixed.nodes[row] for row in np.flatnonzero(inside)),
        router_gate=router[1],
        adversary_gate=adversary[1],
    )


def read_heads(kind: type[MultiHead], heads: Any, sink: Any) -> MultiHead:
    """Return the even mixture of some heads, which names nodes and sink; of a mixture's, its own.

    Raises SymbolicError for symbols.
    """
    if isinstance(heads, MultiHead):
        sink = heads.sink if sink is None else sink
        heads = heads.heads
    mixed = kind(heads, sink=sink)
    if mixed.field is Field.SYMBOLIC:
        message = "gates need heads of numbers; use .subs({symbol: value}) on each"
        raise SymbolicError(message)
    return mixed


def _time(
    heads: Sequence[Transition], sink: int, epsilon: Fraction, budget: Budget, *, greatest: bool
) -> tuple[int, Gate]:
    """Return the least or the greatest time, and a gate; UndecidedError where it is open."""
    found = extreme_time(heads, sink, epsilon, Meter(budget), greatest=greatest)
    if found.upper == math.inf:
        name = "T_adversary" if greatest else "T_router"
        message = f"{name} is at least {found.lower}; more steps, or longer numbers, are needed"
        raise UndecidedError(message)
    return found.lower, _gate(found.gate[::-1])


def _gate(rows: Iterable[Ints]) -> Gate:
    return tuple(tuple(row.tolist()) for row in rows)


def _bound(
    mixed: MultiHead, heads: Sequence[Transition], epsilon: Fraction
) -> int | float | NotApplicable:
    """Return the bound of T_adversary for heads with a common order."""
    order, sink = mixed.adjacency.order, mixed.sink.index
    if order is None:
        return NO_ORDER
    leaves = min(leaving_probability(head, sink).low for head in heads)
    longest = longest_path(mixed.adjacency, order, sink)
    return least_trials(longest, min(leaves, Fraction(1)), epsilon)
