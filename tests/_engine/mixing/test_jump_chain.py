"""Walks that hardly ever move: the integers of squaring in balls, and of closed forms."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagmix import WalkOperator, families
from dagmix._engine.chains.powers import ball_powers
from dagmix._engine.exact import arb
from dagmix._engine.mixing import jump_chain, sliced_squares
from dagmix.errors import UndecidedError

QUARTER = Fraction(1, 4)


def line(n: int, leave: float) -> WalkOperator:
    matrix = np.diag([1 - leave] * (n - 1) + [1.0]) + np.diag([leave] * (n - 1), -1)
    return WalkOperator.from_matrix(matrix, tolerance=1e-7)


def sticky(n: int, seed: int, fastest: float, *, ordered: bool) -> WalkOperator:
    """Return a random walk that leaves with probabilities within 100 of each other."""
    rng = np.random.default_rng(seed)
    shares = np.exp(rng.standard_normal((n, n))) * (rng.random((n, n)) < 0.7)
    shares = np.tril(shares, -1) if ordered else shares * ~np.eye(n, dtype=bool)
    shares[-1] += 1e-3
    leave = 10.0 ** -(fastest + rng.uniform(0, 2, n))
    matrix = shares / shares.sum(axis=0) * leave
    matrix[np.diag_indices(n)] = 1 - leave
    matrix[:, -1] = np.eye(n)[-1]
    return WalkOperator.from_matrix(matrix, sink=n - 1)


@pytest.mark.slow
@given(
    st.integers(0, 2**32 - 1),
    st.integers(2, 12),
    st.floats(1, 12),
    st.booleans(),
    st.floats(1e-9, 0.999),
)
def test_balls(seed: int, n: int, fastest: float, ordered: bool, threshold: float) -> None:  # noqa: FBT001 - drawn
    walk, epsilon = sticky(n, seed, fastest, ordered=ordered), Fraction(threshold)
    expected = ball_powers.exit_time(walk.transition, n - 1, epsilon, 160)
    assert jump_chain.exit_time(walk.transition, n - 1, epsilon) == expected


@pytest.mark.parametrize("power", [3, 30, 300, 1000])
def test_two_states_have_the_logarithm(power: int) -> None:
    """T = ⌈ln ε / ln(1 − p)⌉, for p far below the smallest float too."""
    leave = Fraction(1, 10**power)
    walk = WalkOperator.from_matrix([[1 - leave, 0], [leave, 1]])
    for epsilon in (QUARTER, Fraction(997, 1000), Fraction(1, 10**80)):
        with arb.precision(9 * power + 400):
            ratio = arb.ball(epsilon).log() / arb.ball(1 - leave).log()
            expected = int(ratio.ceil().unique_fmpz())
        assert jump_chain.exit_time(walk.transition, 1, epsilon) == expected


@pytest.mark.slow
@pytest.mark.parametrize("n", [400, 2100])
def test_long_lines_of_rare_moves(n: int) -> None:
    """d(t) = P[Bin(t, p) ≤ n − 2] is at most ¼ at T and more before, by Arb's own tail."""
    walk = line(n, 1e-9)
    found = int(walk.mixing_time())
    p = Fraction(float(walk.transition.floats.kernel.dense()[1, 0]))
    total = Fraction(1 - 1e-9) + Fraction(1e-9)
    p = Fraction(1e-9) / total
    for t, over in ((found, True), (found - 1, False)):
        with arb.precision(256):
            term = arb.ball(1 - p) ** t
            tail = term
            for k in range(1, n - 1):
                term *= arb.ball(p / (1 - p)) * (t - k + 1) / k
                tail += term
            assert arb.compare(tail, arb.ball(QUARTER)) is over


@pytest.mark.slow
def test_a_leaving_probability_of_five_thousand_digits() -> None:
    leave = Fraction(1, 10**5000)
    found = int(WalkOperator.from_matrix([[1 - leave, 0], [leave, 1]]).mixing_time())
    # T · p is between ln 4 − p and ln 4 + p; ln 4 to 30 digits.
    assert found // 10**4970 == 1386294361119890618834464242916


def test_where_it_does_not_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    """Moves that are not rare, too many, too many pairs; thresholds too small; ties."""
    often, rare = WalkOperator(families.line(5)).transition, line(9, 1e-6).transition
    assert jump_chain.exit_time(often, 4, QUARTER) is None
    assert jump_chain.exit_time(rare, 8, Fraction(1, 2**901)) is None
    for limit in ("MOST_WORK", "MOST_ROWS", "MOST_PAIRS"):
        with monkeypatch.context() as patch:
            patch.setattr(jump_chain, limit, 10)
            assert jump_chain.exit_time(rare, 8, QUARTER) is None
    hold = Fraction(99, 100)
    slow = WalkOperator.from_matrix([[hold, 0], [1 - hold, 1]])
    assert jump_chain.exit_time(slow.transition, 1, hold**7) is None
    assert slow.mixing_time(hold**3000) == 3000


def test_a_wrong_guess_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that begins after T, with no state open or with one, gives no answer."""
    walk = line(9, 1e-6)
    expected = jump_chain.exit_time(walk.transition, 8, QUARTER)
    assert expected is not None
    for begin, found in ((expected, None), (2 * expected, None), (expected // 2, expected)):
        monkeypatch.setattr(jump_chain, "_guess", lambda *_, begin=begin: begin)
        assert jump_chain.exit_time(walk.transition, 8, QUARTER) == found


def test_a_bracket_with_an_open_end() -> None:
    """Signs that are not known anywhere, or only near the crossing, are no answer."""
    assert jump_chain._bracket(lambda _: None, 10) is None
    assert jump_chain._bracket(lambda t: Fraction(20 - t) if t < 15 else None, 10) is None
    far = 10**12
    open_near = lambda t: Fraction(far - t) if abs(far - t) > 3 else None  # noqa: E731
    assert jump_chain._bracket(open_near, far - 5000) is None
    assert jump_chain._bracket(lambda t: Fraction(2 * far - 2 * t - 1), far - 5000) == far


def test_large_walks_are_refused_where_steps_would_take_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ball_powers, "LARGEST", 24)
    walk = line(5, 1e-14)  # floats do not tell so long a time
    assert walk.mixing_time() == jump_chain.exit_time(walk.transition, 4, QUARTER)
    monkeypatch.setattr(jump_chain, "MOST_PAIRS", 1)
    monkeypatch.setattr(sliced_squares, "MOST_ENTRIES", 1)
    with pytest.raises(UndecidedError, match="5 × 5 balls are too many"):
        walk.mixing_time()


def test_balls_too_wide_give_no_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """At a precision that someone else has lowered there is no answer, rather than a wrong one."""
    walk = line(9, 1e-6)
    monkeypatch.setattr(jump_chain, "precision", lambda _: arb.precision(30))
    assert jump_chain.exit_time(walk.transition, 8, QUARTER) is None
