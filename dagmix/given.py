"""Transition matrices of a graph's walk or diffusion, and those given as an array of numbers."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dagmix.kernels import Kernel, ScaledKernel, objects
from dagmix.pair_supports import from_mask
from dagmix.scalars import Field
from dagmix.support import Ints, Support, Vec
from dagmix.transition import Floats, Ring, Transition


class GraphWalk(Transition):
    """W[i, j] = 1 / outdeg(j) for an edge j → i; a node without successors stays (Def 2.3)."""

    field = Field.RATIONAL

    def __init__(self, support: Support) -> None:
        """Take the edges of a graph, self-loops as they are."""
        self.support = support.with_loops(support.out_degree == 0)

    def over(self, ring: Ring) -> Kernel:
        """Return the adjacency with a scale for each sender."""
        return ScaledKernel(self.support, sender=_reciprocals(self.support.out_degree, ring))

    @property
    def denominator_bits(self) -> int:
        """The length of the least common multiple of the degrees."""
        return _multiple(self.support.out_degree).bit_length()

    @cached_property
    def floats(self) -> Floats:
        """The adjacency with a float scale for each sender."""
        return Floats(ScaledKernel(self.support, sender=1.0 / self.support.out_degree), 1)


class GraphDiffusion(Transition):
    """Δ[i, j] = 1 / indeg(i) for an edge j → i; a node without senders keeps its own (Def 3.1)."""

    field = Field.RATIONAL

    def __init__(self, support: Support) -> None:
        """Take the edges of a graph, self-loops as they are."""
        self.support = support.with_loops(support.in_degree == 0)

    def over(self, ring: Ring) -> Kernel:
        """Return the adjacency with a scale for each receiver."""
        return ScaledKernel(self.support, receiver=_reciprocals(self.support.in_degree, ring))

    @property
    def denominator_bits(self) -> int:
        """The length of the least common multiple of the degrees."""
        return _multiple(self.support.in_degree).bit_length()

    @cached_property
    def floats(self) -> Floats:
        """The adjacency with a float scale for each receiver."""
        return Floats(ScaledKernel(self.support, receiver=1.0 / self.support.in_degree), 1)


class FloatArray(Transition):
    """A float matrix that stands for its exact rationals, each line divided by its exact sum.

    `axis` is the axis of the sum: 0 for columns (a walk), 1 for rows (a diffusion).
    """

    field = Field.FLOAT

    def __init__(self, matrix: NDArray[np.float64], axis: int) -> None:
        """Take a checked non-negative matrix without a line of zeros."""
        self.support = from_mask(matrix > 0)
        self._entries = matrix[self.support.pairs]
        self._axis = axis

    @property
    def _lines(self) -> Ints:
        return self.support.pairs[1 - self._axis]

    def _scaled(self, entries: Vec, scale: Vec) -> Kernel:
        side = "sender" if self._axis == 0 else "receiver"
        return ScaledKernel(self.support, values=self.support.place(entries), **{side: scale})

    def over(self, ring: Ring) -> Kernel:
        """Return the entries as integers (of one power of two) over each line's sum."""
        mantissas, exponents = np.frexp(self._entries)
        integers = (mantissas * 2.0**53).astype(np.int64).tolist()
        shifts = (exponents - exponents.min()).tolist()
        whole = [number << shift for number, shift in zip(integers, shifts, strict=True)]
        sums = [0] * self.support.n
        for line, number in zip(self._lines.tolist(), whole, strict=True):
            sums[line] += number
        entries = objects([ring(Fraction(number)) for number in whole])
        return self._scaled(entries, objects([ring(Fraction(1, total)) for total in sums]))

    @cached_property
    def floats(self) -> Floats:
        """The entries times the float reciprocal of each line's sum."""
        sums = np.bincount(self._lines, self._entries, minlength=self.support.n)
        terms = int(np.bincount(self._lines).max())
        return Floats(self._scaled(self._entries, 1.0 / sums), terms)


class ExactArray(Transition):
    """A matrix of Fractions or SymPy expressions, stochastic as it stands."""

    def __init__(self, matrix: Vec, field: Field) -> None:
        """Take a checked n × n object array, zeros written as the integer 0."""
        self.field = field
        self.support = from_mask(matrix != 0)
        self._entries = matrix[self.support.pairs]

    def over(self, ring: Ring) -> Kernel:
        """Return the entries in the ring."""
        entries = objects([ring(number) for number in self._entries.tolist()])
        return ScaledKernel(self.support, values=self.support.place(entries))

    @cached_property
    def floats(self) -> Floats:
        """The entries, each rounded once."""
        rounded = self._entries.astype(np.float64)
        return Floats(ScaledKernel(self.support, values=self.support.place(rounded)), 1)


def _multiple(degrees: Ints) -> int:
    return math.lcm(*set(degrees.tolist()))


def _reciprocals(degrees: Ints, ring: Ring) -> Vec:
    shares = {d: ring(Fraction(1, d)) for d in set(degrees.tolist())}
    return objects([shares[d] for d in degrees.tolist()])
