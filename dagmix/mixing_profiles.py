"""T(ε) of two rational heads as a function of the weight α of the first, exactly.

d_t(α) = max_j s_t[j](α) is the greatest of n polynomials of degree ≤ t, and never increases
in t. Hence T is a step function, and {α : T(α) ≤ t} = {α : d_t(α) ≤ ε} a union of finitely
many closed intervals whose ends are roots of s_t[j] − ε: exact algebraic numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from dagmix import mixing
from dagmix.algebraic import Number, between
from dagmix.errors import UndecidedError
from dagmix.frozen import Frozen
from dagmix.polynomials import roots_inside, sign
from dagmix.profiles import read_weight
from dagmix.scalars import read_count
from dagmix.transition import Transition
from dagmix.two_heads import HALF, PolynomialRows, mixture
from dagmix.vectors import others

LONGEST = 2**8  # steps, the degree of the polynomials
Interval = tuple[Number, Number]


@dataclass(frozen=True)
class Fastest:
    """The least mixing time over all weights of the first head, and all weights that have it.

    `intervals` are closed; one of a single weight has equal ends.
    """

    value: int
    intervals: tuple[Interval, ...]


class MixingProfile(Frozen):
    """T(ε) of α W₁ + (1 − α) W₂ over 0 ≤ α ≤ 1, a step function.

    Calling it evaluates it exactly at a rational α.
    """

    epsilon: Fraction
    _heads: tuple[Transition, Transition]
    _sink: int
    _rows: PolynomialRows

    def __init__(self, heads: tuple[Transition, Transition], sink: int, epsilon: Fraction) -> None:
        """Take rational walks, the sink of their mixture, and a checked threshold."""
        rows = PolynomialRows(heads, others(heads[0].support.n, sink, 1).tolist())
        self.__dict__.update(epsilon=epsilon, _heads=heads, _sink=sink, _rows=rows)

    def __call__(self, weight: Any) -> int | float:
        """Return T(ε) at a rational weight of the first head, 0 and 1 included."""
        return mixing.mixing_time(
            mixture(self._heads, read_weight(weight)), self._sink, self.epsilon
        )

    @cached_property
    def ends(self) -> tuple[int | float, int | float]:
        """T at α = 0, the second head alone, and at α = 1, the first."""
        return self(0), self(1)

    def within(self, steps: int) -> tuple[Interval, ...]:
        """Return the weights with T ≤ steps as closed intervals, in order.

        Raises UndecidedError for polynomials of too high a degree.
        """
        time = read_count(steps, 0, "steps")
        if time > LONGEST:
            message = f"weights are told exactly up to {LONGEST} steps, not {time}"
            raise UndecidedError(message)
        level = self.epsilon.numerator * self._rows.scale**time
        above = [p * self.epsilon.denominator - level for p in self._rows.row(time)]
        cuts = {r for p in above for r in roots_inside(p, Fraction(0), Fraction(1))}
        ends: list[Number] = [Fraction(0), *sorted(cuts), Fraction(1)]
        found: list[Interval] = []
        for end, after in zip(ends, [*ends[1:], None], strict=True):
            if all(sign(p, end) <= 0 for p in above):
                _extend(found, end, end)
            if after is not None and all(sign(p, between(end, after)) <= 0 for p in above):
                _extend(found, end, after)
        return tuple(found)

    @cached_property
    def optimum(self) -> Fastest:
        """The least T over 0 ≤ α ≤ 1, and all α that have it.

        Raises UndecidedError where no weight mixes within the steps that are told exactly.
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
    def helps(self) -> tuple[Interval, ...]:
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

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the heads; what was found out is found out again."""
        return MixingProfile, (self._heads, self._sink, self.epsilon)

    def __repr__(self) -> str:
        return f"MixingProfile(epsilon={self.epsilon}, ends={self.ends})"


def _extend(found: list[Interval], low: Number, high: Number) -> None:
    """Add [low, high] to the intervals, joined to the last one where they touch."""
    joined = found and found[-1][1] == low
    found.append((found.pop()[0] if joined else low, high))
