"""Suprema over long times: branch and bound against stepping and against closed forms."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagmix import DiffusionOperator, FeedforwardDAG, MultiHeadDiffusion, NodeFidelity, families
from dagmix._engine.exact import arb
from dagmix._engine.fidelity import branch_and_bound, long_times, sink_context
from dagmix._engine.fidelity.branch_and_bound import Search
from dagmix._engine.fidelity.long_times import long_horizon
from dagmix.errors import UndecidedError


def relay(first: float, second: float) -> DiffusionOperator:
    """τ takes `first` of m, which takes `second` of s: m's signal rises and falls."""
    return DiffusionOperator.from_matrix(
        [[1.0, 0, 0], [second, 1 - second, 0], [0, first, 1 - first]], nodes="smτ"
    )


def relay_signal(first: Fraction, second: Fraction, t: int) -> Any:
    """Return a (λᵗ − μᵗ) / (λ − μ), λ = 1 − a and μ = 1 − b, as a ball."""
    lam, mu = arb.ball(1 - first), arb.ball(1 - second)
    return arb.ball(first) * (lam**t - mu**t) / (lam - mu)


def relay_peak(first: Fraction, second: Fraction) -> int:
    """Return the last t at which the signal still rises: x_t − x_{t−1} ≥ 0."""
    lam, mu = arb.ball(1 - first), arb.ball(1 - second)
    ratio = (arb.ball(second) / arb.ball(first)).log() / (lam / mu).log()
    return int((ratio + 1).floor().unique_fmpz())


@pytest.mark.parametrize("exponent", [14, 20, 30, 36, 40])
def test_a_relay_peaks_where_calculus_says(exponent: int) -> None:
    """The bounds hold the true supremum, the candidates the true time; the width is small."""
    a, b = Fraction(3, 2**exponent), Fraction(1, 2**exponent)
    found = relay(float(a), float(b)).node_fidelity("m")
    with arb.precision(400):
        peak = relay_peak(a, b)
        value = relay_signal(a, b, peak)
        assert arb.ball(Fraction(found.lower)) <= value <= arb.ball(Fraction(found.upper))
    assert found.times == (peak,)
    assert found.attained is True
    assert found.upper - found.lower <= 1e-15 * found.value


def search(diffusion: DiffusionOperator, node: int, start: int = 0) -> NodeFidelity:
    return Search(long_horizon(diffusion.transition, diffusion.sink.index, start), node).run()


@given(
    st.lists(st.integers(1, 30), min_size=10, max_size=10),
    st.integers(1, 3),
    st.integers(0, 5),
)
def test_the_search_finds_what_stepping_finds(rates: list[int], node: int, start: int) -> None:
    """On small heads the exact maximum lies within the bounds, and its times are the times."""
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
    assert found.upper <= float(best) * (1 + 1e-15)
    assert found.times == tuple(start + t for t, signal in enumerate(signals) if signal == best)


def test_ties_are_all_candidates() -> None:
    """The line's second node peaks twice in a row."""
    found = search(DiffusionOperator(families.line(20)), 1)
    assert found.times == (35, 36)


def test_splits_without_end_are_cut_to_a_range(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left after the last split is an enclosure: wider, and as certain."""
    monkeypatch.setattr(branch_and_bound, "MOST_SPLITS", 3)
    a, b = Fraction(3, 2**44), Fraction(1, 2**44)
    found = relay(float(a), float(b)).node_fidelity("m")
    assert isinstance(found.times, range)
    with arb.precision(400):
        peak = relay_peak(a, b)
        value = relay_signal(a, b, peak)
        assert arb.ball(Fraction(found.lower)) <= value <= arb.ball(Fraction(found.upper))
    assert peak in found.times
    assert found.upper - found.lower > 1e-9 * found.value


def test_a_minimum_far_away() -> None:
    """The minimax of a relay is the lesser of m's peak and s's limit 1; the sink has 1."""
    found = relay(3 * 2.0**-20, 2.0**-20).minimax_fidelity()
    node = relay(3 * 2.0**-20, 2.0**-20).node_fidelity("m")
    assert found.nodes == ("m",)
    assert found.lower <= node.lower <= node.upper <= found.upper
    assert found.upper - found.lower <= 1e-9 * found.value


def test_the_first_step_is_kept() -> None:
    found = relay(2.0**-20, 2.0**-21).node_fidelity("m", first_step=10)
    assert min(found.times) >= 10


def test_a_rational_chain_too_long_for_integers_gives_an_enclosure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Rational in, an enclosure out, labelled by lower < upper."""
    monkeypatch.setattr(sink_context, "WORK", 10**6)
    tiny = Fraction(1, 10**6)
    slow = DiffusionOperator.from_matrix(
        [[1, 0, 0], [tiny, 1 - tiny, 0], [0, 2 * tiny, 1 - 2 * tiny]]
    )
    found = slow.node_fidelity(1)
    minimum = slow.minimax_fidelity()
    with arb.precision(400):
        value = relay_signal(2 * tiny, tiny, relay_peak(2 * tiny, tiny))
        assert arb.ball(Fraction(found.lower)) <= value <= arb.ball(Fraction(found.upper))
        assert arb.ball(Fraction(minimum.lower)) <= value <= arb.ball(Fraction(minimum.upper))
    assert not found.exact
    assert minimum.nodes == (1,)


def test_an_enclosure_stands_among_long_integers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mixing integers of 10⁴ digits with an enclosure's floats overflows nothing."""
    monkeypatch.setattr(sink_context, "WORK", 2**30)
    line, rest = families.line(4), FeedforwardDAG([], nodes=range(4))
    tiny = Fraction(1, 3000)
    found = MultiHeadDiffusion([line, rest], [tiny, 1 - tiny]).minimax_fidelity()
    assert found.nodes == (1,)
    assert float(found.value) == pytest.approx(2 * math.exp(-2), rel=1e-3)  # a Poisson peak
    assert found.lower < found.upper


def test_no_horizon_within_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_times, "MOST_DOUBLINGS", 5)
    with pytest.raises(UndecidedError, match=r"2\^5"):
        search(relay(2.0**-20, 2.0**-21), 1)


def test_entries_below_the_floats_and_long_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sink_context, "WORK", 10**4)
    tiny = Fraction(1, 10**300)
    slow = DiffusionOperator.from_matrix([[1, 0, 0], [tiny, 1 - tiny, 0], [0, tiny, 1 - tiny]])
    with pytest.raises(UndecidedError, match="2\\^-900"):
        slow.node_fidelity(1)


def test_times_are_refined_to_single_steps_where_floats_can_tell() -> None:
    """A clear peak far out has one time, though its value was certain long before."""
    found = relay(3 * 2.0**-12, 2.0**-12).node_fidelity("m", first_step=4000)
    assert isinstance(found.times, tuple)
    assert found.times[0] == 4000
