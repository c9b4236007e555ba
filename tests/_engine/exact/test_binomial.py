"""Binomial tails and exponentials: brute force, ties, and thresholds made to be near."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import bounds as oracle_bounds

from dagmix._engine.exact import binomial
from dagmix._engine.exact.binomial import (
    chernoff_trials,
    exponential_at_most,
    least_trials,
    tail_at_most,
)
from dagmix.errors import UndecidedError

HALF = Fraction(1, 2)
chances = st.fractions(Fraction(1, 30), 1, max_denominator=30)
thresholds = st.fractions(Fraction(1, 1000), Fraction(99, 100), max_denominator=1000)
counts = st.integers(0, 12)


@given(counts, chances, thresholds)
def test_least_trials_by_brute_force(successes: int, p: Fraction, epsilon: Fraction) -> None:
    """The first t with P[Bin(t, p) ≤ N − 1] ≤ ε, one t after the other, in fractions."""
    assert least_trials(successes, p, epsilon) == oracle_bounds.binomial_time(successes, p, epsilon)


@given(st.integers(1, 8), chances, st.integers(0, 12))
def test_a_tail_ties_with_itself(successes: int, p: Fraction, more: int) -> None:
    """With ε = P[Bin(t, p) ≤ N − 1] exactly, t is enough; with any less, it is not."""
    trials = successes + more
    epsilon = oracle_bounds.tail(trials, successes, p)
    if 0 < epsilon < 1:
        assert least_trials(successes, p, epsilon) == trials
        assert least_trials(successes, p, epsilon * (1 - Fraction(1, 10**400))) == trials + 1


@pytest.mark.parametrize("successes", [1, 2, 10, 1000])
def test_the_median_of_a_fair_coin_is_a_tie(successes: int) -> None:
    """P[Bin(2N − 1, ½) ≤ N − 1] = ½, exactly, for every N."""
    assert least_trials(successes, HALF, HALF) == 2 * successes - 1
    assert least_trials(successes, HALF, HALF - Fraction(1, 2**3000)) == 2 * successes


def test_a_threshold_that_cannot_tie_is_decided_in_balls() -> None:
    """½ ± 3⁻⁸⁰⁰ is no integer over a power of 2: precision decides, however near it is."""
    near = Fraction(1, 3**800)
    assert tail_at_most(9, 5, HALF, HALF + near)
    assert not tail_at_most(9, 5, HALF, HALF - near)


@given(st.integers(0, 60), chances, thresholds)
def test_chernoff_in_decimals(moves: int, p: Fraction, epsilon: Fraction) -> None:
    """⌈(N + L + √(L² + 2NL)) / p⌉, L = ln(1/ε), to 60 digits."""
    assert chernoff_trials(moves, p, epsilon) == oracle_bounds.chernoff_time(moves, p, epsilon)


@given(counts, chances, thresholds)
def test_the_binomial_bound_is_at_most_chernoffs(
    successes: int, p: Fraction, epsilon: Fraction
) -> None:
    """Theorem A: min{t : P[Bin(t, p) ≤ N − 1] ≤ ε} ≤ ⌈(N + L + √(L² + 2NL)) / p⌉."""
    assert least_trials(successes, p, epsilon) <= chernoff_trials(successes, p, epsilon)


@given(counts, chances, st.fractions(Fraction(136, 1000), Fraction(99, 100)))
def test_twice_the_mean_is_enough_above_e_to_the_minus_two(
    successes: int, p: Fraction, epsilon: Fraction
) -> None:
    """Theorem A: min{t : P[Bin(t, p) ≤ N − 1] ≤ ε} ≤ ⌈2N/p⌉ for ε ≥ e⁻² = 0.13533…."""
    assert least_trials(successes, p, epsilon) <= math.ceil(2 * successes / p)


@given(st.fractions(0, 40), thresholds)
def test_exponential_in_decimals(exponent: Fraction, epsilon: Fraction) -> None:
    """e^(−x) ≤ ε, to 60 digits."""
    expected = oracle_bounds.exponential(exponent) <= oracle_bounds.decimal(epsilon)
    assert exponential_at_most(exponent, epsilon) == expected


@pytest.mark.parametrize("digits", [10, 50, 500])
def test_rationals_next_to_an_exponential(digits: int) -> None:
    """Partial sums of e^(−2) lie above and below it in turn; each is told apart."""
    below = above = partial = term = Fraction(1)
    k = 0
    while abs(term) > Fraction(1, 10**digits):
        k += 1
        term *= Fraction(-2, k)
        partial += term
        below, above = (partial, above) if k % 2 else (below, partial)
    assert not exponential_at_most(Fraction(2), below)
    assert exponential_at_most(Fraction(2), above)


def test_edges() -> None:
    """No success needs no trial, a sure one needs one each, an impossible one never comes."""
    assert least_trials(0, Fraction(0), HALF) == 0
    assert least_trials(7, Fraction(1), HALF) == 7
    assert least_trials(1, Fraction(0), HALF) == math.inf
    assert not exponential_at_most(Fraction(0), HALF)


@pytest.mark.parametrize(
    ("p", "epsilon"),
    [
        (Fraction(1, 10**9), Fraction(1, 4)),
        (Fraction(1, 10**15), Fraction(1, 10**300)),
        (Fraction(1, 10**400), Fraction(1, 4)),
        (HALF, Fraction(1, 10**400)),
        (1 - Fraction(1, 10**400), Fraction(1, 10)),
    ],
)
def test_numbers_out_of_the_range_of_floats(p: Fraction, epsilon: Fraction) -> None:
    """(1 − p)ᵗ ≤ ε < (1 − p)ᵗ⁻¹ where float64 rounds p, 1 − p or ε away."""
    trials = least_trials(1, p, epsilon)
    assert isinstance(trials, int)
    assert tail_at_most(trials, 1, p, epsilon)
    assert not tail_at_most(trials - 1, 1, p, epsilon)


def test_a_tie_that_is_too_long_is_left_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    """UndecidedError says how many bits a possible tie needs."""
    monkeypatch.setattr(binomial, "LARGEST_TAIL", 9)
    third = Fraction(1, 3)
    with pytest.raises(UndecidedError, match="9 trials needs numbers of 18 bits"):
        tail_at_most(9, 5, third, oracle_bounds.tail(9, 5, third))


@given(st.integers(1, 1000), st.integers(0, 1000))
def test_a_bad_guess_costs_time_only(least: int, guess: int) -> None:
    """Wherever the search begins, low < t ≤ high in the end."""
    low, high = binomial._bracket(lambda t: t >= least, guess)
    assert low < least <= high
