"""Suprema over long times in floats: bounds against exact rows, answers against balls."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import flint
import numpy as np
import pytest
from cases.slow_chains import seeds, slow_head
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dagmix import DiffusionOperator, families
from dagmix._engine.chains.powers import float_powers
from dagmix._engine.exact import arb
from dagmix._engine.fidelity.in_floats import horizon as horizons
from dagmix._engine.fidelity.in_floats.horizon import FloatHorizon, float_horizon


def horizon_of(diffusion: DiffusionOperator, first: int = 0) -> FloatHorizon:
    found = float_horizon(diffusion.transition, diffusion.sink.index, first)
    assert found is not None
    return found


def ball_matrix(diffusion: DiffusionOperator, order: Any) -> Any:
    dense = diffusion.transition.over(arb.ball).dense()[np.ix_(order, order)]
    return flint.arb_mat(dense.tolist())


@settings(max_examples=12)
@given(seeds, st.floats(4, 10), st.sampled_from([0, 1, 5, 1000]))
def test_rows_and_second_differences_of_every_window(seed: int, slowest: float, first: int) -> None:
    """Rows are within the error; at the start of a window, inside, and at its end −x D² ≤ G."""
    diffusion = slow_head(6, seed, slowest)
    made = float_horizon(diffusion.transition, 5, first)
    assume(made is not None)  # nearly nothing may be left at first
    assert made is not None
    ends = [one.start + 2**one.level for one in made.stretches]
    assert [first, *ends[:-1]] == [one.start for one in made.stretches]
    with arb.precision(400):
        matrix = ball_matrix(diffusion, made.powers.order)
        change = matrix - flint.arb_mat(np.eye(6, dtype=int).tolist())
        powers = [matrix]
        for _ in range(60):
            powers.append(powers[-1] * powers[-1])

        def row_at(time: int) -> Any:
            row = flint.arb_mat([[int(i == made.powers.place[5]) for i in range(6)]])
            for k in range(time.bit_length()):
                row = row * powers[k] if time >> k & 1 else row
            return row

        for one in made.stretches[::5]:
            for time, row in ((one.start, one.row), (one.start + 2**one.level, one.end)):
                for found, true in zip(row.tolist(), row_at(time).entries(), strict=True):
                    share = flint.arb(made.error) * true + flint.arb(float_powers.LOST)
                    assert not abs(flint.arb(found) - true) > share
            for time in {one.start, one.start + 2**one.level // 3, one.start + 2**one.level - 1}:
                second = (row_at(time) * change * change).entries()
                for fall, true in zip(one.falls.tolist(), second, strict=True):
                    assert not -true > flint.arb(fall)


@pytest.mark.slow
@settings(max_examples=8)
@given(seeds, st.integers(3, 12), st.floats(1, 12))
def test_the_best_of_the_grid_is_less_than_the_fidelity(seed: int, n: int, slowest: float) -> None:
    diffusion = slow_head(n, seed, slowest)
    made = horizon_of(diffusion)
    for node, seen in enumerate(made.seen.tolist()[1:], 1):
        found = diffusion.node_fidelity(node)
        assert seen <= found.upper
        assert seen >= 0.9 * found.lower  # four times an octave


def test_second_differences_of_fast_nodes_are_of_their_own_size() -> None:
    """A node left with ½ of a slow chain: by the signs alone it would be 10⁵ times as much."""
    made = horizon_of(slow_head(30, 7, 12, fast=0.5))
    late = made.stretches[3 * len(made.stretches) // 4]
    direct = made._direct(late.row[None])[0]
    fast = made.powers.leaving >= 0.5
    assert (late.falls[fast] < 1e-5 * direct[fast]).all()
    for one, after in pairwise(made.stretches):
        assert (one.end == after.row).all()


def test_where_floats_do_not_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    """No order, too large, too late, too small, too long, too wide."""
    cycle = DiffusionOperator.from_matrix([[1.0, 0, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]], sink=2)
    assert float_horizon(cycle.transition, 2, 0) is None
    tiny = DiffusionOperator.from_matrix([[1.0, 0], [2.0**-950, 1.0]], sink=1)
    assert float_horizon(tiny.transition, 1, 0) is None
    head = slow_head(5, 2, 3)
    assert float_horizon(head.transition, 4, 2**200) is None
    small = np.array([[1.0, 0, 0], [0, 1.0, 0], [0.5, 2.0**-200, 0.5]])
    small[1, 0] = 2.0**-20
    assert float_horizon(DiffusionOperator.from_matrix(small, sink=2).transition, 2, 0) is None
    assert float_horizon(DiffusionOperator(families.line(60)).transition, 59, 0) is not None
    for name, value in (("WIDEST", 0.0), ("MOST_ENTRIES", 1)):
        with monkeypatch.context() as patch:
            patch.setattr(horizons, name, value)
            assert float_horizon(head.transition, 4, 0) is None
    monkeypatch.setattr(float_powers, "MOST_DOUBLINGS", 3)
    assert float_horizon(head.transition, 4, 0) is None
