"""Peaks up to 10¹⁸ steps, rates that differ by many powers of ten."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import flint
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dagmix import DiffusionOperator, MultiHeadDiffusion
from dagmix._engine.chains.powers import ball_powers
from dagmix._engine.exact import arb
from dagmix._engine.fidelity import long_times, sink_context
from dagmix._engine.fidelity.long_times import LongHorizon, long_horizon

PRECISION = 2000  # bits of the oracles
WIDTH = 1e-15  # relative, a few roundings
BITS_LEFT = 300  # of the oracles, so that a wrong answer cannot hide in their own error
Rates = list[Fraction]
Rows = list[list[Fraction]]


@pytest.fixture(autouse=True)
def _no_long_integers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave exact stepping early, and floats at once: rational heads are hard chains too."""
    monkeypatch.setattr(sink_context, "WORK", 10**5)
    monkeypatch.setattr(sink_context.SinkContext, "has_floats", False)


# --- oracles: closed forms in balls of many bits, from the entries alone --------------------------


def line(rates: Rates) -> Rows:
    """Return the rows of a line: node i ≥ 1 takes rates[i − 1] of node i − 1."""
    rows = [[Fraction(int(i == j)) for j in range(len(rates) + 1)] for i in range(len(rates) + 1)]
    for i, rate in enumerate(rates, 1):
        rows[i][i - 1], rows[i][i] = rate, 1 - rate
    return rows


def line_signal(rates: Rates, node: int, t: int) -> Any:
    """Return the signal of a line's node: the rates on the way, by a divided difference of λᵗ.

    It is a convolution of geometric sequences, hence log-concave: one peak, no other.
    """
    way = rates[node:]
    values = [1 - rate for rate in ([*way, rates[node - 1]] if node else [*way, Fraction(0)])]
    total = flint.arb(0)
    for k, one in enumerate(values):
        gaps = flint.arb(1)
        for i, other in enumerate(values):
            gaps *= 1 if i == k else arb.ball(one - other)
        total += arb.ball(one) ** t / gaps
    for rate in way:
        total *= arb.ball(rate)
    return total


def signals_of(rows: Rows, node: int) -> Any:
    """Return t ↦ (Δᵗ)[last, node] of a triangular matrix with distinct diagonal entries.

    The signal is Σ c_k λ_kᵗ, λ the diagonal; the c_k follow from the first n signals.
    """
    n = len(rows)
    diagonal = [rows[k][k] for k in range(n)]
    x, first = [Fraction(int(j == n - 1)) for j in range(n)], []
    for _ in range(n):
        first.append(x[node])
        x = [sum((x[i] * rows[i][j] for i in range(j, n)), Fraction(0)) for j in range(n)]
    system = flint.fmpq_mat(
        [[flint.fmpq(*(v**t).as_integer_ratio()) for v in diagonal] for t in range(n)]
    )
    right = flint.fmpq_mat([[flint.fmpq(*f.as_integer_ratio())] for f in first])
    weights = list(system.solve(right).entries())
    return lambda t: sum(
        (flint.arb(c) * arb.ball(v) ** t for c, v in zip(weights, diagonal, strict=True)),
        flint.arb(0),
    )


def holds(found: Any, value: Any) -> bool:
    """Tell whether a value, known to hundreds of bits, lies within the bounds of an answer."""
    assert value.rel_accuracy_bits() > BITS_LEFT
    lower, upper = (arb.ball(Fraction(end)) for end in (found.lower, found.upper))
    return not (value < lower or value > upper)  # an exact answer is one point of the value's ball


# --- small heads with closed forms ----------------------------------------------------------------


powers_of_ten = st.builds(lambda a, k: Fraction(a, 10**k), st.integers(1, 9), st.integers(1, 12))


