"""One stochastic matrix, known exactly, seen in whichever field an algorithm asks for.

`over(ring)` gives exact entries in any ring of Python objects (Fractions, balls, SymPy);
`floats` gives a float64 kernel together with a bound on its error; `integers` the exact
matrix as integers over one denominator. Each is made when first asked for.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from dagmix._engine.adjacency.base import Adjacency
from dagmix._engine.adjacency.ranges import IndexRanges
from dagmix._engine.chains.kernel import Kernel, ScaledKernel
from dagmix._engine.exact.enclosures import SMALLEST, UNIT
from dagmix._engine.exact.scalars import Field

Ring = Callable[[Fraction], Any]

LARGEST_EXACT = 2**12  # nodes; larger rational operators answer in floats, with bounds


def _unchanged(number: Any) -> Any:
    """Return a number as it is: the ring of Fractions, or of SymPy among symbols."""
    return number


@dataclass(frozen=True, eq=False)
class FloatKernel:
    """A float64 kernel with a bound on the relative error of its steps.

    `units`, in units of 2⁻⁵³, bounds the relative error that one step adds to any entry of a
    non-negative row: the entries' own error plus one rounding for each operation. It is
    infinite where an entry is too small for the bound to hold.
    """

    kernel: Kernel
    entry_units: float

    @cached_property
    def units(self) -> float:
        """Relative error added by one step, in units of 2⁻⁵³."""
        if self.kernel.least < SMALLEST:
            return float("inf")
        return self.kernel.roundings + self.entry_units

    def error_bound(self, steps: int) -> float:
        """Bound the relative error of a row after `steps` steps: (1 + u)^m − 1 ≤ mu/(1 − mu)."""
        roundings = steps * self.units * UNIT
        return roundings / (1 - roundings) if roundings < 0.5 else float("inf")  # noqa: PLR2004


class Transition(ABC):
    """A stochastic matrix M with receiver i and sender j in M[i, j]."""

    field: Field
    adjacency: Adjacency

    @abstractmethod
    def over(self, ring: Ring) -> Kernel:
        """Return the exact matrix with every number mapped from Fraction into `ring`."""

    @cached_property
    @abstractmethod
    def floats(self) -> FloatKernel:
        """The matrix in float64, with its error."""

    @cached_property
    def rationals(self) -> Kernel:
        """The exact matrix in Fractions (in SymPy where it is symbolic)."""
        return self.over(_unchanged)

    @cached_property
    def integers(self) -> tuple[Kernel, int]:
        """The exact matrix as integers over one denominator."""
        return self.rationals.over_denominator()

    @property
    def denominator_bits(self) -> int:
        """The length of that denominator, or a bound of it; nothing of length n is made."""
        return self.integers[1].bit_length()

    @property
    def is_small(self) -> bool:
        """Whether questions to a rational matrix are answered in exact arithmetic."""
        return self.adjacency.n <= LARGEST_EXACT


def same_matrix(one: Transition, other: Transition) -> bool:
    """Tell whether two transitions are the same exact matrix in the same field.

    Large ones on index ranges are compared head by head; the same sum of other heads is another.
    """
    if one.field is not other.field or not one.adjacency.has_same_pairs(other.adjacency):
        return False
    if isinstance(one.adjacency, IndexRanges) and not one.is_small:
        return _same_parts(one.floats.kernel, other.floats.kernel)
    return bool(np.array_equal(one.rationals.entries, other.rationals.entries))


def _same_parts(one: Kernel, other: Kernel) -> bool:
    """Tell whether two kernels are made alike of equal heads, whose entries are not listed."""
    pairs = list(zip(one.parts, other.parts, strict=False))
    return len(one.parts) == len(other.parts) and all(
        a == b and x.adjacency.has_same_pairs(y.adjacency) and _same_scales(x, y)
        for (a, x), (b, y) in pairs
    )


def _same_scales(one: ScaledKernel, other: ScaledKernel) -> bool:
    return all(
        x is y or (x is not None and y is not None and np.array_equal(x, y))
        for x, y in zip(one.scales, other.scales, strict=True)
    )
