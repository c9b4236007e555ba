"""φ_min over the weight of two heads: the paper's examples, then all small pairs by brute force."""

from __future__ import annotations

import itertools
import pickle
import random
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest
import sympy as sp
from cases.pairs_of_heads import EXAMPLE_8, EXAMPLE_13, GRID, all_pairs, heads, minimax
from cases.pairs_of_heads import Pair as Heads
from flint import fmpz_poly

from dagmix import (
    DagmixError,
    DiffusionOperator,
    FeedforwardDAG,
    MultiHeadDiffusion,
    exact_minima,
    families,
    fidelity,
    profiles,
)
from dagmix import minimax as minimax_module
from dagmix.algebraic import enclosure
from dagmix.bernstein import Columns, Pair, Rows
from dagmix.errors import UndecidedError, WeightError
from dagmix.excursions import Excursions, coefficients, upper_bound
from dagmix.extrema import Extremum
from dagmix.frozen import Frozen
from dagmix.mixture import MultiHead
from dagmix.monotone import _later_slope, _sum_of_powers, stays_below
from dagmix.nodes import Nodes
from dagmix.optimal import optimal_weights
from dagmix.pieces import Binding, Piece
from dagmix.polynomials import Ratio
from dagmix.profiles import FidelityProfile
from dagmix.results import NodeFidelity
from dagmix.settling import Interval
from dagmix.two_heads import HALF, TwoHeads, mixture

BETA = sp.Symbol("beta")
FOURS = random.Random(4).sample(all_pairs(4), 12)  # noqa: S311 - reproducible, not secret
PAIRS = [*all_pairs(2), *all_pairs(3), *FOURS, EXAMPLE_8, EXAMPLE_13]


def two_heads(mixed: MultiHead) -> TwoHeads:
    (_, first), (_, second) = mixed.parts
    return TwoHeads((first, second), mixed.sink.index)


@cache
def profile(pair: Heads) -> Any:
    mixed = MultiHeadDiffusion(heads(pair))
    return FidelityProfile(two_heads(mixed), mixed.nodes)


def of_arrays(*arrays: list[list[Any]]) -> Any:
    mixed = MultiHeadDiffusion(arrays, sink=len(arrays[0]) - 1)
    return FidelityProfile(two_heads(mixed), mixed.nodes)


# --- Example 3.13 --------------------------------------------------------------------------------


def test_half_is_the_unique_optimum() -> None:
    half = Fraction(1, 2)
    assert profile(EXAMPLE_13).optimum == Extremum(half, half, half, (half,), attained=True)


def test_the_profile_is_lowest_at_a_quarter_and_three() -> None:
    lowest = profile(EXAMPLE_13).lowest
    assert (lowest.value, lowest.exact, lowest.complete) == (Fraction(23, 64), True, True)
    assert lowest.weights == (Fraction(1, 4), Fraction(3, 4))


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


def test_the_first_pieces_of_the_profile() -> None:
    first, second, *_ = profile(EXAMPLE_13).pieces
    assert (first.low, first.high, first.bindings) == (0, Fraction(1, 4), (Binding(0, 4),))
    assert (second.high, second.bindings) == (Fraction(1, 3), (Binding(0, 5),))
    assert profile(EXAMPLE_13)("1/5") == Fraction(29, 80)


def test_pieces_pile_up_at_the_optimum_only() -> None:
    """Ever later times are best towards ½, and there is an enclosure where times end."""
    shape = profile(EXAMPLE_13)
    low, high = shape.gaps[0][0], shape.gaps[-1][1]
    assert Fraction(2, 5) < low < Fraction(1, 2) < high < Fraction(3, 5)
    assert all(piece.excess < Fraction(1, 2**18) for piece in shape.pieces)


# --- Example 3.8: a supremum jumps at the faces --------------------------------------------------


def test_fidelity_jumps_at_the_faces() -> None:
    shape = profile(EXAMPLE_8)
    assert shape.ends == (0, 0)
    assert shape("1/2") == Fraction(27, 64)
    assert shape(Fraction(1, 1000)) > Fraction(99, 100)


