"""Suprema at the nodes of a larger recurrent class, where signals tend to a limit.

The limit is (probability of absorption in the class) × (stationary weight of the node). It is
the supremum unless a signal exceeds it. Whether one ever does is a question about a linear
recurrent sequence: exact operators answer it by their eigenvalues, floats by enclosure.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import numpy as np

from dagmix._engine.adjacency.base import Ints
from dagmix._engine.chains import first_step
from dagmix._engine.exact.recurrences import Tail
from dagmix._engine.exact.vectors import unit
from dagmix._engine.fidelity.results import NodeFidelity, exact_fidelity
from dagmix._engine.fidelity.sink_context import SinkContext
from dagmix._util.brief import brief
from dagmix.errors import UndecidedError

LONGEST_LIMIT = 2**16  # float steps towards a limit
TIGHT = 2.0**-40  # relative width at which a float enclosure of a limit is closed

# Eigenvalues of one modulus make signals oscillate for ever. Where their ratios are roots of
# unity, the sequences of every second, third, … term have one leading eigenvalue each.
STRIDES = (1, 2, 3, 4, 5, 6, 8, 10, 12)


def exact_limit(context: SinkContext, node: int, members: Ints) -> NodeFidelity:
    """Return φ_j at a node of a recurrent class: its limit, or an earlier greater signal.

    Raises UndecidedError where the eigenvalues do not decide, as in a periodic class.
    """
    kernel = context.transition.rationals.transposed
    limit = first_step.limit(kernel, context.sink, node, members)
    row = context.row(exact=True)
    row.step(context.first)
    differences: list[Fraction] = []
    future, look = _Future(2 * context.adjacency.n + 2), 2 * context.adjacency.n + 2
    while not context.is_too_long(row):
        differences.append(Fraction(int(row.x[node]), row.scale**row.time) - limit)
        row.step()
        if len(differences) == look:
            if future.is_settled(differences):
                return future.fidelity(differences, limit, context.first)
            look *= 2
    message = f"after {row.time} steps node {node} may still exceed its limit {brief(limit)}"
    raise UndecidedError(message)


class _Future:
    """What the differences from a limit can still do, by every few terms."""

    def __init__(self, terms: int) -> None:
        """Take the number of terms that determine a recurrence."""
        self._terms = terms
        self._tails: dict[int, list[Tail]] = {}

    def is_settled(self, differences: list[Fraction]) -> bool:
        """Tell whether no later difference exceeds 0, or the greatest so far if that is more."""
        strides = [stride for stride in STRIDES if len(differences) >= stride * self._terms]
        return any(self._is_settled(differences, stride) for stride in strides)

    def _is_settled(self, differences: list[Fraction], stride: int) -> bool:
        parts = [differences[first::stride] for first in range(stride)]
        if stride not in self._tails:
            self._tails[stride] = [Tail(part[: self._terms]) for part in parts]
        best = max(differences)
        pairs = zip(self._tails[stride], parts, strict=True)
        return all(_is_over(tail, best, len(part)) for tail, part in pairs)

    def fidelity(self, differences: list[Fraction], limit: Fraction, first: int) -> NodeFidelity:
        """Return the fidelity of a settled sequence."""
        best = max(Fraction(0), *differences)
        times = tuple(first + t for t, gap in enumerate(differences) if gap == best)
        if best or not any(tail.is_zero() for tails in self._tails.values() for tail in tails):
            return exact_fidelity(limit + best, times, onwards=False)
        onset = first + self._tails[1][0].delay
        if not self._tails[1][0].is_zero():
            message = f"the limit {brief(limit)} is attained at infinitely many, not all, times"
            raise UndecidedError(message)
        return exact_fidelity(limit, tuple(t for t in times if t <= onset), onwards=True)


def _is_over(tail: Tail, best: Fraction, time: int) -> bool:
    """Tell whether no term from `time` on exceeds 0, or `best` if that is more."""
    if tail.is_zero() or tail.is_negative_from(time):
        return True
    return best > 0 and tail.stays_below(best, time)


def enclosed_limit(context: SinkContext, node: int, members: Ints) -> NodeFidelity:
    """Enclose the supremum at a node of a larger recurrent class C, in floats.

    For all s ≥ c, (Δˢ)[k, j] lies between the minimum and the maximum of (Δᶜ)[k, j] over k in
    C. At time t that is used with c = ⌊t/2⌋ and the mass on C at t − c: signals after t are
    bounded, those before have been seen. Raises UndecidedError where the two do not meet.
    """
    row = context.row(exact=False)
    inside = np.zeros(context.adjacency.n, dtype=bool)
    inside[members] = True
    outside = context.upstream(node) & ~inside
    column = unit(context.adjacency.n, node)
    backward = context.transition.floats.kernel.transposed
    seen: list[float] = []
    masses: list[tuple[float, float]] = []
    look = context.first
    while row.time < LONGEST_LIMIT:
        seen.append(float(row.x[node]))
        masses.append((float(row.x[inside].sum()), float(row.x[outside].sum())))
        if row.time % 2 == 0 and row.time:
            column = backward.step(column)
        if row.time >= look:
            look += 1 + look // 8
            mass, incoming = masses[row.time - row.time // 2]
            past, error_bound = seen[context.first :], 2 * row.error_bound
            floor = mass * float(column[members].min()) * (1 - error_bound)
            tail = (mass * float(column[members].max()) + incoming) * (1 + error_bound)
            if tail < max(past) * (1 - error_bound) or tail <= floor * (
                1 + TIGHT + 4 * error_bound
            ):
                return _enclosed(context.first, past, floor, tail, error_bound)
        row.step()
    message = f"the signal of node {node} has not settled after {row.time} steps; is it periodic?"
    raise UndecidedError(message)


def _enclosed(
    first: int, past: list[float], floor: float, tail: float, error_bound: float
) -> NodeFidelity:
    """Return the fidelity from past signals, a floor of the limit and a bound of what follows."""
    best = max(past)
    lower, upper = (
        max(best * (1 - error_bound), floor),
        min(max(tail, best * (1 + error_bound)), 1.0),
    )
    times = tuple(first + t for t, signal in enumerate(past) if signal * (1 + error_bound) >= lower)
    if tail < lower:
        return NodeFidelity(max(best, lower), lower, upper, attained=True, times=times)
    attained: Literal["undecided"] = "undecided"
    later = (*times, first + len(past))
    return NodeFidelity(max(best, lower), lower, upper, attained, later, onwards=True)
