"""Suprema over long times: branch and bound against stepping and against closed forms."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagmix import (
    DiffusionOperator,
    FeedforwardDAG,
    MultiHeadDiffusion,
    balls,
    branching,
    families,
    listener,
)
from dagmix.branching import Numbers, Powers, Search
from dagmix.errors import UndecidedError


def relay(first: float, second: float) -> DiffusionOperator:
    """τ takes `first` of m, which takes `second` of s: m's signal rises and falls."""
    return DiffusionOperator.from_matrix(
        [[1.0, 0, 0], [second, 1 - second, 0], [0, first, 1 - first]], nodes="smτ"
    )


def relay_signal(first: Fraction, second: Fraction, t: int) -> Any:
    """Return a (λᵗ − μᵗ) / (λ − μ), λ = 1 − a and μ = 1 − b, as a ball."""
    lam, mu = balls.ball(1 - first), balls.ball(1 - second)
    return balls.ball(first) * (lam**t - mu**t) / (lam - mu)


def relay_peak(first: Fraction, second: Fraction) -> int:
    """Return the last t at which the signal still rises: x_t − x_{t−1} ≥ 0."""
    lam, mu = balls.ball(1 - first), balls.ball(1 - second)
    ratio = (balls.ball(second) / balls.ball(first)).log() / (lam / mu).log()
    return int((ratio + 1).floor().unique_fmpz())


@pytest.mark.parametrize("exponent", [14, 20, 30, 36, 40])
def test_a_relay_peaks_where_calculus_says(exponent: int) -> None:
    """The bounds hold the true supremum, the candidates the true time; the width is small."""
    a, b = Fraction(3, 2**exponent), Fraction(1, 2**exponent)
    found = relay(float(a), float(b)).node_fidelity("m")
    with balls.precision(400):
        peak = relay_peak(a, b)
        value = relay_signal(a, b, peak)
        assert balls.ball(Fraction(found.lower)) <= value <= balls.ball(Fraction(found.upper))
    assert peak in found.times
    assert found.attained is True
    assert found.upper - found.lower <= 1e-9 * found.value


def search(diffusion: DiffusionOperator, node: int, start: int = 0) -> branching.Peak:
    transition, sink = diffusion.transition, diffusion.sink.index
    ear = listener.Listener(transition, sink, start)
    row = np.zeros(len(diffusion.nodes))
    row[sink] = 1.0
    for _ in range(start):
        row = transition.floats.kernel.step(row)
    numbers = Numbers(row, start * transition.floats.units)
    return Search(Powers(transition), node, ear.upstream(node)).run(numbers, start)


@given(
    st.lists(st.integers(1, 30), min_size=10, max_size=10),
    st.integers(1, 3),
    st.integers(0, 5),
)
def test_the_search_finds_what_stepping_finds(rates: list[int], node: int, start: int) -> None:
    """On small heads the exact maximum lies within the bounds, its time among the times."""
    rows: list[list[Fraction | int]] = [[Fraction(0)] * 5 for _ in range(5)]
    pairs = [(i, j) for i in range(5) for j in range(i)]
    for (i, j), rate in zip(pairs, rates, strict=True):
        rows[i][j] = Fraction(rate, 128)
    for i in range(5):
        rows[i][i] = 1 - sum(rows[i])
    exact = DiffusionOperator.from_matrix(rows)
    found = search(exact, node, start)
    signals = exact.signals(150)[start:, node]
    best = max(signals)
    assert found.lower <= best <= found.upper
    assert found.upper <= float(best) * (1 + 1e-11)
    assert start + list(signals).index(best) in found.times


def test_ties_are_all_candidates() -> None:
    """The line's second node peaks twice in a row."""
    found = search(DiffusionOperator(families.line(20)), 1)
    assert found.times == (35, 36)


def test_flat_peaks_are_given_as_a_range() -> None:
    """Where floats cannot tell the times apart, one range holds all that are not excluded."""
    a, b = Fraction(3, 2**44), Fraction(1, 2**44)
    found = relay(float(a), float(b)).node_fidelity("m")
    assert isinstance(found.times, range)
    with balls.precision(400):
        assert relay_peak(a, b) in found.times


def test_a_minimum_far_away() -> None:
    """The minimax of a relay is the lesser of m's peak and s's limit 1; the sink has 1."""
    found = relay(3 * 2.0**-20, 2.0**-20).minimax_fidelity()
    node = relay(3 * 2.0**-20, 2.0**-20).node_fidelity("m")
    assert found.nodes == ("m",)
    assert node.lower <= found.value <= node.upper


def test_the_first_step_is_kept() -> None:
    found = relay(2.0**-20, 2.0**-21).node_fidelity("m", first_step=10)
    assert min(found.times) >= 10


