"""First-step equations of a walk with symbols: expected hitting times as rational functions.

The probability of leaving a node is the sum of what it sends to others, never 1 − M[j, j].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dagmix._engine.adjacency.base import Vec
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.convert import objects
from dagmix._engine.exact.symbolic.fields import SymbolField

if TYPE_CHECKING:
    from sympy import Expr


def leaving(transition: Transition) -> list[Expr]:
    """Return Σ_{i ≠ j} M[i, j] for every sender j, in factors."""
    import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

    sums = [sp.Integer(0)] * transition.adjacency.n
    for (i, j), entry in _entries(transition).items():
        sums[j] += entry if i != j else 0
    return [sp.factor(total) for total in sums]


def hitting_times(transition: Transition, sink: int) -> Vec:
    """Return E_j[steps to the sink] for every j as expressions; ∞ where it may be missed.

    Symbols are positive: an entry that is not 0 counts as an edge.
    """
    import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

    adjacency = transition.adjacency
    missing = ~adjacency.reaching(np.array([sink]))
    free = ~adjacency.reaching(np.flatnonzero(missing))
    free[sink] = False
    entries = _entries(transition)
    field = SymbolField(entries.values())
    read = {pair: field.read(entry) for pair, entry in entries.items()}
    times: list[Any] = [sp.oo] * adjacency.n
    times[sink] = sp.Integer(0)
    solved = {sink: field.zero}
    for block in _blocks(transition, free):
        solved |= _solve(field, read, block, solved)
    for j in np.flatnonzero(free).tolist():
        times[j] = field.write(solved[j])
    return objects(times)


def _entries(transition: Transition) -> dict[tuple[int, int], Any]:
    pairs = zip(*(rows.tolist() for rows in transition.adjacency.pairs), strict=True)
    return dict(zip(pairs, transition.rationals.entries.tolist(), strict=True))


def _blocks(transition: Transition, free: Any) -> list[list[int]]:
    """Return the free nodes, receivers first: one by one where they have an order."""
    order = transition.adjacency.order
    if order is None:
        return [np.flatnonzero(free).tolist()] if free.any() else []
    return [[j] for j in reversed(order.tolist()) if free[j]]


def _solve(
    field: SymbolField, entries: dict[tuple[int, int], Any], block: list[int], known: dict[int, Any]
) -> dict[int, Any]:
    """Return y_j for the nodes of a block: y_j · Σ_i M[i, j] = 1 + Σ_i y_i M[i, j], over i ≠ j."""
    place = {j: k for k, j in enumerate(block)}
    system = [[field.zero] * len(block) for _ in block]
    right = [field.one] * len(block)
    for (i, j), entry in entries.items():
        if j not in place or i == j:
            continue
        system[place[j]][place[j]] += entry
        if i in place:
            system[place[j]][place[i]] -= entry
        else:
            right[place[j]] += known[i] * entry
    return dict(zip(block, field.solve(system, right), strict=True))
