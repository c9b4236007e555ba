"""Kernels: numbers on an adjacency, in one field, and the one step they make.

The same code steps floats, Fractions, integers, SymPy expressions and balls: NumPy dispatches
on the dtype.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from dagmix._engine.adjacency.base import Adjacency, Floats, Vec
from dagmix._engine.adjacency.dense import DenseAdjacency
from dagmix._engine.adjacency.ranges import IndexRanges
from dagmix._engine.chains.float_matrices import add_scaled, column_sums
from dagmix._engine.chains.line_sums import positions, summed_by_line
from dagmix._engine.exact.convert import objects

WIDENED = 2**20  # values of 32 bits, 8 MiB in float64; more are widened at every step


@dataclass(frozen=True, eq=False)
class Kernel(ABC):
    """A matrix M in one field, receiver i and sender j in M[i, j]."""

    adjacency: Adjacency

    @property
    @abstractmethod
    def parts(self) -> Sequence[tuple[Any, ScaledKernel]]:
        """Weights and kernels whose sum M is."""

    @property
    @abstractmethod
    def roundings(self) -> int:
        """The most roundings of floats in one step, of this kernel or of its transpose."""

    @property
    @abstractmethod
    def entries(self) -> Vec:
        """The entries of M in the order of the adjacency's pairs."""

    @property
    @abstractmethod
    def transposed(self) -> Kernel:
        """The kernel of the transposed matrix."""

    @abstractmethod
    def step(self, x: Vec) -> Vec:
        """Return the row x M: one step of r_{t+1} = r_t M, for all senders at once."""

    @abstractmethod
    def over_denominator(self) -> tuple[Kernel, int]:
        """Return (N, L), integers with M = N / L, of a kernel of Fractions.

        Rows of powers of M are then rows of powers of N over powers of L: no gcd anywhere.
        """

    @property
    def is_exact(self) -> bool:
        """Whether the numbers are Python objects, not floats."""
        scales = (scale for _, part in self.parts for scale in part.scales)
        return any(scale is not None and scale.dtype == object for scale in scales)

    @property
    def least(self) -> Any:
        """A number that no entry on the adjacency is less than."""
        return min(weight * part.least_entry for weight, part in self.parts)

    def dense(self) -> Vec:
        """Return M as an n × n array; ShapeError where it does not fit."""
        self.adjacency.need_square()
        if self.is_exact:
            return self.adjacency.dense(self.adjacency.place(self.entries))
        return self._summed_floats()

    def _summed_floats(self) -> Floats:
        """Return M as an n × n array of floats, its parts added one after the other."""
        total = np.zeros((self.adjacency.n, self.adjacency.n))
        for weight, part in self.parts:
            part.add_to(total, weight)
        return total


@dataclass(frozen=True, eq=False)
class ScaledKernel(Kernel):
    """M[i, j] = receiver[i] · values[i, j] · sender[j] where j sends to i, else 0.

    Any two of the three may be absent (all ones): a graph needs its degrees only. Values on a
    matrix of marks are a matrix, 0 off the marks; floats among them may be of 32 bits.
    """

    receiver: Vec | None = None
    values: Vec | None = None
    sender: Vec | None = None

    def step(self, x: Vec) -> Vec:
        """Return the row x M."""
        if self.receiver is not None:
            x = x * self.receiver
        values = self._stepped
        is_narrow = values is not None and values.dtype == np.float32
        sums = column_sums(values, x) if is_narrow else self.adjacency.gather(x, values)
        return sums if self.sender is None else sums * self.sender

    @cached_property
    def _stepped(self) -> Any:
        """The values, or a copy in float64 of those of 32 bits where it stays in a cache."""
        values = self.values
        if values is None or values.dtype != np.float32 or values.size > WIDENED:
            return values
        return values.astype(np.float64)

    @property
    def matrix(self) -> Vec | None:
        """What receiver and sender scale, n × n, 0 off the pairs; None but for floats on marks."""
        if self.is_exact or not isinstance(self.adjacency, DenseAdjacency):
            return None
        return self.adjacency.mask if self.values is None else self.values

    def add_to(self, total: Floats, weight: Any) -> None:
        """Add weight · M to an n × n array of floats."""
        if self.matrix is None:
            total[self.adjacency.pairs] += weight * self.entries
        else:
            add_scaled(total, weight, self.matrix, self.receiver, self.sender)

    @property
    def parts(self) -> Sequence[tuple[Any, ScaledKernel]]:
        """The kernel alone."""
        return ((1, self),)

    @property
    def scales(self) -> tuple[Vec | None, ...]:
        """The three parts: receiver, values and sender."""
        return self.receiver, self.values, self.sender

    @property
    def least_entry(self) -> Any:
        """A number that no entry on the adjacency is less than."""
        if self.values is None or self.matrix is not None:
            return math.prod(self._least_values)
        return np.min(self.entries, initial=1.0)

    @property
    def _least_values(self) -> Iterator[Any]:
        """The least number of each of the three parts; of the values, the least on the marks."""
        if self.values is not None and isinstance(self.adjacency, DenseAdjacency):
            yield float(self.values.min(where=self.adjacency.mask, initial=1.0))
        yield from (scale.min() for scale in (self.receiver, self.sender) if scale is not None)

    @property
    def roundings(self) -> int:
        """The most roundings of floats in one step, of this kernel or of its transpose."""
        return int(max(self.adjacency.out_degree.max(), self.adjacency.in_degree.max())) + 2

    @cached_property
    def leaving(self) -> Vec:
        """Σ_{i ≠ j} M[i, j] for every sender j."""
        if self.values is None and isinstance(self.adjacency, IndexRanges):
            ones = np.ones(self.adjacency.n, dtype=object if self.is_exact else np.float64)
            return ScaledKernel(self.adjacency.proper, self.receiver, None, self.sender).step(ones)
        return self.column_sums(proper=True)

    def column_sums(self, *, proper: bool = False) -> Vec:
        """Return Σ_i M[i, j] for every sender j, over i ≠ j only if `proper`."""
        if self.matrix is not None:
            sums = column_sums(self.matrix, self.receiver, proper=proper)
            return sums if self.sender is None else sums * self.sender
        receivers, senders = self.adjacency.pairs
        counted = receivers != senders if proper else slice(None)
        total = np.zeros(self.adjacency.n, dtype=self.entries.dtype)
        np.add.at(total, senders[counted], self.entries[counted])
        return total

    @cached_property
    def transposed(self) -> ScaledKernel:
        """The kernel of the transposed matrix."""
        adjacency, values = self.adjacency, self.values
        flipped = None if values is None else adjacency.transposed_values(values)
        return ScaledKernel(adjacency.transposed(), self.sender, flipped, self.receiver)

    @cached_property
    def entries(self) -> Vec:
        """The entries of M in the order of the adjacency's pairs."""
        receivers, senders = self.adjacency.pairs
        shares: list[Vec] = []
        if self.values is not None:
            shares.append(self.adjacency.take(self.values))
        if self.receiver is not None:
            shares.append(self.receiver[receivers])
        if self.sender is not None:
            shares.append(self.sender[senders])
        product = shares[0]
        for share in shares[1:]:
            product = product * share
        return product

    def over_denominator(self) -> tuple[ScaledKernel, int]:
        """Return the integers, and the product of the three parts' denominators."""
        scaled = [_over_denominator(scale) for scale in self.scales]
        (receiver, a), (values, b), (sender, c) = scaled
        return ScaledKernel(self.adjacency, receiver, values, sender), a * b * c


