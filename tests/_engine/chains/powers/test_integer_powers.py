"""Rows of integer powers: squared and stepped alike, refused before they take minutes."""

from __future__ import annotations

from fractions import Fraction
from math import comb
from typing import Any

import numpy as np
import pytest

from dagmix import DiffusionOperator, FeedforwardDAG, MultiHeadWalk, WalkOperator, families
from dagmix._engine.chains.powers import integer_powers
from dagmix._engine.chains.powers.integer_powers import advance, square_cost, step_cost
from dagmix._engine.exact.convert import objects
from dagmix.errors import UndecidedError

CYCLE = MultiHeadWalk(
    [FeedforwardDAG([one, ("u", "τ"), ("v", "τ")], nodes="uvτ") for one in (("u", "v"), ("v", "u"))]
)
WALKS = {
    "line": WalkOperator(families.line(4)),
    "window": WalkOperator(families.sliding_window(7, 3)),
    "cycle": CYCLE,
    "runs": WalkOperator(families.complete(70)),
}


@pytest.mark.parametrize("walk", WALKS.values(), ids=WALKS)
@pytest.mark.parametrize("steps", [0, 1, 2, 7, 50])
def test_squaring_is_stepping(
    walk: WalkOperator, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel, denominator = walk.transition.integers
    row = objects(list(range(1, len(walk.nodes) + 1)))
    expected = row
    for _ in range(steps):
        expected = kernel.step(expected)
    for cheap in ("step_cost", "square_cost"):
        with monkeypatch.context() as patch:
            patch.setattr(integer_powers, cheap, lambda *_: -1.0)
            found = advance(kernel, row, steps, denominator.bit_length())
        assert found.tolist() == expected.tolist()


def test_single_numbers_at_a_million_steps() -> None:
    """d(t) of the line of four is P[Bin(t, ½) ≤ 2]; its signal at node 1 is C(t, 2) 2⁻ᵗ."""
    t = 10**6
    distance = WalkOperator(families.line(4)).distance(t)
    signal = DiffusionOperator(families.line(4)).signal(1, t)
    assert type(distance) is type(signal) is Fraction
    assert distance == Fraction(1 + t + comb(t, 2), 2**t)
    assert signal == Fraction(comb(t, 2), 2**t)


@pytest.mark.parametrize("ask", ["distance", "signal"])
def test_what_would_take_minutes_is_refused_at_once(ask: str) -> None:
    """Where exactness is asked for; otherwise the number is enclosed."""
    graph = families.oriented_erdos_renyi(60, "1/2", 0)
    questions: dict[str, Any] = {
        "distance": lambda exact: WalkOperator(graph).distance(10**5, exact=exact),
        "signal": lambda exact: DiffusionOperator(graph).signal(0, 10**5, exact=exact),
    }
    with pytest.raises(UndecidedError, match=r"100000 exact steps of 60 numbers .* bits would"):
        questions[ask](True)  # noqa: FBT003 - a lambda's
    assert 0 < questions[ask](None).lower <= questions[ask](None).upper


def test_the_cheaper_way_is_the_stepped_one_for_short_numbers() -> None:
    short = WALKS["window"].transition.integers[0]
    assert step_cost(short, 10, 5) < square_cost(short, 10, 5)
    assert step_cost(short, 10**6, 5) > square_cost(short, 10**6, 5)
    ordered, cycle = WALKS["line"].transition.integers[0], CYCLE.transition.integers[0]
    assert square_cost(ordered, 10**6, 2) < square_cost(cycle, 10**6, 2) * (4 / 3) ** 3


def test_later_distances_go_on_from_earlier_ones() -> None:
    """Ties at growing times: the row of one comparison serves the next, stepped or squared."""
    hold = Fraction(2, 3)
    walk = WalkOperator.from_matrix([[hold, 0], [1 - hold, 1]])
    times = np.array([3, 10, 4000])
    for t in times.tolist():
        assert walk.distance(t) == hold**t
