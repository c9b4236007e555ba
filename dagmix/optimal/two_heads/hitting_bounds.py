"""Hitting bounds: by Green's function, how large sup_t (Δᵗ)[k, j] can be on an interval of weights.

For transient nodes k and j of the backward chain, and Green's function G = Σ_t Δᵗ of expected
visits,

    sup_t (Δᵗ)[k, j] ≤ min(G[k, j] / G[j, j], G[k, j] / G[k, k]).

The first quotient is the probability of ever hitting j. For the second, the row g = e_k G has
g Δ ≤ g and e_k ≤ g / G[k, k]; hence e_k Δᵗ ≤ g / G[k, k]. It is the smaller one where k is left
slowly and j at once, as near a face of the simplex. Both are quotients of cofactors of I − Δ(β),
rational functions of degree ≤ n.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from math import comb

import numpy as np
from flint import fmpq_poly, fmpz_poly

from dagmix._engine.adjacency.base import Vec
from dagmix._engine.chains.first_step import visits
from dagmix._engine.exact.convert import fraction, objects, rational
from dagmix._engine.exact.rational_functions import Ratio
from dagmix.optimal.two_heads.kernels import TwoDiffusions, mixture


class HittingBounds:
    """The two bounds for all pairs of transient nodes, as functions of β."""

    def __init__(self, heads: TwoDiffusions) -> None:
        """Take two rational heads."""
        self._heads = heads
        self._inside = np.flatnonzero(heads.context.recurrent_class < 0)

    def _visits(self, weight: Fraction) -> Vec:
        """Return G at one weight."""
        return visits(mixture(self._heads.heads, weight).rationals, self._inside)

    @cached_property
    def pairs(self) -> list[tuple[int, int, list[Ratio]]]:
        """Transient nodes k and j where k leads to j, with the two functions of β."""
        tables = [self._visits(weight) for weight in self._heads.weights]
        found = []
        for k, first in enumerate(self._inside.tolist()):
            for j, second in enumerate(self._inside.tolist()):
                if first != second and any(G[k, j] for G in tables):
                    quotients = ([G[k, j] / G[i, i] for G in tables] for i in {j, k})
                    found.append((first, second, [self._heads.through(q) for q in quotients]))
        return found

    def greatest(self, low: Fraction, high: Fraction) -> Vec:
        """Bound sup_t (Δᵗ)[k, j] for all k (rows) and transient j (columns), low ≤ β ≤ high.

        Fractions; 0 in the columns of other j.
        """
        size = self._heads.size
        table = objects([Fraction(0)] * size**2).reshape(size, size)
        table[self._inside, self._inside] = Fraction(1)
        for k, j, ratios in self.pairs:
            table[k, j] = min(upper_bound(ratio, low, high) for ratio in ratios)
        return table


def upper_bound(ratio: Ratio, low: Fraction, high: Fraction) -> Fraction:
    """Bound a probability, a quotient of polynomials, on an interval; 1 where that fails.

    A quotient of two polynomials is at most the maximum quotient of their Bernstein
    coefficients of equal degree, if those of the denominator are positive.
    """
    degree = max(ratio.numerator.degree(), ratio.denominator.degree())
    tops = coefficients(ratio.numerator, low, high, degree)
    bottoms = coefficients(ratio.denominator, low, high, degree)
    if min(bottoms) <= 0:
        return Fraction(1)
    return min(Fraction(1), max(a / b for a, b in zip(tops, bottoms, strict=True)))


def coefficients(
    polynomial: fmpz_poly, low: Fraction, high: Fraction, degree: int
) -> list[Fraction]:
    """Return the Bernstein coefficients, of a given degree, of a polynomial on an interval.

    >>> coefficients(fmpz_poly([0, 1]), Fraction(1), Fraction(2), 2)
    [Fraction(1, 1), Fraction(3, 2), Fraction(2, 1)]
    """
    moved = fmpq_poly(polynomial)(fmpq_poly([rational(low), rational(high - low)]))
    powers = [fraction(c) / comb(degree, k) for k, c in enumerate(moved.coeffs())]
    return [
        sum((comb(i, k) * c for k, c in enumerate(powers)), Fraction(0)) for i in range(degree + 1)
    ]
