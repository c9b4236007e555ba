"""What to look for among pairs of heads with even weights, and how a part of them is gone through.

A scan keeps what may be a record: bounds in floats put aside the pairs that are certainly worse
than the best met so far, by a margin that covers every rounding error. What is left is few pairs,
which `extremal` evaluates exactly.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from dagmix.search import signals, survival
from dagmix.search.masks import Masks, pair_keys
from dagmix.search.signals import Flags, Floats
from dagmix.search.spaces import QUARTER, Space, common_unit, walk_numerators
from dagmix.search.survival import Times
from dagmix.search.values import MixtureValues

SLACK = 1e-8  # relative; bounds are good to 1e-9
Numbers = NDArray[np.int64]


@dataclass
class Scan:
    """The best pairs so far: their numbers under relabelling, and about how good they are.

    `bar` is a value that is attained, rounded down: what cannot reach it is put aside. Of values
    that are to be small the inverse is taken.
    """

    space: Space
    bar: float = 1.0
    met: int = 0
    keys: Masks = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    ranks: Floats = field(default_factory=lambda: np.zeros(0))

    name: ClassVar[str]

    def go_through(self, first: int) -> None:
        """Look at the pairs with one first head."""
        for chunk in self.space.chunks(first, self._stop(first)):
            self.met += chunk.stop - chunk.start
            which, ranks = self._good(first, chunk)
            best = ranks.max(initial=self.bar)
            self.bar = max(self.bar, float(best) * (1 - SLACK))
            self._add(first, which, ranks)

    def _add(self, first: int, which: Numbers, ranks: Floats) -> None:
        good = ranks >= self.bar * (1 - SLACK)
        graphs = self.space.graphs
        second = graphs[which[good]]
        new = pair_keys(np.full_like(second, graphs[self.space.firsts[first]]), second, self.space.n)
        keys = np.concatenate([self.keys, new])
        old = np.concatenate([self.ranks, ranks[good]])
        keys, at = np.unique(keys, return_index=True)
        kept = old[at] >= self.bar * (1 - SLACK)
        self.keys, self.ranks = keys[kept], old[at][kept]

    def _stop(self, first: int) -> int:
        """Return the end of the second heads that could do."""
        return len(self.space.graphs)

    @abstractmethod
    def _good(self, first: int, chunk: slice) -> tuple[Numbers, Floats]:
        """Return the second heads of a chunk that may reach the bar, and about which values."""

    @staticmethod
    @abstractmethod
    def exact(values: MixtureValues) -> Fraction:
        """Return the value of a pair."""


class Amplification(Scan):
    """The greatest φ_min(Δ̄) / max_h φ_min(Δ_h)."""

    name = "amplification"

    def _stop(self, first: int) -> int:
        """Leave out heads with bar · φ_min > 1, for no fidelity is more than 1."""
        most = (1 + SLACK) / self.bar
        return int(np.searchsorted(self.space.fidelities, most, side="right"))

    def _good(self, first: int, chunk: slice) -> tuple[Numbers, Floats]:
        best = self.space.fidelities[chunk]  # the second head's is not less than the first's
        found, _, high = signals.fidelity_bounds(
            self._mixed(first, chunk),
            lambda _, high, which: high >= self.bar * (1 - SLACK) * best[which],
        )
        return found + chunk.start, high / best[found]

    def _mixed(self, first: int, chunk: slice) -> Floats:
        whole = self.space.diffusions
        return (whole[..., chunk] + whole[..., [self.space.firsts[first]]]) * 0.5

    @staticmethod
    def exact(values: MixtureValues) -> Fraction:
        return values.amplification


class Loss(Amplification):
    """The least φ_min(Δ̄) / max_h φ_min(Δ_h)."""

    name = "loss"

    def _stop(self, first: int) -> int:
        return len(self.space.graphs)

    def _good(self, first: int, chunk: slice) -> tuple[Numbers, Floats]:
        best = self.space.fidelities[chunk]
        found, low, _ = signals.fidelity_bounds(
            self._mixed(first, chunk),
            lambda low, _, which: low * self.bar * (1 - SLACK) <= best[which],
            early=False,
        )
        return found + chunk.start, best[found] / low


class SpeedUp(Scan):
    """The greatest min_h T(W_h) / T(W̄) at ε = ¼."""

    name = "speed-up"

    def _good(self, first: int, chunk: slice) -> tuple[Numbers, Floats]:
        alone = np.minimum(self.space.times[chunk], self._time(first))
        limits = np.floor(alone * (1 + SLACK) / self.bar).astype(np.int64)
        found = np.flatnonzero(survival.within(self._mixed(first, chunk), limits, float(QUARTER)))
        return found + chunk.start, alone[found] / self._times(first, found + chunk.start)

    def _time(self, first: int) -> int:
        return int(self.space.times[self.space.firsts[first]])

    def _mixed(self, first: int, chunk: slice) -> Floats:
        whole = self.space.walks
        return (whole[..., chunk] + whole[..., [self.space.firsts[first]]]) * 0.5

    def _times(self, first: int, second: Numbers) -> Times:
        """Return T(W̄) exactly."""
        graphs, n = self.space.graphs, self.space.n
        one = walk_numerators(graphs[[self.space.firsts[first]]], n)
        both = one + walk_numerators(graphs[second], n)
        return survival.exact_times(both, 2 * common_unit(n), QUARTER)

    @staticmethod
    def exact(values: MixtureValues) -> Fraction:
        return values.speed_up


class SlowDown(SpeedUp):
    """The greatest T(W̄) / max_h T(W_h) at ε = ¼."""

    name = "slow-down"

    def _good(self, first: int, chunk: slice) -> tuple[Numbers, Floats]:
        alone = np.maximum(self.space.times[chunk], self._time(first))
        limits = np.ceil(alone * (1 - SLACK) * self.bar).astype(np.int64)
        found = np.flatnonzero(survival.beyond(self._mixed(first, chunk), limits, float(QUARTER)))
        return found + chunk.start, self._times(first, found + chunk.start) / alone[found]

    @staticmethod
    def exact(values: MixtureValues) -> Fraction:
        return values.slow_down


SCANS: dict[str, type[Scan]] = {one.name: one for one in (Amplification, Loss, SpeedUp, SlowDown)}
