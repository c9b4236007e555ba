"""The stationary row of a chain that restarts anywhere: π = (1 − α)/n · 1ᵀ(I − αA)⁻¹.

With 1ᵀπ = 1 that is π = π(αA + (1 − α) 11ᵀ/n). Along an order it is one substitution from the last
node back, π_j (1 − αA[j, j]) = (1 − α)/n + α Σ_{i ≠ j} π_i A[i, j], with the factor on the left
summed as 1 − α + α Σ_{k ≠ j} A[j, k]: nothing is subtracted. Without an order nodes are eliminated
(Grassmann, Taksar and Heyman, doi:10.1287/opre.33.5.1107).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from dagmix._engine.adjacency.base import Floats, Ints, Vec
from dagmix._engine.chains.kernel import Kernel, leaving
from dagmix._engine.chains.triangular_solve import substitute
from dagmix._engine.exact.convert import objects, solve_exactly


def token_rank(kernel: Kernel, alpha: Fraction) -> Vec:
    """Return π of a kernel A with rows that sum to 1: in Fractions where it has them."""
    n, order = kernel.adjacency.n, kernel.adjacency.order
    number: Any = Fraction if kernel.is_exact else float
    rest, share = number(1 - alpha), number(alpha)
    if order is not None:
        return _along(kernel, order, rest, share)
    if kernel.is_exact:
        system = -share * kernel.dense()
        system[np.diag_indices(n)] += 1
        return solve_exactly(system.T, objects([rest / n] * n))
    return _eliminated(kernel.dense(), rest, share)


def _along(kernel: Kernel, order: Ints, rest: Any, share: Any) -> Vec:
    """Solve from the last node of an order to the first, all divided by α."""
    n, number = kernel.adjacency.n, type(rest)
    exits = rest / share + leaving(kernel.transposed)
    base = np.array([rest / (n * share)] * n, dtype=float if number is float else object)
    return substitute(kernel, base, exits, order)


def _eliminated(matrix: Floats, rest: float, share: float) -> Floats:
    """Leave out one node after the other, the last first; what enters it goes where it leaves for.

    A chain is begun at every node with (1 − α)/n and ends at each step with 1 − α: π is 1 − α times
    the mean number of visits.
    """
    n = len(matrix)
    block, base = share * matrix, np.full(n, rest / n)
    ends, pivots = np.full(n, rest), np.zeros(n)
    for k in range(n - 1, -1, -1):
        pivots[k] = block[k, :k].sum() + ends[k]
        into = block[:k, k] / pivots[k]
        ends[:k] += into * ends[k]
        base[:k] += base[k] / pivots[k] * block[k, :k]
        block[:k, :k] += np.outer(into, block[k, :k])
    visits = np.zeros(n)
    for k in range(n):
        visits[k] = (base[k] + visits[:k] @ block[:k, k]) / pivots[k]
    return visits
