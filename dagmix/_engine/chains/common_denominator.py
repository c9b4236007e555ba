"""First-step equations along an order over the rationals, in integers over one denominator.

y_j · X_j = base_j + Σ_{i ≠ j} y_i M[i, j], X_j = Σ_{i ≠ j} M[i, j]. The solutions found so far
are integers a_i over one denominator D. With column j and base_j as integers over L_j, y_j is
(D · base_j + Σ a_i N[i, j]) / (D · X_j), and one greatest common divisor g of numerator and X_j
tells by which least factor, X_j / g, D has to grow. A number is rescaled when it is next read.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from operator import mul
from typing import Any

from dagmix._engine.adjacency.base import Ints, Mask, Vec
from dagmix._engine.chains.kernel import Kernel
from dagmix._engine.exact.convert import check_length, objects
from dagmix._util.lazy import flint


def is_rational(numbers: Vec) -> bool:
    """Tell whether an object array has integers and Fractions only, and no symbols."""
    return set(map(type, numbers.tolist())) <= {int, Fraction}


def solve_in_integers(
    kernel: Kernel, base: Vec, free: Mask, order: Ints, most_bits: float = math.inf
) -> Vec:
    """Return y from the last node of the order to the first; 0 where not `free`.

    The pairs of the kernel are rational, and every free node has a way out. Raises
    LongNumbersError once the common denominator is longer than `most_bits`.
    """
    receivers, starts = kernel.adjacency.pairs[0].tolist(), kernel.adjacency.starts.tolist()
    entries = kernel.entries.tolist()
    known = _Numbers(len(base))
    for j in order[::-1][free[order[::-1]]].tolist():
        run = range(starts[j], starts[j + 1])
        proper = [place for place in run if receivers[place] != j]
        start, *column = _over_one_denominator([base[j], *(entries[place] for place in proper)])
        known.add(j, start, column, [receivers[place] for place in proper])
        check_length(known.denominator, most_bits)
    return known.fractions()


def _over_one_denominator(numbers: Sequence[Any]) -> list[int]:
    """Return the numbers times the least common multiple of their denominators."""
    common = math.lcm(*{number.denominator for number in numbers})
    return [number.numerator * (common // number.denominator) for number in numbers]


class _Numbers:
    """Numbers over one denominator that grows, each kept over what it was when last read."""

    def __init__(self, size: int) -> None:
        self._parts: list[Any] = [flint.fmpz(0)] * size
        self._ages = [0] * size
        self._denominators = [flint.fmpz(1)]

    @property
    def denominator(self) -> Any:
        """The denominator of now, an integer of FLINT."""
        return self._denominators[-1]

    def _read(self, places: Sequence[int]) -> list[Any]:
        """Return the numbers at some places, times the denominator of now."""
        now = len(self._denominators) - 1
        for age in {self._ages[i] for i in places} - {now}:
            factor = self._denominators[now] // self._denominators[age]
            for i in places:
                if self._ages[i] == age:
                    self._parts[i] *= factor
                    self._ages[i] = now
        return [self._parts[i] for i in places]

    def add(self, j: int, start: int, column: Sequence[int], places: Sequence[int]) -> None:
        """Solve for y_j · Σ column = start + Σ y_i · column_i, i over the places."""
        denominator, leave = self.denominator, flint.fmpz(sum(column))
        total = sum(map(mul, self._read(places), column), denominator * start)
        shared = total.gcd(leave)
        if shared != leave:
            self._denominators.append(denominator * (leave // shared))
        self._parts[j], self._ages[j] = total // shared, len(self._denominators) - 1

    def fractions(self) -> Vec:
        """Return all numbers in lowest terms."""
        pairs = zip(self._parts, self._ages, strict=True)
        return objects([Fraction(int(part), int(self._denominators[age])) for part, age in pairs])
