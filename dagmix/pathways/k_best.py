"""The heaviest pathways of a mixture: dynamic programming in a total order.

Pathways that end at the same node are ordered by weight, and at equal weights by the sequence
source, head, node, head, …, read from the source. To go on by the same head to the same node
keeps that order, so that the k first pathways to a node go on from the k first pathways to
its senders, and no other need be kept.

Weights are compared as sums of float logarithms where these differ by more than their error,
and as exact rationals where they do not: loops at one node commute, so ties are common.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from dagmix._engine.adjacency.base import Ints, Vec
from dagmix._engine.exact.enclosures import SMALLEST, UNIT
from dagmix._util.budget import Meter
from dagmix.pathways.head_polynomials import Parts, Question, check_size


class Arcs:
    """Every arc of positive weight β_h M_h[i, j], sorted by receiver i, with its logarithm."""

    def __init__(self, parts: Parts) -> None:
        """Collect the arcs of the heads of positive weight."""
        self._parts = [(weight, head) for weight, head in parts if weight]
        numbers = [number for number, (weight, _) in enumerate(parts) if weight]
        pairs = [head.adjacency.pairs for _, head in self._parts]
        receivers = np.concatenate([receivers for receivers, _ in pairs])
        self._order = np.argsort(receivers)
        sizes = [len(senders) for _, senders in pairs]
        self.receivers = receivers[self._order]
        self.senders = np.concatenate([senders for _, senders in pairs])[self._order]
        self.heads = np.repeat(numbers, sizes)[self._order]
        self._part = np.repeat(np.arange(len(sizes)), sizes)[self._order]
        self._place = np.concatenate([np.arange(size) for size in sizes])[self._order]

    def exact(self, arc: int) -> Fraction:
        """Return β_h M_h[i, j]."""
        weight, head = self._parts[self._part[arc]]
        return Fraction(weight * head.rationals.entries[self._place[arc]])

    @cached_property
    def logarithms(self) -> Vec:
        """log₂ β_h M_h[i, j], within `error`."""
        entries = np.concatenate([head.floats.kernel.entries for _, head in self._parts])
        weights = np.array([log2(weight) for weight, _ in self._parts])
        found = np.full(len(self._order), -np.inf)
        sure = entries[self._order] >= SMALLEST
        np.log2(entries[self._order], out=found, where=sure)
        found += weights[self._part]
        for arc in np.flatnonzero(~sure):
            found[arc] = log2(self.exact(int(arc)))
        return found

    @cached_property
    def error(self) -> float:
        """Bound the absolute error of every logarithm, with ample room for that of log2 itself."""
        units = max(head.floats.entry_units for _, head in self._parts)
        return float(2 * units + 32 * (1 + self.largest)) * UNIT

    @cached_property
    def largest(self) -> float:
        """The largest absolute value of a logarithm or of a part of one."""
        weights = max(abs(log2(weight)) for weight, _ in self._parts)
        return float(np.abs(self.logarithms).max()) + 2 * weights


def log2(number: Fraction) -> float:
    """Return log₂ of a positive rational of any size.

    >>> log2(Fraction(1, 8)), round(log2(Fraction(3, 2**2000)), 9)
    (-3.0, -1998.415037499)
    """
    shift = number.numerator.bit_length() - number.denominator.bit_length()
    # A true division of integers is correctly rounded, however long they are.
    over, under = number.numerator << max(-shift, 0), number.denominator << max(shift, 0)
    return shift + math.log2(over / under)


@dataclass(frozen=True, eq=False)
class Partial:
    """A pathway from the source to `node`; `rank` is its place at equal weights."""

    node: int
    score: float
    rank: int
    arc: int
    before: Partial | None
    arcs: Arcs

    @cached_property
    def exact(self) -> Fraction:
        """The weight."""
        return self.before.exact * self.arcs.exact(self.arc) if self.before else Fraction(1)

    def trail(self) -> Iterator[Partial]:
        """Yield the pathway's beginnings, the longest first."""
        here: Partial | None = self
        while here is not None:
            yield here
            here = here.before


Level = dict[int, list[Partial]]  # the first pathways to each node, in order