def test_a_rational_chain_too_long_for_integers_gives_an_enclosure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Rational in, an enclosure out, labelled by lower < upper."""
    monkeypatch.setattr(listener, "WORK", 10**6)
    tiny = Fraction(1, 10**6)
    slow = DiffusionOperator.from_matrix(
        [[1, 0, 0], [tiny, 1 - tiny, 0], [0, 2 * tiny, 1 - 2 * tiny]]
    )
    found = slow.node_fidelity(1)
    minimum = slow.minimax_fidelity()
    with balls.precision(400):
        value = relay_signal(2 * tiny, tiny, relay_peak(2 * tiny, tiny))
        assert balls.ball(Fraction(found.lower)) <= value <= balls.ball(Fraction(found.upper))
        assert balls.ball(Fraction(minimum.lower)) <= value <= balls.ball(Fraction(minimum.upper))
    assert not found.exact
    assert minimum.nodes == (1,)


def test_an_enclosure_stands_among_long_integers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mixing integers of 10⁴ digits with an enclosure's floats overflows nothing."""
    monkeypatch.setattr(listener, "WORK", 2**30)
    line, rest = families.line(4), FeedforwardDAG([], nodes=range(4))
    tiny = Fraction(1, 3000)
    found = MultiHeadDiffusion([line, rest], [tiny, 1 - tiny]).minimax_fidelity()
    assert found.nodes == (1,)
    assert float(found.value) == pytest.approx(2 * math.exp(-2), rel=1e-3)  # a Poisson peak
    assert found.lower < found.upper


def test_powers_are_right_to_their_units() -> None:
    """Floats by squaring, and from balls where squaring is too loose, bound the exact powers."""
    diffusion = relay(2.0**-10, 2.0**-11)
    powers = Powers(diffusion.transition)
    assert powers[4].units < branching.LOOSE
    assert 1 in [powers[k].units for k in range(41)]
    with balls.precision(300):
        exact = balls.matrix(diffusion.transition) ** (2**22)
    entries = np.array([float(entry) for entry in exact.entries()]).reshape(3, 3)
    assert np.allclose(powers[22].array, entries, rtol=powers[22].slack, atol=0)


def test_powers_beyond_the_balls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(branching, "BITS", 32)
    with pytest.raises(UndecidedError, match="32 bits"):
        Powers(relay(2.0**-10, 2.0**-11).transition)[40]


def test_numbers_without_accuracy_have_no_slack() -> None:
    assert math.isinf(Numbers(np.ones(1), 2.0**53).slack)


def test_no_horizon_within_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(branching, "MOST_DOUBLINGS", 5)
    with pytest.raises(UndecidedError, match=r"2\^5"):
        search(relay(2.0**-20, 2.0**-21), 1)


def test_entries_below_the_floats_and_long_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "WORK", 10**4)
    tiny = Fraction(1, 10**300)
    slow = DiffusionOperator.from_matrix([[1, 0, 0], [tiny, 1 - tiny, 0], [0, tiny, 1 - tiny]])
    with pytest.raises(UndecidedError, match="2\\^-900"):
        slow.node_fidelity(1)


@given(st.lists(st.integers(0, 1000), min_size=10, max_size=10), st.integers(0, 4))
def test_bending_bounds_the_second_difference(rates: list[int], node: int) -> None:
    """The bound is at least max(0, −(Δ − I)² e_j), and above it by rounding errors only."""
    matrix = np.eye(5)
    pairs = [(i, j) for i in range(5) for j in range(i)]
    for (i, j), rate in zip(pairs, rates, strict=True):
        matrix[i, j] = rate / 7919
    matrix /= matrix.sum(axis=1, keepdims=True)
    kernel = DiffusionOperator.from_matrix(matrix, sink=4).transition.floats.kernel
    unit = np.zeros(5)
    unit[node] = 1.0
    found = branching.bending(kernel, unit)
    exact = [[Fraction(x) for x in row] for row in kernel.dense().tolist()]
    leave = [
        sum((x for k, x in enumerate(row) if k != i), Fraction(0)) for i, row in enumerate(exact)
    ]
    drift = [exact[i][node] if i != node else -leave[i] for i in range(5)]
    for i in range(5):
        inward = sum((exact[i][k] * drift[k] for k in range(5) if k != i), Fraction(0))
        bend = max(leave[i] * drift[i] - inward, Fraction(0))
        terms = abs(leave[i] * drift[i]) + sum(
            (exact[i][k] * abs(drift[k]) for k in range(5) if k != i), Fraction(0)
        )
        assert bend <= Fraction(float(found[i])) <= bend + terms / 10**12


def test_slack_is_units_of_rounding() -> None:
    """m roundings of 2⁻⁵³ are at most m / (1 − m): with m = 2⁻³ that is 1/7."""
    assert Numbers(np.ones(1), 2.0**50 - 4).slack == pytest.approx(1 / 7, rel=1e-15)


def test_times_are_refined_to_single_steps_where_floats_can_tell() -> None:
    """A clear peak far out has one time, though its value was certain long before."""
    found = relay(3 * 2.0**-12, 2.0**-12).node_fidelity("m", first_step=4000)
    assert isinstance(found.times, tuple)
    assert found.times[0] == 4000
