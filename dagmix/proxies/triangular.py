"""Rows over time, and absorption times, on causal matrices: each is read once, not once a step.

In x_{t+1} = x_t M with M lower triangular, column j asks for columns i ≥ j only. So columns are
computed block by block from the last to the first, for all times at once: what comes from later
blocks is one product of matrices, and only blocks on the diagonal are stepped. The sums are
those of single steps, in another order, with the same bound of their error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import array_api_compat as compat
import numpy as np
from numpy.typing import NDArray
from scipy.linalg.blas import dtrsv

from dagmix.proxies.validation import Array

Floats = NDArray[Any]

LARGE = 192  # positions from which on blocks are worth their bookkeeping
BLOCK = 128  # columns
WINDOW = 128  # steps that are kept at a time


def rows_until(row: Array, moves: Array, last: int, *, causal: bool) -> Iterator[Array]:
    """Yield row · movesᵗ for t = 0, …, last, several times together, (…, times, n).

    `row` has shape (…, 1, n), `moves` (…, n, n), and is lower triangular where `causal` says so.
    """
    yield row
    if causal and compat.is_numpy_array(moves) and moves.shape[-1] >= LARGE:
        for begun in range(0, last, WINDOW):
            rows = _steps(row, moves, min(WINDOW, last - begun))
            yield rows[..., 1:, :]
            row = rows[..., -1:, :]
    else:
        for _ in range(last):
            row = row @ moves
            yield row


def over_times(reduced: Callable[..., Array], rows: Array) -> Array:
    """Reduce rows (…, times, n) to (…, 1, n)."""
    return rows if rows.shape[-2] == 1 else reduced(rows, axis=-2, keepdims=True)


def _steps(row: Floats, moves: Floats, steps: int) -> Floats:
    """Return row · movesᵗ for t = 0, …, steps, (…, steps + 1, n)."""
    rows = np.empty((*row.shape[:-2], steps + 1, row.shape[-1]), row.dtype)
    rows[..., :1, :] = row
    for place in np.ndindex(row.shape[:-2]):
        for stop in range(row.shape[-1], 0, -BLOCK):
            _fill(rows[place], moves[place], slice(max(stop - BLOCK, 0), stop))
    return rows


def _fill(rows: Floats, moves: Floats, block: slice) -> None:
    """Fill a block of columns, those after it being known."""
    arriving = rows[:-1, block.stop :] @ moves[block.stop :, block]
    within, own = moves[block, block].copy(), rows[:, block]
    row = own[0]
    for arrived, after in zip(arriving, own[1:], strict=True):
        row = np.add(row.dot(within), arrived, out=after)


def solved(moves: Floats, leaving: Floats, right: Floats) -> Floats:
    """Return t with leaving_j t_j = right_j + Σ_{i>j} moves[i, j] t_i.

    Shapes are (…, n, n) and (…, n); `moves` is overwritten. With both sides negative, everything
    that is added up has the same sign.
    """
    diagonal = np.arange(moves.shape[-1])
    moves[..., diagonal, diagonal] = -leaving
    times = -right
    for place in np.ndindex(leaving.shape[:-1]):
        times[place] = dtrsv(moves[place].T, times[place])
    return times


def substituted(moves: Array, leaving: Array, right: Array) -> Array:
    """Return the same for arrays of any library, all matrices at once."""
    xp = compat.array_namespace(moves)
    times = xp.zeros_like(leaving)
    for j in range(leaving.shape[-1] - 1, -1, -1):
        waited = xp.sum(moves[..., j + 1 :, j] * times[..., j + 1 :], axis=-1)
        times[..., j] = (right[..., j] + waited) / leaving[..., j]
    return times