@pytest.mark.slow
def test_the_jump_leaves_the_optimum_undecided() -> None:
    """The supremum is 1, approached as β → 0; the pieces there have no end."""
    best = profile(EXAMPLE_8).optimum
    assert (best.upper, best.attained, best.exact, best.complete) == (1, "undecided", False, False)
    assert enclosure(best.lower)[0] > Fraction(99, 100)
    lowest = profile(EXAMPLE_8).lowest
    assert lowest.lower == 0 < enclosure(lowest.value)[0]
    assert all(0 < weight < 1 for weight in lowest.weights)


def test_a_supremum_that_is_proved_but_not_attained() -> None:
    pair: Heads = (((0, 1), (0, 2), (1, 2), (2, 3)), ((0, 1), (1, 3), (2, 1), (2, 3)))
    best = profile(pair).optimum
    assert (best.value, best.attained, best.weights) == (Fraction(1, 3), False, (0,))
    assert profile(pair)(0) < profile(pair)(Fraction(1, 10**6)) < Fraction(1, 3)


# --- all small pairs -----------------------------------------------------------------------------


@pytest.mark.parametrize("pair", PAIRS)
def test_the_pieces_enclose_brute_force(pair: Heads) -> None:
    shape = profile(pair)
    for beta in GRID:
        value = minimax(pair, beta)
        assert shape(beta) == value
        for piece in shape.pieces if 0 < beta < 1 else ():
            if piece.low <= beta <= piece.high:
                low, high = (f.value(beta) for f in (piece.function, piece.upper))
                assert low <= value <= high
                assert not piece.exact or low == value


@pytest.mark.parametrize("pair", PAIRS)
def test_the_pieces_cover_all_weights(pair: Heads) -> None:
    pieces = profile(pair).pieces
    assert (pieces[0].low, pieces[-1].high) == (0, 1)
    assert all(one.high == other.low for one, other in itertools.pairwise(pieces))
    assert all(piece.low < piece.high for piece in pieces)


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


@pytest.mark.parametrize("pair", PAIRS)
def test_mixing_helps_where_it_is_said_to(pair: Heads) -> None:
    shape = profile(pair)
    for beta in GRID[1:-1]:
        helps = any(low < beta < high for low, high in shape.helps)
        unsure = any(low <= beta <= high for low, high in shape.gaps)
        assert helps <= (minimax(pair, beta) > max(shape.ends))
        assert unsure or helps == (minimax(pair, beta) > max(shape.ends))


@pytest.mark.parametrize("pair", PAIRS)
def test_the_binding_nodes_bind(pair: Heads) -> None:
    """At a weight inside an exact piece, the signal of a binding node at its time is φ_min."""
    for piece in profile(pair).pieces:
        low, high = enclosure(piece.low)[1], enclosure(piece.high)[0]
        beta = Fraction((low + high) / 2).limit_denominator(200)
        if not (piece.exact and piece.low < beta < piece.high):
            continue
        mixed = MultiHeadDiffusion(heads(pair), [beta, 1 - beta])
        least = mixed.minimax_fidelity()
        for binding in piece.bindings:
            assert binding.node in least.nodes
            if binding.time != "limit":
                assert mixed.signal(binding.node, binding.time) == least.value


@pytest.mark.parametrize("pair", [EXAMPLE_8, EXAMPLE_13, FOURS[0]])
def test_rows_are_sympys_polynomials(pair: Heads) -> None:
    model = two_heads(MultiHeadDiffusion(heads(pair)))
    one, other = (DiffusionOperator(g, sink=model.size - 1).exact for g in heads(pair))
    power = sp.eye(model.size)
    for t in range(5):
        for j in range(model.size):
            top, bottom = (f.coeffs() for f in vars(model.rows.ratio(t, j)).values())
            mine = sum(sp.Integer(int(c)) * BETA**k for k, c in enumerate(top)) / int(bottom[0])
            assert sp.expand(power[model.size - 1, j] - mine) == 0
        power = (power * (BETA * one + (1 - BETA) * other)).expand()


