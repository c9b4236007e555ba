"""Boxes of pairs and weights: what is put aside, what is left."""

from __future__ import annotations

from operator import truediv
from typing import Any

import numpy as np
import pytest

from dagmix.optimal import optimal_weights
from dagmix.search import MixtureValues
from dagmix.search.pairs import boxes, exact
from dagmix.search.pairs.spaces import space


def searched(name: str, n: int, order: str, bar: float) -> boxes.Search:
    search = boxes.SEARCHES[name](space(n, order), bar)
    for first in range(len(search.space.firsts)):
        search.go_through(first)
    search.finish()
    return search


def test_what_is_left_has_the_record_on_four_nodes() -> None:
    """From the bar 1 on: 18/7 is met, and one kind may have it."""
    search = searched("amplification", 4, "any", 1.0)
    assert search.bar == pytest.approx(18 / 7, rel=1e-7)
    pairs = [exact.pair_of(int(key), 4) for key in search.keys]
    assert 0 < len(pairs) < 5
    solved: list[Any] = [optimal_weights(pair).bound for pair in pairs]
    best = [max(MixtureValues.of(pair).fidelities) for pair in pairs]
    assert max(map(truediv, map(float, solved), best)) == pytest.approx(18 / 7)
    assert (search.ranks >= 18 / 7).all()


def test_nothing_reaches_a_bar_above_the_record() -> None:
    assert len(searched("amplification", 4, "any", 2.58).keys) == 0
    assert len(searched("speed-up", 4, "any", 1.34).keys) == 0


def test_speed_ups_raise_the_bar() -> None:
    """From 1 on: the pairs that raise it are kept, and none above the record of even weights."""
    search = searched("speed-up", 4, "any", 1.0)
    assert search.bar == pytest.approx(4 / 3, rel=1e-7)
    assert len(search.keys) > 0
    assert (search.ranks == 7).all()  # no time of a head is more


def test_nothing_open_is_nothing_left() -> None:
    search = boxes.Amplification(space(3, "any"), 2.0)
    search.finish()
    assert len(search.keys) == 0
    assert np.isfinite(search.ranks).all()
