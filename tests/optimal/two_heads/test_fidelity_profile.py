"""φ_min over the weight of two heads: the paper's examples, then all small pairs by brute force."""

from __future__ import annotations

import copy
import pickle
from collections import Counter
from fractions import Fraction
from typing import Any, ClassVar

import pytest
import sympy as sp
from cases.pairs_of_heads import EXAMPLE_8, EXAMPLE_13, GRID, heads, minimax
from cases.pairs_of_heads import Pair as Heads
from cases.profiles import PAIRS, profile, two_heads

from dagmix import DagmixError, MultiHeadDiffusion
from dagmix.errors import WeightError
from dagmix.optimal import FidelityProfile, optimal_weights
from dagmix.optimal.two_heads import fidelity_profile
from dagmix.optimal.two_heads.candidates import WeightInterval

BETA = sp.Symbol("beta")


# --- Example 3.13 --------------------------------------------------------------------------------


def test_mixing_helps_between_the_thirds() -> None:
    assert profile(EXAMPLE_13).helps == ((Fraction(1, 3), Fraction(2, 3)),)
    assert profile(EXAMPLE_13)("1/3") == profile(EXAMPLE_13)("2/3") == Fraction(3, 8)
    assert profile(EXAMPLE_13).ends == (Fraction(3, 8), Fraction(3, 8))


def test_the_signal_of_u_is_the_stated_one() -> None:
    """x_t[u] = β(1 − (t+1)2⁻ᵗ) + (1 − 2β)t(t−1)2^(−t−1), affine in β."""
    rows = two_heads(MultiHeadDiffusion(heads(EXAMPLE_13))).rows
    for t in range(12):
        slope = 1 - Fraction(t + 1, 2**t) - Fraction(t * (t - 1), 2**t)
        expected = [Fraction(t * (t - 1), 2 ** (t + 1)), slope]
        for at in GRID:
            assert rows.ratio(t, 0).value(at) == expected[0] + expected[1] * at


# --- Example 3.8: a supremum jumps at the faces --------------------------------------------------


def test_fidelity_jumps_at_the_faces() -> None:
    shape = profile(EXAMPLE_8)
    assert shape.ends == (0, 0)
    assert shape("1/2") == Fraction(27, 64)
    assert shape(Fraction(1, 1000)) > Fraction(99, 100)


# --- all small pairs -----------------------------------------------------------------------------


@pytest.mark.parametrize("pair", PAIRS)
def test_mixing_helps_where_it_is_said_to(pair: Heads) -> None:
    shape = profile(pair)
    for beta in GRID[1:-1]:
        helps = any(low < beta < high for low, high in shape.helps)
        unsure = any(low <= beta <= high for low, high in shape.gaps)
        assert helps <= (minimax(pair, beta) > max(shape.ends))
        assert unsure or helps == (minimax(pair, beta) > max(shape.ends))


# --- odd pairs -----------------------------------------------------------------------------------


@pytest.mark.parametrize("weight", [2, -1, "3/2", BETA, "x"])
def test_weights_outside_are_refused(weight: object) -> None:
    with pytest.raises(DagmixError):
        profile(EXAMPLE_13)(weight)


def test_the_message_of_a_weight_outside() -> None:
    with pytest.raises(WeightError, match="from 0 to 1; got 2"):
        profile(EXAMPLE_13)(2)


def test_profiles_are_frozen_and_say_what_they_are() -> None:
    shape = profile(EXAMPLE_13)
    assert repr(shape) == "FidelityProfile(nodes=(0, 1, 2, 3), ends=(3/8, 3/8))"
    with pytest.raises(AttributeError):
        shape.nodes = ()


# --- values that a search encloses, ends, pickles -------------------------------------------------


@pytest.mark.slow
def test_profiles_are_pickled() -> None:
    for objective in ("fidelity", "mixing"):
        found: Any = optimal_weights(heads(EXAMPLE_13), objective)
        again = pickle.loads(pickle.dumps(found))  # noqa: S301 - it comes from the line above
        assert again == found == optimal_weights(heads(EXAMPLE_13), objective)
        assert hash(again) == hash(found)
        assert again.profile("1/3") == found.profile("1/3")
        assert again.profile.helps == found.profile.helps
        assert again.weights == found.weights
        reverse: Any = optimal_weights(heads(EXAMPLE_13)[::-1], objective, epsilon="1/8")
        assert reverse.profile not in (found.profile, "a profile")


