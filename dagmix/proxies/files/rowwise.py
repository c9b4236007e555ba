"""Expected times of one mixture that does not fit into memory, in one pass over its file.

The definitions are those of the room, `dagmix.proxies`. With C_j = Σ_{i>j} Ā[i, j] the first-step
equations of the successors' chain are

    C_j E_j = C_j + Ā[j, j] + Σ_{i>j} Ā[i, j] E_i,

so that, from the last row to the first, a row is read when the times of all later positions are
known, and adds its part to the sums of the earlier ones. Nothing is subtracted.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from dagmix.errors import StochasticError
from dagmix.proxies.chains import spread
from dagmix.proxies.files.row_blocks import Floats, RowBlocks
from dagmix.proxies.triangular import solved
from dagmix.proxies.validation import refuse


def hitting_times_of_file(
    place: str | Path,
    layer: tuple[int, ...] = (0,),
    weights: Any = None,
    tolerance: float | None = None,
) -> Floats:
    """Return E_j[T] for every position j of one layer in a file, a few rows of it at a time.

    The number is that of `hitting_times` with max_steps=None: T is the first time at the last
    position, on the chain that moves from j to i with probability Ā[i, j] / Σ_i Ā[i, j]. The
    file is read once, and of (heads, n, n) numbers heads · n are in memory for each row of a
    block, beside a few vectors of n.

    Parameters
    ----------
    place : str or path
        A file of causal attention, (…, layers, heads, n, n), or FILE::NAME: .npy, .zarr, .h5,
        .hdf5, .safetensors. Others are read as .npz, whole. Of zarr and HDF5 whole chunks are
        read: they should hold a few rows.
    layer : tuple of int
        The index of the layer, one number for each leading dimension; the first layer by default.
    weights : array, shape (heads,) or (heads, n), optional
        Non-negative, of any scale. By default the layer's `head_importance` in the file, or
        uniform.
    tolerance : float, optional
        How far a row's sum may be from 1: 1e-5 by default, to be given for half precision.

    Returns
    -------
    array, shape (n,)
        In float64; infinite where the last position may be missed.

    Raises
    ------
    DagmixError
        The errors of `hitting_times`, and FileError as for every file.
    ShapeError
        For a `layer` that the file does not have.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(f"{folder}/a.npy", [[[[1, 0, 0], [0.5, 0.5, 0], [0.25, 0.25, 0.5]]]])
    ...     hitting_times_of_file(f"{folder}/a.npy").tolist()
    [4.333333333333333, 3.0, 0.0]

    References
    ----------
    arXiv:2507.02944, Definition 2.3 and Algorithm 1.
    """
    blocks = RowBlocks(place, layer, weights, tolerance)
    sums = _Sums(blocks.n)
    for rows, mixed in blocks:
        sums.add(mixed, rows)
    return sums.times


class _Sums:
    """What the rows read so far, those of later positions, add to the equations of earlier ones."""

    def __init__(self, n: int) -> None:
        self.times = np.zeros(n)
        # Σ Ā[i, j], Σ Ā[i, j] E_i, and the same sum over those i that may miss the sink
        self._sums = np.zeros((3, n))

    def add(self, mixed: Floats, rows: slice) -> None:
        """Solve the equations of a block of positions, and add their rows."""
        square = np.tril(mixed[:, rows], k=-1)
        weight, waits, trapped = self._sums[:, rows]
        leaving = weight + square.sum(axis=0)
        right = leaving + mixed[:, rows].diagonal()
        if rows.stop == len(self.times):  # nobody asks about the sink
            leaving[-1], right[-1] = 1.0, 1.0
        zeros = StochasticError("a position has a successor, no column is all zeros")
        refuse(right == 0, right, zeros, (rows.start,))
        right += waits
        if rows.stop == len(self.times):
            right[-1] = 0.0
        stuck = ((leaving == 0) | (trapped > 0)).astype(float)
        if stuck.any():
            spread(square, stuck)
        found = solved(square, np.where(leaving > 0, leaving, 1.0), right)
        self.times[rows] = np.where(stuck > 0, np.inf, found)
        known = np.stack([np.ones_like(stuck), np.where(stuck > 0, 0.0, found), stuck])
        self._sums[:, : rows.start] += known @ mixed[:, : rows.start]
