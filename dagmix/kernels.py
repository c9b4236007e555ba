"""Kernels: numbers on a support, in one field, and the one step they make.

M[i, j] = receiver[i] · values[i, j] · sender[j] where j sends to i, else 0. Any of the three
may be absent (all ones), so that a graph needs its degrees only. The same code steps floats,
Fractions, integers, SymPy expressions and balls: NumPy dispatches on the dtype.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from dagmix.support import Ints, Support, Vec


@dataclass(frozen=True, eq=False)
class Kernel:
    """A matrix M in one field, receiver i and sender j in M[i, j]."""

    support: Support
    receiver: Vec | None = None
    values: Vec | None = None
    sender: Vec | None = None

    def step(self, x: Vec) -> Vec:
        """Return the row x M: one step of r_{t+1} = r_t M, for all senders at once."""
        if self.receiver is not None:
            x = x * self.receiver
        sums = self.support.gather(x, self.values)
        return sums if self.sender is None else sums * self.sender

    @cached_property
    def transposed(self) -> Kernel:
        """The kernel of the transposed matrix."""
        support, values = self.support, self.values
        flipped = None if values is None else support.transposed_values(values)
        return Kernel(support.transposed(), self.sender, flipped, self.receiver)

    @cached_property
    def entries(self) -> Vec:
        """The entries of M in the order of the support's pairs."""
        receivers, senders = self.support.pairs
        shares: list[Vec] = []
        if self.values is not None:
            shares.append(self.support.take(self.values))
        if self.receiver is not None:
            shares.append(self.receiver[receivers])
        if self.sender is not None:
            shares.append(self.sender[senders])
        product = shares[0]
        for share in shares[1:]:
            product = product * share
        return product

    def dense(self) -> Vec:
        """Return M as an n × n array; ShapeError where it does not fit."""
        return self.support.dense(self.support.place(self.entries))

    def over_denominator(self) -> tuple[Kernel, int]:
        """Return (N, L), integers with M = N / L, of a kernel of Fractions.

        Rows of powers of M are then rows of powers of N over powers of L: no gcd anywhere.
        """
        scaled = [_over_denominator(part) for part in (self.receiver, self.values, self.sender)]
        (receiver, a), (values, b), (sender, c) = scaled
        return Kernel(self.support, receiver, values, sender), a * b * c


def _over_denominator(part: Vec | None) -> tuple[Vec | None, int]:
    if part is None:
        return None, 1
    common = math.lcm(*(number.denominator for number in part.ravel()))
    integers = [number.numerator * (common // number.denominator) for number in part.ravel()]
    return objects(integers).reshape(part.shape), common


def objects(items: list[Any]) -> Vec:
    """Return a 1-D array of Python objects."""
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array


def off_diagonal(kernel: Kernel) -> tuple[Ints, Ints, Vec]:
    """Return receivers, senders and entries of the pairs of two distinct nodes."""
    receivers, senders = kernel.support.pairs
    proper = receivers != senders
    return receivers[proper], senders[proper], kernel.entries[proper]


def leaving(kernel: Kernel) -> Vec:
    """Return Σ_{i ≠ j} M[i, j] for every sender j: summed, never subtracted from 1.

    For a walk this is the probability of a step to another node.
    """
    _, senders, entries = off_diagonal(kernel)
    total = np.zeros(kernel.support.n, dtype=entries.dtype)
    np.add.at(total, senders, entries)
    return total
