"""TokenRank on batches: how often a chain is at each position that restarts anywhere."""

from __future__ import annotations

from typing import Any

import array_api_compat as compat

from dagmix.operators.read_weights import read_restart
from dagmix.proxies.batches import Batch
from dagmix.proxies.validation import Array


def token_rank(
    attention: Array,
    weights: Array | None = None,
    alpha: Any = 0.99,
    tolerance: float | None = None,
    *,
    causal: bool = True,
) -> Array:
    """Return TokenRank, π with π = π(αĀ + (1 − α) 𝟏𝟏ᵀ/n) and Σ π = 1, of every mixture Ā.

    It is (1 − α)/n · 𝟏ᵀ(I − αĀ)⁻¹: of causal attention one substitution from the last position
    back; otherwise positions are eliminated one by one. Nothing is subtracted, nothing iterated.

    Parameters
    ----------
    attention : array, shape (…, heads, n, n)
        Entry [i, j] is the weight of key j for query i; non-negative, rows sum to 1. Of NumPy,
        torch or another library with the array API, or nested sequences.
    weights : array, shape (…, heads) or (…, heads, n), optional
        Non-negative, of any scale; by default all heads weigh the same. Leading dimensions
        broadcast with those of `attention`. With n, every receiver has weights of its own.
    alpha : number
        α, the probability to go on, between 0 and 1.
    tolerance : float, optional
        How far a row's sum may be from 1: 1e-5 by default, to be given for half precision.
    causal : bool
        Whether no query sees a later key.

    Returns
    -------
    array, shape (…, n)
        Rows sum to 1.

    Raises
    ------
    NumberError
        Unless 0 < α < 1.
    DagmixError
        The errors of `fidelities`, those of a target apart.

    Examples
    --------
    >>> attention = [[[1, 0, 0], [1 / 2, 1 / 2, 0], [1 / 4, 1 / 4, 1 / 2]]]
    >>> [round(27 * x, 9) for x in token_rank(attention, alpha=0.5).tolist()]
    [14.0, 7.0, 6.0]

    References
    ----------
    Erel et al., arXiv:2507.17657. Elimination: Grassmann, Taksar and Heyman,
    doi:10.1287/opre.33.5.1107.
    """
    restart = read_restart(alpha)
    share, rest = float(restart), float(1 - restart)
    batch = Batch(attention, weights, tolerance, None if causal else 0, causal=causal)
    solve = _substituted if causal else _eliminated
    return batch.map(lambda mixed, _: solve(mixed, share, rest), (batch.n,))


def _substituted(mixed: Array, share: float, rest: float) -> Array:
    """Solve from the last position back: row j leaves with 1 − α + α Σ_{k < j} Ā[j, k]."""
    xp, n = compat.array_namespace(mixed), mixed.shape[-1]
    leaving = rest + share * xp.sum(xp.tril(mixed, k=-1), axis=-1)
    found = xp.zeros_like(leaving)
    for j in range(n - 1, -1, -1):
        later = xp.sum(found[..., j + 1 :] * mixed[..., j + 1 :, j], axis=-1)
        found[..., j] = (rest / n + share * later) / leaving[..., j]
    return found


def _eliminated(mixed: Array, share: float, rest: float) -> Array:
    """Leave out one position after the other, what enters it going where it leaves for."""
    xp, n = compat.array_namespace(mixed), mixed.shape[-1]
    mixed *= share
    ends = xp.full_like(mixed[..., 0], rest)
    begun = ends / n
    pivots = xp.zeros_like(ends)
    for k in range(n - 1, -1, -1):
        pivots[..., k] = xp.sum(mixed[..., k, :k], axis=-1) + ends[..., k]
        into = mixed[..., :k, k] / pivots[..., k, None]
        leaves = mixed[..., k, :k]
        ends[..., :k] += into * ends[..., k, None]
        begun[..., :k] += leaves * (begun[..., k] / pivots[..., k])[..., None]
        mixed[..., :k, :k] += into[..., None] * leaves[..., None, :]
    found = xp.zeros_like(ends)
    for k in range(n):
        earlier = xp.sum(found[..., :k] * mixed[..., :k, k], axis=-1)
        found[..., k] = (begun[..., k] + earlier) / pivots[..., k]
    return found
