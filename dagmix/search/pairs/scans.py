"""What to look for among pairs of heads with even weights, and how a part of them is gone through.

A scan keeps what may be a record: bounds in floats put aside the pairs that are certainly worse
than the best met so far, by a margin that covers every rounding error. What is left is few pairs,
which `extremal` evaluates exactly.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from dagmix.search.pairs import signals, survival
from dagmix.search.pairs.masks import Masks, pair_keys
from dagmix.search.pairs.signals import Floats
from dagmix.search.pairs.spaces import QUARTER, Space, common_unit, walk_numerators
from dagmix.search.pairs.survival import Times

SLACK = 1e-8  # relative; bounds are good to 1e-9
MANY = 10**5  # pairs that are kept before equal kinds among them are looked for
Numbers = NDArray[np.int64]
NOTHING = np.zeros(0, dtype=np.int64)


@dataclass
class Scan:
    """The best pairs so far: their numbers under relabelling, and about how good they are.

    `bar` is a value that is attained, rounded down: what cannot reach it is put aside. Of values
    that are to be small the inverse is taken.
    """

    space: Space
    bar: float = 1.0
    met: int = 0
    keys: Masks = field(default_factory=lambda: NOTHING)
    ranks: Floats = field(default_factory=lambda: np.zeros(0))
    _new: list[tuple[Masks, Masks, Floats]] = field(
        default_factory=lambda: [(NOTHING, NOTHING, np.zeros(0))]
    )

    name: ClassVar[str]

    def go_through(self, first: int) -> None:
        """Look at the pairs with one first head."""
        one = self.space.graphs[self.space.firsts[first]]
        for chunk in self.space.chunks(first, self._stop()):
            self.met += chunk.stop - chunk.start
            which, ranks = self._good(first, chunk)
            if len(which):
                self.bar = max(self.bar, float(ranks.max()) * (1 - SLACK))
                second = self.space.graphs[which]
                self._new.append((np.full_like(second, one), second, ranks))
        if sum(len(ranks) for *_, ranks in self._new) > MANY:
            self.finish()

    def finish(self) -> None:
        """Keep one of each kind among those that reach the bar."""
        first, second, ranks = map(np.concatenate, zip(*self._new, strict=True))
        good, old = ranks >= self.bar, self.ranks >= self.bar
        new = pair_keys(first[good], second[good], self.space.n)
        self.keys, at = np.unique(np.concatenate([self.keys[old], new]), return_index=True)
        self.ranks = np.concatenate([self.ranks[old], ranks[good]])[at]
        self._new = [(first[:0], second[:0], ranks[:0])]

    def _stop(self) -> int:
        """Return the end of the second heads that could do."""
        return len(self.space.graphs)

    @abstractmethod
    def _good(self, first: int, chunk: slice) -> tuple[Numbers, Floats]:
        """Return the second heads of a chunk that may reach the bar, and about which values."""


class Amplification(Scan):
    """The greatest φ_min(Δ̄) / max_h φ_min(Δ_h)."""

    name = "amplification"

    def _stop(self) -> int:
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


class Loss(Amplification):
    """The least φ_min(Δ̄) / max_h φ_min(Δ_h)."""

    name = "loss"

    def _stop(self) -> int:
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


class SlowDown(SpeedUp):
    """The greatest T(W̄) / max_h T(W_h) at ε = ¼."""

    name = "slow-down"

    def _good(self, first: int, chunk: slice) -> tuple[Numbers, Floats]:
        alone = np.maximum(self.space.times[chunk], self._time(first))
        limits = np.ceil(alone * (1 - SLACK) * self.bar).astype(np.int64)
        found = np.flatnonzero(survival.beyond(self._mixed(first, chunk), limits, float(QUARTER)))
        return found + chunk.start, self._times(first, found + chunk.start) / alone[found]


SCANS: dict[str, type[Scan]] = {one.name: one for one in (Amplification, Loss, SpeedUp, SlowDown)}
