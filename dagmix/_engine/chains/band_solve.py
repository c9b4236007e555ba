"""First-step equations of a band, in floats: one call of BLAS, receivers on one side of senders.

y_j · exits_j = base_j + Σ_{i ≠ j} y_i M[i, j], all i from j to j + w, or all from j − w to j, is a
triangular system with w + 1 diagonals: exits on the main one, −M[i, j] ≤ 0 on the others.

BLAS adds the products of −M[i, j] and y_i ≥ 0 in some order, with or without fused operations,
takes the sum from base_j ≥ 0, and divides by exits_j or multiplies with its reciprocal. All that
is added has one sign. So with k entries besides the loop in column j no term is rounded more often
than k + 1 times, once as a product and k times in sums, and y_j twice more: it is the exact
solution for terms, base_j and exits_j that are off by a share of (1 + 2⁻⁵³)^(k + 3) − 1, no more
than what `dagmix._engine.chains.first_step.hitting_error_bound` counts for a node.
"""

from __future__ import annotations

import numpy as np
import scipy

from dagmix._engine.adjacency.base import Vec
from dagmix._engine.adjacency.explicit import SparseAdjacency
from dagmix._engine.chains.kernel import Kernel

WIDEST = 32  # diagonals besides the main one
FEWEST = 1024  # nodes; below, to load SciPy's part takes longer than it saves


def solve_band(kernel: Kernel, base: Vec, exits: Vec) -> Vec | None:
    """Return y, 0 where exits are 0; None of other than floats on a narrow triangular band.

    >>> from dagmix._engine.adjacency.explicit import from_pairs
    >>> from dagmix._engine.chains.kernel import ScaledKernel
    >>> line = from_pairs(2000, np.arange(1, 2000), np.arange(1999))
    >>> moves = ScaledKernel(line, values=np.full(1999, 0.5))
    >>> exits = np.append(np.full(1999, 0.5), 0.0)
    >>> solve_band(moves, np.ones(2000), exits)[[0, 1998, 1999]].tolist()
    [3998.0, 2.0, 0.0]
    """
    adjacency = kernel.adjacency
    if base.dtype == object or len(base) < FEWEST or not isinstance(adjacency, SparseAdjacency):
        return None
    receivers, senders = adjacency.pairs
    distances = receivers - senders
    least, most = int(distances.min(initial=0)), int(distances.max(initial=0))
    width = most - least
    if (least and most) or width > WIDEST:
        return None
    # Column j of the band: exits_j, then −M[j + 1, j], …, or these before it if receivers are less.
    band = np.zeros((len(base), width + 1))
    band.reshape(-1)[senders * (width + 1) + distances - least] = -kernel.entries
    solved = exits > 0
    band[~solved] = 0.0
    band[:, -least] = np.where(solved, exits, 1.0)
    known = np.where(solved, base, 0.0)
    solution: Vec = scipy.linalg.blas.dtbsv(width, band.T, known, lower=not least, trans=1)
    return solution
