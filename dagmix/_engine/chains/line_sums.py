"""Entries of a sum of rational kernels whose heads have one scale a line: one gcd an entry.

Σ_h w_h s_h[i] a_h[i, j] with integers a_h, as rows of heads divided by their own sums are (columns
likewise), is an integer over the least common denominator L[i] of w_h s_h[i], all h.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Protocol

import numpy as np

from dagmix._engine.adjacency.base import Adjacency, Ints, Vec
from dagmix._engine.exact.convert import objects


class _Part(Protocol):
    """M[i, j] = receiver[i] · values[i, j] · sender[j], each of them maybe absent."""

    @property
    def adjacency(self) -> Adjacency: ...
    @property
    def receiver(self) -> Vec | None: ...
    @property
    def values(self) -> Vec | None: ...
    @property
    def sender(self) -> Vec | None: ...


def summed_by_line(whole: Adjacency, parts: Sequence[tuple[Any, _Part]]) -> Vec | None:
    """Return the entries of Σ weight · part, in the order of the pairs; None of other kernels."""
    axis = 0 if parts[0][1].sender is None else 1
    scales = [(part.receiver, part.sender)[axis] for _, part in parts]
    others = [(part.receiver, part.sender)[1 - axis] for _, part in parts]
    if any(scale is None for scale in scales) or any(other is not None for other in others):
        return None
    factors = [weight * scale for (weight, _), scale in zip(parts, scales, strict=True)]
    integers = [_integers(part) for _, part in parts]
    if any(numbers is None for numbers in integers) or not all(map(_is_rational, factors)):
        return None
    common = [
        math.lcm(*(share.denominator for share in shares)) for shares in zip(*factors, strict=True)
    ]
    total = np.zeros(whole.edges, dtype=object)
    for (_, part), shares, numbers in zip(parts, factors, integers, strict=True):
        pairs = zip(shares.tolist(), common, strict=True)
        raised = objects([share.numerator * (one // share.denominator) for share, one in pairs])
        terms = raised[part.adjacency.pairs[axis]]
        total[positions(part.adjacency, whole)] += terms * numbers
    lines = zip(total.tolist(), whole.pairs[axis].tolist(), strict=True)
    known: dict[tuple[int, int], Fraction] = {}
    for key in (listed := list(lines)):
        if key not in known:
            known[key] = Fraction(key[0], common[key[1]])
    return objects([known[key] for key in listed])


def _integers(part: _Part) -> Any:
    """Return the values of the pairs as integers; None where there are others."""
    if part.values is None:
        return 1
    numbers = part.adjacency.take(part.values).tolist()
    if not all(isinstance(x, Fraction) and x.denominator == 1 for x in numbers):
        return None
    return objects([number.numerator for number in numbers])


def _is_rational(numbers: Vec) -> bool:
    return set(map(type, numbers.tolist())) <= {int, Fraction}


def positions(part: Adjacency, whole: Adjacency) -> Ints | slice:
    """Return where the pairs of an adjacency stand in the list of one that has them all."""
    if part is whole:
        return slice(None)
    mine, theirs = (
        senders * whole.n + receivers for receivers, senders in (part.pairs, whole.pairs)
    )
    return np.searchsorted(theirs, mine)
