"""What heads and their mixture are worth: mixing times and minimax fidelities, exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from dagmix._engine.exact.scalars import QUARTER
from dagmix._util.brief import Brief
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.operators.diffusion import DiffusionOperator
from dagmix.operators.mixture import MultiHeadDiffusion, MultiHeadWalk
from dagmix.operators.walk import WalkOperator

Graphs = Sequence[FeedforwardDAG]
Times = tuple[int, ...]


@dataclass(frozen=True, repr=False)
class MixtureValues(Brief):
    """T and φ_min of every head and of their mixture, and the ratios of the atlas.

    Attributes
    ----------
    times : tuple of int
        T(W_h) at ε, one for each head.
    time : int
        T(W̄).
    fidelities : tuple of Fraction
        φ_min(Δ_h), one for each head.
    fidelity : Fraction
        φ_min(Δ̄).

    Examples
    --------
    >>> from dagmix.search import mixing_keeps_fidelity, smallest_witness
    >>> values = smallest_witness(mixing_keeps_fidelity).values
    >>> values.fidelities, values.fidelity, values.amplification
    ((Fraction(1, 2), Fraction(1, 2)), Fraction(35, 72), Fraction(35, 36))

    References
    ----------
    T, φ_min and amplification: arXiv:2507.02944, Definitions 2.7, 3.10 and 3.12.
    """

    times: tuple[int, ...]
    time: int
    fidelities: tuple[Fraction, ...]
    fidelity: Fraction

    @classmethod
    def of(
        cls,
        heads: Graphs,
        weights: Sequence[Any] | None = None,
        epsilon: Any = QUARTER,
    ) -> MixtureValues:
        """Compute them from the operators.

        Parameters
        ----------
        heads : sequence of FeedforwardDAG
            On the same nodes, each with the same unique sink.
        weights : sequence of numbers, optional
            Convex and exact, of heads in both mixtures; uniform by default.
        epsilon : number
            0 < ε < 1; ¼ by default.

        Returns
        -------
        MixtureValues

        Raises
        ------
        DagmixError
            For heads, weights or ε that make no mixture.

        Examples
        --------
        >>> line, star = [FeedforwardDAG(e, nodes="abc") for e in (["ab", "bc"], ["ac", "bc"])]
        >>> MixtureValues.of([line, star]).time
        4
        """
        return cls(*_times(heads, weights, epsilon), *_fidelities(heads, weights))

    @property
    def amplification(self) -> Fraction:
        """φ_min(Δ̄) / max_h φ_min(Δ_h)."""
        return self.fidelity / max(self.fidelities)

    @property
    def speed_up(self) -> Fraction:
        """min_h T(W_h) / T(W̄); 1 on one node, where all times are 0."""
        return Fraction(min(self.times), self.time) if self.time else Fraction(1)

    @property
    def slow_down(self) -> Fraction:
        """T(W̄) / max_h T(W_h); 1 on one node."""
        return Fraction(self.time, max(self.times)) if self.time else Fraction(1)


def amplification(heads: Graphs) -> Fraction:
    """Return the ratio alone, with uniform weights."""
    alone, together = _fidelities(heads, None)
    return together / max(alone)


def speed_up(heads: Graphs) -> Fraction:
    """Return the ratio alone, on two nodes or more."""
    alone, together = _times(heads, None, QUARTER)
    return Fraction(min(alone), together)


def slow_down(heads: Graphs) -> Fraction:
    """Return the ratio alone, on two nodes or more."""
    alone, together = _times(heads, None, QUARTER)
    return Fraction(together, max(alone))


def _times(heads: Graphs, weights: Sequence[Any] | None, epsilon: Any) -> tuple[Times, int]:
    """Return T of the heads and of the mixture: finite, for each has the same unique sink."""
    mixed = MultiHeadWalk(heads, weights).mixing_time(epsilon)
    return tuple(_time(head, epsilon) for head in heads), int(mixed)


def _fidelities(
    heads: Graphs, weights: Sequence[Any] | None
) -> tuple[tuple[Fraction, ...], Fraction]:
    mixed = MultiHeadDiffusion(heads, weights).minimax_fidelity()
    return tuple(map(_fidelity, heads)), Fraction(mixed.value)


@lru_cache(maxsize=2**12)
def _time(head: FeedforwardDAG, epsilon: Any) -> int:
    return int(WalkOperator(head).mixing_time(epsilon))


@lru_cache(maxsize=2**12)
def _fidelity(head: FeedforwardDAG) -> Fraction:
    return Fraction(DiffusionOperator(head).minimax_fidelity().value)
