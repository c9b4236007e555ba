"""Where a profile is greatest and least, and whether it is attained there."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from cases.pairs_of_heads import EXAMPLE_8, EXAMPLE_13, GRID, heads, minimax
from cases.pairs_of_heads import Pair as Heads
from cases.profiles import PAIRS, profile, two_heads
from flint import fmpz_poly

from dagmix import FeedforwardDAG, MultiHeadDiffusion, families
from dagmix._engine.exact.algebraic import enclosure, roots
from dagmix._engine.exact.rational_functions import Ratio
from dagmix.errors import UndecidedError
from dagmix.graphs.labels import Nodes
from dagmix.optimal import Extremum, FidelityProfile, optimal_weights
from dagmix.optimal.two_heads import fidelity_profile
from dagmix.optimal.two_heads.extrema import Point


def test_half_is_the_unique_optimum() -> None:
    half = Fraction(1, 2)
    assert profile(EXAMPLE_13).optimum == Extremum(half, half, half, (half,), attained=True)


def test_the_profile_is_lowest_at_a_quarter_and_three() -> None:
    lowest = profile(EXAMPLE_13).lowest
    assert (lowest.value, lowest.exact, lowest.complete) == (Fraction(23, 64), True, True)
    assert lowest.weights == (Fraction(1, 4), Fraction(3, 4))


@pytest.mark.slow
def test_the_jump_at_a_face_is_the_supremum() -> None:
    """The supremum is 1, approached as β → 0 and not attained; the pieces there have no end."""
    best = profile(EXAMPLE_8).optimum
    assert (best.value, best.attained, best.exact, best.weights) == (1, False, True, (0,))
    assert enclosure(best.lower)[0] > Fraction(99, 100)
    lowest = profile(EXAMPLE_8).lowest
    assert lowest.lower == 0 < enclosure(lowest.value)[0]
    assert all(0 < weight < 1 for weight in lowest.weights)


@pytest.mark.slow
def test_a_supremum_that_is_proved_but_not_attained() -> None:
    pair: Heads = (((0, 1), (0, 2), (1, 2), (2, 3)), ((0, 1), (1, 3), (2, 1), (2, 3)))
    best = profile(pair).optimum
    assert (best.value, best.attained, best.weights) == (Fraction(1, 3), False, (0,))
    assert profile(pair)(0) < profile(pair)(Fraction(1, 10**6)) < Fraction(1, 3)


@pytest.mark.slow
@pytest.mark.parametrize("pair", PAIRS)
def test_the_extremes_are_no_less_extreme_than_brute_force(pair: Heads) -> None:
    shape = profile(pair)
    inner = [minimax(pair, beta) for beta in GRID[1:-1]]
    assert shape.optimum.upper >= max(*inner, *shape.ends)
    assert shape.lowest.lower <= min(inner)
    for found in (shape.optimum, shape.lowest):
        assert found.lower <= found.value <= found.upper
        assert found.exact == (found.attained != "undecided")
        for weight in found.weights if found.attained is True else ():
            assert not isinstance(weight, Fraction) or shape(weight) == found.value


@pytest.mark.parametrize("pair", PAIRS)
def test_a_complete_optimum_is_nowhere_else(pair: Heads) -> None:
    best = profile(pair).optimum
    for beta in GRID:
        level = beta in best.weights or any(low <= beta <= high for low, high in best.everywhere)
        if best.attained is True and best.complete:
            assert (minimax(pair, beta) == best.value) == level


def test_what_can_ever_be_on_a_slow_node_settles_its_gap() -> None:
    """As β → 0 node 1 is left ever more slowly: φ_1 tends to ½, the probability to hit it."""
    pair: Heads = (((0, 1), (0, 2), (1, 2)), ((0, 2), (1, 2)))
    best = profile(pair).optimum
    assert (best.value, best.exact, best.attained) == (Fraction(1, 2), True, True)
    assert profile(pair).gaps


def test_level_heads_are_optimal_everywhere() -> None:
    shape: Any = optimal_weights(families.lane_pair(1)).profile
    best = shape.optimum
    assert (best.attained, best.everywhere, best.complete) == (True, ((0, 1),), True)


@pytest.mark.slow
def test_probes_that_are_undecided_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The enclosure of an extremum rests on what is exact; without any, it is refused."""
    shape = FidelityProfile(two_heads(MultiHeadDiffusion(heads(EXAMPLE_8))), Nodes("uvτ"))
    expected = profile(EXAMPLE_8).optimum

    def refuse(*_: Any) -> Any:
        message = "not told"
        raise UndecidedError(message)

    _ = shape.ends, shape.pieces
    monkeypatch.setattr(fidelity_profile, "exact_minimum", refuse)
    found = shape.optimum
    assert found.lower <= expected.upper
    assert expected.lower <= found.upper
    assert not found.complete
    nothing = FidelityProfile(two_heads(MultiHeadDiffusion(heads(EXAMPLE_8))), Nodes("uvτ"))
    nothing.__dict__["pieces"] = tuple(piece for piece in shape.pieces if not piece.exact)
    with pytest.raises(UndecidedError, match="no value of the profile can be told exactly"):
        _ = nothing.lowest


def test_an_infimum_at_an_end_is_approached_only() -> None:
    """φ_min = (2 − β)/4 inside (0, 1): ¼ is its infimum, and no value of it there."""
    one = FeedforwardDAG([(0, 3), (1, 0), (1, 3), (2, 3)], nodes=range(4))
    other = FeedforwardDAG([(0, 1), (0, 3), (1, 3), (2, 0)], nodes=range(4), self_loops=False)
    mixed = MultiHeadDiffusion([one, other])
    shape = FidelityProfile(two_heads(mixed), mixed.nodes)
    assert shape("1/3") == Fraction(5, 12)
    quarter = Fraction(1, 4)
    assert shape(1) == quarter
    assert shape.lowest == Extremum(quarter, quarter, quarter, (Fraction(1),), attained=False)


def test_constant_stretches_are_open() -> None:
    """φ_min = ⅓ for β < 1 and ¼ at 1, the first head alone: 0 is among the weights, 1 is not."""
    pair: Heads = (((0, 3), (1, 0), (2, 0), (2, 3)), ((0, 3), (1, 2), (2, 0), (2, 3)))
    best = profile(pair).optimum
    assert (best.weights, best.everywhere) == ((0,), ((0, 1),))
    assert profile(pair).ends == (Fraction(1, 3), Fraction(1, 4))


def test_values_that_enclosures_do_not_tell_apart_are_compared_exactly() -> None:
    """β² at 1/√2 is β at ½; at one weight the functions are compared there."""
    root = next(iter(roots(fmpz_poly([-1, 0, 2]))[1:]))
    line = Ratio(fmpz_poly([0, 1]), fmpz_poly([1]))
    square = Ratio(fmpz_poly([0, 0, 1]), fmpz_poly([1]))
    one, other = Point(root, square), Point(Fraction(1, 2), line)
    assert not one.exceeds(other, 1)
    assert not other.exceeds(one, 1)
    assert Point(root, line).exceeds(one, 1)
    assert one.exceeds(Point(root, line), -1)
