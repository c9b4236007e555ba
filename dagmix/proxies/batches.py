"""Batches of attention, (…, heads, n, n) with weights (…, heads) or (…, heads, n), in chunks.

The arrays are NumPy's or torch's, on any device; every operation is one of the array API. A
chunk is as much of the batch as fits a processor's cache (or keeps an accelerator busy), so
that no more than a chunk is ever held in float64.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import cached_property, partial
from typing import Any

import array_api_compat as compat
import numpy as np

from dagmix.errors import CausalError, NumberError, ShapeError, StochasticError
from dagmix.operators.targets import position_of
from dagmix.proxies.mixing import Slabs
from dagmix.proxies.validation import (
    CORE,
    Array,
    as_numpy,
    checked_shape,
    in_double,
    is_plain,
    is_weight,
    read,
    read_precision,
    read_weights,
    refuse,
)

Part = tuple[slice, ...]  # of the leading dimensions
Start = tuple[int, ...]
Answer = Callable[[Array, Start], Array]
Change = Callable[[Array, Start, tuple[int, ...], int], Array]

CACHED = 2**20  # bytes of mixed matrices at a time on a processor
BUSY = 2**27  # and on an accelerator


class Batch:
    """Attention (…, heads, n, n), query i and key j, with its head weights and its target.

    Leading dimensions broadcast. Weights are non-negative, of any scale, (…, heads) or, for each
    receiver, (…, heads, n); None is for uniform ones. Rows sum to 1 within `tolerance`, and each
    is divided by its sum, as everywhere in dagmix. Causal attention is cut to the positions up to
    the target, the last one by default: `n` is the number of those, `sink` the target's row.
    Shapes and weights are checked here, entries, also those cut off, when they are mixed.

    >>> float(Batch([[[1.0, 0.0], [0.25, 0.75]]]).map(lambda mixed, _: mixed[..., 1, 0]))
    0.25
    """

    def __init__(
        self,
        attention: Array,
        weights: Array | None = None,
        tolerance: float | None = None,
        target: int | None = None,
        *,
        causal: bool = True,
    ) -> None:
        """Check what can be told without reading the attention."""
        own = read(attention, "attention")
        attention, self._own = as_numpy(own), compat.array_namespace(own)
        self.xp = xp = compat.array_namespace(attention)
        self.device, self.causal = compat.device(attention), causal
        self.dtype, self.tolerance = read_precision(xp, attention, tolerance)
        *lead, heads, self._whole, _ = checked_shape(attention)
        self.sink = position_of(target, self._whole, causal=causal)
        self.n = self.sink + 1 if causal else self._whole
        shares = read_weights(weights, own)
        shares = shares if attention is own else as_numpy(shares)
        try:
            self.shape = np.broadcast_shapes(tuple(lead), tuple(shares.shape[:-2]))
        except ValueError:
            message = (
                f"leading dimensions broadcast; attention has {tuple(lead)}"
                f" and weights have {tuple(shares.shape[:-2])}"
            )
            raise ShapeError(message) from None
        self._attention = xp.broadcast_to(attention, (*self.shape, heads, self._whole, self._whole))
        self._shares = xp.broadcast_to(shares, (*self.shape, heads, shares.shape[-1]))
        room = CACHED if str(self.device) == "cpu" else BUSY
        self._most = max(1, room // (8 * self._whole**2))

    @property
    def is_gated(self) -> bool:
        """Whether every receiver has its own weights of the heads."""
        return bool(self._shares.shape[-1] > 1)

    def map(
        self,
        answer: Answer,
        core: tuple[int, ...] = (),
        dtype: Any = None,
        of_each_head: Change | None = None,
    ) -> Array:
        """Return answer(Ā, start), of shape (…, *core), for all mixed matrices, part by part.

        Ā has shape (…, n, n), in float64, and may be overwritten, as it is by the next part;
        `start` is the index of its first matrix, for messages. Answers are of the attention's
        precision unless `dtype` says.
        `of_each_head` changes A_h before it is mixed; it is given `start`, (h,) and the sink too.
        """
        xp, dtype = self.xp, dtype or self.dtype
        result = xp.empty((*self.shape, *core), dtype=dtype, device=self.device)
        mixed = self._mixer(of_each_head)
        for part in parts(self.shape, self._most):
            result[part] = xp.astype(answer(mixed(part), start(part)), dtype)
        return result[()] if xp is self._own else self._own.asarray(result)

    def _mixer(self, change: Change | None) -> Callable[[Part], Array]:
        """Return what mixes a part: in one pass over it where that can be done."""
        if change is not None or not is_plain(self._attention):
            return partial(self._head_by_head, change=change)
        read, n, tolerance = (self._attention, self._shares), self.n, self.tolerance
        slabs = Slabs(*read, n, tolerance, causal=self.causal, matrices=self._most)

        def mixed(part: Part) -> Array:
            found = slabs.mixed(part)
            return self._head_by_head(part, None) if found is None else found  # names what is wrong

        return mixed

    def _head_by_head(self, part: Part, change: Change | None) -> Array:
        """Return Σ_h w_h A_h in float64, each row of A_h divided by its sum."""
        total = self._weighted(part, 0, change)
        for head in range(1, self._attention.shape[-CORE]):
            total += self._weighted(part, head, change)
        return total

    def _weighted(self, part: Part, head: int, change: Change | None) -> Array:
        """Return w_h A_h of a part, having checked every entry."""
        xp = self.xp
        matrix = in_double(self._attention[(*part, ..., head, slice(None), slice(None))])
        with np.errstate(over="ignore", invalid="ignore"):  # infinities are refused below
            sums = matrix @ self._ones
        # A NaN fails every comparison. A sum of non-negative numbers is 0 only if all of them are,
        # so that one product finds what is ahead of its query.
        fine = bool(xp.all(xp.abs(sums - 1) <= self.tolerance) & (xp.min(matrix) >= 0))
        if not (fine and (not self.causal or self._is_causal(matrix))):
            self._refuse(matrix, sums, part, head)
        shares = self._shares[(*part, ..., head, slice(self.n))]
        matrix, sums = matrix[..., : self.n, : self.n], sums[..., : self.n]
        if change is None:
            matrix *= (shares / sums)[..., None]
            return matrix
        matrix /= sums[..., None]
        return change(matrix, start(part), (head,), self.sink) * shares[..., None]

    @cached_property
    def _ones(self) -> Array:
        return self.xp.ones(self._whole, dtype=self.xp.float64, device=self.device)

    @cached_property
    def _later(self) -> Array:
        """Return 1 for each key that is later than the query, else 0."""
        return self.xp.triu(self._ones[:, None] * self._ones, k=1)

    def _is_causal(self, matrix: Array) -> bool:
        flat = self.xp.reshape(matrix, (*matrix.shape[:-2], self._whole**2))
        return bool(self.xp.all(flat @ self.xp.reshape(self._later, (-1,)) == 0))

    def _refuse(self, matrix: Array, sums: Array, part: Part, head: int) -> None:
        """Name the first entry or row that breaks a rule."""
        at = start(part), (head,)
        entries = NumberError("entries are finite and not negative")
        refuse(~is_weight(matrix), matrix, entries, *at)
        if self.causal:
            causal = CausalError("attention is causal, no query i sees a later key j")
            refuse((self._later > 0) & (matrix > 0), matrix, causal, *at)
        rows = StochasticError(f"rows sum to 1 (tolerance {self.tolerance})")
        refuse(self.xp.abs(sums - 1) > self.tolerance, sums, rows, *at)


def start(part: Part) -> Start:
    """Return the index of a part's first matrix."""
    return tuple(cut.start for cut in part)


def parts(shape: tuple[int, ...], most: int) -> Iterator[Part]:
    """Cut leading dimensions into parts of at most `most` matrices, a slice for each dimension.

    >>> list(parts((2, 3), 3))
    [(slice(0, 1, None), slice(0, 3, None)), (slice(1, 2, None), slice(0, 3, None))]
    """
    if not shape:
        yield ()
        return
    width = max(1, most // math.prod(shape[1:]))
    for start in range(0, shape[0], width):
        cut = slice(start, min(start + width, shape[0]))
        for rest in parts(shape[1:], most):
            yield cut, *rest
