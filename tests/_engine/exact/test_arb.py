"""Ball arithmetic: its precision."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction

import flint
import numpy as np
import pytest

from dagmix import WalkOperator
from dagmix._engine.exact import arb
from dagmix.errors import UndecidedError


def test_precision_is_restored() -> None:
    before = flint.ctx.prec
    with pytest.raises(ZeroDivisionError), arb.precision(99):
        _ = Fraction(1, flint.ctx.prec - 99)
    assert flint.ctx.prec == before


@contextmanager
def meddling() -> Iterator[list[int]]:
    """Another thread sets the global precision to few and to many bits, again and again."""
    done, changes = threading.Event(), [0]

    def meddle() -> None:
        while not done.wait(1e-4):
            flint.ctx.prec = (20, 53, 300)[changes[0] % 3]
            changes[0] += 1

    thread = threading.Thread(target=meddle)
    before = flint.ctx.prec
    thread.start()
    try:
        yield changes
    finally:
        done.set()
        thread.join()
        flint.ctx.prec = before


def sticky_line(n: int, leave: float, back: float = 0.0) -> WalkOperator:
    matrix = np.eye(n) * (1 - leave) + np.eye(n, k=-1) * leave
    matrix[-1, -1] = 1
    matrix[0, 0], matrix[1, 0] = back, 1 - back
    return WalkOperator.from_matrix(matrix, tolerance=1e-7)


def test_a_precision_changed_by_another_thread_makes_nothing_wrong() -> None:
    """Moves counted (a slow line), powers of balls (a fast node in it): right, or undecided."""
    walks = [sticky_line(12, 1e-9, 1 - 1e-9), sticky_line(12, 1e-9, 0.5)]
    late = 10**11
    known = [(walk.mixing_time(), walk.distance(late)) for walk in walks]
    with meddling() as changes:
        for _ in range(5):
            for walk, (time, distance) in zip(walks, known, strict=True):
                try:
                    assert walk.mixing_time() == time
                    assert walk.distance(late) == pytest.approx(distance, rel=2.0**-51)
                except UndecidedError:
                    continue
    assert changes[0] > 0


def test_a_question_is_asked_at_twice_the_precision_until_it_is_answered() -> None:
    asked = list[tuple[int, int]]()

    def answer(bits: int) -> str | None:
        asked.append((bits, flint.ctx.prec))
        return "enough" if bits >= 200 else None

    assert arb.settle(answer, 50) == "enough"
    assert asked == [(50, 50), (100, 100), (200, 200)]


def test_giving_up_is_an_error_at_the_last_precision_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arb, "MOST_BITS", 128)
    arb.give_up(64, "too close")
    with pytest.raises(UndecidedError, match="too close"):
        arb.give_up(128, "too close")