def test_limits_are_the_library_s() -> None:
    model = two_heads(MultiHeadDiffusion(heads(EXAMPLE_13)))
    assert model.limit(0).value(Fraction(2, 7)) == Fraction(2, 7)
    assert model.limit(1).value(Fraction(2, 7)) == Fraction(5, 7)


# --- bounds --------------------------------------------------------------------------------------


@pytest.mark.parametrize("pair", [EXAMPLE_8, EXAMPLE_13, *FOURS[:3]])
def test_coefficients_bound_signals(pair: Heads) -> None:
    model, low, high = two_heads(MultiHeadDiffusion(heads(pair))), Fraction(1, 4), Fraction(2, 3)
    rows, identity = Rows(model.floats, model.sink, low, high), np.eye(model.size)
    rows.advance(9)
    for t in range(10):
        least, most = rows.least(t, identity), rows.greatest(t, identity)
        for j in range(model.size):
            exact = coefficients(model.rows.row(t)[j], low, high, t)
            unit = model.rows.scale**t
            assert np.allclose(rows.steps[t][:, j], [float(c / unit) for c in exact], atol=1e-15)
            assert least[j] <= min(exact) / unit
            assert max(exact) / unit <= most[j]


def test_columns_bound_a_class() -> None:
    model = two_heads(MultiHeadDiffusion(heads(EXAMPLE_13)))
    low, high = Fraction(1, 4), Fraction(1, 3)
    least, most, spread = Columns(model.floats, 0, low, high).range(6, np.array([0, 1]))
    for beta in (low, Fraction(2, 7), high):
        power = np.linalg.matrix_power(model.floats.at(beta), 6)[:2, 0]
        assert least <= power.min() <= power.max() <= most
        assert power.max() - power.min() <= spread < most - least


@pytest.mark.parametrize("pair", [EXAMPLE_8, *FOURS])
def test_excursions_bound_signals_from_every_node(pair: Heads) -> None:
    model, low, high = two_heads(MultiHeadDiffusion(heads(pair))), Fraction(1, 3), Fraction(1, 2)
    bound = Excursions(model).greatest(low, high)
    transient = model.listener.closed_class < 0
    for beta in (low, Fraction(2, 5), high):
        power = np.eye(model.size)
        for _ in range(40):
            power = power @ model.floats.at(beta)
            assert (power[:, transient] <= bound[:, transient].astype(float) + 1e-12).all()
    assert all(0 <= entry <= 1 for entry in bound.ravel())


def test_excursions_see_that_a_slow_node_is_left_at_once() -> None:
    """As β → 1, 0 is left seldom and 1 at once: though 0 surely hits 1, 1 never holds much."""
    pair: Heads = (((0, 1), (0, 3), (1, 3), (2, 3)), ((0, 3), (1, 0), (1, 3), (2, 1)))
    model = two_heads(MultiHeadDiffusion(heads(pair)))
    width = Fraction(1, 2**10)
    bounds = Excursions(model).greatest(1 - width, Fraction(1))
    assert 0 < bounds[0, 1] < 4 * width
    assert all(piece.exact for piece in profile(pair).pieces)


def test_an_interval_is_given_up_where_it_is_too_wide_not_too_short_of_time() -> None:
    model = two_heads(MultiHeadDiffusion(heads(EXAMPLE_8)))
    wide = Interval(model, Excursions(model), Fraction(1, 8), Fraction(7, 8), 2.0**-20)
    assert wide.settle() is None
    assert wide.time < 100
    low, high = wide.bounds
    assert low <= minimax(EXAMPLE_8, Fraction(7, 8)) < minimax(EXAMPLE_8, Fraction(1, 8)) <= high
    narrow = Interval(model, Excursions(model), Fraction(1, 8), Fraction(9, 64), 2.0**-20)
    assert narrow.settle()


def test_a_bound_that_fails_is_one() -> None:
    ratio = Ratio(fmpz_poly([1]), fmpz_poly([9, -24, 17]))
    assert upper_bound(ratio, Fraction(0), Fraction(1)) == 1


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
    rows = Rows(model.floats, model.sink, *ends)
    total, width = _sum_of_powers(rows), float(ends[1] - ends[0])
    rows.advance(40)
    slopes = [t * np.diff(rows.steps[t], axis=0) / width for t in range(1, 41)]
    for horizon in (1, 2, 3, 4, 8, 16):
        for j in range(model.size):
            bound = _later_slope(rows, j, horizon, width, total)
            assert bound <= min(slope[:, j].min() for slope in slopes[horizon - 1 :])


