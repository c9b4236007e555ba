"""T(ε) over the weight of two heads: known pairs, then all small pairs by brute force."""

from __future__ import annotations

import math
import random
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
from cases.pairs_of_heads import (
    EXAMPLE_8,
    EXAMPLE_13,
    GRID,
    Pair,
    all_pairs,
    heads,
    mixing_time,
)

from dagmix import FeedforwardDAG, MultiHeadWalk, families
from dagmix.errors import NumberError, UndecidedError, WeightError
from dagmix.operators.mixture import MultiHead
from dagmix.optimal import Algebraic, Fastest, MixingProfile

QUARTER = Fraction(1, 4)
FOURS = random.Random(5).sample(all_pairs(4), 40)  # noqa: S311 - reproducible, not secret
PAIRS = [*all_pairs(2), *all_pairs(3), *FOURS, EXAMPLE_8, EXAMPLE_13]


def of(mixed: MultiHead, epsilon: Fraction = QUARTER) -> Any:
    (_, first), (_, second) = mixed.parts
    return MixingProfile((first, second), mixed.sink.index, epsilon)


@cache
def profile(pair: Pair, epsilon: Fraction = QUARTER) -> Any:
    return of(MultiHeadWalk(heads(pair)), epsilon)


def named(*edges: Any) -> Any:
    return of(MultiHeadWalk([FeedforwardDAG(e, nodes="abcd") for e in edges]))


def holds(intervals: Any, at: Fraction) -> bool:
    return any(low <= at <= high for low, high in intervals)


@pytest.mark.slow
@pytest.mark.parametrize("epsilon", [QUARTER, Fraction(1, 8)])
@pytest.mark.parametrize("pair", PAIRS)
def test_every_level_is_brute_force_s(pair: Pair, epsilon: Fraction) -> None:
    shape = profile(pair, epsilon)
    best = shape.optimum
    for alpha in GRID:
        steps = mixing_time(pair, alpha, epsilon)
        assert shape(alpha) == steps >= best.value
        assert holds(best.intervals, alpha) == (steps == best.value)
        if 0 < alpha < 1:
            assert holds(shape.helps, alpha) == (steps < min(shape.ends))
        if steps < math.inf:
            assert holds(shape.within(int(steps)), alpha)
            assert not steps or not holds(shape.within(int(steps) - 1), alpha)


@pytest.mark.parametrize("pair", PAIRS)
def test_the_least_is_attained_and_nothing_is_less(pair: Pair) -> None:
    best = profile(pair).optimum
    assert best.intervals == profile(pair).within(best.value) != ()
    assert profile(pair).within(best.value - 1) == () if best.value else True


def test_mixing_can_be_faster_than_both_heads() -> None:
    shape = named(["ad", "bc", "cd"], ["ac", "bd", "cd"])
    middle = ((Fraction(1, 4), Fraction(3, 4)),)
    assert (shape.ends, shape.optimum, shape.helps) == ((5, 5), Fastest(4, middle), middle)
    assert shape.slowest == 5


def test_mixing_can_be_slower_than_both_heads() -> None:
    shape = named(["ac", "bc", "cd"], ["ab", "bd", "cd"])
    assert (shape.ends, shape("1/2"), shape.slowest, shape.helps) == ((5, 5), 6, 6, ())
    (_, left), (right, _) = shape.optimum.intervals
    assert (left, right) == (Algebraic((1, -5, 5), 0), Algebraic((1, -5, 5), 1))


def test_a_tie_with_epsilon_at_one_weight_only() -> None:
    """d_t touches ε at ½ alone: T there is less than at every other weight."""
    edges: Any = ["ad", "bc", "cd"], ["ac", "bd", "cd"]
    walk = MultiHeadWalk([FeedforwardDAG(e, nodes="abcd") for e in edges])
    half = Fraction(1, 2)
    assert of(walk, Fraction(walk.distance(4))).optimum == Fastest(4, ((half, half),))


def test_heads_that_miss_the_sink_alone() -> None:
    shape = profile(EXAMPLE_8)
    assert shape.ends == (math.inf, math.inf)
    assert shape.helps == ((0, 1),)
    assert shape.slowest == math.inf
    assert shape.optimum.value == shape("1/2") == 10


def test_the_express_pair_is_best_near_even_weights() -> None:
    ((low, high),) = of(MultiHeadWalk(families.express_pair(12))).optimum.intervals
    assert isinstance(low, Algebraic)
    assert low < Fraction(1, 2) < high


def test_no_weight_mixes() -> None:
    stuck: list[list[Any]] = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    line = [["1/2", 0, 0], ["1/2", "1/2", 0], [0, "1/2", 1]]
    shape = of(MultiHeadWalk([stuck, stuck], sink=2))
    assert shape.helps == ()
    with pytest.raises(UndecidedError, match="T is infinite"):
        _ = shape.optimum
    assert of(MultiHeadWalk([stuck, line], sink=2)).ends[1] == math.inf


def test_one_node_is_always_mixed() -> None:
    shape = of(MultiHeadWalk([FeedforwardDAG([], nodes="a")] * 2))
    assert (shape.optimum.value, shape.helps, shape.slowest) == (0, (), 0)


def test_times_past_what_is_told_exactly() -> None:
    """T = 1386 at each head alone and 2 at ½: the optimum is told, where mixing helps is not."""
    stays, goes = "999/1000", "1/1000"
    one: list[list[Any]] = [[stays, 0, 0], [0, 0, 0], [goes, 1, 1]]
    other: list[list[Any]] = [[0, 0, 0], [0, stays, 0], [1, goes, 1]]
    shape = of(MultiHeadWalk([one, other], sink=2))
    assert (shape.optimum.value, shape.ends) == (2, (1386, 1386))
    with pytest.raises(UndecidedError, match="up to 256 steps, not 1385"):
        _ = shape.helps


@pytest.mark.parametrize(("steps", "error"), [(257, UndecidedError), (-1, NumberError)])
def test_steps_out_of_range(steps: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        profile(EXAMPLE_13).within(steps)


def test_a_weight_out_of_range() -> None:
    with pytest.raises(WeightError, match="from 0 to 1"):
        profile(EXAMPLE_13)(Fraction(7, 6))


def test_what_a_profile_says_of_itself() -> None:
    assert repr(profile(EXAMPLE_13)) == "MixingProfile(epsilon=1/4, ends=(7, 7))"
    one = of(MultiHeadWalk([FeedforwardDAG([], nodes="a")] * 2))
    assert one.optimum == Fastest(0, ((Fraction(0), Fraction(1)),))
