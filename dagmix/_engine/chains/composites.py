"""Composites: transitions made of others: mixtures, weighted rows, successors, stopped walks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from dagmix._engine.adjacency.base import Vec
from dagmix._engine.adjacency.explicit import from_distinct
from dagmix._engine.adjacency.ranges import IndexRanges, union
from dagmix._engine.chains.kernel import ConvexSum, Kernel, ScaledKernel
from dagmix._engine.chains.transition import FloatKernel, Ring, Transition
from dagmix._engine.exact.convert import objects
from dagmix._engine.exact.scalars import Field

if TYPE_CHECKING:
    from sympy import Expr

LARGEST_SCALE = 2.0**35  # of a column; a greater one would scale up what a step loses to underflow


class MixtureMatrix(Transition):
    """Σ α_h M_h with exact convex weights α_h; heads of weight 0 leave no pair.

    The pairs of the heads are merged, unless a head is kept as index ranges: then the mixture is
    stepped head by head.
    """

    def __init__(
        self,
        weights: Sequence[Fraction | Expr],
        heads: Sequence[Transition],
        *,
        as_floats: bool = False,
    ) -> None:
        """Take checked weights, one for each head; `as_floats`: answer rational ones in floats."""
        self._parts = [(a, head) for a, head in zip(weights, heads, strict=True) if a != 0]
        fields = {head.field for _, head in self._parts}
        fields |= {
            Field.RATIONAL if isinstance(a, Fraction) else Field.SYMBOLIC for a, _ in self._parts
        }
        if as_floats:
            fields.add(Field.FLOAT)
        self.field = next(f for f in reversed(Field) if f in fields)
        self.adjacency = union([head.adjacency for _, head in self._parts])

    def _sum(self, weights: list[Any], kernels: list[Kernel]) -> Kernel:
        return ConvexSum(self.adjacency, weights, kernels).merged

    def over(self, ring: Ring) -> Kernel:
        """Return the weighted sum in the ring."""
        weights = [ring(a) for a, _ in self._parts]
        return self._sum(weights, [head.over(ring) for _, head in self._parts])

    @property
    def denominator_bits(self) -> int:
        """The sum of the lengths of the heads' denominators and of the weights'."""
        lengths = [head.denominator_bits + a.denominator.bit_length() for a, head in self._parts]
        return sum(lengths)

    @cached_property
    def floats(self) -> FloatKernel:
        """The weighted sum in float64."""
        heads = [head.floats for _, head in self._parts]
        kernel = self._sum([float(a) for a, _ in self._parts], [head.kernel for head in heads])
        # Folding a head's scales rounds twice; weight, product and sum follow: in a matrix, weight
        # and product with the row's scale, and with the column's.
        return FloatKernel(kernel, max(head.entry_units for head in heads) + len(heads) + 4)


class WeightedRows(Transition):
    """diag(g) M: every row of a matrix times a weight g_i ≥ 0; a row of weight 0 has no pairs.

    Rows sum to their weights: a part of a mixture in which every receiver has its own weights.
    """

    def __init__(self, weights: Sequence[Fraction], matrix: Transition) -> None:
        """Take exact weights, one for each row."""
        self.field, self._matrix, self._weights = matrix.field, matrix, weights
        self.adjacency, self._kept = matrix.adjacency, None
        if not all(weights):
            receivers, senders = matrix.adjacency.pairs
            self._kept = np.array([weight > 0 for weight in weights])[receivers]
            pairs = receivers[self._kept], senders[self._kept]
            self.adjacency = from_distinct(matrix.adjacency.n, *pairs)

    def _weighted(self, kernel: Kernel, weights: Vec) -> Kernel:
        if self._kept is None:
            own, parts = zip(*kernel.parts, strict=True)
            return ConvexSum(self.adjacency, own, [_received(part, weights) for part in parts])
        receivers, _ = self.adjacency.pairs
        entries = kernel.entries[self._kept] * weights[receivers]
        return ScaledKernel(self.adjacency, values=self.adjacency.place(entries))

    def over(self, ring: Ring) -> Kernel:
        """Return the exact product in the ring."""
        return self._weighted(self._matrix.over(ring), objects(list(map(ring, self._weights))))

    @cached_property
    def floats(self) -> FloatKernel:
        """The product in float64."""
        inner, weights = self._matrix.floats, np.array(list(map(float, self._weights)))
        # Folding the matrix's scales rounds twice; weight and product follow.
        return FloatKernel(self._weighted(inner.kernel, weights), inner.entry_units + 4)


def _received(kernel: ScaledKernel, weights: Vec) -> ScaledKernel:
    receiver = weights if kernel.receiver is None else kernel.receiver * weights
    return ScaledKernel(kernel.adjacency, receiver, kernel.values, kernel.sender)


class SuccessorMatrix(Transition):
    """A diffusion with every column divided by its sum: a walk to the successors (Alg. 1).

    The sink, whose column may be zero, keeps its own weight 1.
    """

    def __init__(self, diffusion: Transition) -> None:
        """Take a diffusion without a column of zeros but a sink's."""
        self._diffusion = diffusion
        self.field = diffusion.field
        self._idle = diffusion.adjacency.out_degree == 0
        self.adjacency = diffusion.adjacency.with_loops(self._idle)

    def _divided(self, kernel: Kernel, one: Any) -> Kernel:
        ones = np.full(self.adjacency.n, one, dtype=object if kernel.is_exact else np.float64)
        if self._idle.any():
            loops = ScaledKernel(
                IndexRanges(self.adjacency.n, ()).with_loops(self._idle), sender=ones
            )
            kernel = ConvexSum(self.adjacency, [1, 1], [kernel, loops]).merged
        if isinstance(self.adjacency, IndexRanges):
            weights, parts = zip(*kernel.parts, strict=True)
            scale = ones / kernel.step(ones)
            return ConvexSum(self.adjacency, weights, [_divided(part, scale) for part in parts])
        (_, whole), *_ = kernel.parts
        scale = one / whole.column_sums()
        if whole.matrix is not None:
            divided = _divided(whole, scale)
            is_safe = scale.max() <= LARGEST_SCALE
            return divided if is_safe else ConvexSum(self.adjacency, [1], [divided]).merged
        return ScaledKernel(self.adjacency, None, self.adjacency.place(whole.entries), scale)

    def over(self, ring: Ring) -> Kernel:
        """Return the exact quotient in the ring."""
        return self._divided(self._diffusion.over(ring), ring(Fraction(1)))

    @cached_property
    def floats(self) -> FloatKernel:
        """The quotient in float64."""
        inner = self._diffusion.floats
        if isinstance(self.adjacency, IndexRanges):
            # A column's sum is one step of ones; quotient and product round once more each.
            units = inner.entry_units + inner.units + 4
            return FloatKernel(self._divided(inner.kernel, 1.0), units)
        terms = int(self.adjacency.out_degree.max())
        # The entry and the column's sum each carry the inner error; folding rounds twice, and in a
        # matrix, where nothing is folded, the scales of the column and its sum round instead. What
        # was too small for a bound before it was divided has none afterwards.
        units = 2 * (inner.entry_units + 2) + terms if math.isfinite(inner.units) else math.inf
        return FloatKernel(self._divided(inner.kernel, 1.0), units)


