"""Node fidelity and minimax fidelity: suprema of signals (Definitions 3.3 to 3.5).

φ_j = sup over t ≥ first_step of x_t[j], x_t[j] = (Δᵗ)[τ, j]. The backward chain Δ walks from
receivers to senders, and x_t is its distribution after t steps from the sink.

* j transient: the mass on the nodes that can still reach j backward never increases, and
  no later signal exceeds it. Once it is below the best signal so far, that one is φ_j.
* j a single absorbing node (a source): x_t[j] rises to the probability of absorption in j.
* j in a larger closed class: x_t[j] tends to a limit, which is φ_j unless exceeded earlier.

Rational operators are answered in exact integers, float operators in float64 with a
rigorous error; times too long to step are left to branch and bound.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Literal

import numpy as np

from dagmix import absorption
from dagmix.absorption import Mask
from dagmix.branching import Numbers, Powers, Search
from dagmix.errors import UndecidedError
from dagmix.recurrences import Tail
from dagmix.scalars import Field
from dagmix.signals import Row
from dagmix.support import Ints, Support
from dagmix.transition import SMALLEST, UNIT, Transition

STEPS = 2**12  # float steps before branch and bound takes over
WORK = 2**38  # bits touched by exact stepping before floats take over, some seconds
OVERHEAD = 2**12  # bits touched in the time that Python takes for one operation
TAIL_BITS = 256  # precision of eigenvalues in the proof of a limit
LONGEST_LIMIT = 2**16  # float steps towards a limit
TIGHT = 2.0**-40  # relative width at which a float enclosure of a limit is closed


@dataclass(frozen=True)
class NodeFidelity:
    """φ_j = sup_t x_t[j] with a proof.

    `value` lies between `lower` and `upper`, which are equal exactly where the answer is
    exact. `attained` says whether some t has the value. `times` holds all maximising times
    (for floats, all candidates that are not excluded); it is empty where the supremum is
    not attained. With `onwards` every later time attains it too.
    """

    value: Fraction | float
    lower: Fraction | float
    upper: Fraction | float
    attained: bool | Literal["undecided"]
    times: Sequence[int]
    onwards: bool = False

    @property
    def exact(self) -> bool:
        """Whether the value is known exactly."""
        return self.lower == self.upper


def exactly(value: Fraction | float, times: Sequence[int], *, onwards: bool) -> NodeFidelity:
    """Return an exact fidelity; it is attained if it has times."""
    return NodeFidelity(value, value, value, bool(times), times, onwards)


@dataclass(frozen=True, eq=False)
class Listener:
    """The sink of a diffusion, listening from step `first` on."""

    transition: Transition
    sink: int
    first: int

    @property
    def support(self) -> Support:
        """Who sends to whom."""
        return self.transition.support

    @cached_property
    def heard(self) -> Mask:
        """The nodes with a positive signal at some t ≥ first."""
        backward = self.support.transposed()
        mass = np.zeros(self.support.n)
        mass[self.sink] = 1.0
        ones = np.ones(self.support.edges)
        for _ in range(self.first):
            later = (self.support.gather(mass, self.support.place(ones)) > 0).astype(float)
            if (later == mass).all():
                break
            mass = later
        return backward.reached(np.flatnonzero(mass))

    @cached_property
    def closed_class(self) -> Ints:
        """The number of each node's closed class in the backward chain, −1 if transient."""
        return absorption.closed_classes(self.support.transposed())

    @cached_property
    def powers(self) -> Powers:
        """Powers of the diffusion for branch and bound."""
        return Powers(self.transition)

    @cached_property
    def _upstream(self) -> dict[int, Mask]:
        return {}

    def upstream(self, node: int) -> Mask:
        """Mark the nodes whose backward chain can reach `node`."""
        if node not in self._upstream:
            self._upstream[node] = self.support.reached(np.array([node]))
        return self._upstream[node]

    def row(self, *, exact: bool) -> Row:
        """Return the signals at t = 0."""
        return Row(self.transition, self.sink, exact=exact)

    def is_too_long(self, row: Row) -> bool:
        """Tell whether stepping on costs more than branch and bound."""
        edges = self.support.edges
        if not row.exact:
            return row.time >= max(STEPS, self.support.n**3 // edges)
        bits = OVERHEAD + row.time * row.scale.bit_length()
        return row.time * edges * bits > WORK


def node_fidelity(transition: Transition, sink: int, node: int, first: int) -> NodeFidelity:
    """Return φ_j with its maximising times.

    Raises UndecidedError where a closed class is periodic, or where the limit of a larger
    closed class can be told from its signals neither in exact nor in ball arithmetic.
    """
    listener = Listener(transition, sink, first)
    answer = fidelity_of(listener, node, exact=uses_integers(transition))
    if transition.field is Field.RATIONAL:
        return answer
    value, lower, upper = rounded(answer.value, answer.lower, answer.upper)
    return replace(answer, value=value, lower=lower, upper=upper)


def uses_integers(transition: Transition) -> bool:
    """Tell whether an operator is answered in exact integers."""
    return transition.field is Field.RATIONAL or not math.isfinite(transition.floats.units)


def rounded(
    value: Fraction | float, lower: Fraction | float, upper: Fraction | float
) -> tuple[float, float, float]:
    """Return floats for exact bounds, rounded outwards where they are no floats."""
    low, high = float(lower), float(upper)
    below = low if low <= lower else math.nextafter(low, -math.inf)
    above = high if high >= upper else math.nextafter(high, math.inf)
    return float(value), below, above


def widened(lower: float, upper: float) -> tuple[float, float]:
    """Return bounds in [0, 1], a last rounding of either allowed for."""
    below, above = math.nextafter(lower, -math.inf), math.nextafter(upper, math.inf)
    return max(below, 0.0), min(above, 1.0)


def fidelity_of(listener: Listener, node: int, *, exact: bool) -> NodeFidelity:
    """Return φ_j by the kind of node."""
    if not listener.heard[node]:
        zero = Fraction(0) if exact else 0.0
        return exactly(zero, (listener.first,), onwards=True)
    label = listener.closed_class[node]
    if label < 0:
        return _peak(listener, node, exact=exact)
    members = np.flatnonzero(listener.closed_class == label)
    if len(members) == 1:
        return _absorption(listener, node, exact=exact)
    if exact:
        return _limit(listener, node, members)
    return _enclosed_limit(listener, node, members)


def _peak(listener: Listener, node: int, *, exact: bool) -> NodeFidelity:
    """Step until what can still reach a transient node is less than its best signal."""
    row, upstream = listener.row(exact=exact), listener.upstream(node)
    best: int | float = 0
    near: list[tuple[int, int | float]] = []
    while True:
        if row.time >= listener.first:
            signal, slack = row.x[node], row.slack
            if signal > best * (1 + 2 * slack):
                near = []
            if signal >= best * (1 - 2 * slack):
                near.append((row.time, signal))
                best = max(best, signal)
            tail = row.x[upstream].sum()
            if tail * (1 + slack) < best * (1 - slack):
                return _settled(row, near)
            if not exact and tail < SMALLEST:
                return fidelity_of(listener, node, exact=True)
            if listener.is_too_long(row):
                return search(listener, node)
        row.step()
        best *= row.scale


def _settled(row: Row, near: list[tuple[int, int | float]]) -> NodeFidelity:
    """Return the greatest of the near-best signals with its times."""
    numbers = [(time, row.number(entry, time)) for time, entry in near]
    value, slack = max(number for _, number in numbers), row.slack
    if row.exact:
        times = tuple(time for time, number in numbers if number == value)
        return exactly(value, times, onwards=False)
    lower, upper = widened(value * (1 - slack), value * (1 + slack))
    times = tuple(time for time, number in numbers if number * (1 + slack) >= lower)
    return NodeFidelity(value, lower, upper, True, times)  # noqa: FBT003 - a field's value


def search(listener: Listener, node: int) -> NodeFidelity:
    """Find the supremum over all times by branch and bound."""
    row = listener.row(exact=False)
    for _ in range(listener.first):
        row.step()
    if not math.isfinite(listener.transition.floats.units):
        message = "entries below 2^-900 and times too long to step exactly"
        raise UndecidedError(message)
    start = Numbers(row.x, row.slack / UNIT)
    peak = Search(listener.powers, node, listener.upstream(node)).run(start, row.time)
    return NodeFidelity(peak.value, peak.lower, min(peak.upper, 1.0), True, peak.times)  # noqa: FBT003


def _absorption(listener: Listener, node: int, *, exact: bool) -> NodeFidelity:
    """Return P_τ(absorbed in a source), attained once no mass is left on the way to it."""
    value, lower, upper = _absorption_probability(listener, node, exact=exact)
    time = _time_of_arrival(listener, node)
    if time is None:
        return NodeFidelity(value, lower, upper, attained=False, times=())
    times = (max(time, listener.first),)
    return NodeFidelity(value, lower, upper, attained=True, times=times, onwards=True)


def _absorption_probability(
    listener: Listener, node: int, *, exact: bool
) -> tuple[Fraction | float, Fraction | float, Fraction | float]:
    labels = listener.closed_class[listener.heard & (listener.closed_class >= 0)]
    if (labels == listener.closed_class[node]).all():
        one = Fraction(1) if exact else 1.0
        return one, one, one
    transition = listener.transition
    kernel = transition.rationals if exact else transition.floats.kernel
    hit = absorption.hitting_probabilities(kernel.transposed, np.array([node]))
    if exact:
        return (Fraction(hit[listener.sink]),) * 3
    n = listener.support.n
    rounds = n if listener.support.order is not None else n**3
    slack = 2 * rounds * (transition.floats.units + 2) * UNIT
    value = float(hit[listener.sink])
    return (value, *widened(value * (1 - slack), value * (1 + slack)))


def _time_of_arrival(listener: Listener, node: int) -> int | None:
    """Return the first t with no mass on other nodes that reach `node`; None if there is none."""
    between = listener.upstream(node).copy()
    between[node] = False
    support = listener.support
    ones = support.place(np.ones(support.edges))
    mass = np.zeros(support.n)
    mass[listener.sink] = 1.0
    mass *= between
    for time in range(support.n + 1):
        if not mass.any():
            return time
        mass = (support.gather(mass, ones) > 0) * between.astype(float)
    return None


def _limit(listener: Listener, node: int, members: Ints) -> NodeFidelity:
    """Decide whether a signal ever reaches or exceeds its limit, by its eigenvalues."""
    kernel = listener.transition.rationals.transposed
    weights = absorption.stationary(kernel, members)
    hit = absorption.hitting_probabilities(kernel, members)
    limit = Fraction(hit[listener.sink] * weights[np.flatnonzero(members == node)[0]])
    row = listener.row(exact=True)
    for _ in range(listener.first):
        row.step()
    signals: list[Fraction] = []
    tail, checked = None, 2 * listener.support.n + 2
    while not listener.is_too_long(row):
        signals.append(Fraction(int(row.x[node]), row.scale**row.time))
        row.step()
        if len(signals) == checked:
            differences = [signal - limit for signal in signals]
            tail = tail or Tail(differences, TAIL_BITS)
            if _is_over(tail, max(differences), checked):
                return _over_limit(tail, limit, signals, listener.first)
            checked *= 2
    message = f"after {row.time} steps the signal of node {node} is not told from its limit {limit}"
    raise UndecidedError(message)


def _is_over(tail: Tail, best: Fraction, time: int) -> bool:
    """Tell whether no later difference from the limit matters."""
    if tail.is_zero() or tail.is_negative_from(time):
        return True
    return best > 0 and tail.stays_below(best, time)


def _over_limit(tail: Tail, limit: Fraction, signals: list[Fraction], first: int) -> NodeFidelity:
    value = max(limit, *signals)
    times = tuple(first + t for t, signal in enumerate(signals) if signal == value)
    if tail.is_zero() and value == limit:
        times = tuple(time for time in times if time <= first + tail.delay)
        return exactly(value, times, onwards=True)
    return exactly(value, times, onwards=False)


def _enclosed_limit(listener: Listener, node: int, members: Ints) -> NodeFidelity:
    """Enclose the supremum at a node of a larger closed class C, in floats.

    For all s ≥ c, (Δˢ)[k, j] lies between the least and the greatest of (Δᶜ)[k, j] over k in
    C. At time t that is used with c = ⌊t/2⌋ and the mass on C at t − c: signals after t are
    bounded, those before have been seen.
    """
    row = listener.row(exact=False)
    inside = np.zeros(listener.support.n, dtype=bool)
    inside[members] = True
    outside = listener.upstream(node) & ~inside
    column = np.zeros(listener.support.n)
    column[node] = 1.0
    backward = listener.transition.floats.kernel.transposed
    seen: list[float] = []
    masses: list[tuple[float, float]] = []
    while row.time < LONGEST_LIMIT:
        seen.append(float(row.x[node]))
        masses.append((float(row.x[inside].sum()), float(row.x[outside].sum())))
        if row.time % 2 == 0 and row.time:
            column = backward.step(column)
        mass, incoming = masses[row.time - row.time // 2]
        past, slack = seen[listener.first :], 2 * row.slack
        if past:
            floor = mass * float(column[members].min()) * (1 - slack)
            tail = (mass * float(column[members].max()) + incoming) * (1 + slack)
            if tail < max(past) * (1 - slack) or tail <= floor * (1 + TIGHT + 4 * slack):
                return _enclosed(listener.first, past, floor, tail, slack)
        row.step()
    message = f"the signal of node {node} has not settled after {row.time} steps; is it periodic?"
    raise UndecidedError(message)


def _enclosed(
    first: int, past: list[float], floor: float, tail: float, slack: float
) -> NodeFidelity:
    """Return the fidelity from past signals, a floor of the limit and a bound of what follows."""
    best = max(past)
    lower, upper = max(best * (1 - slack), floor), min(max(tail, best * (1 + slack)), 1.0)
    attained: bool | Literal["undecided"] = True if tail < lower else "undecided"
    times = tuple(first + t for t, signal in enumerate(past) if signal * (1 + slack) >= lower)
    return NodeFidelity(max(best, lower), lower, upper, attained, times)
