"""The least and greatest times of gates: what is open, ties among long numbers, traps."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from cases.pairs_of_heads import orders
from cases.subjects import graph
from oracle import heard_from, transpose, walk_matrix

from dagmix import WalkOperator
from dagmix._engine.mixing import gated_times
from dagmix._engine.mixing.gated_times import extreme_time, trap
from dagmix._util.budget import Meter, Work

HALF = Fraction(1, 2)


def line(n: int) -> WalkOperator:
    return WalkOperator(graph(n, [(j, j + 1) for j in range(n - 1)]))


def test_a_trap_is_what_some_fixed_choice_never_leaves() -> None:
    """All pairs of graphs on four nodes in some orders, against every choice of heads."""
    some = orders(4)[::9]
    for pair in product(some, repeat=2):
        walks = [walk_matrix(4, edges) for edges in pair]
        stuck = set()
        for chosen in product(range(2), repeat=3):
            W = transpose([[walks[(*chosen, 0)[j]][i][j] for j in range(4)] for i in range(4)])
            stuck |= {j for j in range(3) if 3 not in heard_from(W, j)}
        inside, choice = trap([graph(4, edges).adjacency for edges in pair], 3)
        assert set(np.flatnonzero(inside).tolist()) == stuck
        for j in stuck:
            assert {i for i in range(4) if walks[choice[j]][i][j]} <= stuck


@pytest.mark.parametrize("greatest", [True, False])
def test_what_the_meter_or_the_work_ends_is_bounded_from_below(
    monkeypatch: pytest.MonkeyPatch, *, greatest: bool
) -> None:
    heads = [line(9).transition] * 2
    found = extreme_time(heads, 8, HALF, Meter(Work(5)), greatest=greatest)
    assert (found.lower, found.upper, found.gate) == (6, math.inf, ())
    monkeypatch.setattr(gated_times, "MOST_WORK", 2**20)
    found = extreme_time(heads, 8, HALF, Meter(), greatest=greatest)
    assert (found.lower, found.upper) == (8, math.inf)


def test_a_tie_is_settled_in_integers_or_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """P[Bin(t, ½) ≤ 1] of three nodes is 1/2 at t = 3 exactly."""
    heads = [line(3).transition]
    found = extreme_time(heads, 2, HALF, Meter(), greatest=True)
    assert (found.lower, found.upper, len(found.gate)) == (3, 3, 2)
    above = extreme_time(heads, 2, HALF - Fraction(1, 2**60), Meter(), greatest=True)
    assert (above.lower, above.upper, len(above.gate)) == (4, 4, 3)
    monkeypatch.setattr(gated_times, "MOST_BITS", 1)
    found = extreme_time(heads, 2, HALF, Meter(), greatest=False)
    assert (found.lower, found.upper) == (3, math.inf)
