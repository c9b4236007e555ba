"""Limits and slopes of φ_min towards one head: by known pieces, by profiles, by differences."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from cases.attention_samples import attention
from cases.pairs_of_heads import EXAMPLE_13, heads, minimax
from cases.zoo import sampled_mixtures

from dagmix import DiffusionOperator, FeedforwardDAG, MultiHeadDiffusion, families
from dagmix.errors import UndecidedError
from dagmix.heads import fidelity_slopes
from dagmix.heads.fidelity_slopes import Approach, approach
from dagmix.optimal import optimal_weights
from dagmix.optimal.two_heads import faces

NEAR = Fraction(1, 2**16)
ONE, OTHER = [DiffusionOperator(head) for head in heads(EXAMPLE_13)]


def towards(base: DiffusionOperator, head: DiffusionOperator) -> Approach:
    return approach(base.transition, head.transition, base.sink.index)


def test_the_pieces_of_example_13() -> None:
    """dφ_min/dβ: −1/16 at 1/5, 3/16 at 3/10, 27/64 at 7/20, 39/64 at 39/100; a kink at ¼."""
    pieces = {
        "1/5": (-1, 16, -1, 16),
        "1/4": (3, 16, -1, 16),
        "3/10": (3, 16, 3, 16),
        "7/20": (27, 64, 27, 64),
        "39/100": (39, 64, 39, 64),
    }
    for weight, (up, below, down, under) in pieces.items():
        beta = Fraction(weight)
        mix = MultiHeadDiffusion([ONE, OTHER], [beta, 1 - beta])
        assert towards(mix, ONE).slope == Fraction(up, below) * (1 - beta)
        assert towards(mix, OTHER).slope == -Fraction(down, under) * beta
        assert towards(mix, ONE).limit == minimax(EXAMPLE_13, beta)


def test_a_limit_that_binds_leaves_the_slope_open() -> None:
    """At equal weights the signals of u tend to ½ and never reach it."""
    found: Any = towards(MultiHeadDiffusion([ONE, OTHER]), ONE)
    assert found.limit == Fraction(1, 2)
    assert math.isnan(found.slope)
    assert (found.slope.lower, found.slope.upper) == (-math.inf, math.inf)


@pytest.mark.slow
@pytest.mark.parametrize("common", [True, False])
def test_drawn_pairs_beside_differences(common: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    """φ_min nearby, over s, is the slope but for s; and its limit is φ_min nearby but for s."""
    known = 0
    for mix in sampled_mixtures(4, 8, common=common):
        one, other = (
            DiffusionOperator(
                FeedforwardDAG(edges, nodes=range(mix.n), self_loops=mix.loops), sink=mix.n - 1
            )
            for edges in mix.heads[:2]
        )
        found: Any = towards(one, other)
        near = MultiHeadDiffusion([one, other], [1 - NEAR, NEAR], sink=mix.n - 1).minimax_fidelity()
        start = one.minimax_fidelity().value
        if not math.isnan(found.limit):
            assert abs(found.limit - near.value) < 100 * NEAR
        if math.isfinite(found.slope):
            known += 1
            assert abs((near.value - start) / NEAR - found.slope) < 1000 * NEAR
    assert known >= 4


def test_profiles_have_the_same_limits_and_slopes() -> None:
    """Of two heads, on the first piece of their profile."""
    line, complete = map(DiffusionOperator, (families.line(4), families.complete(4)))
    for base, head in ((line, complete), (complete, line)):
        piece = optimal_weights([head, base]).profile.pieces[0]  # type: ignore[union-attr]
        bottom = int(piece.function.denominator[0])
        found = towards(base, head)
        assert found.limit == piece.function.value(Fraction(0))
        assert found.slope == Fraction(int(piece.function.slope[0]), bottom**2)


def test_a_node_that_is_never_reached() -> None:
    """Node v reaches the sink in no head: 0 stays 0; in head 1 only: 0 rises, unknown how fast."""
    deaf = DiffusionOperator.from_matrix([[1, 0, 0], [0, 1, 0], ["1/2", 0, "1/2"]], "uvτ", "τ")
    assert towards(deaf, deaf) == Approach(0, 0)
    rows = [[1, 0, 0], [0, 1, 0], ["1/4", "1/4", "1/2"]]
    hears = DiffusionOperator.from_matrix(rows, "uvτ", "τ")
    found = towards(deaf, hears)
    assert found.limit == 0
    assert math.isnan(found.slope)


def matrix(rows: Any) -> DiffusionOperator:
    return DiffusionOperator.from_matrix(rows, range(len(rows)), len(rows) - 1)


def test_a_class_that_is_left() -> None:
    """Node 1 absorbs in B and is left for 0 or 2 in A: the slow limits of these are ½ each."""
    base = matrix([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, "1/2", 0, "1/2"]])
    half = Fraction(1, 2)
    head = matrix([[1, 0, 0, 0], [half, 0, half, 0], [0, 0, 1, 0], [0, half, 0, half]])
    assert towards(base, head) == Approach(half, math.inf)
    near: Any = MultiHeadDiffusion([base, head], [1 - NEAR, NEAR], sink=3).minimax_fidelity()
    assert abs(near.value - half) < 100 * NEAR


def test_a_node_that_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has φ_min of B at least: here ⅓ of all of 0, 1 and 2, of which 1 is left for 0 and 2."""

    def undecided(*_: Any) -> None:
        message = "a periodic class"
        raise UndecidedError(message)

    third = Fraction(1, 3)
    base = matrix([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [third, third, third, 0]])
    head = matrix([[1, 0, 0, 0], ["1/2", 0, "1/2", 0], [0, 0, 1, 0], [third, third, third, 0]])
    known: Any = towards(base, head)
    assert (known.limit.lower, known.limit.upper) == pytest.approx((1 / 3, 1 / 2))
    monkeypatch.setattr(faces, "node_fidelity", undecided)
    found: Any = towards(base, head)
    assert (found.limit.lower, found.limit.upper) == (pytest.approx(1 / 3), 1)


