"""Heads of NumPy's arrays, mixed and checked in one pass over them.

A slab is a few rows of all heads, small enough to stay in a processor's cache while its least
entry, what lies ahead of its queries, its rows' sums and the mixture are computed. So the
attention is read from memory once, and of causal attention only the triangle is widened.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]

SLAB = 2**22  # bytes of float64 at a time
LEAST_ROWS = 4


class Slabs:
    """What mixes parts of a batch: Σ_h w_h A_h in float64, each row of A_h divided by its sum.

    Attention has shape (…, heads, N, N), in float32 or float64, shares (…, heads, 1) or
    (…, heads, N) with the same leading dimensions. The mixture has the first n positions.
    `matrices` is how many are usually mixed at a time; how slabs are cut, which is to be seen in
    the last bits, does not depend on how many are in fact.
    """

    def __init__(
        self,
        attention: Floats,
        shares: Floats,
        n: int,
        tolerance: float,
        *,
        causal: bool,
        matrices: int,
    ) -> None:
        """Choose how many rows a slab has."""
        self._attention, self._shares, self._n = attention, shares, n
        self._tolerance, self._causal = tolerance, causal
        *_, heads, self._whole, _ = attention.shape
        rows = SLAB // (8 * heads * self._whole * matrices)
        self._rows = min(max(LEAST_ROWS, rows), self._whole)
        self._ones, self._own_ones = np.ones(self._whole), np.ones(self._whole, attention.dtype)
        self._later = np.triu(np.ones((self._rows, self._rows), attention.dtype), k=1)
        self._mixed = self._slab = np.empty(0)

    def mixed(self, part: tuple[slice, ...]) -> Floats | None:
        """Return a part's mixture, which the next overwrites; None where a rule is broken.

        The rules are those of `Batch`: no entry is negative, no query sees a later key, rows sum
        to 1 within the tolerance.
        """
        attention, shares = self._attention[part], self._shares[part]
        shape = (*attention.shape[:-3], self._n, self._n)
        if self._mixed.shape != shape:  # kept, for memory is slow when it is first written
            self._mixed = np.empty(shape)
            self._slab = np.empty(attention[..., : self._rows, :].size)
        for begin in range(0, self._whole, self._rows):
            rows = slice(begin, min(begin + self._rows, self._whole))
            with np.errstate(over="ignore", invalid="ignore"):  # infinities break the rules
                slab = self._checked(attention[..., rows, :], begin)
            if slab is None:
                return None
            if begin < self._n:
                self._mix(slab, shares[..., rows] if shares.shape[-1] > 1 else shares, begin)
        return self._mixed

    def _checked(self, read: Floats, begin: int) -> tuple[Floats, Floats] | None:
        """Return rows (…, rows, heads, keys) in float64 and their sums, None if a rule is broken.

        `begin` is the first of the rows. Where attention is causal, keys after the last of them
        are left out.
        """
        width = begin + read.shape[-2] if self._causal else self._whole
        # A NaN fails every comparison.
        if not read.min() >= 0 or (self._causal and self._sees_later(read, begin, width)):
            return None
        heads = np.moveaxis(read[..., :width], -3, -2)
        slab = self._slab[: heads.size].reshape(heads.shape)
        slab[...] = heads
        sums = slab @ self._ones[:width]
        return (slab, sums) if (abs(sums - 1) <= self._tolerance).all() else None

    def _sees_later(self, read: Floats, begin: int, stop: int) -> bool:
        """Tell whether one of the rows, which are not negative, has weight ahead of its query."""
        after = read[..., stop:] @ self._own_ones[stop:]  # 0 only if all of them are 0
        among = read[..., begin:stop] * self._later[: stop - begin, : stop - begin]
        return bool(after.any() or among.any())

    def _mix(self, slab: tuple[Floats, Floats], shares: Floats, begin: int) -> None:
        """Write the rows of a slab from `begin` on, as far as the mixture goes."""
        rows, sums = slab
        width = min(rows.shape[-1], self._n)
        stop = min(begin + rows.shape[-3], self._n)
        scales = (np.moveaxis(shares, -1, -2) / sums)[..., : stop - begin, None, :]
        out = self._mixed[..., begin:stop, None, :width]
        np.matmul(scales, rows[..., : stop - begin, :, :width], out=out)
        self._mixed[..., begin:stop, width:] = 0
