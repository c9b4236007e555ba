"""Transition matrices of a graph's walk or diffusion, and those given as an array of numbers."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dagmix._engine.adjacency.base import Adjacency, Floats, Ints, Vec
from dagmix._engine.adjacency.dense import DenseAdjacency
from dagmix._engine.adjacency.explicit import from_mask
from dagmix._engine.chains.kernel import Kernel, ScaledKernel
from dagmix._engine.chains.transition import FloatKernel, Ring, Transition
from dagmix._engine.exact.convert import objects
from dagmix._engine.exact.scalars import Field


class _OfGraph(Transition):
    """Equal entries on every line: the adjacency with one scale a sender, or a receiver."""

    field = Field.RATIONAL
    axis: ClassVar[int]

    def __init__(self, adjacency: Adjacency) -> None:
        """Take the edges of a graph, self-loops as they are."""
        self.adjacency = adjacency.with_loops(_degrees(adjacency, self.axis) == 0)
        self._degrees = _degrees(self.adjacency, self.axis)

    def over(self, ring: Ring) -> Kernel:
        """Return the adjacency with the degrees' reciprocals."""
        shares = {d: ring(Fraction(1, d)) for d in set(self._degrees.tolist())}
        return _scaled(
            self.adjacency, self.axis, objects([shares[d] for d in self._degrees.tolist()])
        )

    @property
    def denominator_bits(self) -> int:
        """The length of the least common multiple of the degrees."""
        return math.lcm(*set(self._degrees.tolist())).bit_length()

    @cached_property
    def floats(self) -> FloatKernel:
        """The adjacency with the degrees' reciprocals in float64."""
        return FloatKernel(_scaled(self.adjacency, self.axis, 1.0 / self._degrees), 1)


class GraphWalk(_OfGraph):
    """W[i, j] = 1 / outdeg(j) for an edge j → i; a node without successors stays (Def 2.3)."""

    axis = 0


class GraphDiffusion(_OfGraph):
    """Δ[i, j] = 1 / indeg(i) for an edge j → i; a node without senders keeps its own (Def 3.1)."""

    axis = 1


class FloatMatrix(Transition):
    """A float matrix that stands for its exact rationals, each line divided by its exact sum.

    `axis` is the axis of the sum: 0 for columns (a walk), 1 for rows (a diffusion). The matrix is
    kept as it is given; where it is kept as marks too, its own numbers are those that are stepped.
    """

    field = Field.FLOAT

    def __init__(self, matrix: NDArray[Any], axis: int, known: Adjacency | None = None) -> None:
        """Take a checked matrix, float32 or float64, not negative, without a line of zeros.

        `known` is an adjacency that it may have.
        """
        self.matrix = matrix
        self.adjacency = from_mask(matrix > 0, known)
        self._axis = axis

    @property
    def _entries(self) -> Floats:
        return self.matrix[self.adjacency.pairs].astype(np.float64)

    def over(self, ring: Ring) -> Kernel:
        """Return the entries as integers (of one power of two) over each line's sum."""
        mantissas, exponents = np.frexp(self._entries)
        integers = (mantissas * 2.0**53).astype(np.int64).tolist()
        shifts = (exponents - exponents.min()).tolist()
        whole = [number << shift for number, shift in zip(integers, shifts, strict=True)]
        sums = [0] * self.adjacency.n
        lines = self.adjacency.pairs[1 - self._axis]
        for line, number in zip(lines.tolist(), whole, strict=True):
            sums[line] += number
        values = self.adjacency.place(objects([ring(Fraction(number)) for number in whole]))
        scale = objects([ring(Fraction(1, total)) for total in sums])
        return _scaled(self.adjacency, self._axis, scale, values)

    @cached_property
    def floats(self) -> FloatKernel:
        """The entries times the float reciprocal of each line's sum."""
        sums = self.matrix.sum(axis=self._axis, dtype=np.float64)
        terms = int(_degrees(self.adjacency, self._axis).max())
        is_dense = isinstance(self.adjacency, DenseAdjacency)
        values = self.matrix if is_dense else self.adjacency.place(self._entries)
        return FloatKernel(_scaled(self.adjacency, self._axis, 1.0 / sums, values), terms)


class ExactMatrix(Transition):
    """A matrix of Fractions or SymPy expressions, stochastic as it stands."""

    def __init__(self, matrix: Vec, field: Field) -> None:
        """Take a checked n × n object array, zeros written as the integer 0."""
        self.field = field
        self.adjacency = from_mask(matrix != 0)
        self._entries = matrix[self.adjacency.pairs]

    def over(self, ring: Ring) -> Kernel:
        """Return the entries in the ring."""
        entries = objects([ring(number) for number in self._entries.tolist()])
        return ScaledKernel(self.adjacency, values=self.adjacency.place(entries))

    @cached_property
    def floats(self) -> FloatKernel:
        """The entries, each rounded once."""
        rounded = self._entries.astype(np.float64)
        return FloatKernel(ScaledKernel(self.adjacency, values=self.adjacency.place(rounded)), 1)


def _degrees(adjacency: Adjacency, axis: int) -> Ints:
    return adjacency.in_degree if axis else adjacency.out_degree


def _scaled(adjacency: Adjacency, axis: int, scale: Vec, values: Vec | None = None) -> ScaledKernel:
    """Return the kernel with a scale for each sender (axis 0) or receiver (axis 1)."""
    if axis:
        return ScaledKernel(adjacency, scale, values)
    return ScaledKernel(adjacency, None, values, scale)
