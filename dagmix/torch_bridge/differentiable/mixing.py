"""Mixtures of heads with their derivatives, read and checked as the proxies read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import pad

from dagmix.errors import KindError, NumberError, StochasticError
from dagmix.operators.targets import position_of
from dagmix.proxies.batches import Batch
from dagmix.proxies.validation import is_per_receiver, read, refuse


@dataclass(frozen=True)
class Reading:
    """How attention is read: as the arguments of the proxies that have these names."""

    tolerance: float | None = None
    target: int | None = None
    causal: bool = True
    columns: bool = False  # whether a column of zeros is refused


@dataclass(frozen=True)
class Mixture:
    """Ā (…, n, n) in float64, the position that is asked about, and the precision of answers."""

    matrix: Tensor
    sink: int
    dtype: torch.dtype


def mixed(attention: Any, weights: Any, reading: Reading) -> Mixture:
    """Mix heads (…, heads, n, n) with weights (…, heads), (…, heads, n) or uniform ones."""
    if not isinstance(attention, Tensor):
        message = f"attention is a torch tensor here; got {type(attention).__name__}"
        raise KindError(message)
    shares = _shares(attention, weights)
    matrix: Tensor = _Mixed.apply(attention, shares, reading)  # type: ignore[no-untyped-call] # torch has no types for it
    sink = position_of(reading.target, attention.shape[-1], causal=reading.causal)
    double = attention.dtype == torch.float64 or not attention.is_floating_point()
    return Mixture(matrix, sink, torch.float64 if double else torch.float32)


def _shares(attention: Tensor, weights: Any) -> Tensor:
    """Return weights (…, heads, 1 or n) in float64, of any scale."""
    if weights is None:
        return torch.ones(
            (*attention.shape[-3:-2], 1), dtype=torch.float64, device=attention.device
        )
    is_tensor = isinstance(weights, Tensor)
    plain = weights if is_tensor else read(weights, "weights")
    given: Tensor = torch.as_tensor(plain, device=attention.device)
    if given.is_complex():
        message = f"weights holds plain numbers; got dtype {given.dtype}"
        raise NumberError(message)
    per_receiver = is_per_receiver(tuple(given.shape), tuple(attention.shape))
    return (given if per_receiver else given[..., None]).to(torch.float64)


def _read(attention: Tensor, shares: Tensor, reading: Reading) -> Tensor:
    """Return the mixture as the proxies make it, or raise their errors."""
    gated = shares.shape[-1] > 1
    batch = Batch(
        attention,
        shares if gated else shares[..., 0],
        reading.tolerance,
        reading.target,
        causal=reading.causal,
    )
    zeros = StochasticError("a position has a successor, no column is all zeros")

    def answer(matrix: Any, start: tuple[int, ...]) -> Any:
        if reading.columns:
            totals = batch.xp.sum(matrix, axis=-2)
            totals[..., batch.sink] = 1.0
            refuse(totals == 0, totals, zeros, start)
        return matrix

    found: Tensor = batch.map(answer, (batch.n, batch.n), dtype=batch.xp.float64)
    return found


class _Mixed(torch.autograd.Function):
    """Σ_h w_h A_h / Σ_h w_h, each row of A_h divided by its sum, cut to the target."""

    @staticmethod
    def forward(attention: Tensor, shares: Tensor, reading: Reading) -> Tensor:
        return _read(attention, shares, reading)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        attention, shares, ctx.reading = inputs
        ctx.save_for_backward(attention, shares, output)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None]:
        """Differentiate both quotients; entries ahead of a causal query are constants."""
        attention, weights, mixture = ctx.saved_tensors
        n, gradient = mixture.shape[-1], gradients[0][..., None, :, :]
        heads = attention[..., :n, :n].to(torch.float64)
        sums = heads.sum(dim=-1, keepdim=True)
        heads, shares = heads / sums, weights[..., :n, None]
        total = shares.sum(dim=-3, keepdim=True)
        received = (gradient * heads).sum(dim=-1, keepdim=True)
        entries = shares / total * (gradient - received) / sums
        if ctx.reading.causal:
            entries = entries.tril()
        expected = (gradient * mixture[..., None, :, :]).sum(dim=-1, keepdim=True)
        of_rows = ((received - expected) / total)[..., 0]
        cut = attention.shape[-1] - n  # positions after the target
        entries = pad(entries, (0, cut, 0, cut)).sum_to_size(attention.shape)
        of_rows = pad(of_rows, (0, cut)).sum_to_size(weights.shape)
        return entries.to(attention.dtype), of_rows, None

    @staticmethod
    def vmap(
        _info: Any,
        dims: tuple[int | None, ...],
        attention: Tensor,
        shares: Tensor,
        reading: Reading,
    ) -> tuple[Tensor, int]:
        """Move the mapped dimension to the front of both, where it is one more to lead."""
        attention, shares = (
            one.unsqueeze(0) if dim is None else one.movedim(dim, 0)
            for one, dim in zip((attention, shares), dims[:2], strict=True)
        )
        lead = max(attention.ndim - 1, shares.ndim)
        attention = _led(attention, lead + 1)
        return _Mixed.apply(attention, _led(shares, lead), reading), 0  # type: ignore[no-untyped-call] # as above


def _led(array: Tensor, dimensions: int) -> Tensor:
    """Put dimensions of 1 after the first, so that the first of two arrays meet."""
    return array.reshape(len(array), *(1,) * (dimensions - array.ndim), *array.shape[1:])
