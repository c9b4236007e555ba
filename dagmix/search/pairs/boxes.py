"""The best weights of every pair: boxes of pairs and intervals of weights, bounded and bisected.

A box is a pair of heads and an interval of the weight β of the first. Between β = a and β = b
every entry of β Δ_1 + (1 − β) Δ_2 is at most the greater of its values at a and at b, and at least
the lesser: so products of the matrices of these bound all signals, and all P_j(T > t), in the box.
A box that cannot reach the best value met so far is put aside, any other is cut in two, until
what is left is few pairs near the record, whose best weights `extremal` computes exactly.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

import numpy as np

from dagmix.search.pairs import signals, survival
from dagmix.search.pairs.masks import pair_keys
from dagmix.search.pairs.scans import NOTHING, SLACK, Numbers
from dagmix.search.pairs.signals import Flags, Floats
from dagmix.search.pairs.spaces import CHUNK, QUARTER, Space

NARROW = 2.0**-16  # of an interval that is cut no more
MANY = 32  # boxes of one pair


class Boxes(NamedTuple):
    """Pairs, by the numbers of their heads, and an interval of weights of the first one."""

    first: Numbers
    second: Numbers
    low: Floats
    high: Floats

    def some(self, which: Numbers | Flags | slice) -> Boxes:
        """Return a part of them."""
        return Boxes(self.first[which], self.second[which], self.low[which], self.high[which])


@dataclass
class Search:
    """The boxes that are left, and the best value met, as `bar`, rounded down.

    In the end `keys` has the pairs of the boxes that were cut no more, and those that raised the
    bar.
    """

    space: Space
    bar: float
    met: int = 0
    keys: Numbers = field(default_factory=lambda: NOTHING)
    ranks: Floats = field(default_factory=lambda: np.zeros(0))
    _open: list[Boxes] = field(default_factory=list)

    name: ClassVar[str]

    def go_through(self, first: int) -> None:
        """Bound the pairs with one first head over all weights."""
        number = int(self.space.firsts[first])
        for chunk in self.space.chunks(first, self._stop()):
            second = np.arange(chunk.start, chunk.stop)
            whole = Boxes(np.full_like(second, number), second, 0.0 * second, 0.0 * second + 1.0)
            self.met += len(second)
            self._open.append(whole.some(self._reaches(whole)))

    def finish(self) -> None:
        """Cut what is left until it is narrow; keep the pairs of those boxes."""
        keys, boxes = [self.keys], _joined([*self._open, _NONE])
        self._open = []
        while len(boxes.low):
            middle = (boxes.low + boxes.high) / 2
            keys.append(self._keys(boxes.some(self._raise(boxes, middle))))
            boxes = self._reaching(
                _joined([boxes._replace(high=middle), boxes._replace(low=middle)])
            )
            done = (boxes.high - boxes.low <= NARROW) | self._is_many(boxes)
            keys.append(self._keys(boxes.some(done)))
            boxes = boxes.some(~done)
        self.keys = np.unique(np.concatenate(keys))
        self.ranks = np.full(len(self.keys), self._most())

    def _reaching(self, boxes: Boxes) -> Boxes:
        cuts = [boxes.some(slice(k, k + CHUNK)) for k in range(0, len(boxes.low), CHUNK)]
        return _joined([part.some(self._reaches(part)) for part in cuts])

    def _is_many(self, boxes: Boxes) -> Flags:
        """Tell whose pair has many boxes: a value that is nearly constant is not worth cutting."""
        pairs = boxes.first * len(self.space.graphs) + boxes.second
        _, pair, sizes = np.unique(pairs, return_inverse=True, return_counts=True)
        return np.asarray(sizes[pair] > MANY)

    def _keys(self, boxes: Boxes) -> Numbers:
        graphs = self.space.graphs
        first, second = np.unique(np.stack([boxes.first, boxes.second]), axis=1)
        return pair_keys(graphs[first], graphs[second], self.space.n)

    def _raise(self, boxes: Boxes, middle: Floats) -> Flags:
        """Raise the bar by values at weights of the boxes; tell which have the best of these."""
        cuts = [slice(begin, begin + CHUNK) for begin in range(0, len(middle), CHUNK)]
        values = np.concatenate([self._values(boxes.some(cut), middle[cut]) for cut in cuts])
        best = float(values.max(initial=0.0)) * (1 - SLACK)
        higher = best > self.bar
        self.bar = max(self.bar, best)
        return (values >= self.bar) & higher

    @abstractmethod
    def _stop(self) -> int:
        """Return the end of the second heads that could do."""

    @abstractmethod
    def _most(self) -> float:
        """Return a bound of all values."""

    @abstractmethod
    def _reaches(self, boxes: Boxes) -> Flags:
        """Tell which boxes may have a value of more than the bar, or near it."""

    @abstractmethod
    def _values(self, boxes: Boxes, weights: Floats) -> Floats:
        """Return the value of each box at a weight of its first head, 0 where it is too small."""


_NONE = Boxes(NOTHING, NOTHING, np.zeros(0), np.zeros(0))


def _joined(parts: list[Boxes]) -> Boxes:
    return Boxes(*map(np.concatenate, zip(*parts, strict=True)))


def mixed(whole: Floats, boxes: Boxes, weights: Floats) -> Floats:
    """Return β A_1 + (1 − β) A_2 for the heads of every box."""
    return weights * whole[..., boxes.first] + (1.0 - weights) * whole[..., boxes.second]


class Amplification(Search):
    """The supremum of φ_min(β Δ_1 + (1 − β) Δ_2) / max_h φ_min(Δ_h) over pairs and weights."""

    name = "amplification"

    def _stop(self) -> int:
        most = (1 + SLACK) / self.bar
        return int(np.searchsorted(self.space.fidelities, most, side="right"))

    def _most(self) -> float:
        return 1 / float(self.space.fidelities[0]) * (1 + SLACK)

    def _needed(self, boxes: Boxes) -> Floats:
        return self.bar * (1 - SLACK) * self.space.fidelities[boxes.second]

    def _reaches(self, boxes: Boxes) -> Flags:
        whole, needed = self.space.diffusions, self._needed(boxes)
        ends = [mixed(whole, boxes, weights) for weights in (boxes.low, boxes.high)]
        together = signals.recurrent(mixed(whole, boxes, np.full_like(boxes.low, 0.5)))
        reaching = np.ones(len(needed), dtype=bool)

        def undecided(low: Floats, high: Floats, which: Numbers) -> Flags:
            reaching[which[high < needed[which]]] = False
            return (low < needed[which]) & (high >= needed[which])

        signals.fidelity_bounds(np.maximum(*ends), undecided, together=together)
        return reaching

    def _values(self, boxes: Boxes, weights: Floats) -> Floats:
        needed = self._needed(boxes)
        found, low, _ = signals.fidelity_bounds(
            mixed(self.space.diffusions, boxes, weights),
            lambda _, high, which: high >= needed[which],
        )
        values = np.zeros(len(needed))
        values[found] = low / self.space.fidelities[boxes.second[found]]
        return values


class SpeedUp(Search):
    """The greatest min_h T(W_h) / T(α W_1 + (1 − α) W_2) over pairs and weights, at ε = ¼.

    What is left are pairs that may have more than the bar, not those that reach it.
    """

    name = "speed-up"

    def _stop(self) -> int:
        return len(self.space.graphs)

    def _most(self) -> float:
        return float(self.space.times.max())

    def _limits(self, boxes: Boxes) -> tuple[Numbers, Numbers]:
        """Return the lesser time of the heads, and the greatest for a ratio above the bar."""
        alone = np.minimum(*(self.space.times[heads] for heads in (boxes.first, boxes.second)))
        return alone, np.ceil(alone * (1 - SLACK) / self.bar).astype(np.int64) - 1

    def _reaches(self, boxes: Boxes) -> Flags:
        ends = [mixed(self.space.walks, boxes, weights) for weights in (boxes.low, boxes.high)]
        return survival.within(np.minimum(*ends), self._limits(boxes)[1], float(QUARTER))

    def _values(self, boxes: Boxes, weights: Floats) -> Floats:
        alone, limits = self._limits(boxes)
        walks = mixed(self.space.walks, boxes, weights)
        sure = survival.within(walks, limits, float(QUARTER) * (1 - SLACK))
        return np.where(sure, alone / np.maximum(limits, 1), 0.0)


SEARCHES: dict[str, type[Search]] = {one.name: one for one in (Amplification, SpeedUp)}
