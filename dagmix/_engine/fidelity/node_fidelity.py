"""Node fidelity and minimax fidelity: suprema of signals (Definitions 3.3 to 3.5).

φ_j = sup over t ≥ first_step of x_t[j], x_t[j] = (Δᵗ)[τ, j]. The backward chain Δ walks from
receivers to senders, and x_t is its distribution after t steps from the sink.

* j transient: the mass on the nodes that can still reach j backward never increases, and
  no later signal exceeds it. Once it is below the best signal so far, that one is φ_j.
* j a single absorbing node (a source): x_t[j] rises to the probability of absorption in j.
* j in a larger recurrent class: x_t[j] tends to a limit, which is φ_j unless exceeded earlier.

Rational operators are answered in exact integers for as long as these cost a second or two, then
as float operators are, in float64 with a rigorous error; times too long to step are left to
branch and bound.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from dagmix._engine.chains import first_step
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.enclosures import SMALLEST, UNIT, rounded, widened
from dagmix._engine.exact.scalars import Field
from dagmix._engine.exact.vectors import unit
from dagmix._engine.fidelity.branch_and_bound import Search
from dagmix._engine.fidelity.long_times import long_horizon
from dagmix._engine.fidelity.recurrent.class_suprema import class_fidelity, is_shared
from dagmix._engine.fidelity.recurrent.limits import enclosed_limit, exact_limit
from dagmix._engine.fidelity.results import NodeFidelity, exact_fidelity
from dagmix._engine.fidelity.signals import SignalRow
from dagmix._engine.fidelity.sink_context import SinkContext, uses_integers

LARGEST_CLASS = 40  # nodes of a recurrent class whose exact signals are described in seconds


def node_fidelity(transition: Transition, sink: int, node: int, first: int) -> NodeFidelity:
    """Return φ_j with its maximising times.

    Raises UndecidedError where a recurrent class is periodic, or where neither exact nor ball
    arithmetic distinguishes the limit in a larger recurrent class from its signals.
    """
    context = SinkContext(transition, sink, first)
    exact = uses_integers(transition)
    answer = fidelity_of(context, node, exact=exact)
    if exact and transition.field is Field.RATIONAL:
        return answer
    value, lower, upper = rounded(answer.value, answer.lower, answer.upper)
    return replace(answer, value=value, lower=lower, upper=upper)


def fidelity_of(
    context: SinkContext, node: int, *, exact: bool, timed: bool = True
) -> NodeFidelity:
    """Return φ_j by the kind of node; the times that attain it may be left out."""
    if not context.ancestors[node]:
        zero = Fraction(0) if exact else 0.0
        return exact_fidelity(zero, (context.first,), onwards=True)
    label = context.recurrent_class[node]
    if label < 0:
        return _peak(context, node, exact=exact)
    members = np.flatnonzero(context.recurrent_class == label)
    if len(members) == 1:
        return _absorption(context, node, exact=exact)
    if exact and len(members) <= LARGEST_CLASS:
        return exact_limit(context, node, members)
    if is_shared(context, members):
        found = class_fidelity(context, node, members, timed=timed)
        if found is not None:
            return found
    return (exact_limit if exact else enclosed_limit)(context, node, members)


def _peak(context: SinkContext, node: int, *, exact: bool, is_last: bool = False) -> NodeFidelity:
    """Step until what can still reach a transient node is less than its best signal.

    Integers that take too long are followed by floats, which are then the last to step.
    """
    row, upstream = context.row(exact=exact), context.upstream(node)
    best: int | float = 0
    near: list[tuple[int, int | float]] = []
    while True:
        if row.time >= context.first:
            signal, error_bound = row.x[node], row.error_bound
            if signal > best * (1 + 2 * error_bound):
                near = []
            if signal >= best * (1 - 2 * error_bound):
                near.append((row.time, signal))
                best = max(best, signal)
            tail = row.x[upstream].sum()
            if tail * (1 + error_bound) < best * (1 - error_bound):
                return _settled(row, near)
            if not exact and tail < SMALLEST:
                return search(context, node) if is_last else fidelity_of(context, node, exact=True)
        if context.is_too_long(row):
            if exact and context.has_floats:
                return _peak(context, node, exact=False, is_last=True)
            return search(context, node)
        row.step()
        best *= row.scale


def _settled(row: SignalRow, near: list[tuple[int, int | float]]) -> NodeFidelity:
    """Return the greatest of the near-best signals with its times."""
    numbers = [(time, row.number(entry, time)) for time, entry in near]
    value, error_bound = max(number for _, number in numbers), row.error_bound
    if row.exact:
        times = tuple(time for time, number in numbers if number == value)
        return exact_fidelity(value, times, onwards=False)
    lower, upper = widened(value * (1 - error_bound), value * (1 + error_bound))
    times = tuple(time for time, number in numbers if number * (1 + error_bound) >= lower)
    return NodeFidelity(value, lower, upper, True, times)  # noqa: FBT003 - a field's value


def search(context: SinkContext, node: int) -> NodeFidelity:
    """Find the supremum over all times by branch and bound."""
    return Search(long_horizon(context.transition, context.sink, context.first), node).run()


def _absorption(context: SinkContext, node: int, *, exact: bool) -> NodeFidelity:
    """Return P_τ(absorbed in a source), attained once no mass is left on the way to it."""
    value, lower, upper = _absorption_probability(context, node, exact=exact)
    time = _time_of_arrival(context, node)
    if time is None:
        return NodeFidelity(value, lower, upper, attained=False, times=())
    times = (max(time, context.first),)
    return NodeFidelity(value, lower, upper, attained=True, times=times, onwards=True)


def _absorption_probability(
    context: SinkContext, node: int, *, exact: bool
) -> tuple[Fraction | float, Fraction | float, Fraction | float]:
    labels = context.recurrent_class[context.ancestors & (context.recurrent_class >= 0)]
    if (labels == context.recurrent_class[node]).all():
        one = Fraction(1) if exact else 1.0
        return one, one, one
    transition, target = context.transition, np.array([node])
    if exact:
        hit = first_step.hitting_probabilities(transition.rationals.transposed, target)
        return (Fraction(hit[context.sink]),) * 3
    if context.absorbed is not None:
        value = float(context.absorbed[node])
    else:
        chain = transition.floats.kernel.transposed
        value = float(first_step.hitting_probabilities(chain, target)[context.sink])
    if value < SMALLEST:
        return _absorption_probability(context, node, exact=True)
    n = context.adjacency.n
    rounds = n if context.adjacency.order is not None else n**3
    error_bound = 2 * rounds * (transition.floats.units + 2) * UNIT
    return (value, *widened(value * (1 - error_bound), value * (1 + error_bound)))


def _time_of_arrival(context: SinkContext, node: int) -> int | None:
    """Return the first t with no mass on other nodes that reach `node`; None if there is none."""
    between = context.upstream(node).copy()
    between[node] = False
    adjacency = context.adjacency
    if (adjacency.has_loop & between & context.ancestors).any():
        return None  # some mass stays there at every step
    marked = unit(adjacency.n, context.sink)
    for time in range(adjacency.n + 1):
        if not marked[between].any():
            return time
        marked = (adjacency.gather(marked) > 0).astype(float)
    return None
