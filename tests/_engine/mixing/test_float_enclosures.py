"""Mixing times enclosed in floats: balls' integer lies between, and is it up to 10⁹."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from cases.slow_chains import seeds, sticky
from hypothesis import given, settings
from hypothesis import strategies as st

from dagmix import WalkOperator
from dagmix._engine.chains.powers import ball_powers, float_powers
from dagmix._engine.mixing import float_enclosures
from dagmix._engine.mixing.float_enclosures import enclosed_exit_time

QUARTER = Fraction(1, 4)


@settings(max_examples=40)
@given(seeds, st.integers(2, 25), st.floats(0.5, 12), st.floats(1e-9, 0.99))
def test_balls_find_it_between(seed: int, n: int, slowest: float, threshold: float) -> None:
    walk, epsilon = sticky(n, seed, slowest), Fraction(threshold)
    time = ball_powers.exit_time(walk.transition, walk.sink.index, epsilon, 128)
    lower, upper = enclosed_exit_time(walk.transition, walk.sink.index, epsilon)
    assert lower <= time <= upper
    assert upper - lower <= 1e-9 * time + 1
    assert upper - lower <= 1 or time > 10**8  # 1 where d(t) is ε but for roundings
    assert walk.mixing_time(epsilon) == time


@given(st.integers(1, 40))
def test_a_tie_is_left_open(time: int) -> None:
    """d(t) = (2/3)ᵗ: T is one of the two times that floats leave."""
    walk = WalkOperator.from_matrix([["2/3", 0], ["1/3", 1]])
    lower, upper = enclosed_exit_time(walk.transition, 1, Fraction(2, 3) ** time)
    assert (lower, upper) == (time, time + 1)
    assert walk.mixing_time(Fraction(2, 3) ** time) == time


def test_what_floats_do_not_enclose(monkeypatch: pytest.MonkeyPatch) -> None:
    """No order; thresholds and entries too small; matrices too large, walks too long."""
    unknown = (1, 0)
    apart = sticky(6, 1, 2, ordered=False)
    assert enclosed_exit_time(apart.transition, apart.sink.index, QUARTER) == unknown
    walk = sticky(6, 1, 2)
    transition, sink = walk.transition, walk.sink.index
    assert enclosed_exit_time(transition, sink, Fraction(1, 2**120)) != unknown
    assert enclosed_exit_time(transition, sink, Fraction(1, 2**120 + 1)) == unknown
    tiny = WalkOperator.from_matrix(np.array([[1.0, 0.0], [2.0**-950, 1.0]]))
    assert enclosed_exit_time(tiny.transition, 1, QUARTER) == unknown
    with monkeypatch.context() as patch:
        patch.setattr(float_powers, "MOST_DOUBLINGS", 1)
        assert enclosed_exit_time(transition, sink, QUARTER) == unknown
    monkeypatch.setattr(float_enclosures, "MOST_ENTRIES", 1)
    assert enclosed_exit_time(transition, sink, QUARTER) == unknown


def test_long_walks_are_decided_without_balls(monkeypatch: pytest.MonkeyPatch) -> None:
    """T beyond 10⁸, where plain products of floats do not tell."""
    walk = sticky(40, 11, 8)
    expected = ball_powers.exit_time(walk.transition, walk.sink.index, QUARTER, 128)
    assert 10**7 < expected < 10**10
    monkeypatch.setattr(ball_powers, "exit_time", None)
    assert walk.mixing_time() == expected
