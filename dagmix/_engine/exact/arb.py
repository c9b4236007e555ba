"""Ball arithmetic: numbers with a certified radius, at a precision raised until they decide.

A ball is a midpoint with a rigorous radius (Arb, through python-flint). What one precision
leaves open is asked again at twice as many bits.

The working precision is global to the process. The lock here keeps threads of dagmix apart; code
of others may still change the precision while something is computed. A ball is right at any
precision, only wider, and no answer is taken from a ball but what holds for all of it: such code
costs time, or an answer, but never makes one wrong.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any, TypeVar

from dagmix._engine.exact.convert import rational
from dagmix._util.lazy import flint
from dagmix.errors import UndecidedError

Answer = TypeVar("Answer")

FIRST_BITS = 64
MOST_BITS = 2**13  # precision at which a tie is suspected and the search stops
LAST_BITS = 2.0**-52  # the relative error of a ball's float
_lock = threading.RLock()  # Arb's working precision is global to the process


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Work at `bits` bits, one thread at a time, and restore the precision after."""
    with _lock:
        before = flint.ctx.prec
        flint.ctx.prec = bits
        try:
            yield
        finally:
            flint.ctx.prec = before


def settle(question: Callable[[int], Answer | None], bits: int = FIRST_BITS) -> Answer:
    """Ask at ever higher precision, first at `bits`, until the answer is not None."""
    while True:
        with precision(bits):
            answer = question(bits)
        if answer is not None:
            return answer
        bits *= 2


def give_up(bits: int, message: str) -> None:
    """Raise UndecidedError where a question is still open at the greatest precision."""
    if bits >= MOST_BITS:
        raise UndecidedError(message)


def ball(number: Fraction) -> Any:
    """Return a ball around a Fraction, at the working precision."""
    return flint.arb(rational(number))


def compare(value: Any, threshold: Any) -> bool | None:
    """Decide value ≤ threshold; None where the balls overlap."""
    return True if value <= threshold else False if value > threshold else None
