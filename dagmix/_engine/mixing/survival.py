"""Survival s_t[j] = P_j(T > t), T the time of absorption in the sink, for every initial node j.

s_{t+1} = s_t Q, Q the walk's matrix without the sink, stepped in integers, or in floats with
a rigorous error.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from dagmix._engine.chains.powers.integer_powers import advance
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.convert import LARGEST_ROW, LARGEST_TABLE, quotient
from dagmix._engine.exact.vectors import others
from dagmix.errors import UndecidedError

RESCALED = 2.0**-300  # a row whose greatest entry is smaller is multiplied by a power of two
UNDERFLOW = 2.0**-1040  # lost by one operation: 2⁻¹⁰⁷⁵, and scaled by less than 2³⁵ at once
NO_UNDERFLOW = 2.0**-1000  # a product of an entry and the least number that is safely a float
NOTHING = 2.0**-60  # share of the greatest entry that may be lost unmentioned


class ExactSurvival:
    """The row s_t in integers over Lᵗ, stepped forward only, made when first asked for."""

    def __init__(self, transition: Transition, sink: int) -> None:
        """Begin at t = 0."""
        self.transition = transition
        self.sink = sink
        self._row = others(transition.adjacency.n, sink, 1)
        self._time = 0
        self._scale = 1

    def distance(self, steps: int) -> Fraction:
        """Return d(steps); `steps` may not decrease from call to call."""
        self._advance(steps)
        return quotient(int(self._row.max()), self._scale)

    def is_at_most(self, steps: int, epsilon: Fraction) -> bool:
        """Decide d(steps) ≤ ε in integers, without a gcd."""
        self._advance(steps)
        return bool(self._row.max() * epsilon.denominator <= epsilon.numerator * self._scale)

    def _advance(self, steps: int) -> None:
        bits, n = steps * self.transition.denominator_bits, self.transition.adjacency.n
        if bits > LARGEST_ROW or bits * n > LARGEST_TABLE:
            message = f"the exact distance after {steps} steps needs {n} numbers of {bits} bits"
            raise UndecidedError(message)
        kernel, denominator = self.transition.integers
        further = steps - self._time
        self._row = advance(kernel, self._row, further, denominator.bit_length())
        self._time, self._scale = steps, self._scale * denominator**further


class FloatSurvival:
    """The row s_t in floats, stepped forward only: s_t = row · 2^exponent.

    The relative error of what is not lost to underflow is that of `FloatKernel.error_bound`.
    What is lost of an entry is no more than `_lost`, which no step makes greater: columns sum
    to at most 1.
    """

    def __init__(self, transition: Transition, sink: int) -> None:
        """Begin at t = 0."""
        self._floats = transition.floats
        self._sink = sink
        self._row = others(transition.adjacency.n, sink)
        self._greatest = float(self._row.max())
        self._exponent = 0
        # What one step may lose; where the entries have no bound, everything.
        bounded = math.isfinite(self._floats.units)
        self._loss = self._floats.kernel.roundings * UNDERFLOW if bounded else math.inf
        self._lost_before = 0.0 if bounded else math.inf  # the last rescaling, at this time:
        self._since = 0
        self.time = 0

    def step(self, count: int = 1) -> None:
        """Go from s_t to s_{t + count}."""
        for _ in range(count):
            self._row = self._floats.kernel.step(self._row)
        self.time += count
        self._greatest = float(self._row.max())
        if 0 < self._greatest < RESCALED:
            self._rescale(-math.frexp(self._greatest)[1])

    def _rescale(self, shift: int) -> None:
        lost = self._lost
        if np.delete(self._row, self._sink).min() * self._floats.kernel.least > NO_UNDERFLOW:
            # Survival never grows: as no entry is small now, none was since the last time.
            lost = self._lost_before
        self._lost_before = math.ldexp(lost, shift) if lost < RESCALED else math.inf
        self._since = self.time
        self._row, self._greatest = np.ldexp(self._row, shift), math.ldexp(self._greatest, shift)
        self._exponent -= shift

    @property
    def _lost(self) -> float:
        steps = self.time - self._since
        return self._lost_before + steps * self._loss if steps else self._lost_before

    @property
    def is_certified(self) -> bool:
        """Whether so little was lost that d(t) is certified up to `error_bound`."""
        return self._lost <= NOTHING * self._greatest

    @property
    def error_bound(self) -> float:
        """Bound the relative error of d(t), four more roundings of its use included."""
        return self._floats.error_bound(self.time + 4)

    @property
    def distance(self) -> float:
        """d(t), rounded to a float once more."""
        return math.ldexp(*self.parts)

    @property
    def parts(self) -> tuple[float, int]:
        """d(t) as a float and an exponent of two, which never underflow."""
        return self._greatest, self._exponent

    def ratio(self, share: float, exponent: int) -> float:
        """Return d(t) / ε, ε = share · 2^exponent; above 2⁹⁰⁰ any number greater than 1."""
        return math.ldexp(self._greatest / share, min(self._exponent - exponent, 900))


def scaled(epsilon: Fraction) -> tuple[float, int]:
    """Return a float near 1 and an exponent of two whose product is ε, rounded once.

    >>> scaled(Fraction(3, 8))
    (1.5, -2)
    """
    exponent = epsilon.numerator.bit_length() - epsilon.denominator.bit_length()
    return float(epsilon / Fraction(2) ** exponent), exponent


def is_over(transition: Transition, sink: int, steps: int) -> bool:
    """Tell whether d(steps) = 0: no walk of so many edges ends off the sink."""
    transient = np.delete(np.arange(transition.adjacency.n), sink)
    return not transition.adjacency.senders_after(transient, steps).any()
