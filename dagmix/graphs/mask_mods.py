"""Masks as predicates of indices, as FlexAttention has them, evaluated in row chunks into runs.

A predicate takes batch, head, queries and keys, and says for every query and key whether the query
sees the key. It is called with arrays that broadcast: queries (r, 1) and keys (1, n).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dagmix._engine.adjacency.base import Ints
from dagmix._engine.adjacency.choose import PAIRS_A_RANGE, progressions
from dagmix._util.brief import brief
from dagmix.errors import KindError, NumberError, ShapeError

CHUNK = 2**22  # entries of the mask that are evaluated at once

Runs = tuple[Ints, Ints, Ints, Ints]  # receivers, starts, stops, steps


@dataclass(frozen=True)
class Predicate:
    """A predicate with its batch and head; on a device it is called with torch's arrays only.

    >>> runs = Predicate(lambda b, h, q, k: k <= q, 0, 0).runs(9)
    >>> [part.tolist()[-3:] for part in runs]
    [[6, 7, 8], [0, 0, 0], [7, 8, 9], [1, 1, 1]]
    """

    mask_mod: Any
    batch: int
    head: int
    device: Any = None

    def runs(self, n: int) -> Runs:
        """Return the runs of its mask on n queries and keys."""
        if not callable(self.mask_mod):
            message = (
                f"a mask_mod is a function (batch, head, query, key); got {brief(self.mask_mod)}"
            )
            raise KindError(message)
        rows = max(1, CHUNK // n)
        chunks = [
            part
            for first in range(0, n, rows)
            for part in _runs(self._rows(first, min(first + rows, n), n), first)
        ]
        receivers, starts, stops, steps = map(np.concatenate, zip(*chunks, strict=True))
        return receivers, starts, stops, steps

    def _rows(self, first: int, stop: int, n: int) -> NDArray[np.bool_]:
        """Return some rows of the mask."""
        queries = np.arange(first, stop, dtype=np.int32)[:, None]
        keys = np.arange(n, dtype=np.int32)[None, :]
        try:
            found = self._called(queries, keys)
        except Exception as error:  # whatever a function of users raises
            message = (
                "a mask_mod takes (batch, head, query, key), the last two arrays that broadcast,"
                f" and uses & and | in place of `and` and `or`; this one raised {error!r}"
            )
            raise KindError(message) from error
        if found.dtype != bool:
            message = f"a mask_mod returns booleans; got dtype {found.dtype}"
            raise KindError(message)
        shape = len(queries), n
        try:
            return np.broadcast_to(found, shape)
        except ValueError:
            message = f"a mask_mod gives an entry for each pair, {shape}; got {found.shape}"
            raise ShapeError(message) from None

    def _called(self, queries: Any, keys: Any) -> NDArray[Any]:
        torch: Any = sys.modules.get("torch")
        if self.device is None:
            try:
                return _array(self.mask_mod(self.batch, self.head, queries, keys))
            except Exception:
                if torch is None:
                    raise
        arrays = (self.batch, self.head, queries, keys)
        return _array(self.mask_mod(*(torch.as_tensor(x, device=self.device) for x in arrays)))


def read_block_mask(mask: Any) -> tuple[Runs, int]:
    """Return the runs of a BlockMask of FlexAttention and its n; ShapeError for several masks."""
    shape = tuple(mask.shape)
    batch, head, n, keys = shape
    if (batch, head) != (1, 1) or n != keys:
        message = f"a BlockMask has shape (1, 1, n, n), one mask; got {shape}"
        raise ShapeError(message)
    return Predicate(mask.mask_mod, 0, 0, mask.kv_num_blocks.device).runs(n), n


def read_size(n: Any) -> int:
    """Return a number of nodes; NumberError unless it is an integer, at least 1.

    >>> read_size(3)
    3
    """
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
        message = f"n is an integer, at least 1; got {brief(n)}"
        raise NumberError(message)
    return int(n)


def _array(found: Any) -> NDArray[Any]:
    return np.asarray(found.detach().cpu() if hasattr(found, "detach") else found)


def _runs(mask: NDArray[np.bool_], first: int) -> Iterator[Runs]:
    """Yield the runs of some rows: consecutive keys, or progressions where these are short."""
    edges = np.zeros((len(mask), mask.shape[1] + 1), dtype=bool)
    edges[:, 0] = mask[:, 0]
    edges[:, -1] = mask[:, -1]
    np.not_equal(mask[:, 1:], mask[:, :-1], out=edges[:, 1:-1])
    places = np.flatnonzero(edges)
    starts, stops = places[::2], places[1::2]
    width = edges.shape[1]
    rows = starts // width
    if int((stops - starts).sum()) < PAIRS_A_RANGE * len(rows):
        strided = list(progressions(*np.nonzero(mask)))
        if sum(len(own) for _, own, *_ in strided) < len(rows):
            for step, own, begin, lengths in strided:
                last = begin + (lengths - 1) * step
                yield first + own, begin, last + 1, np.full(len(own), step)
            return
    yield first + rows, starts % width, stops % width, np.ones_like(rows)
