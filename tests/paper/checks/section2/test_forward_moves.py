"""Theorem 2.8 and its proof: rows that notice other operators; the numbers recomputed."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest

from dagmix import MultiHeadWalk, WalkOperator, families
from dagmix.paper.checks.section2 import forward_moves
from paper.corruption import Break, assert_noticed, changed, plus_one

CORRUPTIONS: dict[str, Break] = {
    "Theorem 2.8, (3), (11)": changed(MultiHeadWalk, "mixing_time", lambda time: 9 * time),
    "Equations (6), (7)": changed(WalkOperator, "distances", plus_one),
    "Equations (8), (9), (10)": changed(WalkOperator, "distance", plus_one),
    "After (11)": changed(WalkOperator, "mixing_time", lambda time: 99 * time),
}


@pytest.mark.parametrize("label", CORRUPTIONS)
def test_what_is_broken_is_noticed(label: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_noticed(label, CORRUPTIONS[label], monkeypatch)


@pytest.mark.slow
def test_the_theorem_notices_heads_that_do_not_disagree(monkeypatch: pytest.MonkeyPatch) -> None:
    """With lines of one order in place of the reversed ones nothing grows."""
    monkeypatch.setattr(families, "reversed_lines", lambda n: [families.line(n)] * 2)
    monkeypatch.setattr(families, "run_pair", lambda k: [families.line(k + 1)] * 2)
    monkeypatch.setattr(forward_moves, "TINY", Fraction(1, 4))
    assert forward_moves.STATEMENTS[0].check().literally


def test_two_moves_of_an_edge_are_impossible() -> None:
    assert forward_moves.moved_twice(WalkOperator(families.line(2))) == 0
    assert forward_moves.moved_twice(WalkOperator(families.line(4))) == Fraction(1, 4)


def test_the_excess_of_the_reversed_lines() -> None:
    """2N/p = 4N; the time is tested with the families."""
    time, bound, ratio = forward_moves.excess(families.reversed_lines(20))
    assert (bound, ratio) == (76, Fraction(time, 76))


@pytest.mark.parametrize("p", [Fraction(0), Fraction(1, 8), Fraction(1, 7)])
def test_below_an_exponential(p: Fraction) -> None:
    """1/8 < e⁻² < 1/7, and e⁻² > 0."""
    assert forward_moves.below(p, Fraction(2)) == (p < Fraction(1, 7))


def test_domination_by_hand() -> None:
    """The line's walk moves exactly as Bin(t, ½) until it is at the sink."""
    mix = MultiHeadWalk([families.line(4)] * 2)
    for t, d in enumerate(mix.distances(8)):
        assert d == Fraction(sum(comb(t, k) for k in range(3)), 2**t)
    assert forward_moves.is_dominated(mix)
