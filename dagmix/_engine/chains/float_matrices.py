"""Matrices of floats, read a few rows at a time: what a kernel needs of one, no pair listed.

A block of rows stays in a processor's cache while it is widened to float64, scaled and added, so
that a matrix of float32 is never held in float64 as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from dagmix._engine.adjacency.base import Floats, Vec

BLOCK = 2**17  # entries, 1 MiB of float64
COLUMNS = 64  # read together


def blocks(n: int) -> Iterator[slice]:
    """Cut the rows of an n × n matrix into blocks of about `BLOCK` entries.

    >>> list(blocks(2))
    [slice(0, 65536, None)]
    """
    rows = max(1, BLOCK // n)
    return (slice(first, first + rows) for first in range(0, n, rows))


def column_sums(matrix: Vec, receiver: Vec | None, *, proper: bool = False) -> Floats:
    """Return Σ_i receiver[i] · matrix[i, j] for every j, over i ≠ j only if `proper`.

    >>> column_sums(np.array([[2, 0], [3, 4]]), None, proper=True)
    array([3., 0.])
    """
    n = len(matrix)
    scale = np.ones(n) if receiver is None else receiver
    sums = np.zeros(n)
    for rows in blocks(n):
        block = matrix[rows].astype(np.float64, copy=proper)
        if proper:
            np.fill_diagonal(block[:, rows], 0.0)
        sums += scale[rows] @ block
    return sums


def add_scaled(
    total: Floats, weight: Any, matrix: Vec, receiver: Vec | None, sender: Vec | None
) -> None:
    """Add weight · receiver[i] · matrix[i, j] · sender[j] to every entry, in place.

    No term rounds more than three times: what stands for row i, its product, and its column's.

    >>> total = np.zeros((2, 2))
    >>> add_scaled(total, 0.5, np.array([[2, 0], [3, 4]]), np.array([1.0, 2.0]), None)
    >>> total
    array([[1., 0.],
           [3., 4.]])
    """
    scale = np.full(len(matrix), float(weight)) if receiver is None else weight * receiver
    for rows in blocks(len(matrix)):
        term = matrix[rows] * scale[rows, None]
        if sender is not None:
            term *= sender
        total[rows] += term


class OverColumns:
    """Σ_{i ≠ j} y_i M[i, j] for one j after the other, M = receiver · matrix · sender."""

    def __init__(self, matrix: Vec, receiver: Vec | None, sender: Vec | None) -> None:
        """Begin with y = 0."""
        n = len(matrix)
        self._matrix, self._y = matrix, np.zeros(n)
        self._receiver = np.ones(n) if receiver is None else receiver
        self._sender = np.ones(n) if sender is None else sender
        self._block, self._columns = -1, matrix

    def total(self, j: int) -> Any:
        """Return the sum for j, all other of its receivers added; y_j is still 0."""
        block, column = divmod(j, COLUMNS)
        if block != self._block:
            some = self._matrix[:, block * COLUMNS : (block + 1) * COLUMNS]
            self._block, self._columns = block, some.T.astype(np.float64, order="C")
        return self._y @ self._columns[column] * self._sender[j]

    def add(self, j: int, value: Any) -> None:
        """Take note of y_j."""
        self._y[j] = value * self._receiver[j]
