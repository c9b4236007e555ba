"""Products of stochastic matrices, and how far their rows are apart."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property, reduce
from typing import Any

import numpy as np

from dagmix._engine.adjacency.base import Vec, check_square
from dagmix._engine.adjacency.explicit import from_mask
from dagmix._engine.chains.kernel import ScaledKernel
from dagmix._engine.chains.transition import FloatKernel, Ring, Transition
from dagmix._engine.exact.convert import fractions, objects, rational_matrix
from dagmix._engine.exact.enclosures import UNIT, Enclosure, widened
from dagmix._engine.exact.scalars import Field


class ProductMatrix(Transition):
    """M_L ⋯ M_1, of matrices M_1 … M_L."""

    def __init__(self, field: Field, factors: Sequence[Transition]) -> None:
        """Find the pairs, without the numbers: no product that is not 0 is lost to underflow."""
        check_square(factors[0].adjacency.n)
        self.field, self._factors = field, tuple(factors)
        marks = [_marks(one) for one in reversed(factors)]
        # A product of marks counts ways, at most n of them, and floats count so far.
        self.adjacency = from_mask(reduce(lambda a, b: np.minimum(a @ b, 1.0), marks) > 0)

    @cached_property
    def _entries(self) -> Vec:
        if self.field is Field.SYMBOLIC:
            import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

            factors = [one.over(sp.sympify).dense() for one in reversed(self._factors)]
            return objects([e.expand() for e in reduce(np.dot, factors)[self.adjacency.pairs]])
        exact = [rational_matrix(one.rationals.dense()) for one in reversed(self._factors)]
        entries: Vec = fractions(reduce(lambda a, b: a * b, exact))[self.adjacency.pairs]
        return entries

    def over(self, ring: Ring) -> ScaledKernel:
        """Return the product of the exact factors, mapped into the ring."""
        entries = objects([ring(number) for number in self._entries.tolist()])
        return ScaledKernel(self.adjacency, values=self.adjacency.place(entries))

    @cached_property
    def floats(self) -> FloatKernel:
        """The product in float64: the factors' errors, and n roundings a product, add up."""
        floats = [one.floats for one in reversed(self._factors)]
        product = reduce(np.matmul, [one.kernel.dense() for one in floats])
        units = sum(one.entry_units for one in floats) + len(floats) * (self.adjacency.n + 1)
        values = self.adjacency.place(product[self.adjacency.pairs])
        return FloatKernel(ScaledKernel(self.adjacency, values=values), units)


def _marks(matrix: Transition) -> Vec:
    marks = np.zeros((matrix.adjacency.n, matrix.adjacency.n))
    marks[matrix.adjacency.pairs] = 1.0
    return marks


def contraction(matrix: Transition) -> Fraction | Enclosure:
    """Return the greatest total variation between two rows of a matrix, ½ Σ_j |R[i, j] − R[k, j]|.

    In Fractions where the matrix is rational and small; else in floats, with bounds.
    """
    n = matrix.adjacency.n
    if matrix.field is Field.RATIONAL and matrix.is_small:
        kernel, scale = matrix.integers
        rows = kernel.dense()
        return Fraction(_widest(rows), 2 * scale)
    floats = matrix.floats
    value = float(_widest(floats.kernel.dense())) / 2
    # Rows sum to 1, so that entries are off by no more than this in all; n more roundings follow.
    error = (floats.entry_units + n + 2) * UNIT
    return Enclosure(min(value, 1.0), *widened(value - 2 * error, value + 2 * error))


def _widest(rows: Vec) -> Any:
    """Return the greatest Σ_j |R[i, j] − R[k, j]|."""
    return max(np.abs(rows[: k + 1] - rows[k]).sum(axis=1).max() for k in range(len(rows)))
