"""Rollout on batches: one row from the top layer down, one column from the bottom up.

A layer is Â = ρI + (1 − ρ) Σ_h w_h A_h. A row x is stepped as ρx + (1 − ρ) Σ_h (x w_h) A_h, so that
heads are read one by one and no product of two n × n matrices is made.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import array_api_compat as compat
import numpy as np

from dagmix.errors import ShapeError, SymbolicError
from dagmix.operators.read_weights import read_residuals
from dagmix.operators.targets import position_of
from dagmix.proxies.batches import Batch
from dagmix.proxies.validation import (
    CORE,
    Array,
    as_numpy,
    checked_shape,
    read,
    read_weights,
)


class Layers:
    """Attention (…, layers, heads, n, n) with weights and residuals, a layer at a time.

    `n` and `sink` are those of the attention cut to the target.
    """

    def __init__(
        self,
        attention: Array,
        weights: Array | None,
        residual: Any,
        tolerance: float | None,
        target: int | None,
        *,
        causal: bool,
    ) -> None:
        """Check what can be told without reading the attention."""
        own = read(attention, "attention")
        attention, self._own = as_numpy(own), compat.array_namespace(own)
        self.xp = xp = compat.array_namespace(attention)
        *lead, self.heads, whole, _ = shape = checked_shape(attention)
        if len(shape) <= CORE:
            message = f"attention has shape (…, layers, heads, n, n); got {shape}"
            raise ShapeError(message)
        shares = read_weights(weights, own)
        shares = shares if attention is own else as_numpy(shares)
        try:
            full = np.broadcast_shapes(tuple(lead), tuple(shares.shape[:-2]))
        except ValueError:
            full = ()
        self.depth = lead[-1]
        if not full or full[-1] != self.depth:
            message = (
                f"weights have shape (…, {self.depth}, {self.heads}), layers and heads, and leading"
                f" dimensions broadcast; attention has {tuple(lead)} and weights have"
                f" {tuple(shares.shape[:-2])}"
            )
            raise ShapeError(message)
        attention = xp.broadcast_to(attention, (*full, self.heads, whole, whole))
        self._batches = [
            Batch(attention[..., k, :, None, :, :], None, tolerance, target, causal=causal)
            for k in range(self.depth)
        ]
        one = self._batches[0]
        self.n, self.sink, self.dtype, self.device = one.n, one.sink, one.dtype, one.device
        self.residuals = read_numbers(residual, self.depth)
        self._shares = xp.broadcast_to(shares, (*full, self.heads, shares.shape[-1]))[..., : self.n]
        self._shape = full[:-1]

    def given_back(self, found: Array) -> Array:
        """Return an answer in the library and the precision of the attention."""
        found = self.xp.astype(found, self.dtype)
        return found if self.xp is self._own else self._own.asarray(found)

    def unit(self, place: int) -> Array:
        """Return a row (…, n) in float64 that is 1 at a place."""
        row = self.xp.zeros((*self._shape, self.n), dtype=self.xp.float64, device=self.device)
        row[..., place] = 1.0
        return row

    def shares(self, layer: int) -> Array:
        """Return the weights of a layer's heads, (…, heads, 1) or (…, heads, n)."""
        return self._shares[..., layer, :, :]

    def row_step(self, layer: int, row: Array) -> Array:
        """Return the row x Â, of shape (…, n)."""
        each = row[..., None, :] * self.shares(layer)
        found = self._mapped(layer, lambda part, head: (part[..., None, :] @ head)[..., 0, :], each)
        return self._mixed(layer, row, self.xp.sum(found, axis=-2))

    def columns(self, layer: int, column: Array) -> Array:
        """Return A_h y for every head h, of shape (…, heads, n)."""
        shape = (*self._shape, self.heads, self.n)
        each = self.xp.broadcast_to(column[..., None, :], shape)
        return self._mapped(layer, lambda part, head: (head @ part[..., None])[..., 0], each)

    def column_step(self, layer: int, column: Array, found: Array) -> Array:
        """Return Â y, of the columns A_h y."""
        return self._mixed(layer, column, self.xp.sum(self.shares(layer) * found, axis=-2))

    def _mixed(self, layer: int, stayed: Array, moved: Array) -> Array:
        share = self.residuals[layer]
        return share * stayed + (1 - share) * moved

    def _mapped(self, layer: int, change: Any, each: Array) -> Array:
        """Return change(x, A_h) for the vectors x, (…, heads, n), and all heads of a layer."""

        def answer(heads: Array, start: tuple[int, ...]) -> Array:
            sizes = zip(start, heads.shape[:-2], strict=True)
            return change(each[tuple(slice(first, first + size) for first, size in sizes)], heads)

        return self._batches[layer].map(answer, (self.n,), dtype=self.xp.float64)


def read_numbers(residual: Any, layers: int) -> Sequence[float]:
    """Return the residual of each layer as a float; raise SymbolicError for symbols.

    >>> read_numbers("1/2", 2)
    [0.5, 0.5]
    """
    try:
        return [float(number) for number in read_residuals(residual, layers)]
    except TypeError:
        message = f"a proxy needs numbers as residuals; got {residual}"
        raise SymbolicError(message) from None