@settings(max_examples=30, deadline=None)
@given(st.lists(powers_of_ten, min_size=2, max_size=5, unique=True), st.data())
def test_a_line_peaks_where_its_closed_form_does(rates: Rates, data: st.DataObject) -> None:
    """Log-concavity: a time that neither neighbour exceeds is the time, whatever the rates."""
    node = data.draw(st.integers(1, len(rates) - 1))
    found = DiffusionOperator.from_matrix(line(rates)).node_fidelity(node)
    with arb.precision(PRECISION):
        best = line_signal(rates, node, found.times[0])
        assert holds(found, best)
        for t in {found.times[0] - 1, found.times[-1] + 1}:
            assert t < 0 or line_signal(rates, node, t) < best
    assert found.times in ((found.times[0],), (found.times[0], found.times[0] + 1))  # or a tie
    assert found.upper - found.lower <= WIDTH * found.value


@st.composite
def heads(draw: st.DrawFn) -> Rows:
    """Draw a head of at most 6 nodes, every entry a digit over a power of ten."""
    n = draw(st.integers(3, 6))
    rows = [[Fraction(int(i == j)) for j in range(n)] for i in range(n)]
    for i in range(1, n):
        shares = draw(st.lists(powers_of_ten | st.just(Fraction(0)), min_size=i, max_size=i))
        leave = sum(shares) + Fraction(i, 10**13)  # distinct, and positive
        shares[0] += Fraction(i, 10**13)
        scale = 10 if leave >= 1 else 1
        rows[i][:i] = [share / scale for share in shares]
        rows[i][i] = 1 - sum(rows[i][:i], Fraction(0))
    return rows


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(heads(), st.data())
def test_no_time_beats_the_bounds(rows: Rows, data: st.DataObject) -> None:
    """The time found has the value; no other time, near or far, has more than the upper bound."""
    diagonal = [row[i] for i, row in enumerate(rows)]
    assume(len(set(diagonal)) == len(diagonal))
    node = data.draw(st.integers(1, len(rows) - 2))
    found = DiffusionOperator.from_matrix(rows, sink=len(rows) - 1).node_fidelity(node)
    assume(found.value)
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    times = {int(10**e) for e in rng.uniform(0, 15, 100)} | {
        max(0, found.times[0] + s * d) for d in (1, 2, 10**3, 10**6) for s in (-1, 1)
    }
    with arb.precision(PRECISION):
        signal = signals_of(rows, node)
        assert holds(found, signal(found.times[0]))
        assert all(not signal(t) > arb.ball(Fraction(found.upper)) for t in times)
        assert all(not signal(t) > signal(found.times[0]) for t in times)
    assert found.upper - found.lower <= WIDTH * found.value


@settings(max_examples=25, deadline=None)
@given(heads())
def test_the_minimum_is_the_least_node(rows: Rows) -> None:
    """The race over all nodes and the searches of each agree."""
    diffusion = DiffusionOperator.from_matrix(rows, sink=len(rows) - 1)
    nodes = [diffusion.node_fidelity(j) for j in range(len(rows))]
    least = diffusion.minimax_fidelity()
    assert least.lower <= min(node.upper for node in nodes)
    assert least.upper >= min(node.lower for node in nodes)
    assert {j for j, node in enumerate(nodes) if node.upper <= least.lower} <= set(least.nodes)
    assert all(nodes[diffusion.nodes.row(j)].lower <= least.upper for j in least.nodes)


# --- one node, two peaks --------------------------------------------------------------------------


@pytest.mark.parametrize("exponent", range(2, 8))
@pytest.mark.parametrize("share", [Fraction(1, 3), Fraction(49, 100), Fraction(2, 3)])
def test_the_greater_of_two_peaks(exponent: int, share: Fraction) -> None:
    """A fast way and a slow way to one node: the peaks are 10^exponent times apart."""
    slow = Fraction(1, 10**exponent)
    rows = [[Fraction(0)] * 4 for _ in range(4)]
    rows[0][0] = Fraction(1)
    rows[1][0], rows[1][1] = 30 * slow, 1 - 30 * slow
    rows[2][1], rows[2][2] = slow, 1 - slow
    rows[3][1], rows[3][2] = share / 4, (1 - share) / 4
    rows[3][0], rows[3][3] = Fraction(1, 1000), Fraction(749, 1000)
    found = DiffusionOperator.from_matrix(rows).node_fidelity(1)
    with arb.precision(PRECISION):
        signal = signals_of(rows, 1)
        assert holds(found, signal(found.times[0]))
        grid = {int(1.2**k) for k in range(120)}
        assert all(not signal(t) > arb.ball(Fraction(found.upper)) for t in grid)


