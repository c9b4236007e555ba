"""T(ε) of two rational heads as a function of the weight α of head 0, exactly.

d_t(α) = max_j s_t[j](α), the maximum of n polynomials of degree ≤ t, is non-increasing in t.
Hence T is a step function, and {α : T(α) ≤ t} = {α : d_t(α) ≤ ε} a union of finitely
many closed intervals whose ends are roots of s_t[j] − ε: exact algebraic numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.algebraic import Number, between
from dagmix._engine.exact.rational_functions import roots_inside, sign
from dagmix._engine.exact.scalars import HALF, read_count
from dagmix._engine.exact.vectors import others
from dagmix._engine.mixing import mixing_time
from dagmix._util.brief import Brief, brief
from dagmix._util.budget import Meter
from dagmix.errors import UndecidedError
from dagmix.optimal.two_heads.fidelity_profile import read_weight
from dagmix.optimal.two_heads.kernels import PolynomialRows, mixture, same_heads

LONGEST = 2**8  # steps, the degree of the polynomials
NumberInterval = tuple[Number, Number]


@dataclass(frozen=True, repr=False)
class Fastest(Brief):
    """The least mixing time over all weights α of head 0, and all weights that have it.

    Attributes
    ----------
    value : int
        min T(ε) over 0 ≤ α ≤ 1, in steps; exact.
    intervals : tuple of (low, high)
        Closed intervals of α, in order, Fraction or Algebraic; a single weight has equal ends.

    Examples
    --------
    >>> from dagmix import FeedforwardDAG
    >>> from dagmix.optimal import optimal_weights
    >>> pair = [FeedforwardDAG(e, nodes="abcd") for e in (["ad", "bc", "cd"], ["ac", "bd", "cd"])]
    >>> optimal_weights(pair, "mixing").profile.optimum
    Fastest(value=4, intervals=((Fraction(1, 4), Fraction(3, 4)),))

    References
    ----------
    Mixing time: arXiv:2507.02944, Definition 2.7.
    """

    value: int
    intervals: tuple[NumberInterval, ...]


@dataclass(frozen=True, eq=False, repr=False)
class MixingProfile:
    """T(ε) of α W₀ + (1 − α) W₁ as a function of α, 0 ≤ α ≤ 1: a step function.

    `optimal_weights` returns it for two rational heads. Calling it with a rational α evaluates
    it exactly. Everything is computed when first asked for.

    Attributes
    ----------
    epsilon : Fraction
        The threshold of total variation, 0 < ε < 1.
    ends : tuple of two int, or inf
        T at α = 0 and at α = 1, in steps.
    optimum : Fastest
        The least T over 0 ≤ α ≤ 1.
    slowest : int or inf
        The greatest.
    helps : tuple of (low, high)
        The intervals of α where the mixture mixes faster than the best head alone.

    Examples
    --------
    >>> from dagmix import FeedforwardDAG
    >>> from dagmix.optimal import optimal_weights
    >>> pair = [FeedforwardDAG(e, nodes="abcd") for e in (["ad", "bc", "cd"], ["ac", "bd", "cd"])]
    >>> profile = optimal_weights(pair, "mixing").profile
    >>> profile("1/2"), profile.ends, profile.helps
    (4, (5, 5), ((Fraction(1, 4), Fraction(3, 4)),))

    References
    ----------
    Mixing time: arXiv:2507.02944, Definition 2.7.
    """

    _heads: tuple[Transition, Transition]
    _sink: int
    epsilon: Fraction
    _meter: Meter = field(default_factory=Meter)

    @cached_property
    def _rows(self) -> PolynomialRows:
        """The survival probabilities at each step, from every initial state."""
        initial = others(self._heads[0].adjacency.n, self._sink, 1).tolist()
        return PolynomialRows(self._heads, initial)

    def __call__(self, weight: Any) -> int | float:
        """Return T(ε) at a weight of head 0.

        Parameters
        ----------
        weight : Fraction, int, str or float
            α in [0, 1], taken exactly; str as "1/3".

        Returns
        -------
        int or float
            Steps; `math.inf` where some node never reaches the sink.

        Raises
        ------
        WeightError, NumberError
            For a weight outside [0, 1], or none at all.

        Examples
        --------
        >>> from dagmix.optimal import optimal_weights
        >>> from dagmix.paper import example_3_13
        >>> optimal_weights(example_3_13(), "mixing").profile("1/2")
        8
        """
        return mixing_time.mixing_time(
            mixture(self._heads, read_weight(weight)), self._sink, self.epsilon
        )

    @cached_property
    def ends(self) -> tuple[int | float, int | float]:
        """T at α = 0, head 1 alone, and at α = 1, head 0 alone."""
        return self(0), self(1)

    def within(self, steps: int) -> tuple[NumberInterval, ...]:
        """Return the weights α with T(ε) ≤ steps as closed intervals, in order.

        Parameters
        ----------
        steps : int
            A number of steps ≥ 0.

        Returns
        -------
        tuple of (low, high)
            Fraction or Algebraic; a single weight has equal ends; empty where there are none.

        Raises
        ------
        NumberError
            For steps that are no such integer.
        UndecidedError
            For more than 256 steps: the polynomials have this degree.

        Examples
        --------
        >>> from dagmix.optimal import optimal_weights
        >>> from dagmix.paper import example_3_13
        >>> optimal_weights(example_3_13(), "mixing").profile.within(8)
        ((Fraction(0, 1), Fraction(1, 1)),)
        """
        time = read_count(steps, 0, "steps")
        if time > LONGEST:
            message = f"weights are computed exactly up to {LONGEST} steps, not {time}"
            raise UndecidedError(message)
        self._meter.check()
        level = self.epsilon.numerator * self._rows.scale**time
        above = [p * self.epsilon.denominator - level for p in self._rows.row(time)]
        cuts = {r for p in above for r in roots_inside(p, Fraction(0), Fraction(1))}
        ends: list[Number] = [Fraction(0), *sorted(cuts), Fraction(1)]
        found: list[NumberInterval] = []
        for end, after in zip(ends, [*ends[1:], None], strict=True):
            self._meter.check()
            if all(sign(p, end) <= 0 for p in above):
                _extend(found, end, end)
            if after is not None and all(sign(p, between(end, after)) <= 0 for p in above):
                _extend(found, end, after)
        return tuple(found)

    @cached_property
    def optimum(self) -> Fastest:
        """The least T over 0 ≤ α ≤ 1, and all α that have it.

        Raises UndecidedError where T is infinite at all weights, or more than 256.
        """
        least = min(*self.ends, self(HALF))
        if least == math.inf:
            message = "no weights of these heads reach the sink from everywhere: T is infinite"
            raise UndecidedError(message)
        none, some = -1, int(min(least, LONGEST + 1))
        while some - none > 1:
            middle = (none + some) // 2
            none, some = (none, middle) if self.within(middle) else (middle, some)
        return Fastest(some, self.within(some))

    @cached_property
    def slowest(self) -> int | float:
        """The greatest T over 0 ≤ α ≤ 1; math.inf where a head alone misses the sink.

        Raises UndecidedError as `within` does.
        """
        if math.inf in self.ends:
            return math.inf
        steps = int(max(self.ends))
        while self.within(steps) != ((Fraction(0), Fraction(1)),):
            steps += 1
        return steps

    @property
    def helps(self) -> tuple[NumberInterval, ...]:
        """The intervals of α where the mixture mixes faster than the best head alone.

        They are closed; where each head alone misses the sink, it is (0, 1), open. Raises
        UndecidedError where the best head alone takes more than 257 steps, as `within` does.
        """
        best = min(self.ends)
        if not best:
            return ()
        if best < math.inf:
            return self.within(int(best) - 1)
        return () if self(HALF) == math.inf else ((Fraction(0), Fraction(1)),)

    def __eq__(self, other: object) -> bool:
        """Compare threshold, sink and the exact matrices of the heads."""
        if not isinstance(other, MixingProfile):
            return NotImplemented
        same = self.epsilon == other.epsilon and self._sink == other._sink
        return same and same_heads(self._heads, other._heads)

    def __hash__(self) -> int:
        """Hash what is compared, the matrices apart."""
        return hash((self.epsilon, self._sink))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the heads only; what was computed is computed again."""
        return MixingProfile, (self._heads, self._sink, self.epsilon)

    def __repr__(self) -> str:
        return f"MixingProfile(epsilon={brief(self.epsilon, str)}, ends={self.ends})"


def _extend(found: list[NumberInterval], low: Number, high: Number) -> None:
    """Append [low, high] to the intervals, joined to the last one where they touch."""
    joined = found and found[-1][1] == low
    found.append((found.pop()[0] if joined else low, high))
