"""T(¼) of (1 − s)B + sA as s → 0⁺, for a mixture B and a head A: its limit and its slope.

T(ε) = min{t : d(t) ≤ ε} is a step function of s. With t = T at s = 0, d(t − 1) > ε stays so near 0,
and d(t) < ε too, so that T is constant. Only at a tie, d(t) = ε, can it be greater for all small
s > 0: where a survival probability that ties rises, the first coefficient of it as a polynomial in
s being positive. Then T jumps, to the first later t that stands.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.enclosures import Enclosure
from dagmix._engine.exact.scalars import QUARTER, Field
from dagmix._engine.exact.vectors import others
from dagmix._engine.mixing.mixing_time import distance, mixing_time
from dagmix.heads.coalitions import Coalitions
from dagmix.heads.fidelity_slopes import Approach
from dagmix.optimal.two_heads.kernels import PolynomialRows

CLEAR = 1e-6  # share by which a float distance is less than ε without doubt: errors are less


def approach(game: Coalitions, base: Transition, head: Transition, sink: int) -> Approach:
    """Return the limit of T(¼) as s → 0⁺, and its slope: 0, or infinite where T jumps."""
    walk = game.walk(base)
    time = math.inf if walk is None else mixing_time(walk, sink, QUARTER)
    if walk is None or math.isinf(time):
        return Approach(math.inf, Enclosure(math.nan, -math.inf, math.inf))
    steps = int(time)
    if _is_below(walk, sink, steps):
        return Approach(steps, Fraction(0))
    if game.is_diffusion or walk.field is not Field.RATIONAL:
        return Approach(
            Enclosure(math.nan, float(steps), math.inf), Enclosure(math.nan, 0.0, math.inf)
        )
    last = _first_that_stands(walk, game.stopped(head), sink, steps)
    return Approach(last, Fraction(0) if last == steps else math.inf)


def _is_below(walk: Transition, sink: int, steps: int) -> bool:
    """Tell whether d(t) < ¼ without doubt."""
    found: Any = distance(walk, sink, steps)
    return bool(found < QUARTER if isinstance(found, Fraction) else found < 0.25 * (1 - CLEAR))


def _first_that_stands(base: Transition, head: Transition, sink: int, steps: int) -> int:
    """Return the first t ≥ `steps` with d(t) ≤ ¼ for all small s > 0."""
    rows = PolynomialRows((head, base), others(base.adjacency.n, sink, 1).tolist())
    while any(_rises(entry, rows.scale**steps) for entry in rows.row(steps)):
        steps += 1
    return steps


def _rises(entry: Any, unit: int) -> bool:
    """Tell whether entry / unit > ¼ for all small s > 0: the sign of the first coefficient."""
    difference = [int(c) for c in (4 * entry - unit).coeffs()]
    return next((c for c in difference if c), 0) > 0