def test_a_limit_is_exceeded_by_no_more_than_the_excess() -> None:
    model, half = two_heads(MultiHeadDiffusion(heads(EXAMPLE_13))), 4
    low, high = Fraction(2, 5), Fraction(9, 20)
    interval = Interval(model, Excursions(model), low, high, 0.0)
    interval._look(2 * half)
    for node in (0, 1):
        over = [
            float(model.rows.ratio(t, node).value(at)) - float(model.limit(node).value(at))
            for t in range(2 * half, 40)
            for at in (low, high)
        ]
        assert max(over) <= interval._excess[node]
    assert interval._excess[0] < 1


def test_what_can_ever_be_on_a_slow_node_settles_its_gap() -> None:
    """As β → 0 node 1 is left ever more slowly: φ_1 tends to ½, the probability to hit it."""
    pair: Heads = (((0, 1), (0, 2), (1, 2)), ((0, 2), (1, 2)))
    best = profile(pair).optimum
    assert (best.value, best.exact, best.attained) == (Fraction(1, 2), True, True)
    assert profile(pair).gaps


def test_no_proof_without_forgetting() -> None:
    stuck = Pair(np.eye(2), np.eye(2))
    assert _sum_of_powers(Rows(stuck, 1, Fraction(0), Fraction(1))) == np.inf
    assert not stays_below(stuck, 1, 0, (Fraction(0), Fraction(1)), 0.5)


# --- odd pairs -----------------------------------------------------------------------------------


def test_a_node_never_heard() -> None:
    one: Any = [[1, 0, 0], [0, 1, 0], [1, 0, 0]]
    shape = of_arrays(one, [*one[:2], ["1/2", 0, "1/2"]])
    assert shape.pieces == (
        Piece(Fraction(0), Fraction(1), Ratio.constant(Fraction(0)), Fraction(0), (Binding(1, 0),)),
    )
    assert shape.optimum.everywhere == ((0, 1),)
    assert shape.helps == ()


@pytest.mark.slow
def test_a_periodic_class_is_enclosed() -> None:
    """Two nodes that swap for ever: no limit, and so no proof on narrow intervals either."""
    swap: Any = [[0, 1, 0], [1, 0, 0], ["1/2", "1/2", 0]]
    shape = of_arrays(swap, swap)
    assert all(not piece.bindings for piece in shape.pieces if not piece.exact)


def test_limits_of_a_class_of_two_are_enclosed_everywhere() -> None:
    """φ_min(β) is the lesser stationary weight, (5 + 3β)/(15 − 7β) or (10 − 10β)/(15 − 7β)."""
    one: Any = [["1/5", "4/5", 0], [0, 1, 0], [0, "1/2", "1/2"]]
    other: Any = [["1/2", "1/2", 0], [1, 0, 0], ["1/2", 0, "1/2"]]
    shape = of_arrays(one, other)
    assert not any(piece.exact for piece in shape.pieces)
    for piece in shape.pieces:
        for beta in (piece.low, (piece.low + piece.high) / 2, piece.high):
            least = min(5 + 3 * beta, 10 - 10 * beta) / (15 - 7 * beta)
            value = piece.function.value(beta)
            assert value <= least <= value + piece.excess
    lowest = shape.lowest
    assert lowest.lower == 0 < lowest.value == lowest.upper < Fraction(1, 10)  # 0 as β → 1
    assert lowest.attained == "undecided"


def test_level_heads_are_optimal_everywhere() -> None:
    shape: Any = optimal_weights(families.lane_pair(1)).profile
    best = shape.optimum
    assert (best.attained, best.everywhere, best.complete) == (True, ((0, 1),), True)


@pytest.mark.parametrize("weight", [2, -1, "3/2", BETA, "x"])
def test_weights_outside_are_refused(weight: object) -> None:
    with pytest.raises(DagmixError):
        profile(EXAMPLE_13)(weight)