def test_pieces_are_pickled_and_copied() -> None:
    for piece in profile(EXAMPLE_13).pieces:
        again = pickle.loads(pickle.dumps(piece))  # noqa: S301 - our own
        assert again == piece == copy.deepcopy(piece)
        assert again.upper == piece.upper


# --- limits of the work --------------------------------------------------------------------------

QUICK: Heads = (
    ((0, 1), (0, 3), (1, 3), (2, 1), (2, 3)),
    ((0, 3), (1, 0), (1, 3), (2, 0)),
)  # exact on each of the first eight intervals, with comparisons of different cost


class Intervals(WeightInterval):
    """The intervals of weights that are processed, their widths noted."""

    widths: ClassVar[list[Fraction]] = []

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.widths.append(self.high - self.low)


@pytest.fixture
def widths(monkeypatch: pytest.MonkeyPatch) -> list[Fraction]:
    monkeypatch.setattr(fidelity_profile, "WeightInterval", Intervals)
    Intervals.widths.clear()
    return Intervals.widths


def fresh(pair: Heads) -> Any:
    mixed = MultiHeadDiffusion(heads(pair))
    return FidelityProfile(two_heads(mixed), mixed.nodes)


def test_a_profile_processes_so_many_intervals_and_no_more(
    widths: list[Fraction], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no comparison is cheap enough all is enclosed, after 8 + 2 · 61 intervals.

    61 are halved, the widest first, until more than 128 are processed or in the queue: those of
    ⅛, 1/16, 1/32 and five of 1/64.
    """
    monkeypatch.setattr(fidelity_profile, "FEW", -1)
    monkeypatch.setattr(fidelity_profile, "MOST_AT_ONCE", -1)
    shape = fresh(EXAMPLE_13)
    assert not any(piece.exact for piece in shape.pieces)
    assert Counter(widths[61:]) == {Fraction(1, 64): 59, Fraction(1, 128): 10}
    assert widths == sorted(widths, reverse=True)
    assert sum(widths[61:]) == 1
    for beta in GRID[1:-1]:
        here = [piece for piece in shape.pieces if piece.low <= beta <= piece.high]
        least = minimax(EXAMPLE_13, beta)
        assert here
        assert all(p.function.value(beta) <= least <= p.upper.value(beta) for p in here)


def test_intervals_are_halved_to_a_width(
    widths: list[Fraction], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fidelity_profile, "FEW", -1)
    monkeypatch.setattr(fidelity_profile, "MOST_AT_ONCE", -1)
    monkeypatch.setattr(fidelity_profile, "NARROWEST", Fraction(1, 32))
    assert fresh(QUICK).pieces
    assert Counter(widths) == {Fraction(1, 2**k): 2**k for k in (3, 4, 5)}


def test_what_costs_as_much_as_is_allowed_is_compared(
    widths: list[Fraction], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The costliest of the first eight intervals, with its very cost as the limit, and one less."""
    costs: list[int] = []
    cost = fidelity_profile._cost

    def noted(found: Any) -> int:
        costs.append(cost(found))
        return costs[-1]

    monkeypatch.setattr(fidelity_profile, "_cost", noted)
    assert fresh(QUICK).gaps == ()
    assert widths == [Fraction(1, 8)] * 8
    most = max(costs)
    assert min(costs) < most < fidelity_profile.FEW
    for limit, halved in ((most, 0), (most - 1, 1)):
        monkeypatch.setattr(fidelity_profile, "FEW", limit)
        widths.clear()
        assert fresh(QUICK).gaps == ()
        assert (len(widths) > 8) == halved
    monkeypatch.setattr(fidelity_profile, "NARROWEST", Fraction(1))  # nothing is halved
    for limit, exact in ((most, True), (most - 1, False)):
        monkeypatch.setattr(fidelity_profile, "MOST_AT_ONCE", limit)
        assert (fresh(QUICK).gaps == ()) == exact
