"""Mixing times by squaring in float64, under a proved bound: the walks too long to step.

Q, Q², Q⁴, … are products of non-negative numbers, whose relative error grows with the exponent
as it does in stepping: with e units for a stored entry, and r for a product, that of Qᵗ is at
most t·(e + r) units of 2⁻⁵³, and no more is lost to underflow than 2⁻⁸⁶⁶ (proof in
docs/guide/mixing.md). An integer T of up to some millions is decided so, nearly always; a tie,
or what is within the bound, is not.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from dagmix._engine.adjacency.base import Vec
from dagmix._engine.chains.powers.float_powers import listed, lower_product
from dagmix._engine.chains.transition import FloatKernel, Transition
from dagmix._engine.exact.enclosures import UNIT
from dagmix._engine.exact.vectors import others

BLOCK = 128  # columns multiplied at a time: so many roundings, not n
LEAST = Fraction(1, 2**600)  # thresholds below could be lost to underflow
LARGEST = 2**22  # entries of a matrix, 32 MiB; at most 28 are kept
WITHIN_REACH = 4.0  # least gap of distances near T, over the bound, that is still hoped for


def exit_time(transition: Transition, sink: int, epsilon: Fraction) -> int | None:
    """Return min{t : d(t) ≤ ε} of a walk that reaches its sink; None where floats do not tell.

    T is 1 or more.
    """
    n = transition.adjacency.n
    if epsilon < LEAST or n**2 > LARGEST or transition.floats.units == np.inf:
        return None
    squares = _Squares(transition.floats, sink)
    threshold = float(epsilon)
    row, time, power = squares.start, 0, 0
    while (within := squares.compare(row @ squares[power], 2**power, threshold)) is False:
        power += 1
        if not squares.may_tell(2**power):
            return None
    for k in range(power - 1, -1, -1):
        if within is None:
            return None
        later = row @ squares[k]
        within = squares.compare(later, time + 2**k, threshold)
        if within is False:
            row, time = later, time + 2**k
    return None if within is None else time + 1


class _Squares:
    """Q^(2ᵏ), each made when first asked for, along an order where there is one."""

    def __init__(self, floats: FloatKernel, sink: int) -> None:
        inside = floats.kernel.dense()
        inside[sink, :] = inside[:, sink] = 0.0
        self._n, order = len(inside), floats.kernel.adjacency.order
        self._is_ordered = order is not None
        order = np.arange(self._n) if order is None else order
        self.start = others(self._n, sink)[order]
        self._powers: list[Vec] = [inside[np.ix_(order, order)]]
        sums = min(self._n, BLOCK) + -(-self._n // BLOCK)
        self._units = floats.entry_units + listed(floats.kernel) + sums

    def __getitem__(self, k: int) -> Vec:
        while len(self._powers) <= k:
            self._powers.append(_square(self._powers[-1], ordered=self._is_ordered))
        return self._powers[k]

    def _bound(self, steps: int) -> float:
        """Bound the relative error of a distance, four roundings of its use and one of underflow.

        Rows are multiplied once for every digit of `steps` in base two, all columns at once.
        """
        roundings = (steps * self._units + steps.bit_length() * self._n + 5) * UNIT
        return roundings / (1 - roundings) if roundings < 0.5 else np.inf  # noqa: PLR2004

    def may_tell(self, steps: int) -> bool:
        """Tell whether distances so late, which differ by a share of 1/t, may be told apart."""
        return self._bound(steps) * steps < WITHIN_REACH

    def compare(self, row: Vec, steps: int, threshold: float) -> bool | None:
        """Decide d(steps) ≤ ε by a row of survival; None where the bound is too large."""
        ratio, error = float(row.max()) / threshold, self._bound(steps)
        return True if ratio * (1 + error) < 1 else False if ratio * (1 - error) > 1 else None


def _square(matrix: Vec, *, ordered: bool) -> Vec:
    """Return the square, in blocks; of a matrix that is 0 above the diagonal if `ordered`."""
    if ordered:
        return lower_product(matrix, matrix, BLOCK)
    n = len(matrix)
    product = np.zeros((n, n))
    for start in range(0, n, BLOCK):
        product += matrix[:, start : start + BLOCK] @ matrix[start : start + BLOCK]
    return product