def test_the_message_of_a_weight_outside() -> None:
    with pytest.raises(WeightError, match="from 0 to 1; got 2"):
        profile(EXAMPLE_13)(2)


def test_profiles_are_frozen_and_say_what_they_are() -> None:
    shape = profile(EXAMPLE_13)
    assert isinstance(shape, Frozen)
    assert repr(shape) == "FidelityProfile(nodes=(0, 1, 2, 3), ends=(3/8, 3/8))"
    with pytest.raises(AttributeError):
        shape.nodes = ()


def test_the_sink_of_the_mixture_is_the_listener() -> None:
    model = two_heads(MultiHeadDiffusion(heads(EXAMPLE_8)))
    assert model.sink == 2
    assert mixture(model.heads, HALF).support.n == 3


# --- values that a search encloses, ends, pickles -------------------------------------------------


@pytest.mark.slow
def test_a_value_is_exact_where_the_search_is_in_floats() -> None:
    """φ_min at 99999/100000 is the signal of node 1 at t = 17, a rational, not a float near it."""
    weight = Fraction(99_999, 100_000)
    mix = MultiHeadDiffusion(heads(EXAMPLE_8), [weight, 1 - weight])
    found = mix.minimax_fidelity()
    assert found.lower < found.upper
    values = [
        max(mix.signal(node, t) for t in mix.node_fidelity(node).times) for node in found.nodes
    ]
    assert profile(EXAMPLE_8)(weight) == min(values)
    assert Fraction(found.lower) <= min(values) <= Fraction(found.upper)


def test_a_value_that_is_enclosed_only_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that is cut leaves a range of times, and no exact value."""
    weight = Fraction(99_999, 100_000)
    real = fidelity.node_fidelity

    def cut(*given: Any) -> Any:
        return replace(real(*given), times=range(3, 99))

    monkeypatch.setattr(exact_minima, "node_fidelity", cut)
    with pytest.raises(UndecidedError, match="a fidelity is only known to lie between"):
        profile(EXAMPLE_8)(weight)


def test_an_exact_minimum_is_the_least_of_the_greatest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the nodes that may be heard worst the least, of their times the greatest signal."""
    mix = MultiHeadDiffusion(heads(EXAMPLE_13))
    sink = mix.sink.index
    open_minimum = minimax_module.Minimum(0.4, 0.3, 0.5, (0, 1, 2))
    times = {0: (2, 5, 3), 2: (4, 1)}

    def known(_: Any, __: int, row: int, ___: int) -> Any:
        if row == 1:
            return NodeFidelity(*(Fraction(9, 10),) * 3, attained=False, times=())
        return NodeFidelity(0.4, 0.3, 0.5, attained=True, times=times[row])

    monkeypatch.setattr(exact_minima, "minimax_fidelity", lambda *_: open_minimum)
    monkeypatch.setattr(exact_minima, "node_fidelity", known)
    signals = {row: [mix.signal(mix.nodes[row], t) for t in times[row]] for row in times}
    expected = min(max(of_row) for of_row in signals.values())
    assert expected != max(max(of_row) for of_row in signals.values())
    assert exact_minima.exact_minimum(mix.transition, sink) == expected


def test_probes_that_are_undecided_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The enclosure of an extremum rests on what is exact; without any, it is refused."""
    shape = FidelityProfile(two_heads(MultiHeadDiffusion(heads(EXAMPLE_8))), Nodes("uvτ"))
    expected = profile(EXAMPLE_8).optimum

    def refuse(*_: Any) -> Any:
        message = "not told"
        raise UndecidedError(message)

    _ = shape.ends, shape.pieces
    monkeypatch.setattr(profiles, "exact_minimum", refuse)
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


def test_profiles_are_pickled() -> None:
    for objective in ("fidelity", "mixing"):
        found: Any = optimal_weights(heads(EXAMPLE_13), objective)
        again = pickle.loads(pickle.dumps(found))  # noqa: S301 - it comes from the line above
        assert again.profile("1/3") == found.profile("1/3")
        assert again.profile.helps == found.profile.helps
        assert again.weights == found.weights
