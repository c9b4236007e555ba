"""Rows and limits of the mixture of two rational heads as exact functions of the weight of head 0.

Δ(β) = β Δ₀ + (1 − β) Δ₁. An entry of a row after t steps is a polynomial of degree ≤ t in β
with rational coefficients, and a limit of signals a rational function of degree ≤ n.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq_mat, fmpz_poly

from dagmix._engine.adjacency.base import Ints, Vec
from dagmix._engine.chains import first_step
from dagmix._engine.chains.composites import MixtureMatrix
from dagmix._engine.chains.transition import Transition, same_matrix
from dagmix._engine.exact.convert import fraction, objects, rational
from dagmix._engine.exact.rational_functions import Ratio, sign
from dagmix._engine.exact.scalars import HALF
from dagmix._engine.exact.vectors import unit
from dagmix._engine.fidelity.sink_context import SinkContext
from dagmix.optimal.two_heads.bernstein import HeadMatrices

BETA = fmpz_poly([0, 1])


def mixture(heads: tuple[Transition, Transition], weight: Fraction) -> Transition:
    """Return the mixture with this weight on head 0."""
    return MixtureMatrix([weight, 1 - weight], heads)


def same_heads(one: tuple[Transition, Transition], other: tuple[Transition, Transition]) -> bool:
    """Tell whether two pairs of heads are the same exact matrices, in the same order."""
    sizes = {head.adjacency.n for head in (*one, *other)}
    return len(sizes) == 1 and all(map(same_matrix, one, other))


class PolynomialRows:
    """Rows r_{t+1} = r_t M(β) over the integer polynomials, r_t being row t over scaleᵗ."""

    def __init__(self, heads: tuple[Transition, Transition], initial: list[int]) -> None:
        """Take rational heads, and the row r_0."""
        (self._first, one), (self._second, other) = (head.integers for head in heads)
        self.scale = math.lcm(one, other)
        self._shares = (BETA * (self.scale // one), (1 - BETA) * (self.scale // other))
        self._rows: list[Vec] = [objects([fmpz_poly([entry]) for entry in initial])]

    def row(self, time: int) -> Vec:
        """Return scaleᵗ r_t, one polynomial for each node."""
        while len(self._rows) <= time:
            row = self._rows[-1]
            one, other = self._first.step(row), self._second.step(row)
            p, q = self._shares
            self._rows.append(objects([a * p + b * q for a, b in zip(one, other, strict=True)]))
        return self._rows[time]

    def ratio(self, time: int, node: int) -> Ratio:
        """Return r_t[j] as a function of β."""
        return Ratio(self.row(time)[node], fmpz_poly([self.scale**time])).reduced()


class TwoDiffusions:
    """Two rational diffusions, and the sink whose row of their mixture is followed."""

    def __init__(self, heads: tuple[Transition, Transition], sink: int) -> None:
        """Take rational heads on the same nodes; the sink of their mixture."""
        self.heads, self.sink = heads, sink
        self.size = heads[0].adjacency.n
        self.context = SinkContext(mixture(heads, HALF), sink, 0)
        self.rows = PolynomialRows(heads, unit(self.size, sink, 1).tolist())
        floats = [head.rationals.dense().astype(float) for head in heads]
        self.floats = HeadMatrices(floats[0], floats[1])
        self._limits: dict[int, Ratio] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the heads and the sink only: FLINT's polynomials cannot be."""
        return TwoDiffusions, (self.heads, self.sink)

    @property
    def weights(self) -> list[Fraction]:
        """2n + 1 weights inside (0, 1), which determine a rational function of degree ≤ n."""
        points = 2 * self.size + 1
        return [Fraction(k + 1, points + 1) for k in range(points)]

    def limit(self, node: int) -> Ratio:
        """Return lim_t x_t[j] of a node in a recurrent class, as a function of β in (0, 1)."""
        if node not in self._limits:
            values = [self._limit_at(node, weight) for weight in self.weights]
            self._limits[node] = self.through(values)
        return self._limits[node]

    def stationary(self, node: int, members: Ints) -> Ratio:
        """Return the stationary weight of a member of a recurrent class, as a function of β."""
        kernels = (mixture(self.heads, weight).rationals.transposed for weight in self.weights)
        return self.through([first_step.limit(kernel, node, node, members) for kernel in kernels])

    def _limit_at(self, node: int, weight: Fraction) -> Fraction:
        classes = self.context.recurrent_class
        members = np.flatnonzero(classes == classes[node])
        kernel = mixture(self.heads, weight).rationals.transposed
        return first_step.limit(kernel, self.sink, node, members)

    def through(self, values: list[Fraction]) -> Ratio:
        """Return the rational function of degree ≤ n with these values at `weights`.

        It is unique: if p/q and P/Q both have them, p Q − q P has degree ≤ 2n and 2n + 1
        zeros, so that it is 0.
        """
        size = self.size + 1
        system = fmpq_mat(len(values), 2 * size)
        for row, (weight, value) in enumerate(zip(self.weights, values, strict=True)):
            for power in range(size):
                system[row, power] = rational(weight**power)
                system[row, size + power] = rational(-value * weight**power)
        null = _null_vector(system)
        ratio = Ratio(_integers(null, null[:size]), _integers(null, null[size:])).reduced()
        flip = sign(ratio.denominator, HALF)
        return Ratio(ratio.numerator * flip, ratio.denominator * flip)


def _null_vector(system: fmpq_mat) -> list[Fraction]:
    """Return a solution of system · x = 0 other than 0; there are fewer rows than columns."""
    echelon, rank = system.rref()
    pivots = [next(c for c in range(echelon.ncols()) if echelon[r, c] != 0) for r in range(rank)]
    free = next(c for c in range(echelon.ncols()) if c not in pivots)
    solution = [Fraction(int(column == free)) for column in range(echelon.ncols())]
    for row, column in enumerate(pivots):
        solution[column] = -fraction(echelon[row, free])
    return solution


def _integers(all_of_them: list[Fraction], part: list[Fraction]) -> Any:
    unit = math.lcm(*(number.denominator for number in all_of_them))
    return fmpz_poly([int(number * unit) for number in part])
