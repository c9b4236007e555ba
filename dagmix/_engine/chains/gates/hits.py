"""The greatest and the least probability that gates give of ever being at a node.

A chain goes from receivers i to senders k with the rows of Δ_h, h chosen by the gate at every step.
With H the greatest probability of ever hitting j, H(j) = 1 and H(i) = max_h Σ_k Δ_h[i, k] H(k).

Let H be at least some floor, and no average Σ_k Δ_h[i, k] H(k) more than H(i). Then along every
gate H of the present node is a supermartingale, and no gate that stops, at any time, has more of
the floor on average than H: `majorant` finds such an H, and the least one where the heads have a
common order. Of the unit column of j this is the greatest probability of hitting j. Otherwise that
is found by improving fixed choices as long as one is strictly better, in rationals.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from dagmix._engine.adjacency.base import Adjacency, Ints, Vec
from dagmix._engine.adjacency.explicit import from_distinct
from dagmix._engine.exact.convert import solve_exactly


def ordered_components(adjacency: Adjacency) -> list[Ints]:
    """Return the strongly connected components, senders first: single nodes along an order.

    >>> from dagmix._engine.adjacency.explicit import from_distinct
    >>> receivers, senders = np.array([2, 0, 1, 0, 3]), np.array([0, 1, 2, 3, 3])
    >>> [part.tolist() for part in ordered_components(from_distinct(4, receivers, senders))]
    [[3], [0, 1, 2]]
    """
    if adjacency.order is not None:
        return list(adjacency.order[:, None])
    count, labels = adjacency.components
    receivers, senders = (labels[rows] for rows in adjacency.pairs)
    crossing = receivers != senders
    links = np.unique(np.stack([receivers, senders])[:, crossing], axis=1)
    order = from_distinct(count, *links[:, np.lexsort(links)]).order
    assert order is not None  # noqa: S101 - components are acyclic
    return [np.flatnonzero(labels == label) for label in order]


def majorant(heads: Vec, parts: Sequence[Ints], floor: Vec, *, greatest: bool = True) -> Vec:
    """Return H ≥ floor that no gate raises on average, for each column of the floor.

    On a part P of strongly connected nodes it is constant: the greatest of the floor in P and of
    Σ_{k ∉ P} Δ_h[i, k] H(k) / Σ_{k ∉ P} Δ_h[i, k] over all heads h and nodes i of P that leave P.
    `heads` (…, H, n, n) are diffusions, of floats or of Fractions, `floor` is (…, n, m); senders
    come first among the parts. With `greatest` false and single nodes, what the gate that makes
    least of a unit column leaves: 0 where a head stays for ever.

    >>> one, other = [[1, 0, 0], [0.5, 0.5, 0], [0, 0.5, 0.5]], [[1, 0, 0], [0, 1, 0], [1, 0, 0]]
    >>> heads, parts = np.array([one, other]), [np.array([k]) for k in range(3)]
    >>> majorant(heads, parts, np.eye(3)).tolist()
    [[1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0]]
    >>> majorant(heads, parts, np.eye(3), greatest=False)[2].tolist()
    [0.0, 0.0, 1.0]
    """
    found = floor.copy()
    for part in parts:
        shares = heads[..., part, :].copy()
        shares[..., part] = 0
        exits = shares.sum(axis=-1)
        hits = (shares @ found[..., None, :, :]) / np.where(exits > 0, exits, 1)[..., None]
        extreme = hits.max(axis=(-3, -2)) if greatest else hits.min(axis=(-3, -2))
        level = np.maximum(floor[..., part, :].max(axis=-2), extreme)
        found[..., part, :] = level[..., None, :]
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
