"""Walks with symbols: d(t) = max_j s_t[j] as a Max, for a symbol t too, and p as a Min.

A node that every path from another one to the sink passes through is absorbed no later than that
one: T_j ≥ T_i in distribution, whatever the weights are, and s_t[i] is left out of the maximum.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from dagmix._engine.adjacency.base import Adjacency, Vec
from dagmix._engine.chains.symbolic.first_step import leaving
from dagmix._engine.chains.symbolic.rows import RowsAsFunctions, stepped
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.convert import objects
from dagmix._engine.exact.vectors import others
from dagmix._util.budget import Meter

if TYPE_CHECKING:
    from sympy import Expr


def distances(transition: Transition, sink: int, steps: int) -> Vec:
    """Return d(0), …, d(steps) of a walk with symbols."""
    slowest = slowest_nodes(transition.adjacency, sink)
    rows = stepped(transition, others(transition.adjacency.n, sink, 1), steps, Meter())
    return objects([_greatest(row[slowest]) for row in rows])


def closed_form(transition: Transition, sink: int, t: Expr) -> Expr:
    """Return d(t) in a symbol t; raise NoClosedForm where a survival has none."""
    start = others(transition.adjacency.n, sink, 1)
    rows = RowsAsFunctions(transition, start, "a closed form in t", Meter())
    nodes = slowest_nodes(transition.adjacency, sink)
    return _greatest(rows.closed_form(node, t) for node in nodes)


def forward_probability(transition: Transition, sink: int) -> Expr:
    """Return min_j (1 − W[j, j]) over the nodes j but the sink; 1 where there is none."""
    import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

    leave = leaving(transition)
    del leave[sink]
    return _extreme(sp.Min, leave or [sp.Integer(1)])


def _greatest(expressions: Iterable[Expr]) -> Expr:
    """Return the maximum of probabilities: 1 where one of them is 1."""
    import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

    found = list(expressions)
    return sp.Integer(1) if 1 in found else _extreme(sp.Max, found)


def _extreme(kind: Any, expressions: Iterable[Expr]) -> Expr:
    """Return a Max or Min of the distinct expressions, which SymPy compares where they are numbers.

    With symbols it would try for seconds, and mostly not know.
    """
    distinct = list(dict.fromkeys(expressions))
    if len(distinct) == 1:
        return distinct[0]
    symbolic = any(expression.free_symbols for expression in distinct)
    extreme: Expr = kind(*distinct, evaluate=not symbolic)
    return extreme


def slowest_nodes(adjacency: Adjacency, sink: int) -> list[int]:
    """Return the nodes that no other node must pass through; one that misses the sink alone."""
    missing = np.flatnonzero(~adjacency.reaching(np.array([sink])))
    if missing.size:
        return [int(missing[0])]
    after = passed_through(adjacency, sink)
    passed = {i for j, nodes in after.items() for i in nodes - {j}}
    return sorted(set(range(adjacency.n)) - passed)


def passed_through(adjacency: Adjacency, sink: int) -> dict[int, frozenset[int]]:
    """Return for every node those that all its paths to the sink pass through, itself included."""
    everyone = frozenset(range(adjacency.n))
    after = dict.fromkeys(range(adjacency.n), everyone)
    after[sink] = frozenset([sink])
    receivers, starts = adjacency.pairs[0].tolist(), adjacency.starts.tolist()
    order = [j for j in range(adjacency.n) if j != sink]
    changed = True
    while changed:
        changed = False
        for j in order:
            ahead = [after[i] for i in receivers[starts[j] : starts[j + 1]] if i != j]
            found = frozenset.intersection(*ahead) | {j}
            changed |= found != after[j]
            after[j] = found
    return after
