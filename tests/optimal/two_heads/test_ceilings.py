"""Exact certificates that φ_min is at most a level, beside brute force on a grid of weights."""

from __future__ import annotations

from fractions import Fraction

import pytest
from cases.pairs_of_heads import Pair, minimax
from cases.random_pairs import FIVE, FOUR, random_pair
from flint import fmpz_poly
from hypothesis import given
from hypothesis import strategies as st

from dagmix import DiffusionOperator, FeedforwardDAG, MultiHeadDiffusion
from dagmix._engine.exact.rational_functions import Ratio
from dagmix._util.budget import BudgetSpent, Meter
from dagmix.optimal import optimal_weights
from dagmix.optimal.two_heads.ceilings import Ceilings, combined, is_at_most
from dagmix.optimal.two_heads.hitting_bounds import HittingBounds
from dagmix.optimal.two_heads.kernels import TwoDiffusions

ONE = Fraction(1)
STAR: Pair = (((0, 3), (1, 3), (2, 3)), ((0, 1), (0, 3), (1, 2), (2, 3)))  # a limit at a face
TURNS: Pair = (((0, 1), (1, 3), (2, 1)), ((0, 3), (1, 0), (1, 2), (1, 3), (2, 3)))  # a class
DOORS: Pair = (((0, 2), (0, 3), (1, 3), (2, 3)), ((0, 1), (1, 3), (2, 0), (2, 3)))
LINE: Pair = (((0, 1), (1, 2)), ((0, 1), (1, 2)))  # one source, whose fidelity is 1


def ceilings(pair: Pair) -> Ceilings:
    n = 1 + max(max(edge) for edges in pair for edge in edges)
    graphs = [FeedforwardDAG(edges, nodes=range(n)) for edges in pair]
    first, second = (DiffusionOperator(graph).transition for graph in graphs)
    heads = TwoDiffusions((first, second), n - 1)
    return Ceilings(heads, HittingBounds(heads))


@pytest.mark.parametrize(
    ("pair", "low", "level"),
    [
        (STAR, Fraction(15, 16), Fraction(1, 3)),
        (TURNS, Fraction(7, 8), Fraction(1, 2)),
        (DOORS, Fraction(31, 32), Fraction(3, 10)),
    ],
)
def test_levels_that_are_approached_are_certified(
    pair: Pair, low: Fraction, level: Fraction
) -> None:
    """Up to a face, where late signals matter; and nothing that brute force refutes."""
    found = ceilings(pair)
    grid = [low + (1 - low) * Fraction(k, 8) for k in range(1, 8)]
    values = [minimax(pair, beta) for beta in grid]
    assert max(values) <= level
    assert found.hold((low, ONE), level)
    assert not found.hold((low, ONE), max(values) - Fraction(1, 1000), halvings=2)


def test_the_limit_of_a_source_is_compared_as_it_is() -> None:
    found = ceilings(LINE)
    assert found.hold((Fraction(0), ONE), ONE)
    assert not found.hold((Fraction(0), ONE), Fraction(1, 4), halvings=0)


def test_certificates_heed_a_budget() -> None:
    meter = Meter(3600)
    meter.spend()
    with pytest.raises(BudgetSpent):
        ceilings(STAR).hold((Fraction(0), ONE), ONE, meter.check)


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=5), st.integers(1, 9))
def test_bernstein_coefficients_prove_what_is_true(coefficients: list[int], k: int) -> None:
    """Whatever is proved holds on a grid; a constant is decided."""
    ratio, low, level = (
        Ratio(fmpz_poly(coefficients), fmpz_poly([1])),
        Fraction(1, 1 + k),
        Fraction(2),
    )
    if is_at_most(ratio, level, low, ONE):
        grid = (low + (1 - low) * Fraction(i, 10) for i in range(11))
        assert all(ratio.value(beta) <= level for beta in grid)
    elif len(coefficients) == 1:
        assert coefficients[0] > level


def test_a_denominator_may_be_negative() -> None:
    """1/2 = −1/−2, as functions in lowest terms may be written."""
    half = Ratio(fmpz_poly([-1]), fmpz_poly([-2]))
    assert is_at_most(half, Fraction(1, 2), Fraction(0), ONE)
    assert not is_at_most(half, Fraction(1, 3), Fraction(0), ONE)


def test_sums_of_products() -> None:
    half, beta = Ratio(fmpz_poly([1]), fmpz_poly([2])), Ratio(fmpz_poly([0, 1]), fmpz_poly([1, 1]))
    total = combined({0: half, 1: beta}, {0: beta, 1: beta})
    at = Fraction(1, 3)
    assert total.value(at) == Fraction(1, 2) * Fraction(1, 4) + Fraction(1, 4) ** 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n", "seed"), [(4, 31), (4, 39), *((4, s) for s in FOUR[:13:6]), *((5, s) for s in FIVE[:6:5])]
)
def test_optima_of_random_pairs_are_proved(n: int, seed: int) -> None:
    """The optimum is no less than φ_min at any weight tried, and proved."""
    pair = random_pair(n, seed)
    best = optimal_weights(pair, budget=60)
    assert best.proved
    assert best.ended is None
    for k in range(1, 4):
        weights = [Fraction(k, 4), 1 - Fraction(k, 4)]
        assert MultiHeadDiffusion(pair, weights).minimax_fidelity().value <= best.value
