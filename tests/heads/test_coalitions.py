"""Sets of heads: each valued once, in floats or exactly."""

from __future__ import annotations

import math
from fractions import Fraction

from cases.pairs_of_heads import EXAMPLE_13, heads

from dagmix import MultiHeadDiffusion
from dagmix._engine.exact.enclosures import Bounded, Enclosure
from dagmix.heads.coalitions import Coalitions, number, subsets


def test_a_set_is_valued_once() -> None:
    game = Coalitions(MultiHeadDiffusion(heads(EXAMPLE_13)), "fidelity")
    assert game.value((0, 1)) is game.value((0, 1))
    assert game.value(()).value == 0


def test_floats_enclose_what_is_exact() -> None:
    game = Coalitions(MultiHeadDiffusion(heads(EXAMPLE_13)), "fidelity")
    exact = game.value((0,)).value
    game.answer_in_floats()
    found = game.value((0,))
    assert isinstance(found.value, float)
    assert found.lower <= exact <= found.upper


def test_times_stay_integers() -> None:
    game = Coalitions(MultiHeadDiffusion(heads(EXAMPLE_13)), "mixing")
    game.answer_in_floats()
    assert game.value((0,)).value == 9


def test_all_subsets() -> None:
    found = list(subsets(range(5)))
    assert len(set(found)) == 32
    assert [len(some) for some in found] == sorted(len(some) for some in found)


def test_numbers() -> None:
    half = Fraction(1, 2)
    assert number(Bounded(half, half, half)) == half
    assert number(Bounded(math.inf, math.inf, math.inf)) == math.inf
    found = number(Bounded(0.5, 0.25, 1.0))
    assert isinstance(found, Enclosure)
    assert (found.lower, found, found.upper) == (0.25, 0.5, 1.0)
