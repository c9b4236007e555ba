"""The heaviest pathways through a stack: a best-first search that knows the heaviest way on.

From the top layer down, `ways[l][j]` is the logarithm of the heaviest way from node j below
layer l to the sink, one pass over the arcs of each layer. A pathway begun at the source can then
weigh its prefix times the heaviest way on, no more, and that much it does. Prefixes are taken in
the order of this bound, equal ones in the order of their sequences; the first k that arrive are
the k heaviest, for nothing that is left can come before them.

Floats choose what is near enough to matter, exact rationals decide.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

import numpy as np

from dagmix._engine.adjacency.base import Floats, Ints
from dagmix._engine.chains.matrices import FloatMatrix
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.enclosures import SMALLEST, UNIT
from dagmix.depth.layers import Residual, identity, residual_shares
from dagmix.errors import SizeError
from dagmix.operators.diffusion import DiffusionOperator
from dagmix.operators.mixture import MultiHead
from dagmix.pathways.k_best import log2

MOST_ARCS = 2**25
STREAM = -1  # the residual stream among the heads of a layer


class Found(NamedTuple):
    """A pathway: head and node in turn, from the source on, and its weight."""

    steps: tuple[int, ...]
    weight: Fraction


@dataclass
class Carrier:
    """One head of a layer, or its residual stream: arcs j → i of weight `share` · M[i, j]."""

    number: int
    share: Fraction
    matrix: Transition
    _sums: dict[int, Fraction] = field(default_factory=dict)

    @cached_property
    def logarithms(self) -> Floats:
        """log₂ of every arc's weight, within `error`."""
        entries = self.matrix.floats.kernel.entries
        found = np.log2(entries, where=entries >= SMALLEST, out=np.zeros(len(entries)))
        for place in np.flatnonzero(entries < SMALLEST):
            found[place] = log2(self._entry(int(place)))
        return found + log2(self.share)

    @cached_property
    def error(self) -> float:
        """A bound of the absolute error of a logarithm, with ample room for that of log2."""
        largest = float(np.abs(self.logarithms).max()) + 2 * abs(log2(self.share))
        return (2 * self.matrix.floats.entry_units + 32 * (1 + largest)) * UNIT

    def exact(self, place: int) -> Fraction:
        """Return the weight of an arc."""
        return self.share * self._entry(place)

    def _entry(self, place: int) -> Fraction:
        """Return M[i, j]: of floats only the row that is needed is made exact."""
        if not isinstance(self.matrix, FloatMatrix):
            return Fraction(self.matrix.rationals.entries[place])
        receivers, senders = self.matrix.adjacency.pairs
        row, sender = int(receivers[place]), int(senders[place])
        if row not in self._sums:
            self._sums[row] = exact_sum(self.matrix.matrix[row].tolist())
        return Fraction(float(self.matrix.matrix[row, sender])) / self._sums[row]

    def best(self, onward: Floats) -> Floats:
        """Return for every sender the greatest sum of an arc's logarithm and what is onward."""
        adjacency = self.matrix.adjacency
        sums = self.logarithms + onward[adjacency.pairs[0]]
        best = np.full(adjacency.n, -np.inf)
        sends = adjacency.out_degree > 0
        best[sends] = np.maximum.reduceat(sums, adjacency.starts[:-1][sends])
        return best

    def places(self, sender: int) -> Ints:
        """Return the places of a sender's arcs."""
        return np.arange(*self.matrix.adjacency.starts[sender : sender + 2])


