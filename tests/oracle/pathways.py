"""Every pathway of t steps, one by one in fractions: nodes and heads, nothing shared with dagmix.

A pathway is read from the source to the sink: t + 1 nodes and t heads, weight
Π weights[h] · heads[h][receiver][sender] over its steps.
"""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import chain, pairwise
from itertools import product as tuples
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from oracle import Matrix


class Path(NamedTuple):
    """One pathway; `bare` is its weight without the heads' weights."""

    nodes: tuple[int, ...]
    heads: tuple[int, ...]
    weight: Fraction
    bare: Fraction

    @property
    def place(self) -> tuple[int, ...]:
        """Nodes and heads in turn, from the source on."""
        rest = zip(self.heads, self.nodes[1:], strict=True)
        return (self.nodes[0], *chain.from_iterable(rest))


def pathways(
    heads: Sequence[Matrix], weights: Sequence[Fraction], sink: int, source: int, t: int
) -> list[Path]:
    """List all pathways whose entries are positive, whatever the heads' weights."""
    found = []
    for between in tuples(range(len(heads[0])), repeat=max(t - 1, 0)):
        nodes = (source, *between, sink) if t else (source,)
        if t == 0 and source != sink:
            continue
        for choice in tuples(range(len(heads)), repeat=t):
            entries = [heads[h][i][j] for h, (j, i) in zip(choice, pairwise(nodes), strict=True)]
            bare = math.prod(entries, start=Fraction(1))
            if bare:
                weight = math.prod((weights[h] for h in choice), start=bare)
                found.append(Path(nodes, choice, weight, bare))
    return found


def ordered(paths: Iterable[Path]) -> list[Path]:
    """Those of positive weight, the heaviest first and equal ones in the order of `place`."""
    return sorted((p for p in paths if p.weight), key=lambda p: (-p.weight, p.place))


def grouped(
    paths: Iterable[Path], key: Callable[[Path], Hashable], weight: Callable[[Path], Fraction]
) -> dict[Hashable, Fraction]:
    """Add up weights by key."""
    sums: dict[Hashable, Fraction] = {}
    for path in paths:
        sums[key(path)] = sums.get(key(path), Fraction(0)) + weight(path)
    return sums
