"""The proxies' chains of attention, as functions that torch differentiates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from dagmix.errors import KindError
from dagmix.torch_bridge.differentiable.mixing import Mixture, Reading, mixed
from dagmix.torch_bridge.differentiable.over_times import Times, over_times


@dataclass(frozen=True)
class Chain:
    """P[j → i] in `moves[..., i, j]`, the sink absorbing; of causal chains, what leaves j."""

    moves: Tensor
    sink: int
    dtype: torch.dtype

    def survival(self, steps: int) -> Tensor:
        """Return E[min(T_j, M)] = Σ_{t < M} P_j(T > t) for every position j."""
        others = torch.arange(self.moves.shape[-1], device=self.moves.device) != self.sink
        row = others.to(self.moves)[None]
        if not steps:
            return torch.zeros_like(self.moves[..., 0, :])
        moves = self.moves * row * row.mT  # what is absorbed no longer survives
        return over_times(moves, row, Times("sum", 0, steps - 1))

    def expected_times(self) -> Tensor:
        """Return E_j[T] of a causal chain, ∞ where the sink may be missed.

        (Σ_{i > j} P[j → i]) t_j = 1 + Σ_{i > j} P[j → i] t_i is a triangular system; with 1 only
        for what never leaves, it tells by the sign of t_j who may get there.
        """
        later = self.moves.tril(-1)
        leaving = later.sum(dim=-2)
        asked = torch.arange(leaving.shape[-1], device=leaving.device) != self.sink
        stuck = asked & (leaving == 0)
        system = torch.diag_embed(torch.where(asked & ~stuck, leaving, 1.0)) - later.mT
        right = torch.stack([asked.to(leaving).expand_as(leaving), stuck.to(leaving)], dim=-1)
        times, missing = torch.linalg.solve_triangular(system, right, upper=True).unbind(dim=-1)
        return torch.where(missing > 0, torch.inf, times)


def _successors(mixture: Mixture) -> Tensor:
    """Divide the columns of Ā by their sums."""
    return _over_column_sums(mixture.matrix, mixture.sink)


def _over_column_sums(matrix: Tensor, sink: int) -> Tensor:
    others = torch.arange(matrix.shape[-1], device=matrix.device) != sink
    return matrix / torch.where(others, matrix.sum(dim=-2), 1.0)[..., None, :]


def _published(mixture: Mixture) -> Tensor:
    """Cut the columns of Ā off where their running sums exceed 1 (docs/guide/proxies.md)."""
    later = mixture.matrix.tril(-1)
    room = later.sum(dim=-1)[..., None, :] - later.cumsum(dim=-2)[..., :-1, :]
    kept = torch.minimum(later[..., 1:, :], room.clamp(min=0.0))
    return mixture.matrix - later + torch.nn.functional.pad(kept, (0, 0, 1, 0))


CHAINS: dict[str, Callable[[Mixture], Tensor] | None] = {
    "successors": _successors,
    "successors_per_head": None,
    "published": _published,
}


def chain_of(name: str, attention: Tensor, weights: Tensor | None, reading: Reading) -> Chain:
    """Mix the heads and return the chain of that name."""
    of_mixture = CHAINS[name]
    mixture = mixed(attention, weights, reading)
    moves = of_mixture(mixture) if of_mixture else _per_head(attention, weights, reading)
    return Chain(moves, mixture.sink, mixture.dtype)


def _per_head(attention: Tensor, weights: Tensor | None, reading: Reading) -> Tensor:
    """Divide the columns of every head by their sums, then mix: heads are read one by one."""
    heads = mixed(attention[..., None, :, :], None, Reading(**{**vars(reading), "columns": True}))
    moves = _over_column_sums(heads.matrix, heads.sink)
    if weights is None:
        return moves.mean(dim=-3)
    weights = torch.as_tensor(weights, device=moves.device).to(moves)
    if weights.shape[-1:] != moves.shape[-3:-2]:
        message = "the chain 'successors_per_head' mixes walks: weights are (…, heads)"
        raise KindError(message)
    shares = weights / weights.sum(dim=-1, keepdim=True)
    return (moves * shares[..., None, None]).sum(dim=-3)
