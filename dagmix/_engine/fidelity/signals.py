"""Signals at the sink: x_t[j] = (Δᵗ)[τ, j] (Definition 3.2), one row stepped for all nodes."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from dagmix._engine.adjacency.base import LARGEST_DENSE, Vec
from dagmix._engine.chains.powers import ball_powers
from dagmix._engine.chains.powers.integer_powers import advance
from dagmix._engine.chains.symbolic.rows import stepped
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.arb import LAST_BITS
from dagmix._engine.exact.convert import LARGEST_ROW, LARGEST_TABLE, objects, quotient
from dagmix._engine.exact.enclosures import SMALLEST, Enclosure, scaled_enclosure
from dagmix._engine.exact.scalars import Field
from dagmix._engine.exact.vectors import unit
from dagmix._util.budget import Meter
from dagmix.errors import ShapeError, UndecidedError

if TYPE_CHECKING:
    from sympy import Expr

MOST_STEPS = 2**16  # float steps, past which a power is squared in balls
MOST_WORK = 2**34  # operations of float steps where that is impossible, about a minute


class SignalRow:
    """x_t, stepped forward: floats with a relative error, or integers over scaleᵗ.

    `error_bound` bounds the relative error of every entry of a float row; it is 0 for integers.
    """

    def __init__(self, transition: Transition, sink: int, *, exact: bool) -> None:
        """Begin at x_0 = e_τ."""
        self._transition = transition
        self.exact = exact
        self.scale = 1
        self._kernel = transition.floats.kernel
        if exact:
            bits, n = transition.denominator_bits, transition.adjacency.n
            if bits * n > LARGEST_TABLE:
                message = f"exact signals need {n} numbers of {bits} bits a step"
                raise UndecidedError(message)
            self._kernel, self.scale = transition.integers
        self.x = unit(transition.adjacency.n, sink, 1 if exact else 1.0)
        self.time = 0

    def step(self, steps: int = 1) -> None:
        """Go on by one step or several."""
        for _ in range(steps):
            self.x = self._kernel.step(self.x)
        self.time += steps

    @property
    def error_bound(self) -> float:
        """Bound the relative error of every entry, two more roundings of its use included."""
        return 0 if self.exact else self._transition.floats.error_bound(self.time + 2)

    def number(self, entry: Any, time: int) -> Fraction | float:
        """Return an entry of the row at `time` as a number."""
        return Fraction(entry, self.scale**time) if self.exact else float(entry)


def signal(
    transition: Transition,
    sink: int,
    node: int,
    steps: int,
    *,
    exact: bool | None = None,
    meter: Meter | None = None,
) -> Fraction | float | Expr:
    """Return (Δᵗ)[τ, j] in the field of the operator.

    A float is within relative error t·(k + 2 + e)·2⁻⁵³ (k entries a line, e the error of the
    stored entries in roundings) up to 65,536 steps, and within 2⁻⁵² beyond. Of a rational
    operator it is a Fraction where `exact`, an Enclosure otherwise; by default a Fraction on up to
    4,096 nodes unless it takes minutes. What is below 2⁻⁹⁰⁰ of a matrix too large to square is only
    said to be so, and positive. Raises UndecidedError where floats do not reach and the matrix is
    too large to square, and where a Fraction that is asked for is too long. The meter counts the
    steps of a symbolic operator.
    """
    if transition.field is Field.SYMBOLIC:
        return _symbolic_signal(transition, sink, node, steps, meter or Meter())
    rational = transition.field is Field.RATIONAL
    if rational and (transition.is_small if exact is None else exact):
        try:
            return _exact_signal(transition, sink, node, steps)
        except UndecidedError:
            if exact:
                raise
    if steps <= _most_steps(transition) and math.isfinite(transition.floats.units):
        row = SignalRow(transition, sink, exact=False)
        row.step(steps)
        value = float(row.x[node])
        if value > SMALLEST or not transition.adjacency.senders_after(sink, steps)[node]:
            return Enclosure.within(value, row.error_bound) if rational else value
        if rational and transition.adjacency.n**2 > ball_powers.LARGEST:
            return Enclosure(value, _floor(transition, steps), 2 * SMALLEST)
    share, exponent = ball_powers.signal(transition, sink, node, steps)
    if rational:
        return scaled_enclosure(share, exponent, LAST_BITS)
    return math.ldexp(share, exponent)


def _floor(transition: Transition, steps: int) -> float | Fraction:
    """Return a lower bound of every positive signal: a product of so many positive entries."""
    bits = 1 - math.frexp(transition.floats.kernel.least)[1]
    return scaled_enclosure(1.0, -(bits + 1) * steps, 0.0).lower


def _most_steps(transition: Transition) -> int:
    """Return after how many float steps a power is squared in balls, where those fit."""
    fits = transition.adjacency.n**2 <= ball_powers.LARGEST
    return MOST_STEPS if fits else max(MOST_STEPS, MOST_WORK // transition.adjacency.work)


def signals(transition: Transition, sink: int, steps: int, *, exact: bool | None = None) -> Vec:
    """Return x_0, …, x_steps as the rows of a (steps + 1, n) array.

    Floats, with the error of `signal` and, from underflow, another t·n·(n + 2)·2⁻¹⁰⁷⁵ at the
    most; Fractions where the operator is rational and `exact`, by default on up to 4,096 nodes;
    expressions where it has symbols. Raises ShapeError where the table is too large.
    """
    rational = transition.field is Field.RATIONAL
    exact = rational and (transition.is_small if exact is None else exact)
    n = transition.adjacency.n
    if (steps + 1) * n > LARGEST_DENSE:
        message = f"a table of {steps + 1} steps of {n} nodes is too large"
        raise ShapeError(message)
    if transition.field is Field.SYMBOLIC:
        return np.stack(list(stepped(transition, unit(n, sink, 1), steps, Meter())))
    table = np.empty((steps + 1, n), dtype=object if exact else np.float64)
    if not exact:
        table[0] = unit(n, sink)
        step = transition.floats.kernel.step
        for time in range(steps):
            table[time + 1] = step(table[time])
        return table
    row = SignalRow(transition, sink, exact=True)
    for time in range(steps + 1):
        table[time] = objects([Fraction(entry, row.scale**time) for entry in row.x])
        row.step()
    return table


def _exact_signal(transition: Transition, sink: int, node: int, steps: int) -> Fraction:
    kernel, scale = transition.integers
    length = scale.bit_length()
    if steps * length > LARGEST_ROW:
        message = f"the exact signal after {steps} steps needs numbers of {steps * length} bits"
        raise UndecidedError(message)
    row = advance(kernel, unit(transition.adjacency.n, sink, 1), steps, length)
    return quotient(int(row[node]), scale**steps)


def _symbolic_signal(
    transition: Transition, sink: int, node: int, steps: int, meter: Meter
) -> Expr:
    *_, row = stepped(transition, unit(transition.adjacency.n, sink, 1), steps, meter)
    signal: Expr = row[node]
    return signal
