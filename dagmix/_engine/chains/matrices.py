"""Transition matrices of a graph's walk or diffusion, and those given as an array of numbers."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from dagmix._engine.adjacency.base import Ints, Support, Vec
from dagmix._engine.adjacency.explicit import from_mask
from dagmix._engine.chains.kernel import Kernel, ScaledKernel
from dagmix._engine.chains.transition import Floats, Ring, Transition
from dagmix._engine.exact.convert import objects
from dagmix._engine.exact.scalars import Field


class _OfGraph(Transition):
    """Equal entries on every line: the adjacency with one scale a sender, or a receiver."""

    field = Field.RATIONAL
    axis: ClassVar[int]

    def __init__(self, support: Support) -> None:
        """Take the edges of a graph, self-loops as they are."""
        self.support = support.with_loops(_degrees(support, self.axis) == 0)
        self._degrees = _degrees(self.support, self.axis)

    def over(self, ring: Ring) -> Kernel:
        """Return the adjacency with the degrees' reciprocals."""
        shares = {d: ring(Fraction(1, d)) for d in set(self._degrees.tolist())}
        return _scaled(
            self.support, self.axis, objects([shares[d] for d in self._degrees.tolist()])
        )

    @property
    def denominator_bits(self) -> int:
        """The length of the least common multiple of the degrees."""
        return math.lcm(*set(self._degrees.tolist())).bit_length()

    @cached_property
    def floats(self) -> Floats:
        """The adjacency with the degrees' reciprocals in float64."""
        return Floats(_scaled(self.support, self.axis, 1.0 / self._degrees), 1)


class GraphWalk(_OfGraph):
    """W[i, j] = 1 / outdeg(j) for an edge j → i; a node without successors stays (Def 2.3)."""

    axis = 0


class GraphDiffusion(_OfGraph):
    """Δ[i, j] = 1 / indeg(i) for an edge j → i; a node without senders keeps its own (Def 3.1)."""

    axis = 1


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

    def over(self, ring: Ring) -> Kernel:
        """Return the entries as integers (of one power of two) over each line's sum."""
        mantissas, exponents = np.frexp(self._entries)
        integers = (mantissas * 2.0**53).astype(np.int64).tolist()
        shifts = (exponents - exponents.min()).tolist()
        whole = [number << shift for number, shift in zip(integers, shifts, strict=True)]
        sums = [0] * self.support.n
        for line, number in zip(self._lines.tolist(), whole, strict=True):
            sums[line] += number
        values = self.support.place(objects([ring(Fraction(number)) for number in whole]))
        scale = objects([ring(Fraction(1, total)) for total in sums])
        return _scaled(self.support, self._axis, scale, values)

    @cached_property
    def floats(self) -> Floats:
        """The entries times the float reciprocal of each line's sum."""
        sums = np.bincount(self._lines, self._entries, minlength=self.support.n)
        terms = int(np.bincount(self._lines).max())
        values = self.support.place(self._entries)
        return Floats(_scaled(self.support, self._axis, 1.0 / sums, values), terms)


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


def _degrees(support: Support, axis: int) -> Ints:
    return support.in_degree if axis else support.out_degree


def _scaled(support: Support, axis: int, scale: Vec, values: Vec | None = None) -> ScaledKernel:
    """Return the kernel with a scale for each sender (axis 0) or receiver (axis 1)."""
    if axis:
        return ScaledKernel(support, scale, values)
    return ScaledKernel(support, None, values, scale)
