"""Integers T beyond what floats decide: powers along an order in sliced floats, from an enclosure.

The walk without its sink is Q = D + N, D its diagonal and N strictly triangular. Squares are

    D ← D²,    N[i, j] ← (D[i] + D[j]) N[i, j] + Σ_k N[i, k] N[k, j],

with numbers of 106 bits (double_doubles). D is known in balls. The sum is made of slices: N[i, k]
and N[k, j] / 2^e_j, 2^e_j ≥ 1 − D[j], are cut into multiples of 2⁻ᵇ, of 2⁻²ᵇ, and the rest, so that
products of the greatest slices are exact, and those with a rest are so small that their roundings
do not matter. An error in a column j of N is compared with how often a walk from j moves, not with
its entries: it then grows with log T, and slices of n ≤ 512 nodes, b = 22, decide T up to about
10¹⁸ (proof in docs/guide/hard_chains.md).
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from dagmix._engine.adjacency.base import Floats, Ints
from dagmix._engine.chains.powers.double_doubles import Doubles, add, multiply, two_sum
from dagmix._engine.chains.powers.float_powers import lower_product
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.arb import ball, precision
from dagmix._engine.exact.enclosures import UNIT
from dagmix._engine.exact.vectors import others
from dagmix._util.lazy import flint

BITS = 400  # of the balls on the diagonal
SLOWEST = 2.0**-100  # least probability to leave a node
SMALLEST = 2.0**-500  # entries below are set to 0, so that no product underflows
SMALLEST_HELD = 2.0**-250  # the same on the diagonal
BLOCK = 64  # columns multiplied at a time
ROUNDED = 2.0**-98  # share by which sums and products of 106 bits, a few at a time, are off
MOST_ENTRIES = 2**26  # of the powers that are kept, 512 MiB


def exit_time(
    transition: Transition, sink: int, epsilon: Fraction, lower: int, upper: int
) -> int | None:
    """Return T(ε), lower ≤ T ≤ upper, of a walk with an order; None where slices do not tell."""
    size, kept = transition.adjacency.n, (upper - lower).bit_length()
    if 2 * kept * size**2 > MOST_ENTRIES:
        return None
    with precision(BITS):
        squares = _Squares(transition, sink)
        if squares.leaving.min() < SLOWEST:
            return None
        row, time = squares.start, lower - 1
        powers = []
        for k in range(max(time.bit_length(), kept)):
            if time >> k & 1:
                row = squares.power.advance(row)
            if k < kept:
                powers.append(squares.power)
            squares.square()
    error = squares.error_bound(time.bit_length() + kept)
    for k in range(kept - 1, -1, -1):
        later = powers[k].advance(row)
        gap = _greatest(later) - epsilon
        if abs(gap) <= error:
            return None
        if gap > 0:
            row, time = later, time + 2**k
    return time + 1


def _greatest(row: Doubles) -> Fraction:
    high = row.high.max()
    return Fraction(float(high)) + Fraction(float(row.low[row.high == high].max()))


class _Power:
    """D + N of one power, in their order."""

    def __init__(self, held: Doubles, moves: Doubles, exponents: Floats) -> None:
        """Take D, N, and powers of two no less than what leaves a column."""
        self.held, self.moves = held, moves
        self._exponents = exponents

    def advance(self, row: Doubles) -> Doubles:
        """Return row · (D + N)."""
        left = Doubles(*(part[np.newaxis] for part in row))
        moved = Doubles(*(part[0] for part in self._product(left, ordered=False)))
        return add(multiply(row, self.held), moved).cut(SMALLEST)

    def squared_moves(self) -> Doubles:
        """Return N of the square."""
        held = Doubles(*(np.add.outer(part, np.zeros(len(part))) for part in self.held))
        both = add(held, Doubles(held.high.T, held.low.T))
        return add(multiply(both, self.moves), self._product(self.moves, ordered=True)).cut(
            SMALLEST
        )

    def _product(self, left: Doubles, *, ordered: bool) -> Doubles:
        """Return left · N, what is less than its error 0."""
        right = self.moves.times(1 / self._exponents)
        bits = slice_bits(len(self._exponents))
        (a1, a2, a3), (b1, b2, b3) = slices(left, bits), slices(right, bits)

        def product(a: Floats, b: Floats) -> Floats:
            return lower_product(a, b, BLOCK) if ordered else a @ b

        rest = product(a1, b3) + product(a2, b2 + b3) + product(a3, right.high)
        high, low = two_sum(product(a1, b1), product(a1, b2) + product(a2, b1))
        total = two_sum(high, low + rest)
        return total.cut(0.0).times(self._exponents)


def slice_bits(size: int) -> int:
    """Return b so that sums of `size` products of slices of b bits are exact.

    >>> slice_bits(512), slice_bits(513)
    (22, 21)
    """
    return (53 - (size - 1).bit_length()) // 2


def slices(numbers: Doubles, bits: int) -> tuple[Floats, Floats, Floats]:
    """Return numbers from 0 to 1 as multiples of 2⁻ᵇ, of 2⁻²ᵇ, and what is left, rounded.

    >>> first, second, third = slices(Doubles(np.array([0.3]), np.array([1e-20])), 22)
    >>> print(first[0] * 2**22, second[0] * 2**44, abs(third[0]) < 2**-44)
    1258291.0 838861.0 True
    """
    one, two = (1.5 * 2.0 ** (52 - places) for places in (bits, 2 * bits))
    first = (numbers.high + one) - one
    high, low = two_sum(numbers.high - first, numbers.low)
    second = (high + two) - two
    return first, second, (high - second) + low


class _Squares:
    """Q^(2ᵏ), the last one only."""

    def __init__(self, transition: Transition, sink: int) -> None:
        order: Ints = np.asarray(transition.adjacency.order)
        self._n = len(order)
        self.start = Doubles(others(self._n, sink)[order], np.zeros(self._n))
        place = np.argsort(order)
        kernel = transition.over(ball)
        receivers, senders = (place[ends] for ends in kernel.adjacency.pairs)
        inside = np.flatnonzero((receivers != place[sink]) & (senders != place[sink]))
        self._diagonal = [flint.arb(0)] * self._n
        high, low = np.zeros((2, self._n, self._n))
        entries = kernel.entries
        for i, j, entry in zip(
            receivers[inside].tolist(), senders[inside].tolist(), entries[inside], strict=True
        ):
            if i == j:
                self._diagonal[i] = entry
            else:
                high[i, j] = first = float(entry.mid())
                low[i, j] = float((entry - first).mid())
        self.power = self._with_diagonal(Doubles(high, low).cut(SMALLEST))
        self.leaving, self._levels = self._left(), 0
        self._jumps = _most_jumps(self.power.moves.high, self.leaving)

    def _left(self) -> Floats:
        """Return 1 − D."""
        return np.array([float((1 - held).mid()) for held in self._diagonal])

    def _with_diagonal(self, moves: Doubles) -> _Power:
        high = np.array([float(held.mid()) for held in self._diagonal])
        rest = zip(self._diagonal, high.tolist(), strict=True)
        low = np.array([float((held - first).mid()) for held, first in rest])
        _, exponents = np.frexp(self._left())
        return _Power(Doubles(high, low).cut(SMALLEST_HELD), moves, np.ldexp(1.0, exponents))

    def square(self) -> None:
        """Go from one power to its square."""
        moves = self.power.squared_moves()
        self._diagonal = [held * held for held in self._diagonal]
        self.power = self._with_diagonal(moves)
        self._levels += 1

    def error_bound(self, products: int) -> float:
        """Bound the error of a row after so many products with the powers so far."""
        n, bits = self._n, slice_bits(self._n)
        rounded = (BLOCK + -(-n // BLOCK) + 4) * UNIT * 4.0**-bits
        share = 2 * rounded * (1.1 * n + 0.28 * n**2) + ROUNDED
        return 1.01 * (self._levels + products + 1) * share * self._jumps + products * ROUNDED


def _most_jumps(moves: Floats, leaving: Floats) -> float:
    """Bound the mean number of moves to the sink, from the worst node.

    J_j = 1 + Σ_i P(the next move from j is to i) J_i, nodes in their order.
    """
    jumps = np.ones(len(leaving))
    for j in range(len(leaving) - 2, -1, -1):
        jumps[j] += moves[j + 1 :, j] @ jumps[j + 1 :] / leaving[j]
    return 1.01 * float(jumps.max())