def heaviest(question: Question, count: int) -> list[Partial]:
    """Return the first `count` pathways from the source to the sink, in order."""
    what = f"a table of the {count} heaviest pathways of {question.steps} steps"
    check_size(question.steps * count, question.size, what)
    arcs = Arcs(question.parts)
    level: Level = {question.node: [Partial(question.node, 0.0, 0, -1, None, arcs)]}
    for step in range(1, question.steps + 1):
        question.meter.count()
        last = question.sink if step == question.steps else None
        level = _Step(arcs, level, question.size, count, step).take(last, question.meter)
    return level.get(question.sink, [])


class _Step:
    """One more step of all pathways that are kept."""

    def __init__(self, arcs: Arcs, level: Level, size: int, count: int, step: int) -> None:
        self._arcs, self._level, self._count = arcs, level, count
        self._gap = 2 * step * (arcs.error + step * (arcs.largest + 1) * UNIT)
        width = max(map(len, level.values()), default=0)
        self._scores = np.full((size, max(width, 1)), -np.inf)
        for node, found in level.items():
            self._scores[node, : len(found)] = [one.score for one in found]

    def take(self, only: int | None, meter: Meter) -> Level:
        """Return the first pathways to every node, or to one."""
        arcs = self._arcs
        live = np.flatnonzero(self._scores[arcs.senders, 0] > -np.inf)
        if only is not None:
            live = live[arcs.receivers[live] == only]
        cuts = np.flatnonzero(np.diff(arcs.receivers[live])) + 1
        groups = np.split(live, cuts) if live.size else []
        return self._ranked([pair for group in groups for pair in self._first(group, meter)])

    def _first(self, group: Ints, meter: Meter) -> list[tuple[Partial, int]]:
        """Return the first pathways that end with an arc of a group, as (before, last arc)."""
        meter.check()
        # An arc that is not among the first with the first pathway to its sender never is.
        best = self._select(group, self._scores[:, :1])
        return self._select(np.array([arc for _, arc in best]), self._scores)

    def _select(self, group: Ints, scores: Vec) -> list[tuple[Partial, int]]:
        arcs, count = self._arcs, self._count
        table = scores[arcs.senders[group]] + arcs.logarithms[group][:, None]
        flat = table.ravel()
        smallest = np.partition(flat, -count)[-count] if flat.size > count else -np.inf
        near = np.flatnonzero((flat >= smallest - self._gap) & (flat > -np.inf))
        near = near[np.argsort(-flat[near])]
        chosen: list[tuple[Partial, int]] = []
        for run in np.split(near, np.flatnonzero(-np.diff(flat[near]) > self._gap) + 1):
            places = [divmod(int(place), table.shape[1]) for place in run]
            alike = [(int(group[row]), rank) for row, rank in places]
            chosen += self._in_order(
                [(self._level[int(arcs.senders[arc])][rank], arc) for arc, rank in alike]
            )
        return chosen[:count]

    def _in_order(self, alike: list[tuple[Partial, int]]) -> list[tuple[Partial, int]]:
        """Sort pathways to one node that floats cannot distinguish."""
        if len(alike) == 1:
            return alike
        return sorted(alike, key=lambda one: (-self._exact(*one), *self._place(*one)))

    def _exact(self, before: Partial, arc: int) -> Fraction:
        return before.exact * self._arcs.exact(arc)

    def _place(self, before: Partial, arc: int) -> tuple[int, int, int]:
        """Return what decides between equal weights."""
        return before.rank, int(self._arcs.heads[arc]), int(self._arcs.receivers[arc])

    def _ranked(self, chosen: Sequence[tuple[Partial, int]]) -> Level:
        """Give every pathway its place at equal weights, and sort by node."""
        places = sorted(self._place(*one) for one in chosen)
        rank = {place: number for number, place in enumerate(places)}
        level: Level = {}
        for before, arc in chosen:
            node = int(self._arcs.receivers[arc])
            score = before.score + float(self._arcs.logarithms[arc])
            place = rank[self._place(before, arc)]
            level.setdefault(node, []).append(Partial(node, score, place, arc, before, self._arcs))
        return level