def test_a_class_that_is_left_for_one_that_is_left() -> None:
    """Nodes 1 and 0 absorb in B and exchange in A: nothing here finds the limit of 0, from ⅓ up."""
    third = Fraction(1, 3)
    base = matrix([[1, 0, 0], [0, 1, 0], [third, third, third]])
    head = matrix([[Fraction(1, 2), Fraction(1, 2), 0], [1, 0, 0], [third, third, third]])
    found: Any = towards(base, head)
    assert math.isnan(found.limit)
    assert (found.limit.lower, found.limit.upper) == (0.5, 1)
    near: Any = MultiHeadDiffusion([base, head], [1 - NEAR, NEAR], sink=2).minimax_fidelity()
    assert near.value > 0.5 - 100 * NEAR
    assert math.isnan(found.slope)


@pytest.mark.parametrize(("seed", "n"), [*product(range(3), [5, 9])])
def test_floats_beside_differences(seed: int, n: int) -> None:
    mix = MultiHeadDiffusion.from_attention(attention(3, n, seed))
    found: Any = towards(mix, mix.heads[seed % 3])
    step = 1e-6
    weights = (1 - step) / 3 + step * np.eye(3)[seed % 3]
    moved = MultiHeadDiffusion(mix.heads, weights.tolist(), sink=mix.sink).minimax_fidelity()
    slope = (moved.value - mix.minimax_fidelity().value) / step
    assert found.slope == pytest.approx(slope, abs=1e-4)
    assert found.slope.lower < found.slope < found.slope.upper < found.slope.lower + 1e-11


def test_exact_slopes_are_within_the_bounds_of_floats() -> None:
    heads_ = [np.array([[1, 0, 0], [0.5, 0.5, 0], [a, 0.5 - a, 0.5]]) for a in (0.125, 0.375)]
    exact = [matrix([[Fraction(x) for x in row] for row in head.tolist()]) for head in heads_]
    mix = MultiHeadDiffusion(exact)
    floats: Any = towards(
        MultiHeadDiffusion(heads_), DiffusionOperator.from_matrix(heads_[1], sink=2)
    )
    slope = towards(mix, exact[1]).slope
    assert floats.slope.lower <= slope <= floats.slope.upper


def test_floats_in_a_recurrent_class() -> None:
    """Bidirectional attention is one class: a peak that is attained is told from the limit."""
    rows = [[0.5, 0.5, 0.0], [0.25, 0.5, 0.25], [0.125, 0.125, 0.75]]
    one = DiffusionOperator.from_matrix(rows, sink=2)
    found: Any = towards(one, DiffusionOperator.from_matrix(rows[::-1], sink=2))
    assert math.isnan(found.slope)
    peak = [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.875, 0.125, 0.0]]
    sharp = DiffusionOperator.from_matrix(peak, sink=2)
    other = DiffusionOperator.from_matrix(
        [[0.5, 0.5, 0.0], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]], sink=2
    )
    step = 1e-7
    moved = MultiHeadDiffusion([sharp, other], [1 - step, step], sink=2).minimax_fidelity()
    slope = (moved.value - sharp.minimax_fidelity().value) / step
    assert towards(sharp, other).slope == pytest.approx(slope, abs=1e-4)


def test_floats_that_bind_where_a_node_absorbs() -> None:
    """Hitting probabilities of floats have no slope with bounds here."""
    one = DiffusionOperator.from_matrix([[1, 0, 0], [0, 1, 0], [0.25, 0.25, 0.5]], sink=2)
    other = DiffusionOperator.from_matrix([[1, 0, 0], [0, 1, 0], [0.125, 0.375, 0.5]], sink=2)
    found = towards(one, other)
    assert found.limit == pytest.approx(0.5)
    assert math.isnan(found.slope)


def test_late_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """A signal that is greatest at a late time has a slope in floats, at a later one none."""

    def sticky(leave: Fraction) -> DiffusionOperator:
        return matrix([[1, 0, 0], [leave, 1 - leave, 0], [0, leave, 1 - leave]])

    def slope(steps: int) -> Any:
        return towards(sticky(Fraction(1, steps)), sticky(Fraction(2, steps))).slope

    exact = slope(32)
    assert isinstance(exact, Fraction)
    monkeypatch.setattr(fidelity_slopes, "LATEST_EXACT", 16)
    found = slope(32)
    assert found.lower < exact < found.upper
    monkeypatch.setattr(fidelity_slopes, "LATEST", 16)
    assert math.isnan(slope(32))
