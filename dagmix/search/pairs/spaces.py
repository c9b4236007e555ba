"""All pairs of heads on n nodes, with what is known of each head, in an order to go through them.

The second head is any graph; the first is one of each isomorphism class, or, where the heads
share the order 0 … n−1, any forward graph. Heads are sorted by φ_min, and the second is never
before the first, so that a pair and its exchange are met once. Every kind of pair is met, some
several times.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from dagmix.search.pairs import masks
from dagmix.search.pairs.masks import Masks
from dagmix.search.pairs.signals import Flags, Floats, fidelity_bounds
from dagmix.search.pairs.survival import Times, exact_times

QUARTER = Fraction(1, 4)
CHUNK = 2048  # mixtures at a time: what fits a processor's cache


@dataclass(frozen=True, eq=False)
class Space:
    """The pairs on n nodes in an order.

    `graphs`, `fidelities` (floats, good to 1e-9) and `times` (exact, at ε = ¼) are of the second
    heads; `firsts` has the numbers of those that are first heads, `starts` where their second
    heads begin.
    """

    n: int
    graphs: Masks
    fidelities: Floats
    times: Times
    firsts: Times
    starts: Times

    @property
    def pairs(self) -> int:
        """The number of pairs to go through."""
        return int((len(self.graphs) - self.starts).sum())

    def chunks(self, first: int, stop: int) -> Iterator[slice]:
        """Cut the second heads that go with a first one, up to `stop`."""
        for begin in range(int(self.starts[first]), stop, CHUNK):
            yield slice(begin, min(begin + CHUNK, stop))

    @cached_property
    def diffusions(self) -> Floats:
        """Δ of every head, (n, n, heads)."""
        return diffusions(self.graphs, self.n)

    @cached_property
    def walks(self) -> Floats:
        """W of every head without the sink, (n − 1, n − 1, heads)."""
        return walk_numerators(self.graphs, self.n) / common_unit(self.n)


@lru_cache(maxsize=2)
def space(n: int, order: str) -> Space:
    """Return the pairs on n ≥ 2 nodes, in a "common" order or "any".

    >>> space(4, "common").pairs, space(4, "any").pairs  # of 203 and of 553 kinds
    (231, 640)
    """
    kinds = masks.classes(n)
    found, low, _ = fidelity_bounds(diffusions(kinds, n), _all)
    fidelities = low[np.argsort(found)]
    ranks = np.argsort(fidelities, kind="stable")
    kinds, fidelities = kinds[ranks], fidelities[ranks]
    times = exact_times(walk_numerators(kinds, n), common_unit(n), QUARTER)
    images = np.concatenate([masks.relabelled(kinds, n, to) for to in masks.relabellings(n)])
    graphs, at = np.unique(images, return_index=True)
    if order == "common":
        at = at[np.isin(graphs, masks.forward(n))]
    kind = at % len(kinds)
    at, kind = at[np.argsort(kind, kind="stable")], np.sort(kind)
    if order == "common":
        firsts = starts = np.arange(len(at))
    else:
        firsts = starts = np.searchsorted(kind, np.arange(len(kinds)))
    return Space(n, images[at], fidelities[kind], times[kind], firsts, starts)


def diffusions(graphs: Masks, n: int) -> Floats:
    """Return Δ of every graph, (n, n, …): receiver, sender, graph."""
    links = masks.links(graphs, n)
    return np.asarray(links / links.sum(axis=1, keepdims=True))


def walk_numerators(graphs: Masks, n: int) -> NDArray[np.int64]:
    """Return W of every graph without its sink, (n − 1, n − 1, …), times lcm(1, …, n)."""
    links = masks.links(graphs, n)
    numerators = links * (common_unit(n) // links.sum(axis=0))
    return np.asarray(numerators[: n - 1, : n - 1])


def common_unit(n: int) -> int:
    """Return lcm(1, …, n), of which every out-degree is a divisor."""
    return math.lcm(*range(1, n + 1))


def _all(low: Floats, _high: Floats, _which: NDArray[np.int64]) -> Flags:
    return np.ones(low.shape, dtype=bool)
