"""Squaring in floats: the bound against exact powers, the integers against brute force and balls.

The chains are sticky: columns leave with probabilities over many powers of ten, to later nodes
or, where a chain has no order, to any.
"""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import count
from typing import Any

import numpy as np
import pytest
from cases.slow_chains import seeds, sticky
from hypothesis import given
from hypothesis import strategies as st

from dagmix import WalkOperator, families
from dagmix._engine.chains.powers import ball_powers
from dagmix._engine.mixing import float_squares, mixing_time

QUARTER = Fraction(1, 4)


def exact(walk: WalkOperator) -> list[list[Fraction]]:
    """Return Q, row and column of the sink zero, in fractions."""
    matrix = [[Fraction(entry) for entry in row] for row in walk.exact.tolist()]
    sink = walk.sink.index
    return [
        [entry if sink not in (i, j) else Fraction(0) for j, entry in enumerate(row)]
        for i, row in enumerate(matrix)
    ]


UNITS = 2**12  # small chains have entries in these parts, so that fractions stay short


def brute_force(parts: list[list[int]], sink: int, epsilon: Fraction) -> int:
    """Step s_{t+1} = s_t Q in integers over UNITSᵗ until the greatest entry is at most ε."""
    n = len(parts)
    row = [int(j != sink) for j in range(n)]
    for t in count():
        if max(row) * epsilon.denominator <= epsilon.numerator * UNITS**t:
            return t
        inside = [row[i] if i != sink else 0 for i in range(n)]
        row = [sum(inside[i] * parts[i][j] for i in range(n)) if j != sink else 0 for j in range(n)]
    raise AssertionError


@given(seeds, st.integers(2, 4), st.booleans(), st.sampled_from(["1/4", "1/3", "9/10", "1/50"]))
def test_brute_force_at_small_sizes(seed: int, n: int, ordered: bool, text: str) -> None:  # noqa: FBT001 - drawn
    rng, epsilon = np.random.default_rng(seed), Fraction(text)
    parts = rng.integers(0, 2 ** rng.integers(1, 8, n), (n, n))
    parts = np.tril(parts, -1) if ordered else parts
    parts[-1] += 8
    parts[:, -1] = 0
    parts[np.diag_indices(n)] = 0
    parts[np.diag_indices(n)] = UNITS - parts.sum(axis=0)
    walk = WalkOperator.from_matrix(parts / UNITS, sink=n - 1)
    expected = brute_force(parts.tolist(), n - 1, epsilon)
    assert float_squares.exit_time(walk.transition, n - 1, epsilon) == expected
    assert walk.mixing_time(epsilon) == expected


@given(seeds, st.integers(5, 30), st.floats(0.5, 5.5), st.booleans(), st.floats(1e-9, 0.99))
def test_balls_at_larger_sizes(
    seed: int,
    n: int,
    slowest: float,
    ordered: bool,  # noqa: FBT001 - drawn
    threshold: float,
) -> None:
    """The same integer; floats may say nothing where balls say it."""
    walk, epsilon = sticky(n, seed, slowest, ordered=ordered), Fraction(threshold)
    expected = ball_powers.exit_time(walk.transition, walk.sink.index, epsilon, 128)
    found = float_squares.exit_time(walk.transition, walk.sink.index, epsilon)
    assert found in (None, expected)
    assert found == expected or expected > 10**5
    assert walk.mixing_time(epsilon) == expected


@pytest.mark.parametrize("n", [127, 130])
def test_balls_at_several_blocks(n: int) -> None:
    for ordered in (True, False):
        walk = sticky(n, n, 2.5, ordered=ordered)
        expected = ball_powers.exit_time(walk.transition, walk.sink.index, QUARTER, 128)
        assert float_squares.exit_time(walk.transition, walk.sink.index, QUARTER) == expected


@pytest.mark.parametrize("block", [1, 3, 128])
@given(seed=seeds, ordered=st.booleans())
def test_powers_are_within_the_bound(block: int, seed: int, ordered: bool) -> None:  # noqa: FBT001 - drawn
    """Every entry of Q^(2ᵏ), and rows of survival, against fractions."""
    walk = sticky(4, seed, 4, ordered=ordered)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(float_squares, "BLOCK", block)
        squares = float_squares._Squares(walk.transition.floats, walk.sink.index)
        order = walk.adjacency.order
        places = np.arange(4) if order is None else order
        power = np.array(exact(walk), dtype=object)[np.ix_(places, places)]
        row, time = squares.start, 0
        true_row = np.array([Fraction(x) for x in squares.start.tolist()], dtype=object)
        for k in range(3):
            share = Fraction(squares._bound(2**k))
            for found, true in zip(squares[k].ravel().tolist(), power.ravel(), strict=True):
                assert abs(Fraction(found) - true) <= share * true
            row, true_row, time = row @ squares[k], true_row @ power, time + 2**k
            share = Fraction(squares._bound(time))
            for found, true in zip(row.tolist(), true_row, strict=True):
                assert abs(Fraction(found) - true) <= share * true
            power = power @ power