# --- the first step -------------------------------------------------------------------------------


def test_later_first_steps_leave_less() -> None:
    """φ falls with the first step, is the signal there past the peak, and the peak's before."""
    rates = [Fraction(1, 10**9), Fraction(1, 10**8), Fraction(1, 10**7)]
    diffusion = DiffusionOperator.from_matrix(line(rates))
    peak = diffusion.node_fidelity(1)
    assert diffusion.node_fidelity(1, first_step=10**6) == peak
    past = [peak.times[0] + late for late in (1, 10**6, 10**10)]
    found = [diffusion.node_fidelity(1, first_step=first) for first in past]
    with arb.precision(PRECISION):
        for first, one in zip(past, found, strict=True):
            assert one.times == (first,)
            assert holds(one, line_signal(rates, 1, first))
    assert peak.lower >= found[0].lower >= found[1].upper >= found[2].upper
    least = diffusion.minimax_fidelity(first_step=past[1])
    nodes = [diffusion.node_fidelity(j, first_step=past[1]) for j in range(4)]
    assert least.lower <= min(one.value for one in nodes) <= least.upper


# --- n = 100 --------------------------------------------------------------------------------------


def slow_head(seed: int, n: int, rates: Any) -> Any:
    """Return random causal attention whose row i leaves with probability rates[i]."""
    shares = np.tril(np.exp(3 * np.random.default_rng(seed).standard_normal((n, n))), -1)
    shares[0, 0] = 1
    shares *= (rates / shares.sum(axis=1))[:, None]
    shares[np.diag_indices(n)] = 1 - rates
    shares[0, 0] = 1
    return shares


def mixed_rates(seed: int, n: int, fast: int = 0) -> Any:
    """Return rates from 10⁻⁹ to 1/10, some of them fast."""
    rng = np.random.default_rng(seed)
    rates = 10 ** rng.uniform(-9, -1, n)
    rates[rng.choice(n, fast, replace=False)] = 0.5
    return rates


HARD = {
    "near the identity": [slow_head(1, 40, np.full(40, 1e-12))],
    "mixed rates": [slow_head(2, 40, mixed_rates(2, 40))],
    "a few fast nodes": [slow_head(3, 40, mixed_rates(3, 40, fast=5))],
    "two heads": [slow_head(4, 40, mixed_rates(4, 40)), slow_head(5, 40, np.full(40, 1e-9))],
    "a diagonal of ones": [slow_head(6, 40, np.full(40, 1e-17))],
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HARD)
def test_the_value_is_the_signal_at_its_time(name: str) -> None:
    """The row at the time found, squared anew, is the value and greater than any row sampled."""
    diffusion = MultiHeadDiffusion.from_attention(HARD[name])
    least = diffusion.minimax_fidelity()
    node = diffusion.nodes.row(*least.nodes)
    found = diffusion.node_fidelity(node)
    assert least.lower <= found.value <= least.upper
    assert found.upper - found.lower <= WIDTH * found.value
    (time,) = found.times
    with arb.precision(600):
        matrix = ball_powers.matrix(diffusion.transition)
        start = flint.arb_mat([[int(j == 39) for j in range(40)]])
        near = [ball_powers.power_row(start, matrix, time + late)[0, node] for late in (-1, 0, 1)]
        assert holds(found, near[1])
        assert near[0] < near[1] > near[2]
        row = start
        for _ in range(90):
            assert not row[0, node] > near[1]
            row, matrix = row * matrix, matrix * matrix


@pytest.mark.slow
def test_no_node_of_a_hundred_is_below_the_minimum() -> None:
    """Every node's fidelity exceeds the minimax, with one course for all of them."""
    diffusion = MultiHeadDiffusion.from_attention([slow_head(7, 100, mixed_rates(7, 100, fast=3))])
    least = diffusion.minimax_fidelity()
    assert least.upper - least.lower <= 1e-9 * least.value  # in floats
    nodes = [diffusion.node_fidelity(j) for j in range(0, 100, 9)]
    assert all(least.lower <= node.upper for node in nodes)
    assert all(node.upper - node.lower <= 1e-9 * node.value for node in nodes)


