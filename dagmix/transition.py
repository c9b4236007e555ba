"""One stochastic matrix, known exactly, seen in whichever field an algorithm asks for.

`over(ring)` gives exact entries in any ring of Python objects (Fractions, balls, SymPy);
`floats` gives a float64 kernel together with a bound on its error; `integers` the exact
matrix as integers over one denominator. Each is made when first asked for.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dagmix import support as supports
from dagmix.kernels import ConvexSum, Kernel, objects
from dagmix.runs import Runs
from dagmix.scalars import Field
from dagmix.support import Support, Vec

if TYPE_CHECKING:
    from sympy import Expr

Ring = Callable[[Fraction], Any]

UNIT = 2.0**-53  # the unit roundoff of float64
LARGEST_EXACT = 2**12  # nodes; larger rational operators answer in floats, with bounds
SMALLEST = 2.0**-900  # below, products come near to underflow and floats prove nothing


def exactly(number: Any) -> Any:
    """Return a number as it is: the ring of Fractions, or of SymPy among symbols."""
    return number


@dataclass(frozen=True, eq=False)
class Floats:
    """A float64 kernel whose steps are right up to a known relative error.

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

    def slack(self, steps: int) -> float:
        """Bound the relative error of a row after `steps` steps: (1 + u)^m − 1 ≤ mu/(1 − mu)."""
        roundings = steps * self.units * UNIT
        return roundings / (1 - roundings) if roundings < 0.5 else float("inf")  # noqa: PLR2004


class Transition(ABC):
    """A stochastic matrix M with receiver i and sender j in M[i, j]."""

    field: Field
    support: Support

    @abstractmethod
    def over(self, ring: Ring) -> Kernel:
        """Return the exact matrix with every number mapped from Fraction into `ring`."""

    @cached_property
    @abstractmethod
    def floats(self) -> Floats:
        """The matrix in float64, with its error."""

    @cached_property
    def rationals(self) -> Kernel:
        """The exact matrix in Fractions (in SymPy where it is symbolic)."""
        return self.over(exactly)

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
        return self.support.n <= LARGEST_EXACT


class GraphWalk(Transition):
    """W[i, j] = 1 / outdeg(j) for an edge j → i; a node without successors stays (Def 2.3)."""

    field = Field.RATIONAL

    def __init__(self, support: Support) -> None:
        """Take the edges of a graph, self-loops as they are."""
        self.support = support.with_loops(support.out_degree == 0)

    def over(self, ring: Ring) -> Kernel:
        """Return the adjacency with a scale for each sender."""
        return Kernel(self.support, sender=_reciprocals(self.support.out_degree, ring))

    @property
    def denominator_bits(self) -> int:
        """The length of the least common multiple of the degrees."""
        return _multiple(self.support.out_degree).bit_length()

    @cached_property
    def floats(self) -> Floats:
        """The adjacency with a float scale for each sender."""
        return Floats(Kernel(self.support, sender=1.0 / self.support.out_degree), 1)


class GraphDiffusion(Transition):
    """Δ[i, j] = 1 / indeg(i) for an edge j → i; a node without senders keeps its own (Def 3.1)."""

    field = Field.RATIONAL

    def __init__(self, support: Support) -> None:
        """Take the edges of a graph, self-loops as they are."""
        self.support = support.with_loops(support.in_degree == 0)

    def over(self, ring: Ring) -> Kernel:
        """Return the adjacency with a scale for each receiver."""
        return Kernel(self.support, receiver=_reciprocals(self.support.in_degree, ring))

    @property
    def denominator_bits(self) -> int:
        """The length of the least common multiple of the degrees."""
        return _multiple(self.support.in_degree).bit_length()

    @cached_property
    def floats(self) -> Floats:
        """The adjacency with a float scale for each receiver."""
        return Floats(Kernel(self.support, receiver=1.0 / self.support.in_degree), 1)