def rollout(
    attention: Array,
    weights: Array | None = None,
    residual: Any = 0.5,
    tolerance: float | None = None,
    *,
    target: int | None = None,
    causal: bool = True,
) -> Array:
    """Return row τ of attention rollout, (Â_L ⋯ Â_1)[τ, j], for every position j.

    Â_l = ρ_l I + (1 − ρ_l) Σ_h w_{l,h} A_{l,h}, layer 1 at the bottom. The row is stepped from the
    top layer down: L (H + 1) n² operations, and n numbers are kept.

    Parameters
    ----------
    attention : array, shape (…, layers, heads, n, n)
        Entry [i, j] is the weight of key j for query i; non-negative, rows sum to 1. Bottom layer
        first. Of NumPy, torch or another library with the array API, or nested sequences.
    weights : array, shape (…, layers, heads) or (…, layers, heads, n), optional
        Non-negative, of any scale in each layer; by default all heads weigh the same. With n,
        every receiver has weights of its own. Leading dimensions broadcast.
    residual : number or sequence
        ρ, of all layers or of each, 0 ≤ ρ < 1.
    tolerance : float, optional
        How far a row's sum may be from 1: 1e-5 by default, to be given for half precision.
    target : int, optional
        τ, from 0; the last position by default. Causal attention is cut to the first target + 1
        positions.
    causal : bool
        Whether no query sees a later key. Bidirectional attention, False, is not cut, and needs
        a target.

    Returns
    -------
    array, shape (…, n), or (…, n') for a target of causal attention
        Rows sum to 1. The relative error before the last rounding is at most
        L (2n + H + 10)·2⁻⁵³.

    Raises
    ------
    ShapeError, KindError, NumberError
        For what is no array, no finite numbers, no shape as above.
    WeightError
        For a residual outside [0, 1), or not one for each layer.
    SymbolicError
        For a residual with symbols.
    DagmixError
        The errors of `fidelities`.

    Examples
    --------
    >>> one = [[1, 0, 0], [1 / 2, 1 / 2, 0], [1 / 4, 1 / 4, 1 / 2]]
    >>> two = [[1, 0, 0], [1, 0, 0], [1 / 3, 1 / 3, 1 / 3]]
    >>> [round(24 * x, 9) for x in rollout([[one], [two]]).tolist()]
    [7.0, 5.0, 12.0]

    References
    ----------
    Abnar and Zuidema, arXiv:2005.00928.
    """
    layers = Layers(attention, weights, residual, tolerance, target, causal=causal)
    row = layers.unit(layers.sink)
    for layer in range(layers.depth - 1, -1, -1):
        row = layers.row_step(layer, row)
    return layers.given_back(row)


def head_shares(  # noqa: PLR0913 - the batch, the question, and how they are read
    attention: Array,
    source: int,
    weights: Array | None = None,
    residual: Any = 0.5,
    tolerance: float | None = None,
    *,
    target: int | None = None,
    causal: bool = True,
) -> Array:
    """Return the share of the signal from a source to τ that goes through each head of each layer.

    Pathways from the source below to τ above all layers pass each layer through one of its heads or
    through the residual stream. Head h of layer l carries, of the signal R[τ, source],
    (1 − ρ_l) w_{l,h} · e_τ Â_L ⋯ Â_{l+1} A_{l,h} Â_{l−1} ⋯ Â_1 e_source. The shares of a layer's
    heads and of its residual stream, which is what is missing, sum to 1. One row from the top
    down and one column from the bottom up give all of them.

    Parameters
    ----------
    attention : array, shape (…, layers, heads, n, n)
        As for `rollout`.
    source : int
        The position where the pathways begin, from 0.
    weights, residual, tolerance, target, causal
        As for `rollout`.

    Returns
    -------
    array, shape (…, layers, heads)
        In [0, 1]; NaN where no signal leads from the source to the target.

    Raises
    ------
    UnknownNodeError
        For a source that is no position, or one after the target in causal attention.
    DagmixError
        The errors of `rollout`.

    Examples
    --------
    >>> keep, move = [[1, 0], [0, 1]], [[1, 0], [1, 0]]
    >>> head_shares([[keep, move]], source=0, residual=0).tolist()
    [[0.0, 1.0]]
    >>> head_shares([[move], [move]], source=0).round(3).tolist()
    [[0.667], [0.667]]

    References
    ----------
    arXiv:2005.00928, whose rollout is taken apart by head here; arXiv:2507.02944, Remark 3.7.
    """
    layers = Layers(attention, weights, residual, tolerance, target, causal=causal)
    xp = layers.xp
    rows = [layers.unit(layers.sink)]
    for layer in range(layers.depth - 1, 0, -1):
        rows.append(layers.row_step(layer, rows[-1]))
    column = layers.unit(position_of(source, layers.n, causal=True))
    carried = []
    for layer, row in enumerate(reversed(rows)):
        found = layers.columns(layer, column)
        through = xp.sum(row[..., None, :] * layers.shares(layer) * found, axis=-1)
        carried.append((1 - layers.residuals[layer]) * through)
        column = layers.column_step(layer, column, found)
    whole = column[..., layers.sink, None, None]
    shares = xp.stack(carried, axis=-2) / xp.where(whole > 0, whole, 1.0)
    return layers.given_back(xp.where(whole > 0, shares, math.nan))
