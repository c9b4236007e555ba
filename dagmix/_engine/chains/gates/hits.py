"""The greatest and the least probability that gates give of ever being at a node.

A chain goes from receivers i to senders k with the rows of Δ_h, h chosen by the gate at every step.
With H the greatest probability of ever hitting j, H(j) = 1 and H(i) = max_h Σ_k Δ_h[i, k] H(k).

Along a common order each node is left once, so that one pass gives it (`majorant` of the unit
columns); and the least with min, 0 where a head need not leave i. Without one, fixed choices are
improved as long as one is strictly better, in rationals. What is left then has
H ≥ Σ_k Δ_h[i, k] H(k) for all h: along every gate H of the present node is a supermartingale, and
no gate hits j with more.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from dagmix._engine.adjacency.base import Ints, Vec
from dagmix._engine.exact.convert import solve_exactly


def majorant(heads: Vec, order: Ints, floor: Vec, *, greatest: bool = True) -> Vec:
    """Return the least H ≥ floor that no gate raises on average; of columns, one for each.

    No gate that stops at i has more than H(i) of the floor on average: H(i) = max(floor(i),
    max_h Σ_{k ≠ i} Δ_h[i, k] H(k) / Σ_{k ≠ i} Δ_h[i, k]). `heads` (H, n, n) are diffusions, of
    floats or of Fractions; senders come first in the order. With `greatest` false, what the gate
    that makes least of it leaves.

    >>> one, other = [[1, 0, 0], [0.5, 0.5, 0], [0, 0.5, 0.5]], [[1, 0, 0], [0, 1, 0], [1, 0, 0]]
    >>> majorant(np.array([one, other]), np.arange(3), np.eye(3)).tolist()
    [[1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0]]
    >>> majorant(np.array([one, other]), np.arange(3), np.eye(3), greatest=False)[2].tolist()
    [0.0, 0.0, 1.0]
    """
    found = floor.copy()
    for i in order.tolist():
        shares = heads[:, i].copy()
        shares[:, i] = 0
        exits = shares.sum(axis=1)
        leaves = np.flatnonzero(exits > 0)
        if len(leaves) and (greatest or len(leaves) == len(heads)):
            hits = (shares[leaves] @ found) / exits[leaves].reshape(-1, *[1] * (found.ndim - 1))
            found[i] = np.maximum(floor[i], hits.max(axis=0) if greatest else hits.min(axis=0))
    return found


def by_policies(heads: Vec, node: int) -> Vec:
    """Return the greatest P_i(hit node) for all i, in Fractions, in any order of the heads.

    >>> halves = [[1, 0, 0], [Fraction(1, 2), 0, Fraction(1, 2)], [0, 1, 0]]
    >>> other = [[1, 0, 0], [0, 1, 0], [Fraction(1, 3), Fraction(1, 3), Fraction(1, 3)]]
    >>> by_policies(np.array([halves, other], dtype=object), 0).tolist()
    [Fraction(1, 1), Fraction(1, 1), Fraction(1, 1)]
    """
    n = heads.shape[1]
    chosen, rows = np.zeros(n, dtype=np.intp), np.arange(n)
    while True:
        hits = _hits(heads[chosen, rows], node)
        options = heads @ hits
        better = options.argmax(axis=0)
        improves = options[better, rows] > hits
        improves[node] = False
        if not improves.any():
            return hits
        chosen = np.where(improves, better, chosen)


def _hits(chain: Vec, node: int) -> Vec:
    """Return P_i(hit node) of one chain, by elimination over the nodes that may hit it."""
    n = len(chain)
    able = np.zeros(n, dtype=bool)
    able[node] = True
    for _ in range(n):
        able |= (chain[:, able] > 0).any(axis=1)
    able[node] = False
    inside = np.flatnonzero(able)
    hits: Vec = np.full(n, Fraction(0), dtype=object)
    hits[node] = Fraction(1)
    if len(inside):
        system = -chain[np.ix_(inside, inside)]
        system[np.diag_indices(len(inside))] += 1
        hits[inside] = solve_exactly(system, chain[inside, node])
    return hits