def test_entries_that_underflow_are_within_what_is_lost() -> None:
    """Off-diagonal powers below the smallest float vanish: of a share of ε below 2⁻²⁰⁰."""
    tiny = 2.0**-800
    stay = 0.9
    matrix = np.diag([stay] * 4 + [1.0])
    matrix += np.diag([tiny] * 3 + [0.0], -1)
    matrix[-1, :-1] += 1 - stay
    walk = WalkOperator.from_matrix(matrix, tolerance=1e-9)
    for power in (2, 100, 500):
        epsilon = Fraction(1, 2**power)
        found = float_squares.exit_time(walk.transition, 4, epsilon)
        assert found == ball_powers.exit_time(walk.transition, 4, epsilon, 900)


def test_what_floats_do_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ties, early and late; thresholds and entries too small; walks too long or too large."""
    walk = WalkOperator.from_matrix([["2/3", 0], ["1/3", 1]])
    transition = walk.transition
    for tie in (1, 5, 8, 100):
        assert float_squares.exit_time(transition, 1, Fraction(2, 3) ** tie) is None
    assert float_squares.exit_time(transition, 1, Fraction(1, 2**600)) is not None
    assert float_squares.exit_time(transition, 1, Fraction(1, 2**600 + 1)) is None
    assert float_squares.exit_time(slow(1e-12), 1, QUARTER) is None
    assert float_squares.exit_time(slow(1.0 - 2.0**-950), 1, QUARTER) is not None
    monkeypatch.setattr(float_squares, "LARGEST", 3)
    assert float_squares.exit_time(transition, 1, QUARTER) is None


def slow(leave: float) -> Any:
    return WalkOperator.from_matrix(np.array([[1 - leave, 0.0], [leave, 1.0]])).transition


def test_entries_without_a_bound() -> None:
    matrix = np.array([[2.0**-950, 0.0], [1.0, 1.0]])
    walk = WalkOperator.from_matrix(matrix)
    assert float_squares.exit_time(walk.transition, 1, QUARTER) is None


def test_a_tie_after_the_squares_were_asked_is_decided_in_integers() -> None:
    """d(t) = (9/10)ᵗ ties with ε = (9/10)¹⁰⁰; the squares are asked after 64 steps."""
    walk = WalkOperator.from_matrix([["9/10", 0], ["1/10", 1]])
    assert mixing_time._first_steps(walk.transition) < 100
    assert walk.mixing_time(Fraction(9, 10) ** 100) == 100


def test_long_walks_are_squared_in_floats_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """T in the thousands and more: no balls, no integers, and the greatest size of the guide."""

    def unwanted(*_: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(ball_powers, "exit_time", unwanted)
    monkeypatch.setattr(ball_powers, "compare_distance", unwanted)
    walk = sticky(100, 7, 4)
    time = int(walk.mixing_time())
    assert time > 10**4
    monkeypatch.undo()
    for t, over in ((time, True), (time - 1, False)):
        within = ball_powers.compare_distance(
            walk.transition, walk.sink.index, t, QUARTER, bits=256
        )
        assert within is over


def test_a_graph_is_squared_as_any_other_walk() -> None:
    """A line's walk leaves with ½ a step: T by the stepped survival, and by squares."""
    walk = WalkOperator(families.line(60))
    assert float_squares.exit_time(walk.transition, 59, QUARTER) == walk.mixing_time()


@pytest.mark.parametrize("n", [5, 300])
@pytest.mark.parametrize("steps", [1, 1000])
def test_no_rounding_of_the_proof_is_left_out(n: int, steps: int) -> None:
    """Qᵗ has t·(e + 2 + r) units, r = min(n, 128) + ⌈n/128⌉; rows add n for every digit of t.

    Errors that occur are far smaller, so that nothing else would show that a term is missing.
    """
    walk = WalkOperator(families.line(n)).transition
    entry = walk.floats.entry_units + 2 + min(n, 128) + math.ceil(n / 128)
    proved = (steps * entry + len(f"{steps:b}") * n) * 2.0**-53
    assert proved <= float_squares._Squares(walk.floats, n - 1)._bound(steps) < 1.1 * proved + 1e-14
