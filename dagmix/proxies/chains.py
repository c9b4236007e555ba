"""Absorbing chains of mixed attention Ā (…, n, n): mean absorption times and peak signals.

Everything is in float64 and for all matrices of a part at once; rows are (…, 1, n), so that a
step is one matrix product.
"""

from __future__ import annotations

from typing import ClassVar

import array_api_compat as compat

from dagmix.errors import StochasticError
from dagmix.proxies.triangular import over_times, rows_until, solved, substituted
from dagmix.proxies.validation import Array, refuse


class SuccessorChain:
    """P[j → i] = Ā[i, j] / Σ_i Ā[i, j], the sink absorbing; in `moves`, [i, j] is P[j → i].

    Raises StochasticError for a column of zeros at another position than the sink.
    """

    of_each_head: ClassVar[staticmethod[..., Array] | None] = (
        None  # what is done to A_h before it is mixed
    )

    def __init__(self, mixed: Array, start: tuple[int, ...], sink: int) -> None:
        """Divide the columns of Ā, in place; `start` is the index of its first matrix."""
        self.moves = over_column_sums(mixed, start, (), sink)

    def leaving(self) -> Array:
        """Return P_j(a step to another position), summed: 1 − P[j → j] would round.

        The diagonal of causal `moves` is set to 0.
        """
        xp = compat.array_namespace(self.moves)
        positions = xp.arange(self.moves.shape[-1], device=compat.device(self.moves))
        self.moves[..., positions, positions] = 0.0
        return xp.sum(self.moves, axis=-2)


def over_column_sums(
    matrix: Array, start: tuple[int, ...], head: tuple[int, ...], sink: int
) -> Array:
    """Divide columns by their sums, in place; the sink, which is absorbing, may have none."""
    totals = compat.array_namespace(matrix).sum(matrix, axis=-2)
    totals[..., sink] = 1.0
    zeros = StochasticError("a position has a successor, no column is all zeros")
    refuse(totals == 0, totals, zeros, start, head)
    matrix /= totals[..., None, :]
    return matrix


class SuccessorChainPerHead(SuccessorChain):
    """P[j → i] = Σ_h w_h A_h[i, j] / Σ_i A_h[i, j]: every head is divided, then they are mixed."""

    of_each_head = staticmethod(over_column_sums)

    def __init__(self, mixed: Array, start: tuple[int, ...], sink: int) -> None:  # noqa: ARG002 - as SuccessorChain
        """Take the mixture of heads whose columns are divided already."""
        self.moves = mixed


class PublishedChain:
    """The chain that the paper's published code samples (docs/guide/proxies.md).

    Position j moves to i with probability c_i − c_{i−1}, c_i = min(1, Σ_{k ≤ i} Ā[k, j]), and to
    the sink with what is missing to 1. Position 0, whose own weight is 1, absorbs too.
    """

    of_each_head: ClassVar[staticmethod[..., Array] | None] = None

    def __init__(self, mixed: Array, start: tuple[int, ...], sink: int) -> None:  # noqa: ARG002 - as SuccessorChain
        """Cut the columns of Ā off where their running sums exceed 1."""
        xp = compat.array_namespace(mixed)
        later = xp.tril(mixed, k=-1)
        self._leaving = xp.sum(later, axis=-1)
        # 1 − c_{i−1} is what leaves j less what has gone to positions before i. So nothing is
        # taken from 1, where the leaving probability of a sticky position would be lost.
        room = self._leaving[..., None, :] - xp.cumulative_sum(later, axis=-2)[..., :-1, :]
        self.moves = mixed - later
        self.moves[..., 1:, :] += xp.minimum(later[..., 1:, :], xp.clip(room, 0.0))

    def leaving(self) -> Array:
        """Return P_j(a step to another position): the earlier keys' share of row j."""
        return self._leaving


Chain = SuccessorChain | PublishedChain
CHAINS: dict[str, type[Chain]] = {
    "successors": SuccessorChain,
    "successors_per_head": SuccessorChainPerHead,
    "published": PublishedChain,
}


def survival_sum(chain: Chain, steps: int, sink: int, *, causal: bool) -> Array:
    """Return E[min(T_j, M)] = Σ_{t < M} P_j(T > t) for every position j, T the absorption time."""
    moves = chain.moves
    xp = compat.array_namespace(moves)
    moves[..., sink, :] = 0.0  # what is absorbed no longer survives
    moves[..., :, sink] = 0.0
    row = xp.ones_like(moves[..., :1, :])
    row[..., sink] = 0.0
    total = xp.zeros_like(row)
    if steps:
        for rows in rows_until(row, moves, steps - 1, causal=causal):
            total += over_times(xp.sum, rows)
    return total[..., 0, :]


def expected_steps(chain: Chain) -> Array:
    """Return E_j[T] for every position j, infinite where the sink may be missed.

    Causal chains only move to later positions, so that the first-step equations are triangular;
    nothing is subtracted. For other chains see `elimination`.
    """
    moves, leaving = chain.moves, chain.leaving()
    xp = compat.array_namespace(moves)
    leaving[..., -1] = 1.0  # nobody asks about the sink
    stuck = xp.astype(leaving == 0, leaving.dtype)  # 1 where the sink may be missed
    if bool(xp.any(stuck > 0)):
        spread(moves, stuck)
    solve = solved if compat.is_numpy_array(moves) else substituted
    right = xp.ones_like(leaving)
    right[..., -1] = 0.0
    times = solve(moves, xp.where(leaving > 0, leaving, 1.0), right)
    return xp.where(stuck > 0, float("inf"), times)


def spread(moves: Array, stuck: Array) -> None:
    """Mark positions, in place, that may go to where a chain gets stuck."""
    xp = compat.array_namespace(moves)
    for j in range(stuck.shape[-1] - 2, -1, -1):
        chance = xp.sum(moves[..., j + 1 :, j] * stuck[..., j + 1 :], axis=-1)
        stuck[..., j] = xp.where(chance > 0, 1.0, stuck[..., j])


def peaks(mixed: Array, horizon: int, first: int, sink: int, *, causal: bool = False) -> Array:
    """Return max over first ≤ t ≤ horizon of the signals (Āᵗ)[sink, j], for every position j."""
    xp = compat.array_namespace(mixed)
    row = xp.zeros_like(mixed[..., :1, :])
    row[..., sink] = 1.0
    best, time = xp.zeros_like(row), 0
    for rows in rows_until(row, mixed, horizon, causal=causal):
        counted = rows[..., max(first - time, 0) :, :]
        time += rows.shape[-2]
        if counted.shape[-2]:
            best = xp.maximum(best, over_times(xp.max, counted))
    return xp.clip(best, 0.0, 1.0)[..., 0, :]  # rows that round to more than 1 compound


def peaks_between(mixed: Array, horizon: int, first: int) -> Array:
    """Return max over first ≤ t ≤ horizon of (Āᵗ)[i, j], for every pair (i, j)."""
    xp = compat.array_namespace(mixed)
    rows = xp.zeros_like(mixed)
    rows[...] = xp.eye(mixed.shape[-1], dtype=mixed.dtype, device=compat.device(mixed))
    best = rows if first == 0 else xp.zeros_like(rows)
    for time in range(1, horizon + 1):
        rows = rows @ mixed
        if time >= first:
            best = xp.maximum(best, rows)
    return xp.clip(best, 0.0, 1.0)
