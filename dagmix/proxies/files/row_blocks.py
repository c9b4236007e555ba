"""Rows of one mixture in a file, a block of them at a time, from the last to the first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dagmix._util.files import open_attention
from dagmix.errors import CausalError, NumberError, ShapeError, StochasticError
from dagmix.proxies.validation import in_double, is_weight, read_precision, read_weights, refuse

Floats = NDArray[np.float64]

ROOM = 2**24  # bytes of float64 that rows of all heads may take


class RowBlocks:
    """Causal attention of one layer in a file, its heads mixed: whoever iterates reads it once.

    Parameters are those of `dagmix.proxies.hitting_times_of_file`. Entries are checked when they
    are read.
    """

    def __init__(
        self, place: str | Path, layer: tuple[int, ...], weights: Any, tolerance: float | None
    ) -> None:
        """Check everything but the entries."""
        self._tensor, importance = open_attention(place, by_rows=True)
        self._index = _checked_layer(layer, self._tensor.shape)
        if weights is None and importance is not None:
            weights = importance[layer[-1]]
        # an array of the shape and the dtype that takes no memory
        layout = np.broadcast_to(np.zeros(1, self._tensor.dtype), self._tensor.shape[-3:])
        self._shares = read_weights(weights, layout)
        _, self._tolerance = read_precision(np, layout, tolerance)
        self.heads, self.n, _ = layout.shape

    def __iter__(self) -> Iterator[tuple[slice, Floats]]:
        """Yield rows a:b and their mixture, of shape (b − a, b), those of the sink first."""
        block = max(1, ROOM // (8 * self.heads * self.n))
        for stop in range(self.n, 0, -block):
            rows = slice(max(stop - block, 0), stop)
            read = in_double(self._tensor[(*self._index, slice(None), rows)])
            own = self._shares[:, rows] if self._shares.shape[-1] > 1 else self._shares
            yield rows, _mixed(read, own, rows.start, self._tolerance)


def _checked_layer(layer: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the index of one layer."""
    lead = shape[:-3]
    if len(layer) != len(lead) or not all(0 <= k < m for k, m in zip(layer, lead, strict=True)):
        message = f"a layer is named by one number for each of {lead}, from 0; got {layer}"
        raise ShapeError(message)
    return layer


def _mixed(read: Floats, shares: Floats, begin: int, tolerance: float) -> Floats:
    """Return rows of the mixture, the first being `begin`, up to their last key."""
    at, stop = (0, begin, 0), begin + read.shape[1]
    refuse(~is_weight(read), read, NumberError("entries are finite and not negative"), at)
    later = np.arange(read.shape[2]) > np.arange(begin, stop)[:, None]
    causal = CausalError("attention is causal, no query i sees a later key j")
    refuse((read > 0) & later, read, causal, at)
    sums = read.sum(axis=-1)
    rows = StochasticError(f"rows sum to 1 (tolerance {tolerance})")
    refuse(abs(sums - 1) > tolerance, sums, rows, at[:2])
    scales = (shares / sums).T
    return np.asarray((scales[:, None, :] @ read[..., :stop].swapaxes(0, 1))[:, 0])
