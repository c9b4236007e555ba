"""φ_min of a rational mixture as the rational it is, where the search only encloses it.

A peak too late to step to is found between floats, with every time that may have it. The exact
signals at those times then tell the fidelity, and the least of those the minimum.
"""

from __future__ import annotations

from fractions import Fraction

from dagmix._engine.chains.transition import Transition
from dagmix._engine.fidelity.minimax import minimax_fidelity
from dagmix._engine.fidelity.node_fidelity import node_fidelity
from dagmix._engine.fidelity.signals import signal
from dagmix.errors import UndecidedError


def exact_minimum(transition: Transition, sink: int) -> Fraction:
    """Return φ_min over t ≥ 0 of a rational operator.

    Raises UndecidedError where it is a limit that is enclosed only, or the times that may have
    it are too many or too late for exact signals.
    """
    found = minimax_fidelity(transition, sink, 0)
    if found.exact:
        return Fraction(found.value)
    return min(_exact_fidelity(transition, sink, row) for row in found.rows)


def _exact_fidelity(transition: Transition, sink: int, row: int) -> Fraction:
    found = node_fidelity(transition, sink, row, 0)
    if found.exact:
        return Fraction(found.value)
    if found.attained is not True or found.onwards or not isinstance(found.times, tuple):
        message = f"a fidelity is only known to lie between {found.lower} and {found.upper}"
        raise UndecidedError(message)
    return max(Fraction(signal(transition, sink, row, time, exact=True)) for time in found.times)