# --- the bounds themselves ------------------------------------------------------------------------


def small_horizon(rates: Rates) -> LongHorizon:
    diffusion = DiffusionOperator.from_matrix(line(rates))
    return long_horizon(diffusion.transition, diffusion.sink.index, 0)


def test_one_course_serves_node_after_node() -> None:
    diffusion = DiffusionOperator.from_matrix(line([Fraction(1, 7), Fraction(1, 9)]))
    args = diffusion.transition, diffusion.sink.index
    assert long_horizon(*args, 0) is long_horizon(*args, 0)
    assert long_horizon(*args, 0) is not long_horizon(*args, 1)


@given(st.lists(st.fractions("1/100", "99/100", max_denominator=100), min_size=2, max_size=4))
def test_reach_bounds_every_power(rates: Rates) -> None:
    """S_k is at least Δˢ for all s < 2ᵏ, and the greatest of them where the signals just fall."""
    made = small_horizon(rates)
    exact = np.array(line(rates), dtype=object)
    power, greatest = np.eye(len(exact), dtype=object), np.zeros_like(exact)
    for s in range(16):
        if s and s & (s - 1) == 0:
            with arb.precision(made.bits):
                reach = made.reach(s.bit_length() - 1)
            assert (reach >= greatest).all()
            assert (np.diag(reach) == 1).all()
        greatest = np.maximum(greatest, power)
        power = power @ exact


@pytest.mark.slow
@given(st.lists(st.fractions("1/100", "99/100", max_denominator=100), min_size=2, max_size=4))
def test_windows_cover_the_times_with_their_rows_and_second_differences(rates: Rates) -> None:
    """Window follows window; rows, ends and second differences are those of the recurrence."""
    made = small_horizon(rates)
    exact = np.array(line(rates), dtype=object)
    drift = exact - np.eye(len(exact), dtype=object)
    starts = [window.start for window in made.windows]
    lengths = [2**window.level for window in made.windows]
    assert starts == [sum(lengths[:k]) for k in range(len(lengths))]
    signals = [np.array([Fraction(int(j == len(rates))) for j in range(len(exact))], dtype=object)]
    for _ in range(65):
        signals.append(signals[-1] @ exact)
    for window in made.windows:
        if window.start + 2**window.level > 64:
            break
        second_difference = np.maximum(-(signals[window.start] @ drift @ drift), 0)
        assert (window.second_difference >= second_difference).all()
        assert np.allclose(
            window.second_difference.astype(float),
            second_difference.astype(float),
            rtol=1e-12,
            atol=1e-50,
        )
        for row, time in (
            (window.row, window.start),
            (window.end, window.start + 2**window.level),
        ):
            assert (long_times.lower(row) <= signals[time]).all()
            assert (long_times.upper(row) >= signals[time]).all()
        if window.level:
            with arb.precision(made.bits):
                halves = made.halves(window)
            assert [half.level for half in halves] == [window.level - 1] * 2
            assert halves[1].start == window.start + 2**window.level // 2
            middle = np.maximum(-(signals[halves[1].start] @ drift @ drift), 0)
            assert (halves[1].second_difference >= middle).all()
            assert (halves[0].second_difference == window.second_difference).all()
            for row, time in ((halves[0].end, halves[1].start), (halves[1].row, halves[1].start)):
                assert (long_times.upper(row) >= signals[time]).all()
                assert (long_times.lower(row) <= signals[time]).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9), st.data())
def test_products_are_rounded_up(left: list[float], data: st.DataObject) -> None:
    """Underflow and every rounding included."""
    size = len(left)
    right = data.draw(st.lists(st.floats(0, 1), min_size=size, max_size=size))
    found = float(long_times.product(np.array(left), np.array(right)))
    exact = sum((Fraction(a) * Fraction(b) for a, b in zip(left, right, strict=True)), Fraction(0))
    assert exact <= Fraction(found) <= exact * (1 + Fraction(1, 10**13)) + Fraction(1, 2**900)