def _over_denominator(part: Vec | None) -> tuple[Vec | None, int]:
    if part is None:
        return None, 1
    common = math.lcm(*(number.denominator for number in part.ravel()))
    integers = [number.numerator * (common // number.denominator) for number in part.ravel()]
    return objects(integers).reshape(part.shape), common


def leaving(kernel: Kernel) -> Vec:
    """Return Σ_{i ≠ j} M[i, j] for every sender j: summed, never subtracted from 1.

    For a walk this is the probability of a step to another node.
    """
    weights, parts = zip(*kernel.parts, strict=True)
    return _weighted(weights, [part.leaving for part in parts])


def _weighted(weights: Sequence[Any], terms: Sequence[Vec]) -> Vec:
    total: Vec = weights[0] * terms[0]
    for weight, term in zip(weights[1:], terms[1:], strict=True):
        total = total + weight * term
    return total


@dataclass(frozen=True, eq=False)
class ConvexSum(Kernel):
    """Σ_h weights[h] · heads[h], stepped head by head: no pair of the union is listed."""

    weights: Sequence[Any]
    heads: Sequence[Kernel]

    @property
    def parts(self) -> Sequence[tuple[Any, ScaledKernel]]:
        """The weights and the heads, a head that is a sum resolved into its own."""
        weighted = zip(self.weights, self.heads, strict=True)
        return [(weight * own, part) for weight, head in weighted for own, part in head.parts]

    def step(self, x: Vec) -> Vec:
        """Return the weighted sum of the heads' steps."""
        return _weighted(self.weights, [head.step(x) for head in self.heads])

    @property
    def roundings(self) -> int:
        """The most roundings of a head, of its weighting, and of the sum."""
        return max(head.roundings for head in self.heads) + len(self.heads)

    @cached_property
    def transposed(self) -> ConvexSum:
        """The kernel of the transposed matrix."""
        heads = [head.transposed for head in self.heads]
        return ConvexSum(self.adjacency.transposed(), self.weights, heads)

    @cached_property
    def entries(self) -> Vec:
        """The weighted sum of the heads' entries."""
        if self.is_exact and (found := summed_by_line(self.adjacency, self.parts)) is not None:
            return found
        total = np.zeros(self.adjacency.edges, dtype=object if self.is_exact else np.float64)
        for weight, head in zip(self.weights, self.heads, strict=True):
            total[positions(head.adjacency, self.adjacency)] += weight * head.entries
        return total

    @property
    def merged(self) -> Kernel:
        """The same matrix as one kernel; over index ranges, whose pairs are not listed, itself."""
        if isinstance(self.adjacency, IndexRanges):
            return self
        if isinstance(self.adjacency, DenseAdjacency) and not self.is_exact:
            return ScaledKernel(self.adjacency, values=self._summed_floats())
        return ScaledKernel(self.adjacency, values=self.adjacency.place(self.entries))

    def over_denominator(self) -> tuple[ConvexSum, int]:
        """Return integer weights of the heads' integers, and the denominator of the sum."""
        scaled = [head.over_denominator() for head in self.heads]
        shares = [Fraction(a) / scale for a, (_, scale) in zip(self.weights, scaled, strict=True)]
        common = math.lcm(*(share.denominator for share in shares))
        weights = [int(share * common) for share in shares]
        heads = [head for head, _ in scaled]
        return ConvexSum(self.adjacency, weights, heads), common
