"""Powers of a stochastic matrix in ball arithmetic, for walks that take astronomically long.

Repeated squaring reaches step 2ᵏ in k products; the precision is doubled until every
comparison is decided.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np

from dagmix._engine.adjacency.base import Vec
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.arb import ball, compare, give_up, precision, settle
from dagmix._engine.exact.vectors import others, unit
from dagmix._util.brief import brief
from dagmix._util.lazy import flint
from dagmix.errors import UndecidedError

LARGEST = 2**22  # entries of a matrix of balls, 1 GiB


def matrix(transition: Transition) -> Any:
    """Return the exact matrix in balls at the working precision.

    Raises UndecidedError, before anything is made, where it is too large.
    """
    return flint.arb_mat(_entries(transition).tolist())


def _entries(transition: Transition) -> Vec:
    n = transition.adjacency.n
    if n**2 > LARGEST:
        message = f"floats do not decide this, and {n} × {n} balls are too many"
        raise UndecidedError(message)
    return transition.over(ball).dense()


def survival_matrix(transition: Transition, sink: int) -> Any:
    """Return Q, the walk's matrix with row and column of the sink set to zero, in balls."""
    entries = _entries(transition)
    entries[sink, :] = 0
    entries[:, sink] = 0
    return flint.arb_mat(entries.tolist())


def identity(size: int) -> Any:
    """Return the identity matrix."""
    return flint.arb_mat(np.eye(size, dtype=int).tolist())


def first_step(transition: Transition, sink: int, base: Any) -> Any:
    """Return y with y_j = base_j + Σ_i y_i Q[i, j]; None where the precision does not suffice."""
    inside = survival_matrix(transition, sink).transpose()
    try:
        return (identity(transition.adjacency.n) - inside).solve(base)
    except ZeroDivisionError:
        return None


def off_sink(transition: Transition, sink: int) -> Any:
    """Return the row s_0 = 1 off the sink."""
    return flint.arb_mat([others(transition.adjacency.n, sink, 1).tolist()])


def at_sink(transition: Transition, sink: int) -> Any:
    """Return the row x_0 = e_τ."""
    return flint.arb_mat([unit(transition.adjacency.n, sink, 1).tolist()])


def greatest(row: Any) -> Any:
    """Return the greatest entry of a row, as a ball."""
    return reduce(lambda top, entry: top.max(entry), row.entries())


def power_row(row: Any, power: Any, steps: int) -> Any:
    """Return row · powerˢ, s = `steps`, by squaring."""
    while steps:
        if steps % 2:
            row = row * power
        steps //= 2
        if steps:
            power = power * power
    return row


def exit_time(transition: Transition, sink: int, epsilon: Fraction, bits: int) -> int:
    """Return min{t : max_j P_j(T > t) ≤ ε} for a walk that reaches its sink, by squaring.

    `bits` is the first precision to try. Raises UndecidedError where the comparison at some t
    stays open at 8,192 bits, which a tie d(t) = ε does.
    """

    def time(bits: int) -> int | None:
        found, open_at = _exit_time(transition, sink, epsilon)
        if open_at is not None:
            tie = f"d({open_at}) and epsilon = {brief(epsilon)} agree to {bits} bits"
            give_up(bits, f"{tie}; T is undecided")
        return found

    return settle(time, bits)


def _exit_time(
    transition: Transition, sink: int, epsilon: Fraction
) -> tuple[int, None] | tuple[None, int]:
    """Return (T, None), or (None, t) where d(t) could not be compared with ε."""
    threshold = ball(epsilon)
    powers = [survival_matrix(transition, sink)]
    start = off_sink(transition, sink)
    while (within := compare(greatest(start * powers[-1]), threshold)) is False:
        powers.append(powers[-1] * powers[-1])
    if within is None:
        return None, 2 ** (len(powers) - 1)
    row, time = start, 0
    for k in range(len(powers) - 2, -1, -1):
        later = row * powers[k]
        within = compare(greatest(later), threshold)
        if within is None:
            return None, time + 2**k
        if not within:
            row, time = later, time + 2**k
    return time + 1, None


def _distance(transition: Transition, sink: int, steps: int) -> Any:
    row = power_row(off_sink(transition, sink), survival_matrix(transition, sink), steps)
    return greatest(row)


def compare_distance(
    transition: Transition, sink: int, steps: int, epsilon: Fraction, bits: int
) -> bool | None:
    """Decide d(t) ≤ ε at one precision; None where the balls overlap."""
    with precision(bits):
        return compare(_distance(transition, sink, steps), ball(epsilon))


def distance(transition: Transition, sink: int, steps: int) -> tuple[float, int]:
    """Return d(t) of a long walk as a float and an exponent of two, right but for the last bit."""
    return _scaled(lambda: _distance(transition, sink, steps), steps, transition.adjacency.n)


def signal(transition: Transition, sink: int, node: int, steps: int) -> tuple[float, int]:
    """Return (Δᵗ)[τ, j] after many steps, as `distance` does."""

    def compute() -> Any:
        return power_row(at_sink(transition, sink), matrix(transition), steps)[0, node]

    return _scaled(compute, steps, transition.adjacency.n)


def _scaled(compute: Callable[[], Any], steps: int, size: int) -> tuple[float, int]:
    """Raise the precision until a computation is right to 53 bits; return it as m · 2ᵉ."""

    def right(bits: int) -> tuple[float, int] | None:
        value = compute()
        if value.is_zero():
            return 0.0, 0
        if value.rel_accuracy_bits() > 53:  # noqa: PLR2004 - float64
            mantissa, exponent = map(int, value.mid().man_exp())
            length = mantissa.bit_length()
            return mantissa / 2**length, exponent + length  # an integer division rounds once
        give_up(bits, f"a power of {steps} steps is not known to 53 bits with {bits} bits")
        return None

    return settle(right, 2 * steps.bit_length() + size.bit_length() + 64)
