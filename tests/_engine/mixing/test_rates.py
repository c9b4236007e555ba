""""""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest

from dagmix import FeedforwardDAG, MultiHeadWalk, WalkOperator, families
from dagmix._engine.chains import transition
from dagmix._engine.mixing import rates
from dagmix._engine.mixing.rates import mean_time


def test_means_that_floats_do_not_bound_are_left_to_balls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transition, "LARGEST_EXACT", 0)
    tiny = Fraction(1, 2**50)
    rest = FeedforwardDAG([], nodes="uvτ")
    ways = [FeedforwardDAG(pairwise(path), nodes="uvτ") for path in ("uvτ", "vuτ")]
    cyclic = MultiHeadWalk(ways, sink="τ")
    slow = MultiHeadWalk([rest, ways[0]], [1 - tiny, tiny], sink="τ")
    for walk, mean in ((cyclic, 4), (slow, 2**52)):
        known = mean_time(walk.transition, 2)
        assert known.low <= mean <= known.high
        assert known.high - known.low < mean * Fraction(1, 10**15)


def test_a_mean_of_many_digits_is_enclosed(monkeypatch: pytest.MonkeyPatch) -> None:
    """In floats along an order, else in balls."""
    window = WalkOperator(families.sliding_window(12, 3))
    back_and_forth = MultiHeadWalk(families.reversed_lines(5), ["1/3", "2/3"])
    for walk in (window, back_and_forth):
        sink = walk.sink.index
        exact = mean_time(walk.transition, sink)
        with monkeypatch.context() as patch:
            patch.setattr(rates, "MOST_BITS", 1)
            found = mean_time(walk.transition, sink)
        assert exact.low == exact.high == max(walk.expected_hitting_times())
        assert found.low < exact.low < found.high < found.low * (1 + Fraction(1, 10**9))
