"""Proofs that later signals stay below a level."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from cases.pairs_of_heads import EXAMPLE_13, heads
from cases.pairs_of_heads import Pair as Heads
from cases.profiles import FOURS, two_heads

from dagmix import MultiHeadDiffusion
from dagmix.optimal.two_heads.bernstein import HeadMatrices, RowBounds
from dagmix.optimal.two_heads.dobrushin import _later_slope, _sum_of_powers, stays_below


def test_a_proof_that_signals_stay_below() -> None:
    pair = two_heads(MultiHeadDiffusion(heads(EXAMPLE_13))).floats
    half, near = Fraction(1, 2), Fraction(15, 32)
    level = np.nextafter(0.5, 0)
    assert stays_below(pair, 3, 0, (near, half), level)  # u rises towards ½
    assert not stays_below(pair, 3, 1, (near, half), level)  # v falls towards it
    assert not stays_below(pair, 3, 2, (near, half), level)  # w is level with it
    assert not stays_below(pair, 3, 0, (near, half), 0.3)  # earlier signals are above


@pytest.mark.parametrize("pair", [EXAMPLE_13, *FOURS[:4]])
def test_later_slopes_are_no_less_than_their_bound(pair: Heads) -> None:
    model, ends = two_heads(MultiHeadDiffusion(heads(pair))), (Fraction(2, 5), Fraction(9, 20))
    rows = RowBounds(model.floats, model.sink, *ends)
    total, width = _sum_of_powers(rows), float(ends[1] - ends[0])
    rows.advance(40)
    slopes = [t * np.diff(rows.steps[t], axis=0) / width for t in range(1, 41)]
    for horizon in (1, 2, 3, 4, 8, 16):
        for j in range(model.size):
            bound = _later_slope(rows, j, horizon, width, total)
            assert bound <= min(slope[:, j].min() for slope in slopes[horizon - 1 :])


def test_no_proof_without_forgetting() -> None:
    stuck = HeadMatrices(np.eye(2), np.eye(2))
    assert _sum_of_powers(RowBounds(stuck, 1, Fraction(0), Fraction(1))) == np.inf
    assert not stays_below(stuck, 1, 0, (Fraction(0), Fraction(1)), 0.5)
