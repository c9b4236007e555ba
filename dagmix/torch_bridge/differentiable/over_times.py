"""Rows x_t = row · movesᵗ reduced over time, with a derivative that keeps few of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor


@dataclass(frozen=True)
class Times:
    """What is made of the rows at the times first ≤ t ≤ last, entry by entry.

    `kind` is "sum", "max", or "soft", ln(Σ_t exp(s x_t)) / s for the sharpness s.
    """

    kind: str
    first: int
    last: int
    sharpness: float = 1.0


def over_times(moves: Tensor, row: Tensor, times: Times) -> Tensor:
    """Reduce the rows of `row` (…, 1, n) and `moves` (…, n, n) over time, (…, n)."""
    found: tuple[Tensor, Tensor] = _OverTimes.apply(moves, row, times)  # type: ignore[no-untyped-call] # torch has no types for it
    return found[0][..., 0, :]


class _OverTimes(torch.autograd.Function):
    """The reduction (…, 1, n), and the earliest times of its maxima where it is one."""

    @staticmethod
    def forward(moves: Tensor, row: Tensor, times: Times) -> tuple[Tensor, Tensor]:
        row = row.expand(*moves.shape[:-2], 1, moves.shape[-1])
        best = torch.full_like(row, 0.0 if times.kind == "sum" else -math.inf)
        when = torch.zeros_like(row, dtype=torch.int64)
        for t, at in _rows(moves, row, 0, times.last):
            if t < times.first:
                continue
            if times.kind == "sum":
                best = best + at
            elif times.kind == "max":
                when = torch.where(at > best, t, when)
                best = torch.maximum(best, at)
            else:
                best = torch.logaddexp(best, times.sharpness * at)
        return (best / times.sharpness if times.kind == "soft" else best), when

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor]) -> None:
        moves, row, ctx.times = inputs
        best, when = output
        ctx.mark_non_differentiable(when)
        ctx.save_for_backward(moves, row, best, when)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None]:
        """Go back in time: λ_t = λ_{t+1} movesᵀ + what x_t alone gives; add up x_tᵀ λ_{t+1}."""
        moves, row, best, when = ctx.saved_tensors
        times: Times = ctx.times
        segment = math.isqrt(times.last) + 1
        starts = [at for t, at in _rows(moves, row, 0, times.last) if t % segment == 0]
        coming, total = torch.zeros_like(best), torch.zeros_like(moves)
        for number in reversed(range(len(starts))):
            begin = number * segment
            end = min(begin + segment - 1, times.last)
            rows, after = list(_rows(moves, starts[number], begin, end)), []
            for t, at in reversed(rows):
                after.append(coming)
                coming = coming @ moves.mT + _alone(times, t, at, best, when, gradients[0])
            earlier = torch.cat([at.expand_as(best) for _, at in rows], dim=-2)
            total = total + earlier.mT @ torch.cat(after[::-1], dim=-2)
        return total, coming.sum_to_size(row.shape), None

    @staticmethod
    def vmap(
        _info: Any, dims: tuple[int | None, ...], moves: Tensor, row: Tensor, times: Times
    ) -> tuple[tuple[Tensor, Tensor], tuple[int, int]]:
        """Move the mapped dimension to the front of both, where it is one more to lead."""
        moves, row = (
            one.unsqueeze(0) if dim is None else one.movedim(dim, 0)
            for one, dim in zip((moves, row), dims[:2], strict=True)
        )
        size = max(len(moves), len(row))
        lead = (size, *moves.shape[1:])
        row = row.reshape(len(row), *(1,) * (moves.ndim - row.ndim), *row.shape[1:])
        return _OverTimes.apply(moves.expand(lead), row, times), (0, 0)  # type: ignore[no-untyped-call] # as above


def _rows(moves: Tensor, row: Tensor, begin: int, end: int) -> Iterator[tuple[int, Tensor]]:
    """Yield t and x_t for begin ≤ t ≤ end, `row` being the first."""
    yield begin, row
    for t in range(begin + 1, end + 1):
        row = row @ moves
        yield t, row


def _alone(
    times: Times, t: int, at: Tensor, best: Tensor, when: Tensor, gradient: Tensor
) -> Tensor:
    """Return the derivative of the reduction in x_t itself, times that of what is made of it."""
    if t < times.first:
        return torch.zeros_like(gradient)
    if times.kind == "sum":
        return gradient
    if times.kind == "max":
        return torch.where(when == t, gradient, 0.0)
    return gradient * torch.exp(times.sharpness * (at - best))
