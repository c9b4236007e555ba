"""Certificates that φ_min is at most a level on an interval of weights, exact to the end.

Near a face of the simplex, or where a fidelity is a limit, arbitrarily late signals matter, and
enclosures in floats end just above the level that they approach. As functions of β they can be
compared exactly. With x_t the row at the sink, φ_j(β) ≤ V holds where, for some T,

* x_t[j] ≤ V for all t < T, and
* Σ_k x_T[k] c_k ≤ V, with c_k(β) ≥ sup_s (Δˢ)[k, j].

The c_k are rational functions of degree ≤ n. For a transient node j they are its hitting bounds
(`hitting_bounds`). In a recurrent class with the stationary weights π, π_k (Δˢ)[k, j] ≤ π_j, so
that c_k = π_j/π_k, and outside it c_k is the probability of ever hitting j, or Σ_c P_k(the class
is entered at c) c_c. Moreover the members
of the class together contribute at most π_j max_k x_T[k]/π_k, for Σ_k x_T[k] (Δˢ)[k, j] is an
average of x_T[k]/π_k times π_j. Every inequality is one between polynomials with rational
coefficients, and holds where its Bernstein coefficients on the interval are not negative.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cached_property

import numpy as np
from flint import fmpq, fmpq_poly, fmpz_poly

from dagmix._engine.adjacency.base import Ints
from dagmix._engine.chains import first_step
from dagmix._engine.exact.convert import rational
from dagmix._engine.exact.rational_functions import Ratio, sign
from dagmix._engine.exact.scalars import HALF
from dagmix._engine.exact.vectors import unit
from dagmix.optimal.two_heads.hitting_bounds import HittingBounds
from dagmix.optimal.two_heads.kernels import TwoDiffusions, mixture

TIMES = (1, 2, 4, 8, 16, 32)  # values of T tried
HALVINGS = 6
ONE = Ratio.constant(Fraction(1))

_ClassShares = tuple[dict[int, Ratio], dict[int, Ratio], dict[int, dict[int, Ratio]]]


class Ceilings:
    """Proofs that φ_min of two heads is at most a level."""

    def __init__(self, heads: TwoDiffusions, bounds: HittingBounds) -> None:
        """Take two rational heads, and the hitting bounds of their transient nodes."""
        self._heads, self._bounds = heads, bounds
        self._shares: dict[int, _ClassShares] = {}

    def hold(
        self,
        interval: tuple[Fraction, Fraction],
        level: Fraction,
        check: Callable[[], None] = lambda: None,
        halvings: int = HALVINGS,
    ) -> bool:
        """Tell whether φ_min ≤ level is proved between two weights; False says nothing.

        `check` is called between any two attempts: it may raise.
        """
        check()
        low, high = interval
        if any(self._holds(node, low, high, level) for node in range(self._heads.size)):
            return True
        middle = (low + high) / 2
        return halvings > 0 and all(
            self.hold(half, level, check, halvings - 1) for half in ((low, middle), (middle, high))
        )

    def _holds(self, node: int, low: Fraction, high: Fraction, level: Fraction) -> bool:
        members = self._members(node)
        if len(members) == 1:
            return is_at_most(self._heads.limit(node), level, low, high)
        tried = 0
        for time in TIMES:
            signals = (self._heads.rows.ratio(t, node) for t in range(tried, time))
            if not all(is_at_most(signal, level, low, high) for signal in signals):
                return False
            tails = self._tails(node, members, time, (low + high) / 2)
            if any(all(is_at_most(one, level, low, high) for one in some) for some in tails):
                return True
            tried = time
        return False

    def _members(self, node: int) -> Ints:
        """Return the recurrent class of a node; of a transient one, nothing."""
        classes = self._heads.context.recurrent_class
        return np.flatnonzero((classes == classes[node]) & (classes >= 0))

    def _tails(self, node: int, members: Ints, time: int, near: Fraction) -> Iterator[list[Ratio]]:
        """Yield lists of functions, the greatest of which bounds all signals from a time on."""
        if not len(members):
            yield [self._total(time, _least(self._transient[node], near))]
            return
        inside, hits, entrances = self._class(node, members)
        most = _least({k: [share, ONE] for k, share in inside.items()}, near)
        outside = _least({k: [hits[k], combined(entrances[k], most)] for k in entrances}, near)
        yield [self._total(time, {**most, **outside})]
        yield [self._total(time, {k: share, **outside}) for k, share in inside.items()]

    def _total(self, time: int, shares: dict[int, Ratio]) -> Ratio:
        """Return Σ_k x_T[k] c_k."""
        row = {k: self._heads.rows.ratio(time, k) for k in shares}
        return combined(row, shares)

    @cached_property
    def _transient(self) -> dict[int, dict[int, list[Ratio]]]:
        found: dict[int, dict[int, list[Ratio]]] = {
            node: {node: [ONE]} for node in range(self._heads.size)
        }
        for k, j, ratios in self._bounds.pairs:
            found[j][k] = ratios
        return found

    def _class(self, node: int, members: Ints) -> _ClassShares:
        """Return π_j/π_k for the members, and for others how they reach j and the class."""
        if node not in self._shares:
            weights = {k: self._heads.stationary(k, members) for k in members.tolist()}
            mine = weights[node]
            inside = {
                k: Ratio(mine.numerator * p.denominator, mine.denominator * p.numerator)
                for k, p in weights.items()
            }
            before = np.flatnonzero(self._heads.context.upstream(node))
            outside = [k for k in before.tolist() if k not in inside]
            hits = self._entrances([node], outside)
            doors = self._entrances(members.tolist(), outside)
            self._shares[node] = inside, {k: one[node] for k, one in hits.items()}, doors
        return self._shares[node]

    def _entrances(self, members: list[int], outside: list[int]) -> dict[int, dict[int, Ratio]]:
        """Return P_k(the first member ever visited is c) for k outside and members c."""
        tables = []
        for weight in self._heads.weights:
            kernel = mixture(self._heads.heads, weight).rationals.transposed
            free = kernel.adjacency.reaching(np.array(members))
            free[members] = False
            tables.append(
                {
                    c: first_step.solve(kernel, kernel.step(unit(self._heads.size, c, 1)), free)
                    for c in members
                }
            )
        return {
            k: {c: self._heads.through([Fraction(one[c][k]) for one in tables]) for c in members}
            for k in outside
        }


def _least(functions: dict[int, list[Ratio]], near: Fraction) -> dict[int, Ratio]:
    """Choose the least of some functions at a weight, for each key."""
    return {k: min(some, key=lambda one: one.enclosure(near)[0]) for k, some in functions.items()}


def combined(shares: dict[int, Ratio], functions: dict[int, Ratio]) -> Ratio:
    """Return Σ_c a_c f_c."""
    top, bottom = fmpz_poly([0]), fmpz_poly([1])
    for c, share in shares.items():
        under = share.denominator * functions[c].denominator
        top = top * under + share.numerator * functions[c].numerator * bottom
        bottom *= under
    return Ratio(top, bottom).reduced()


def is_at_most(ratio: Ratio, level: Fraction, low: Fraction, high: Fraction) -> bool:
    """Tell whether a function is surely at most a level between two weights.

    >>> square = Ratio(fmpz_poly([0, 0, 1]), fmpz_poly([1]))
    >>> [is_at_most(square, Fraction(1, 4), Fraction(0), Fraction(1, k)) for k in (1, 2, 3)]
    [False, True, True]
    """
    gap = ratio.denominator * level.numerator - ratio.numerator * level.denominator
    gap *= sign(ratio.denominator, HALF)  # a function in lowest terms may have it negative
    # The Bernstein coefficients, each times a binomial, of (1 + x)^d p((a x + b) / (1 + x)).
    a, b = rational(low), rational(high)
    moved = fmpq_poly(gap)(fmpq_poly([a, b - a])).coeffs()
    degree = max(int(gap.degree()), 0)
    flipped = fmpq_poly([fmpq(0)] * (degree + 1 - len(moved)) + moved[::-1])
    return all(c >= 0 for c in flipped(fmpq_poly([1, 1])).coeffs())
