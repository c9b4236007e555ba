"""Bounds of φ_min by one pass over the edges each, however long its times are.

Above: φ_j is at most the probability that the backward chain from τ is ever at j.

Below: φ_j is at least any average of the signals x_t[j]. Let t be geometric with mean 1/r, that
is P(t = s) = (1 − z) zˢ with z = 1/(1 + r). The averages y = (1 − z) Σ_s zˢ x_{first+s} solve

    y_j (r + 1 − Δ[j, j]) = r x_first[j] + Σ_{i ≠ j} y_i Δ[i, j],

where nothing is subtracted, 1 − Δ[j, j] being the sum of the row's other entries.
"""

from __future__ import annotations

import math

import numpy as np

from dagmix._engine.chains.kernel import leaving
from dagmix._engine.chains.triangular_solve import substitute
from dagmix._engine.exact.enclosures import SMALLEST, UNIT
from dagmix._engine.exact.vectors import unit
from dagmix._engine.fidelity.sink_context import STEPS, SinkContext

SLOWEST = 2.0**-100  # rate of a geometric time, far from underflow


def least_reach(context: SinkContext) -> float:
    """Bound min_j φ_j above by min_j P(the backward chain is at j at some t ≥ first).

    Without an order, or with entries that floats cannot bound, it is 1.
    """
    floats, sink = context.transition.floats, context.sink
    if context.absorbed is None or not math.isfinite(floats.units):
        return 1.0
    others = np.delete(context.absorbed, sink).min(initial=1.0)
    # The sink is left once and for all.
    holding = floats.kernel.step(unit(context.adjacency.n, sink))[sink]
    stays = float(holding) ** context.first * (1 + floats.error_bound(context.first + 2))
    least = min(float(others) * (1 + _error_bound(context)), stays)
    return min(math.nextafter(max(least, SMALLEST), math.inf), 1.0)


def least_average(context: SinkContext) -> float:
    """Bound min_j φ_j below by min_j y_j, the least of the signals' averages.

    Without an order, or with entries that floats cannot bound, it is 0.
    """
    floats, order = context.transition.floats, context.adjacency.order
    if order is None or not math.isfinite(floats.units) or context.first > STEPS:
        return 0.0
    row = context.row(exact=False)
    row.step(context.first)
    exits = leaving(floats.kernel.transposed)
    rate = max(float(np.median(exits)), SLOWEST)
    averages = substitute(floats.kernel, rate * row.x, exits + rate, order)
    least = float(averages.min()) * (1 - _error_bound(context) - row.error_bound)
    return math.nextafter(least, 0.0) if least > SMALLEST else 0.0


def _error_bound(context: SinkContext) -> float:
    """Bound the relative error of a solution: a sum and a quotient for each node of a path."""
    return 2 * context.adjacency.n * (context.transition.floats.units + 3) * UNIT