def exact_sum(numbers: Sequence[float]) -> Fraction:
    """Return the sum of floats without a rounding.

    >>> exact_sum([0.5, 2.0**-1000]) == Fraction(1, 2) + Fraction(1, 2**1000)
    True
    """
    ratios = [number.as_integer_ratio() for number in numbers]
    common = max(below for _, below in ratios)  # all are powers of two
    return Fraction(sum(above * (common // below) for above, below in ratios), common)


def heaviest(
    layers: Sequence[DiffusionOperator],
    residuals: Sequence[Residual],
    source: int,
    sink: int,
    count: int,
) -> list[Found]:
    """Return the first `count` pathways from the source below to the sink above all layers."""
    pairs = zip(layers, residuals, strict=True)
    carriers = [_carriers(layer, residual) for layer, residual in pairs]
    arcs = sum(one.matrix.adjacency.edges for level in carriers for one in level)
    if arcs > MOST_ARCS:
        message = f"the pathways through {arcs} arcs are too many; at most {MOST_ARCS}"
        raise SizeError(message)
    return _Search(carriers, sink, count).first(source)


def _carriers(layer: DiffusionOperator, residual: Residual) -> list[Carrier]:
    """Return the residual stream and the heads of positive weight."""
    share, rest = residual_shares(residual)
    heads = layer.parts if isinstance(layer, MultiHead) else ((Fraction(1), layer.transition),)
    stream = [(STREAM, share, identity(layer.adjacency))]
    moving = [(head, rest * weight, part) for head, (weight, part) in enumerate(heads)]
    return [Carrier(number, own, part) for number, own, part in stream + moving if own]


class Step(NamedTuple):
    """An arc out of a node: `bound` is its weight times that of the heaviest way on."""

    bound: Fraction
    head: int
    node: int
    weight: Fraction


class _Search:
    """Arcs, levels from 0 below to L above, and the heaviest ways on from each node."""

    def __init__(self, carriers: list[list[Carrier]], sink: int, count: int) -> None:
        self._carriers, self._count = carriers, count
        top = np.full(carriers[0][0].matrix.adjacency.n, -np.inf)
        top[sink] = 0.0
        self._ways = [top]
        for level in reversed(carriers):
            onward = self._ways[0]
            self._ways.insert(0, np.max([one.best(onward) for one in level], axis=0))
        known = np.concatenate([row[row > -np.inf] for row in self._ways])
        errors = sum(max(one.error for one in level) for level in carriers)
        self._gap = 4 * (errors + len(carriers) * (1 + float(np.abs(known).max())) * UNIT)
        self._exact = {(len(carriers), sink): Fraction(1)}
        self._steps: dict[tuple[int, int], list[Step]] = {}

    def first(self, source: int) -> list[Found]:
        """Return the first pathways from the source, in order."""
        if self._ways[0][source] == -np.inf:
            return []
        found: list[Found] = []
        # An entry has the bound, the sequence so far, the weight before the last step, the node
        # before it, and the place of the step among those from there.
        queue: list[tuple[Fraction, tuple[int, ...], Fraction, int, int]] = []

        def push(before: tuple[int, ...], weight: Fraction, node: int, place: int) -> None:
            steps = self._from(len(before) // 2, node)
            if place < len(steps):
                step = steps[place]
                entry = (-weight * step.bound, (*before, step.head, step.node), weight, node, place)
                heapq.heappush(queue, entry)

        push((), Fraction(1), source, 0)
        while queue and len(found) < self._count:
            _, steps, weight, node, place = heapq.heappop(queue)
            level = len(steps) // 2
            push(steps[:-2], weight, node, place + 1)
            gone = weight * self._from(level - 1, node)[place].weight
            if level == len(self._carriers):
                found.append(Found(steps, gone))
            else:
                push(steps, gone, steps[-1], 0)
        return found

    def _from(self, level: int, node: int) -> list[Step]:
        """Return the first steps from a node, by their bounds, at equal ones by head and node."""
        if (level, node) not in self._steps:
            steps = []
            for one, place, receiver in self._near(level, node, self._count):
                weight = one.exact(place)
                bound = weight * self._way(level + 1, receiver)
                steps.append(Step(bound, one.number, receiver, weight))
            steps.sort(key=lambda step: (-step.bound, step.head, step.node))
            self._steps[level, node] = steps[: self._count]
        return self._steps[level, node]

    def _near(self, level: int, node: int, count: int) -> list[tuple[Carrier, int, int]]:
        """Return the arcs from a node that may be among the first `count`, by what floats say."""
        carriers, onward = self._carriers[level], self._ways[level + 1]
        places = [one.places(node) for one in carriers]
        receivers = [
            one.matrix.adjacency.pairs[0][run] for one, run in zip(carriers, places, strict=True)
        ]
        sums = np.concatenate(
            [
                one.logarithms[run] + onward[ends]
                for one, run, ends in zip(carriers, places, receivers, strict=True)
            ]
        )
        floor = np.partition(sums, -count)[-count] if len(sums) > count else -np.inf
        owners = np.repeat(np.arange(len(carriers)), [len(run) for run in places])
        near = np.flatnonzero((sums >= floor - self._gap) & (sums > -np.inf))
        whole, ends = np.concatenate(places), np.concatenate(receivers)
        return [(carriers[owners[k]], int(whole[k]), int(ends[k])) for k in near]

    def _way(self, level: int, node: int) -> Fraction:
        """Return the weight of the heaviest way from a node to the sink."""
        wanted = [(level, node)]
        while wanted:
            here = wanted[-1]
            if here in self._exact:
                wanted.pop()
                continue
            near = self._near(*here, 1)
            missing = [
                (here[0] + 1, receiver)
                for _, _, receiver in near
                if (here[0] + 1, receiver) not in self._exact
            ]
            if missing:
                wanted += missing
                continue
            ways = [one.exact(place) * self._exact[here[0] + 1, end] for one, place, end in near]
            self._exact[here] = max(ways)
        return self._exact[level, node]
