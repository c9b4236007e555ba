"""Bounds of φ_min for many mixtures at once, in floats.

Arrays have the mixture as their last axis: Δ̄ is (n, n, B), receiver, sender, mixture. A row of
signals x_t = e_τᵀ Δ̄ᵗ is a sum of at most n products of non-negative floats at every step, so that
its relative error after t steps is at most t (n + 2) 2⁻⁵³, under 2⁻⁴² for t ≤ 256: far below
`MARGIN`, by which whoever decides widens the bounds.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Keep = Callable[[Floats, Floats, NDArray[np.int64]], Flags]

MARGIN = 1e-9
CHECKS = (2, 4, 6, 8, 12, 16, 32, 64, 128, 256)
LATE = 3  # the check up to which only lower bounds may be asked for
CLOSE = 32  # from here on checks double, and powers of Δ̄ bound what a recurrent class keeps


def fidelity_bounds(
    mixed: Floats, keep: Keep, *, early: bool = True, together: Floats | None = None
) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Return which mixtures are kept to the end, and bounds low ≤ φ_min ≤ high for those.

    `keep(low, high, which)` says which are of interest still; the bounds narrow until then to
    `MARGIN`, relatively, or to 256 steps. Without `early` the upper bounds are 1 up to 8 steps.

    `mixed` may also be entries that bound those of a mixture whose recurrent classes are
    `together`: then `high` is an upper bound for it, and `low` is none.

    What is at transient nodes only decreases, so that a transient node's later signals are at
    most what is there now. Those of a node j in a recurrent class C are at most what is in C or
    at transient nodes; from time 2s on they are also at most the weight that was in C at time s,
    times max_{k ∈ C} (Δ̄ˢ)[k, j], plus all that was at transient nodes at time s.
    """
    which = np.arange(mixed.shape[-1])
    row, best = mixed[-1].copy(), mixed[-1].copy()
    best[-1] = 1.0  # at t = 0
    kept = [(which[:0], row[0, :0], row[0, :0])]
    time, before = 1, row
    for check in CHECKS:
        if not len(which):
            break
        while time < check:
            row = np.einsum("ib,ikb->kb", row, mixed)
            np.maximum(best, row, out=best)
            time += 1
        low, high = best.min(axis=0), np.ones(len(which))
        if early or check > CHECKS[LATE]:
            together = recurrent(mixed) if together is None else together
            later = _later(row, together)
            if check >= CLOSE:
                later = np.minimum(later, _later(before, together, _power(mixed, check // 2)))
                later = _fed(later, row, mixed)
            high = np.maximum(best, later).min(axis=0)
        wanted = keep(low, high, which)
        done = wanted & ((high <= low * (1 + MARGIN)) | (check == CHECKS[-1]))
        kept.append((which[done], low[done], high[done]))
        rest = wanted & ~done
        which, row, best, mixed = which[rest], row[:, rest], best[:, rest], mixed[..., rest]
        together, before = None if together is None else together[..., rest], row
    found, lows, highs = (np.concatenate(parts) for parts in zip(*kept, strict=True))
    return found, lows, highs


def _later(row: Floats, together: Floats, power: Floats | None = None) -> Floats:
    """Bound all later signals of every node, or, given Δ̄ˢ, those from s steps later on."""
    inside = together.any(axis=1)
    left = (row * ~inside).sum(axis=0)
    within = np.minimum(np.einsum("kb,kjb->jb", row, together), 1.0)  # 0 where j is transient
    return np.asarray(left + (within if power is None else within * (power * together).max(axis=0)))


def _fed(later: Floats, row: Floats, mixed: Floats) -> Floats:
    """Bound them by what a node can be fed: a stay is 1/(1 − Δ̄_jj) steps long.

    From then on x_t[j] ≤ max(x[j], Σ_{i ≠ j} (sup x[i]) Δ̄_ij / (1 − Δ̄_jj)), by induction.
    """
    nodes = np.arange(len(row))
    leaves = 1.0 - mixed[nodes, nodes]
    sure = leaves > MARGIN  # below that rounding would tell
    for _ in nodes:
        received = np.einsum("ib,ikb->kb", later, mixed) - later * mixed[nodes, nodes]
        fed = np.maximum(row, received * (1 + MARGIN) / np.where(sure, leaves, 1.0))
        later = np.where(sure, np.minimum(later, fed), later)
    return later


def _power(mixed: Floats, exponent: int) -> Floats:
    """Return Δ̄ to a power of two."""
    for _ in range(exponent.bit_length() - 1):
        mixed = np.einsum("ikb,kjb->ijb", mixed, mixed)
    return mixed


def recurrent(mixed: Floats) -> Floats:
    """Return [k, j, …]: 1 where k and j are in one recurrent class of Δ̄, else 0.

    From a recurrent node the chain comes back from wherever it goes.
    """
    n = len(mixed)
    reaches = mixed > 0
    for k in range(n):
        reaches |= reaches[:, k, None] & reaches[k]
    back = reaches & reaches.swapaxes(0, 1)
    closed = ~(reaches & ~back).any(axis=1)
    return (back & closed).astype(float)
