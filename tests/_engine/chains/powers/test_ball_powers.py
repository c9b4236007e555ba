"""Squaring in balls: the integers that stepping gives, more bits where needed, refusals."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import flint
import numpy as np
import pytest

from dagmix import DiffusionOperator, MultiHeadWalk, WalkOperator, families
from dagmix._engine.chains import transition
from dagmix._engine.chains.powers import ball_powers
from dagmix._engine.exact import arb
from dagmix._engine.mixing import mixing_time
from dagmix.errors import UndecidedError
from dagmix.operators import Enclosure


def two_states(leave: Any) -> WalkOperator:
    """A walk that leaves its one state with a given probability: d(t) = (1 − leave)ᵗ."""
    return WalkOperator.from_matrix([[1 - leave, 0], [leave, 1]])


def sticky_line(n: int, leave: float) -> WalkOperator:
    matrix = np.eye(n) * (1 - leave) + np.eye(n, k=-1) * leave
    matrix[-1, -1] = 1
    return WalkOperator.from_matrix(matrix)


def test_squaring_agrees_with_stepping() -> None:
    """exit_time and the stepped mixing time are the same integer."""
    walks = [WalkOperator(families.line(9)), WalkOperator(families.complete(8))]
    walks += [sticky_line(5, 2.0**-7), MultiHeadWalk(families.express_pair(10))]
    for walk in walks:
        for epsilon in (Fraction(1, 4), Fraction(1, 10), Fraction(2, 3), Fraction(1, 1000)):
            sink = walk.sink.index
            squared = ball_powers.exit_time(walk.transition, sink, epsilon, 64)
            assert squared == mixing_time.mixing_time(walk.transition, sink, epsilon)


def test_a_tie_that_squaring_cannot_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    """ε = d(t) exactly, T too long for integers: the error says at which t."""
    walk = two_states(Fraction(1, 3))
    monkeypatch.setattr(arb, "MOST_BITS", 256)
    with pytest.raises(UndecidedError, match=r"d\(900\).*undecided"):
        ball_powers.exit_time(walk.transition, walk.sink.index, Fraction(2, 3) ** 900, 64)


def test_a_tie_at_a_power_of_two_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    walk = two_states(Fraction(1, 3))
    monkeypatch.setattr(arb, "MOST_BITS", 256)
    with pytest.raises(UndecidedError, match=r"d\(64\)"):
        ball_powers.exit_time(walk.transition, walk.sink.index, Fraction(2, 3) ** 64, 64)


def test_more_precision_is_asked_for_until_there_is_enough() -> None:
    """A computation that needs 1,000 bits gets them; one that never converges is refused."""
    asked: list[int] = []

    def hard() -> Any:
        asked.append(flint.ctx.prec)
        ok = flint.ctx.prec > 1000
        return flint.arb(1) if ok else flint.arb(1, 1)

    assert ball_powers._scaled(hard, 10, 10) == (0.5, 1)
    assert len(asked) > 3
    with pytest.raises(UndecidedError, match="10 steps"):
        ball_powers._scaled(lambda: flint.arb(1, 1), 10, 10)


@pytest.mark.parametrize("steps", [70_000, 200_000])
def test_enclosures_of_long_walks_hold_and_are_narrow(
    steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Powers in balls, as a rational operator gives them that is too large for Fractions."""
    monkeypatch.setattr(transition, "LARGEST_EXACT", 1)
    p = Fraction(1, 10**7)
    walk = WalkOperator.from_matrix([[1 - p, 0], [p, 1]])
    diffusion = DiffusionOperator.from_matrix([[1, 0], [p, 1 - p]])
    stays = (1 - p) ** steps
    for found, exact in ((walk.distance(steps), stays), (diffusion.signal(0, steps), 1 - stays)):
        assert isinstance(found, Enclosure)
        assert Fraction(found.lower) < exact < Fraction(found.upper)
        assert found.upper - found.lower < 2.0**-50 * found
