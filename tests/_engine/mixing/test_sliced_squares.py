"""Sliced floats: integers that balls find too, and rows within the bound of fractions."""

from __future__ import annotations

from fractions import Fraction
from operator import mul

import numpy as np
import pytest
from cases.slow_chains import sticky
from oracle import product

from dagmix import WalkOperator
from dagmix._engine.chains.powers import ball_powers
from dagmix._engine.exact.arb import precision
from dagmix._engine.mixing import jump_chain, mixing_time, sliced_squares
from dagmix._engine.mixing.float_enclosures import enclosed_exit_time
from dagmix._engine.mixing.sliced_squares import exit_time

QUARTER = Fraction(1, 4)


@pytest.mark.parametrize("seed", range(24))
def test_balls_find_the_same_integer(seed: int) -> None:
    """T beyond 10¹⁰, of dense chains and sparse ones, in an order of their own."""
    n, epsilon = (2, 5, 25, 70)[seed % 4], Fraction((1, 1, 9)[seed % 3], (4, 1000, 10)[seed % 3])
    walk = sticky(n, seed, 10.5 + seed % 7)
    transition, sink = walk.transition, walk.sink.index
    lower, upper = enclosed_exit_time(transition, sink, epsilon)
    expected = ball_powers.exit_time(transition, sink, epsilon, 192)
    assert exit_time(transition, sink, epsilon, lower, upper) == expected
    assert exit_time(transition, sink, epsilon, 1, 2 * expected) == expected
    assert exit_time(transition, sink, epsilon, expected, expected + 1) == expected


def test_a_long_walk_is_decided_without_balls(monkeypatch: pytest.MonkeyPatch) -> None:
    walk = sticky(60, 5, 14)
    expected = ball_powers.exit_time(walk.transition, walk.sink.index, QUARTER, 192)
    assert expected > 10**13
    monkeypatch.setattr(mixing_time, "_square", None)
    assert walk.mixing_time() == expected
    assert jump_chain.exit_time(walk.transition, walk.sink.index, QUARTER) in {expected, None}


@pytest.mark.parametrize("bits", [4, 10, 22])
@pytest.mark.parametrize("seed", range(3))
def test_rows_are_within_the_bound(bits: int, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """1ᵀQ^t off the sink, t = 1 + 2 + … + 2⁵, beside fractions; short slices make errors large."""
    monkeypatch.setattr(sliced_squares, "slice_bits", lambda _: bits)
    walk = sticky(6, seed, 3)
    transition, sink = walk.transition, walk.sink.index
    with precision(sliced_squares.BITS):
        squares = sliced_squares._Squares(transition, sink)
        row = squares.start
        for _ in range(6):
            row = squares.power.advance(row)
            squares.square()
    error = squares.error_bound(6)
    order = np.asarray(transition.adjacency.order)
    inside = [[Fraction(x) for x in line] for line in walk.exact.tolist()]
    for i in range(6):
        inside[i][sink] = inside[sink][i] = Fraction(0)
    expected: list[Fraction | int] = [Fraction(j != sink) for j in range(6)]
    power = inside
    for _ in range(6):
        expected = [sum(map(mul, expected, column)) for column in zip(*power, strict=True)]
        power = product(power, power)
    found = [Fraction(a) + Fraction(b) for a, b in zip(*(p.tolist() for p in row), strict=True)]
    worst = max(abs(found[k] - expected[j]) for k, j in enumerate(order.tolist()))
    assert worst <= error < 4.0**-bits * 2.0**-30


def test_what_slices_do_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tie, rates too small, and powers too large to be kept."""
    walk = WalkOperator.from_matrix([["2/3", 0], ["1/3", 1]])
    assert exit_time(walk.transition, 1, Fraction(2, 3) ** 5, 5, 6) is None
    rare = Fraction(1, 2**101)
    slow = WalkOperator.from_matrix([[1 - rare, 0], [rare, 1]])
    assert exit_time(slow.transition, 1, QUARTER, 2**100, 2**102) is None
    monkeypatch.setattr(sliced_squares, "MOST_ENTRIES", 7)
    assert exit_time(walk.transition, 1, QUARTER, 4, 5) is None