def _divided(kernel: ScaledKernel, scale: Vec) -> ScaledKernel:
    sender = scale if kernel.sender is None else kernel.sender * scale
    return ScaledKernel(kernel.adjacency, kernel.receiver, kernel.values, sender)


class AbsorbingMatrix(Transition):
    """A walk that stops at one node: the column of the node is replaced by its unit vector."""

    def __init__(self, walk: Transition, node: int) -> None:
        """List the walk's pairs, with a loop in place of what the node sends."""
        receivers, senders = walk.adjacency.pairs
        self.field, self._walk = walk.field, walk
        self._kept = senders != node
        self._place = int(np.searchsorted(senders, node))
        pairs = (np.insert(rows[self._kept], self._place, node) for rows in (receivers, senders))
        self.adjacency = from_distinct(walk.adjacency.n, *pairs)

    def _stopped(self, kernel: Kernel, one: Any) -> Kernel:
        entries = np.insert(kernel.entries[self._kept], self._place, one)
        return ScaledKernel(self.adjacency, values=self.adjacency.place(entries))

    def over(self, ring: Ring) -> Kernel:
        """Return the stopped walk in the ring."""
        return self._stopped(self._walk.over(ring), ring(Fraction(1)))

    @cached_property
    def floats(self) -> FloatKernel:
        """The stopped walk in float64: the other columns are the walk's."""
        inner = self._walk.floats
        return FloatKernel(self._stopped(inner.kernel, 1.0), inner.entry_units)


class BackwardMatrix(Transition):
    """Δ transposed: the walk from receivers to senders, its columns summing to 1."""

    def __init__(self, diffusion: Transition) -> None:
        """Take a diffusion."""
        self.field = diffusion.field
        self.adjacency = diffusion.adjacency.transposed()
        self._diffusion = diffusion

    def over(self, ring: Ring) -> Kernel:
        """Return the transposed exact matrix in the ring."""
        return self._diffusion.over(ring).transposed

    @cached_property
    def floats(self) -> FloatKernel:
        """The transposed matrix in float64."""
        inner = self._diffusion.floats
        return FloatKernel(inner.kernel.transposed, inner.entry_units)
