"""Mean absorption times of chains that move both ways: states are eliminated one by one.

Where a chain may go back, the first-step equations have no order. A state is left out of the
chain by giving what enters it to where it leaves for. The pivot is the sum of what leaves,
never 1 − P[k → k], so that nothing is subtracted and no relative accuracy is lost (Grassmann,
Taksar and Heyman, doi:10.1287/opre.33.5.1107).
"""

from __future__ import annotations

import array_api_compat as compat
import numpy as np

from dagmix.proxies.validation import Array


def expected_steps_to(moves: Array, sink: int) -> Array:
    """Return E_j[T] for every position j, T the first time at the sink.

    It is infinite where the sink may be missed. Entry [i, j] of `moves`, shape (…, n, n), is
    P[j → i]; what the sink sends is not read.
    """
    xp, n = compat.array_namespace(moves), moves.shape[-1]
    order = [*(j for j in range(n) if j != sink), sink]
    moves = _permuted(_permuted(moves, order, -1), order, -2)
    moves[..., -1] = 0.0
    waits = xp.ones_like(moves[..., 0, :])  # steps before the states that are left are next met
    waits[..., -1] = 0.0
    stuck = xp.zeros_like(waits)  # 1 where the sink may be missed
    pivots = []
    for k in range(n - 1):
        leaves, enters = moves[..., k + 1 :, k], moves[..., k, k + 1 :]
        total = xp.sum(leaves, axis=-1)
        stuck[..., k] = xp.where(total > 0, stuck[..., k], 1.0)
        pivots.append(xp.where(total > 0, total, 1.0)[..., None])
        moves[..., k + 1 :, k + 1 :] += (leaves / pivots[k])[..., None] * enters[..., None, :]
        waits[..., k + 1 :] += enters * (waits[..., k, None] / pivots[k])
        _spread(stuck, slice(k + 1, None), enters * stuck[..., k, None])
    for k in range(n - 2, -1, -1):
        leaves = moves[..., k + 1 :, k]
        later = xp.sum(leaves * waits[..., k + 1 :], axis=-1)
        waits[..., k] = (waits[..., k] + later) / pivots[k][..., 0]
        _spread(stuck, k, xp.sum(leaves * stuck[..., k + 1 :], axis=-1))
    times = xp.where(stuck > 0, float("inf"), waits)
    return _permuted(times, np.argsort(order).tolist(), -1)


def _spread(stuck: Array, where: int | slice, chance: Array) -> None:
    """Mark states, in place, that have a chance of getting stuck."""
    xp = compat.array_namespace(stuck)
    stuck[..., where] = xp.where(chance > 0, 1.0, stuck[..., where])


def _permuted(array: Array, order: list[int], axis: int) -> Array:
    xp = compat.array_namespace(array)
    return xp.take(array, xp.asarray(order, device=compat.device(array)), axis=axis)
