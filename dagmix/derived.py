"""Transitions made of other transitions: convex sums, floats of them, the successors' walk."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from dagmix.kernels import ConvexSum, Kernel
from dagmix.pair_supports import from_pairs
from dagmix.runs import Runs
from dagmix.scalars import Field
from dagmix.support import Ints, Vec
from dagmix.transition import Floats, Ring, Transition

if TYPE_CHECKING:
    from sympy import Expr


class Mixture(Transition):
    """Σ α_h M_h with exact convex weights α_h; heads of weight 0 leave no pair.

    The pairs of the heads are merged, unless a head is made of runs: then the mixture is
    stepped head by head.
    """

    def __init__(self, weights: Sequence[Fraction | Expr], heads: Sequence[Transition]) -> None:
        """Take checked weights, one for each head."""
        parts = [(a, head) for a, head in zip(weights, heads, strict=True) if a != 0]
        self._parts = parts
        fields = {head.field for _, head in parts}
        fields |= {Field.RATIONAL if isinstance(a, Fraction) else Field.SYMBOLIC for a, _ in parts}
        self.field = next(f for f in reversed(Field) if f in fields)
        self._by_head = any(isinstance(head.support, Runs) for _, head in parts)
        if self._by_head:
            self.support = Runs.of(head.support for _, head in parts)
            return
        pairs = [head.support.pairs for _, head in parts]
        receivers = np.concatenate([receivers for receivers, _ in pairs])
        senders = np.concatenate([senders for _, senders in pairs])
        self.support = from_pairs(parts[0][1].support.n, receivers, senders)

    @cached_property
    def _places(self) -> list[Ints]:
        n = self.support.n
        mine = self.support.pairs[1] * n + self.support.pairs[0]
        theirs = [head.support.pairs[1] * n + head.support.pairs[0] for _, head in self._parts]
        return [np.searchsorted(mine, keys) for keys in theirs]

    def _sum(self, weights: list[Any], kernels: list[Kernel], dtype: type) -> Kernel:
        if self._by_head:
            return ConvexSum(self.support, weights=weights, heads=kernels)
        total: Vec = np.zeros(self.support.edges, dtype=dtype)
        for places, weight, kernel in zip(self._places, weights, kernels, strict=True):
            total[places] += weight * kernel.entries
        return Kernel(self.support, values=self.support.place(total))

    def over(self, ring: Ring) -> Kernel:
        """Return the weighted sum in the ring."""
        weights = [ring(a) for a, _ in self._parts]
        return self._sum(weights, [head.over(ring) for _, head in self._parts], object)

    @property
    def denominator_bits(self) -> int:
        """The sum of the lengths of the heads' denominators and of the weights'."""
        lengths = [head.denominator_bits + a.denominator.bit_length() for a, head in self._parts]
        return sum(lengths)

    @cached_property
    def floats(self) -> Floats:
        """The weighted sum in float64."""
        heads = [head.floats for _, head in self._parts]
        kernel = self._sum(
            [float(a) for a, _ in self._parts], [head.kernel for head in heads], float
        )
        # Folding a head's scales rounds twice; weight, product and sum follow.
        return Floats(kernel, max(head.entry_units for head in heads) + len(heads) + 4)


class AsFloats(Transition):
    """The same exact matrix, its answers given as floats (one weight was a float)."""

    field = Field.FLOAT

    def __init__(self, exact: Transition) -> None:
        """Wrap a rational matrix."""
        self._exact = exact
        self.support = exact.support

    def over(self, ring: Ring) -> Kernel:
        """Return the exact matrix."""
        return self._exact.over(ring)

    @property
    def denominator_bits(self) -> int:
        """The length of the exact matrix's denominator."""
        return self._exact.denominator_bits

    @cached_property
    def floats(self) -> Floats:
        """The matrix in float64."""
        return self._exact.floats


class Successors(Transition):
    """A diffusion with every column divided by its sum: a walk to the successors (Alg. 1).

    The sink, whose column may be zero, keeps its own weight 1.
    """

    def __init__(self, diffusion: Transition) -> None:
        """Take a diffusion without a column of zeros but a sink's."""
        self._diffusion = diffusion
        self.field = diffusion.field
        self._idle = diffusion.support.out_degree == 0
        self.support = diffusion.support.with_loops(self._idle)

    def _divided(self, kernel: Kernel, one: Any) -> Kernel:
        if isinstance(self.support, Runs):
            return self._divided_by_head(kernel, one)
        entries = np.zeros(self.support.edges, dtype=kernel.entries.dtype)
        senders = self.support.pairs[1]
        idle = self._idle[senders]
        entries[~idle] = kernel.entries
        entries[idle] = one
        sums = np.zeros(self.support.n, dtype=entries.dtype)
        np.add.at(sums, senders, entries)
        return Kernel(self.support, values=self.support.place(entries), sender=one / sums)

    def _divided_by_head(self, kernel: Kernel, one: Any) -> Kernel:
        """Divide the senders' scales of every head; loops of weight 1 are one more head."""
        ones = np.full(self.support.n, one, dtype=object if kernel.is_exact else np.float64)
        sums = kernel.step(ones)
        sums[self._idle] = one
        weights, heads = (list(some) for some in zip(*kernel.parts, strict=True))
        divided = [_divided(head, ones / sums) for head in heads]
        if self._idle.any():
            loops = Runs(self.support.n, ()).with_loops(self._idle)
            weights, divided = [*weights, 1], [*divided, Kernel(loops, sender=ones)]
        return ConvexSum(self.support, weights=weights, heads=divided)

    def over(self, ring: Ring) -> Kernel:
        """Return the exact quotient in the ring."""
        return self._divided(self._diffusion.over(ring), ring(Fraction(1)))

    @cached_property
    def floats(self) -> Floats:
        """The quotient in float64."""
        inner = self._diffusion.floats
        if isinstance(self.support, Runs):
            # A column's sum is one step of ones; quotient and product round once more each.
            units = inner.entry_units + inner.units + 4
            return Floats(self._divided(inner.kernel, 1.0), units)
        terms = int(self.support.out_degree.max())
        # The entry and the column's sum each carry the inner error; folding rounds twice.
        return Floats(self._divided(inner.kernel, 1.0), 2 * (inner.entry_units + 2) + terms)


def _divided(kernel: Kernel, scale: Vec) -> Kernel:
    sender = scale if kernel.sender is None else kernel.sender * scale
    return Kernel(kernel.support, kernel.receiver, kernel.values, sender)