class FloatArray(Transition):
    """A float matrix that stands for its exact rationals, each line divided by its exact sum.

    `axis` is the axis of the sum: 0 for columns (a walk), 1 for rows (a diffusion).
    """

    field = Field.FLOAT

    def __init__(self, matrix: NDArray[np.float64], axis: int) -> None:
        """Take a checked non-negative matrix without a line of zeros."""
        self.support = supports.from_mask(matrix > 0)
        self._entries = matrix[self.support.pairs]
        self._axis = axis

    @property
    def _lines(self) -> supports.Ints:
        return self.support.pairs[1 - self._axis]

    def _scaled(self, entries: Vec, scale: Vec) -> Kernel:
        side = "sender" if self._axis == 0 else "receiver"
        return Kernel(self.support, values=self.support.place(entries), **{side: scale})

    def over(self, ring: Ring) -> Kernel:
        """Return the entries as integers (of one power of two) over each line's sum."""
        mantissas, exponents = np.frexp(self._entries)
        integers = (mantissas * 2.0**53).astype(np.int64).tolist()
        shifts = (exponents - exponents.min()).tolist()
        whole = [number << shift for number, shift in zip(integers, shifts, strict=True)]
        sums = [0] * self.support.n
        for line, number in zip(self._lines.tolist(), whole, strict=True):
            sums[line] += number
        entries = objects([ring(Fraction(number)) for number in whole])
        return self._scaled(entries, objects([ring(Fraction(1, total)) for total in sums]))

    @cached_property
    def floats(self) -> Floats:
        """The entries times the float reciprocal of each line's sum."""
        sums = np.bincount(self._lines, self._entries, minlength=self.support.n)
        terms = int(np.bincount(self._lines).max())
        return Floats(self._scaled(self._entries, 1.0 / sums), terms)


class ExactArray(Transition):
    """A matrix of Fractions or SymPy expressions, stochastic as it stands."""

    def __init__(self, matrix: Vec, field: Field) -> None:
        """Take a checked n × n object array, zeros written as the integer 0."""
        self.field = field
        self.support = supports.from_mask(matrix != 0)
        self._entries = matrix[self.support.pairs]

    def over(self, ring: Ring) -> Kernel:
        """Return the entries in the ring."""
        entries = objects([ring(number) for number in self._entries.tolist()])
        return Kernel(self.support, values=self.support.place(entries))

    @cached_property
    def floats(self) -> Floats:
        """The entries, each rounded once."""
        return Floats(_rounded(self), 1)


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
        self.support = supports.from_pairs(parts[0][1].support.n, receivers, senders)

    @cached_property
    def _places(self) -> list[supports.Ints]:
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


def same_matrix(one: Transition, other: Transition) -> bool:
    """Tell whether two transitions are the same exact matrix in the same field.

    Large ones made of runs are compared head by head; the same sum of other heads is another.
    """
    if one.field is not other.field or not one.support.same_as(other.support):
        return False
    if isinstance(one.support, Runs) and not one.is_small:
        return _same_parts(one.floats.kernel, other.floats.kernel)
    return bool(np.array_equal(one.rationals.entries, other.rationals.entries))


def _same_parts(one: Kernel, other: Kernel) -> bool:
    """Tell whether two kernels are made alike of equal heads, whose entries are not listed."""
    pairs = list(zip(one.parts, other.parts, strict=False))
    return len(one.parts) == len(other.parts) and all(
        a == b and x.support.same_as(y.support) and _same_scales(x, y) for (a, x), (b, y) in pairs
    )


def _same_scales(one: Kernel, other: Kernel) -> bool:
    mine, theirs = ((k.receiver, k.values, k.sender) for k in (one, other))
    return all(
        x is y or (x is not None and y is not None and np.array_equal(x, y))
        for x, y in zip(mine, theirs, strict=True)
    )


def _divided(kernel: Kernel, scale: Vec) -> Kernel:
    sender = scale if kernel.sender is None else kernel.sender * scale
    return Kernel(kernel.support, kernel.receiver, kernel.values, sender)


def _multiple(degrees: supports.Ints) -> int:
    return math.lcm(*set(degrees.tolist()))


def _reciprocals(degrees: supports.Ints, ring: Ring) -> Vec:
    shares = {d: ring(Fraction(1, d)) for d in set(degrees.tolist())}
    return objects([shares[d] for d in degrees.tolist()])


def _rounded(transition: Transition) -> Kernel:
    kernel = transition.rationals
    values = kernel.values
    return Kernel(kernel.support, values=None if values is None else values.astype(np.float64))
