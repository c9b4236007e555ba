"""Mixing time of one mixture that does not fit into memory: many steps to a pass over its file.

The definitions are those of the room, `dagmix.proxies`. With x_t[j] = P_j(T > t) and
S_j = Σ_i Ā[i, j],

    x_{t+1}[j] = Σ_{i ≥ j} x_t[i] Ā[i, j] / S_j,

where x_t is 0 at the sink. So when the rows of a block are read, from the last block to the
first, all x_t of later positions are known, and what they send has been summed.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from dagmix._engine.exact.scalars import read_count, read_epsilon
from dagmix.errors import UndecidedError
from dagmix.proxies.files.row_blocks import Floats, RowBlocks
from dagmix.proxies.files.rowwise import hitting_times_of_file

WINDOW = 256  # steps to a pass
MOST = 10_000  # steps
UNIT = Fraction(101, 100 * 2**53)  # and what first-order bounds leave out


def mixing_time_of_file(
    place: str | Path,
    layer: tuple[int, ...] = (0,),
    weights: Any = None,
    epsilon: Any = Fraction(1, 4),
    tolerance: float | None = None,
    max_steps: int = MOST,
) -> int | float:
    """Return the mixing time of one layer in a file, min {t : max_j P_j(T > t) ≤ ε}.

    T is the first time at the last position, on the chain of `hitting_times_of_file`. The file
    is read once for every 256 steps, and once before that; in memory are some rows of all heads
    and 512 vectors of n. A threshold within the bound of the room's errors is not decided.

    Parameters
    ----------
    place : str or path
        As for `hitting_times_of_file`.
    layer : tuple of int
        The index of the layer, one number for each leading dimension; the first layer by default.
    weights : array, shape (heads,) or (heads, n), optional
        Non-negative, of any scale. By default the layer's `head_importance` in the file, or
        uniform.
    epsilon : number or rational string
        The threshold ε, 0 < ε < 1.
    tolerance : float, optional
        How far a row's sum may be from 1: 1e-5 by default, to be given for half precision.
    max_steps : int
        The most steps to take, at least 1.

    Returns
    -------
    int or float
        Infinite where the last position may be missed.

    Raises
    ------
    DagmixError
        The errors of `hitting_times_of_file`.
    EpsilonError, NumberError
        For an epsilon or a number of steps out of range.
    UndecidedError
        Where ε is as near to a distance as the error of floats; after `max_steps`.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(f"{folder}/a.npy", [[[[1, 0, 0], [0.5, 0.5, 0], [0.25, 0.25, 0.5]]]])
    ...     mixing_time_of_file(f"{folder}/a.npy")
    6

    References
    ----------
    arXiv:2507.02944, Definition 2.7.
    """
    threshold, most = read_epsilon(epsilon), read_count(max_steps, 1, "max_steps")
    if np.isinf(hitting_times_of_file(place, layer, weights, tolerance)).any():
        return float("inf")
    blocks = RowBlocks(place, layer, weights, tolerance)
    unit = UNIT * (2 * blocks.n + blocks.heads + 8)
    row = np.ones(blocks.n)
    row[-1] = 0.0
    for begun in range(0, most, WINDOW):
        rows = _stepped(blocks, row, min(WINDOW, most - begun))
        for t, distance in enumerate(rows.max(axis=1).tolist(), begun):
            if Fraction(distance) * (1 - (t + 2) * unit) > threshold:
                continue
            if Fraction(distance) * (1 + (t + 2) * unit) > threshold:
                message = f"ε = {epsilon} is too near to the distance {distance} after {t} steps"
                raise UndecidedError(message)
            return t
        row = rows[-1]
    message = f"the mixing time is more than max_steps = {most}; after them d = {row.max()}"
    raise UndecidedError(message)


def _stepped(blocks: RowBlocks, row: Floats, steps: int) -> Floats:
    """Return x_t for t = 0, …, steps, (steps + 1, n), in one pass."""
    rows, sent = np.zeros((steps + 1, blocks.n)), np.zeros((steps, blocks.n))
    rows[0] = row
    sums = np.zeros(blocks.n)
    for block, mixed in blocks:
        totals = sums[block] + mixed[:, block].sum(axis=0)
        if block.stop == blocks.n:
            totals[-1] = 1.0  # the sink's may be 0; nobody asks, for x is 0 there
        within, own = mixed[:, block] / totals, rows[:, block]
        last = own[0]
        for came, after in zip(sent[:, block] / totals, own[1:], strict=True):
            last = np.add(last @ within, came, out=after)
        sums[: block.start] += mixed[:, : block.start].sum(axis=0)
        sent[:, : block.start] += rows[:-1, block] @ mixed[:, : block.start]
    return rows
