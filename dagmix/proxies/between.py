"""Fidelities of all pairs of positions: whole powers of the mixture in place of one row.

The definitions are those of the room, `dagmix.proxies`.
"""

from __future__ import annotations

from dagmix.proxies.batches import Batch
from dagmix.proxies.chains import peaks_between
from dagmix.proxies.validation import TOO_SMALL, Array, read_horizon, warn_of_horizon


def fidelities_between(
    attention: Array,
    weights: Array | None = None,
    horizon: int = 100,
    first_step: int = 0,
    tolerance: float | None = None,
    *,
    causal: bool = True,
) -> Array:
    """Return max over first_step ≤ t ≤ horizon of (Āᵗ)[i, j], for every target i and source j.

    Row i is what position i receives: of causal attention, `fidelities` with target=i, and 0 for
    every later j. Column j is where the signal of position j arrives. All targets take one loop
    of matrix products, `horizon` times n³ operations; one target takes `horizon` times n².

    Parameters
    ----------
    attention : array, shape (…, heads, n, n)
        Entry [i, j] is the weight of key j for query i; non-negative, rows sum to 1. Of NumPy,
        torch or another library with the array API, or nested sequences.
    weights : array, shape (…, heads) or (…, heads, n), optional
        Non-negative, of any scale; by default all heads weigh the same. Leading dimensions
        broadcast with those of `attention`. With n, every receiver has weights of its own.
    horizon : int
        The last step that counts, at least `first_step`. Below n − 1 there is a `HorizonWarning`.
    first_step : int
        0 as in Definition 3.3, where the diagonal is 1; 1 as in the published code.
    tolerance : float, optional
        How far a row's sum may be from 1: 1e-5 by default, to be given for half precision.
    causal : bool
        Whether no query sees a later key.

    Returns
    -------
    array, shape (…, n, n)
        Fractions of 1; receiver i and sender j in [i, j].

    Raises
    ------
    DagmixError
        The errors of `fidelities`, those of a target apart.

    Examples
    --------
    >>> fidelities_between([[[1, 0, 0], [0.5, 0.5, 0], [0, 0.5, 0.5]]], horizon=2).tolist()
    [[1.0, 0.0, 0.0], [0.75, 1.0, 0.0], [0.25, 0.5, 1.0]]

    References
    ----------
    arXiv:2507.02944, Definitions 3.2 and 3.9, for every target.
    """
    first, last = read_horizon(first_step, horizon)
    batch = Batch(attention, weights, tolerance, 0 if not causal else None, causal=causal)
    warn_of_horizon(last, batch.n, "horizon", TOO_SMALL)
    astype = batch.xp.astype
    return batch.map(
        lambda mixed, _: peaks_between(astype(mixed, batch.dtype, copy=False), last, first),
        (batch.n, batch.n),
    )
