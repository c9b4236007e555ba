"""Powers of a stochastic matrix along an order in float64, each entry to a small relative error.

Plain squaring loses t units of 2⁻⁵³ in t steps, nearly all of them on the diagonal, whose
powers are known without it: along an order they are powers of single numbers, dᵗ = exp(t log d),
log d = log1p(−e), where the probability e to leave is a sum of the other entries. What is left are
the roundings at the jumps of a trajectory: a few at every squaring for each jump, and no trajectory
has more than n − 1. So the error grows with log t, not with t (proof in docs/guide/hard_chains.md).
"""

from __future__ import annotations

import math

import numpy as np

from dagmix._engine.adjacency.base import Ints, Vec
from dagmix._engine.chains.kernel import Kernel, ScaledKernel
from dagmix._engine.chains.transition import FloatKernel
from dagmix._engine.exact.enclosures import UNIT

BLOCK = 32  # columns multiplied at a time: so many roundings, not n
MOST_ENTRIES = 2**26  # of all powers, 512 MiB
MOST_DOUBLINGS = 128
SMALLEST = 2.0**-500  # entries below are set to 0, so that no product underflows
LOST = 2.0**-190  # exceeds the absolute error besides the relative one
RARE_BITS = 200  # trajectories with so small a probability are part of that
RATE = 8  # moments E[RATE^jumps] tell which these are
ROUNDED = 8  # units of an exponential or a logarithm


class FloatPowers:
    """Δ^(2ᵏ), k = 0, 1, …, of a matrix whose rows sum to 1, nodes in their order.

    Entry [i, j] is at most `error_bound` off, as a share of itself, and `LOST` besides; those
    above the diagonal are 0. `place[i]` is the number in the order of node i.
    """

    def __init__(self, floats: FloatKernel) -> None:
        """Take a kernel with an order whose entries floats can bound."""
        kernel = floats.kernel
        self.order: Ints = np.asarray(kernel.adjacency.order)
        self.place = np.argsort(self.order)
        matrix = kernel.dense()[np.ix_(self.order, self.order)]
        self.n = len(matrix)
        self._sums = min(self.n, BLOCK) + -(-self.n // BLOCK)  # roundings of a blocked sum
        self.entry_units = floats.entry_units + listed(kernel)
        self.off_diagonal = np.tril(matrix, -1)
        starts = range(0, self.n, BLOCK)
        blocks = [self.off_diagonal[:, start : start + BLOCK].sum(axis=1) for start in starts]
        self.leaving = np.minimum(sum(blocks, np.zeros(self.n)), 1.0)
        with np.errstate(divide="ignore"):  # a node that is always left at once
            logs = np.where(self.leaving <= 0.5, np.log1p(-self.leaving), np.log(np.diag(matrix)))  # noqa: PLR2004
        self._logs = logs
        self._powers = [self._with_diagonal(matrix, 0)]
        self._rarity = RARE_BITS + self._moment_bits()

    def _moment_bits(self) -> float:
        """Bound log₂ Σ_l 8ˡ P(the first l jumps are made), from the worst node.

        F_i = 1 + 8 Σ_k P(the next jump from i is to k) F_k. No order has more than n − 1 jumps.
        """
        sums = np.ones(self.n)
        with np.errstate(over="ignore", invalid="ignore"):
            for i in np.flatnonzero(self.leaving).tolist():
                sums[i] += RATE * (self.off_diagonal[i, :i] @ sums[:i]) / self.leaving[i]
        most = math.log2(RATE) * self.n
        return min(most, math.log2(sums.max()) + 1) if np.isfinite(sums).all() else most

    def fits(self, doublings: int) -> bool:
        """Tell whether so many squares are kept."""
        return doublings <= min(MOST_DOUBLINGS, MOST_ENTRIES // self.n**2)

    def __getitem__(self, k: int) -> Vec:
        """Return Δ^(2ᵏ)."""
        while len(self._powers) <= k:
            square = lower_product(self._powers[-1], self._powers[-1], BLOCK)
            self._powers.append(self._with_diagonal(square, len(self._powers)))
        return self._powers[k]

    def _with_diagonal(self, power: Vec, k: int) -> Vec:
        np.fill_diagonal(power, np.exp(2.0**k * self._logs))
        return flushed(power)

    def advance(self, row: Vec, k: int) -> Vec:
        """Return row · Δ^(2ᵏ)."""
        return flushed(row @ self[k])

    def error_bound(self, doublings: int, products: int) -> float:
        """Bound the relative error of a row, or column, times `products` powers up to 2^doublings.

        0 products for the powers themselves; two more roundings of its use are included.
        """
        jumps = min(self.n - 1, self._rarity / math.log2(RATE))
        held = self._rarity * math.log(2) / (1 - 1 / RATE)
        units = jumps * (doublings * (self._sums + ROUNDED) + self.entry_units)
        units += products * (self.n + ROUNDED) + ROUNDED + 2
        units += held * (2 * (self.entry_units + self._sums) + ROUNDED)
        return units * UNIT / (1 - units * UNIT) if units * UNIT < 0.5 else math.inf  # noqa: PLR2004


def flushed(numbers: Vec) -> Vec:
    """Set what is too small to 0, in place.

    >>> flushed(np.array([0.5, 2.0**-600]))
    array([0.5, 0. ])
    """
    numbers[numbers < SMALLEST] = 0.0
    return numbers


def lower_product(left: Vec, right: Vec, block: int) -> Vec:
    """Return the product of matrices that are 0 above the diagonal, `block` columns at a time.

    No entry rounds more often than `block` times and once for each block.

    >>> lower_product(np.array([[2.0, 0.0], [3.0, 4.0]]), np.array([[1.0, 0.0], [1.0, 1.0]]), 1)
    array([[2., 0.],
           [7., 4.]])
    """
    n = len(left)
    product = np.zeros((n, n))
    for start in range(0, n, block):
        stop = min(start + block, n)
        product[start:, :stop] += left[start:, start:stop] @ right[start:stop, :stop]
    return product


def listed(kernel: Kernel) -> int:
    """Return the roundings of an entry of the matrix beyond those of what is stored.

    An entry of one kernel rounds twice more; of a sum of several, less often than a step.
    """
    return 2 if isinstance(kernel, ScaledKernel) else kernel.roundings
