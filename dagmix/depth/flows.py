"""Attention flow: the maximum flow through the layers, in integers (Dinic's algorithm).

Node (l, i) sends to (l − 1, k) at most Â_l[i, k]. Arcs are built only where flow can go, both
from the source and on to the sink. All numbers are Python's integers: capacities times their
common denominator, or floats times a power of two, rounded down. Rounding E arcs down by less
than δ takes less than Eδ from the capacity of any cut, and so from the flow.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from dagmix._engine.adjacency.base import Ints, Vec
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.enclosures import UNIT, Enclosure, widened
from dagmix._engine.exact.vectors import unit
from dagmix.errors import SizeError

FINE = 200  # binary digits after the point of a float capacity
MOST_ARCS = 2**21


def attention_flow(
    matrices: Sequence[Transition], source: int, sink: int, *, exact: bool
) -> Fraction | Enclosure:
    """Return the maximum flow from (L, source) to (0, sink): exact, or a float with bounds."""
    arcs = sum(one.adjacency.edges for one in matrices)
    if arcs > MOST_ARCS:
        message = f"a flow through {arcs} arcs is too large; at most {MOST_ARCS}"
        raise SizeError(message)
    if exact:
        pairs = [one.integers for one in matrices]
        common = math.lcm(*(scale for _, scale in pairs))
        capacities = [kernel.entries * (common // scale) for kernel, scale in pairs]
        return Fraction(_Network(matrices, capacities, source, sink).flow(), common)
    floats = [one.floats for one in matrices]
    whole = _Network(matrices, [_scaled(one.kernel.entries) for one in floats], source, sink).flow()
    value, error = whole / 2**FINE, UNIT * (2 + max(one.entry_units for one in floats))
    rest = arcs * 2.0**-FINE if value else 0.0
    return Enclosure(min(value, 1.0), *widened(value * (1 - error), value * (1 + error) + rest))


def _scaled(entries: Vec) -> Vec:
    """Return floats times 2²⁰⁰ as integers, rounded down."""
    mantissas, exponents = np.frexp(entries)
    whole = (mantissas * 2.0**53).astype(np.int64).tolist()
    shifts = (exponents.astype(int) + (FINE - 53)).tolist()
    numbers = [a << b if b >= 0 else a >> -b for a, b in zip(whole, shifts, strict=True)]
    return np.array(numbers, dtype=object)


class _Network:
    """Arcs in pairs: arc a, and a ^ 1 against it, which has what a carries."""

    def __init__(
        self, matrices: Sequence[Transition], capacities: Sequence[Vec], source: int, sink: int
    ) -> None:
        n, depth = matrices[0].adjacency.n, len(matrices)
        self._source, self._sink = depth * n + source, sink
        self._heads: list[int] = []
        self._rooms: list[Any] = []
        self._out: dict[int, list[int]] = {self._source: [], self._sink: []}
        ends = _reaching(matrices, sink)
        begun = unit(n, source) > 0
        for level in range(depth, 0, -1):
            matrix = matrices[level - 1]
            receivers, senders = matrix.adjacency.pairs
            kept = np.flatnonzero(begun[receivers] & ends[level - 1][senders])
            begun = np.zeros(n, dtype=bool)
            begun[senders[kept]] = True
            self._add(
                level * n + receivers[kept],
                (level - 1) * n + senders[kept],
                capacities[level - 1][kept],
            )

    def _add(self, tails: Ints, heads: Ints, rooms: Vec) -> None:
        for tail, head, room in zip(tails.tolist(), heads.tolist(), rooms.tolist(), strict=True):
            self._out.setdefault(tail, []).append(len(self._heads))
            self._out.setdefault(head, []).append(len(self._heads) + 1)
            self._heads += [head, tail]
            self._rooms += [room, 0]

    def flow(self) -> Any:
        """Return the greatest flow: shortest ways are filled until there is none."""
        total = 0
        while self._source in (distances := self._distances()):
            places = dict.fromkeys(self._out, 0)
            while found := self._fill(distances, places):
                total += found
        return total

    def _distances(self) -> dict[int, int]:
        """Return how many arcs with room it takes from a node to the sink."""
        found, queue = {self._sink: 0}, deque([self._sink])
        while queue:
            node = queue.popleft()
            for arc in self._out[node]:
                tail = self._heads[arc]
                if tail not in found and self._rooms[arc ^ 1]:
                    found[tail] = found[node] + 1
                    queue.append(tail)
        return found

    def _fill(self, distances: dict[int, int], places: dict[int, int]) -> Any:
        """Fill one shortest way; return what it carries, 0 where there is none left.

        `places` are those of the first arcs that may still lead on.
        """
        way: list[int] = []
        node = self._source
        while node != self._sink:
            arcs, last = self._out[node], distances[node] - 1
            place = places[node]
            while place < len(arcs) and not (
                self._rooms[arcs[place]] and distances.get(self._heads[arcs[place]]) == last
            ):
                place += 1
            places[node] = place
            if place < len(arcs):
                way.append(arcs[place])
                node = self._heads[arcs[place]]
            elif way:
                node = self._heads[way.pop() ^ 1]
                places[node] += 1
            else:
                return 0
        carried = min(self._rooms[arc] for arc in way)
        for arc in way:
            self._rooms[arc] -= carried
            self._rooms[arc ^ 1] += carried
        return carried


def _reaching(matrices: Sequence[Transition], sink: int) -> list[Vec]:
    """Mark for every level the nodes from which a way leads to (0, sink)."""
    marks = [unit(matrices[0].adjacency.n, sink) > 0]
    for matrix in matrices:
        receivers, senders = matrix.adjacency.pairs
        later = np.zeros(len(marks[0]), dtype=bool)
        later[receivers[marks[-1][senders]]] = True
        marks.append(later)
    return marks
