"""Bounds on every graph that grows out of a partial one, for many at once.

A partial graph H on k nodes is what is left of a graph G when sources are removed, one after the
other, so all out-edges of its nodes are there and in-edges may be missing. For each node j of H

- the walk from j is the same in G as in H, hence T(H) ≤ T(G);
- signals go from a node to its receivers, all of them in H, and an entry 1/in-degree of the
  diffusion is no larger in G than in H, hence φ_j(G) ≤ φ_j(H).

Both are evaluated in floats with room for all roundings: T is never above, φ never below the true
value of H. Signals are stepped up to a time after which the mass outside sources is below 1e-12:
every other node keeps at most half of its mass and is at most k − 1 moves away from a source.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
ROOM = 1e-9  # above all roundings: at most 10⁴ steps, each a sum of 13 non-negative terms
REST = 1e-12
TINY = 1e-300  # what is less may underflow; a larger ε has no larger time


def receives(codes: Ints) -> Floats:
    """Return stacked matrices with entry [j, i] = 1 where j sends to i, self-loops included.

    Parameters
    ----------
    codes : array, shape (graphs, k)
        Codes, as in `dagmix.design.codes`.

    >>> receives(np.array([[0, 1, 3]]))[0].tolist()
    [[1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0]]
    """
    k = codes.shape[1]
    return ((codes[:, :, None] >> np.arange(k)) & 1).astype(float) + np.eye(k)


def least_times(matrices: Floats, epsilon: Fraction, cap: int | None) -> Ints:
    """Return lower bounds on T(ε); `cap` + 1 says that it is larger than `cap`.

    >>> least_times(receives(np.array([[0, 1], [0, 1]])), Fraction(1, 4), None).tolist()
    [2, 2]
    """
    walks = matrices / matrices.sum(axis=2, keepdims=True)
    threshold = np.nextafter(max(float(epsilon), TINY), 1) * (1 + ROOM)
    left = np.ones((*matrices.shape[:2], 1))
    left[:, 0] = 0
    times = np.zeros(len(matrices), dtype=np.int64)
    late = (left > threshold).any(axis=(1, 2))
    t = 0
    while late.any() and (cap is None or t <= cap):
        t += 1
        times[late] = t
        left = walks @ left
        left[:, 0] = 0
        late = (left > threshold).any(axis=(1, 2))
    return times


def greatest_fidelities(matrices: Floats) -> Floats:
    """Return upper bounds on φ_min, in which only nodes that are there count.

    >>> greatest_fidelities(receives(np.array([[0, 1, 2]]))).round(6).tolist()
    [0.5]
    """
    k = matrices.shape[1]
    diffusions = matrices / matrices.sum(axis=1, keepdims=True)
    signals = np.zeros((*matrices.shape[:2], 1))
    signals[:, 0] = 1
    best = signals.copy()
    for _ in range(_steps(k)):
        signals = diffusions @ signals
        np.maximum(best, signals, out=best)
    found: Floats = np.minimum(best.min(axis=(1, 2)) + ROOM, 1)
    return found


def _steps(k: int) -> int:
    """Return a t with P(Bin(t, ½) ≤ k − 2) ≤ 1e-12, by Hoeffding's inequality.

    >>> _steps(2), _steps(8)
    (56, 78)
    """
    rest = -math.log(REST) / 2
    return math.ceil((math.sqrt(rest) + math.sqrt(rest + 2 * max(k - 2, 0))) ** 2)
