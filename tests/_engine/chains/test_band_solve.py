"""Bands are solved in one call, within the stated bound of fractions; other systems are not."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from dagmix import DiffusionOperator, WalkOperator, families
from dagmix._engine.chains import band_solve
from dagmix._engine.chains.band_solve import solve_band
from dagmix._engine.chains.first_step import hitting_error_bound, hitting_times
from dagmix._engine.chains.kernel import leaving

N = 50


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(band_solve, "FEWEST", 1)


def band(seed: int, width: int) -> Any:
    """Return a walk whose nodes send to some of the next `width` nodes and have loops or none."""
    rng = np.random.default_rng(seed)
    matrix = np.tril(rng.random((N, N)) ** 9, 0) * (rng.random((N, N)) < 0.8)
    matrix -= np.tril(matrix, -width - 1)
    matrix[np.arange(1, N), np.arange(N - 1)] += 1e-3
    matrix[-1, -1] = 1.0
    return matrix / matrix.sum(axis=0)


def solved(walk: WalkOperator) -> Any:
    """Return what the band gives for a base of ones."""
    kernel = walk.transition.floats.kernel
    return solve_band(kernel, np.ones(len(walk.nodes)), leaving(kernel))


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("backward", [False, True])
def test_bands_are_within_the_bound_of_fractions(seed: int, *, backward: bool) -> None:
    """Receivers after their senders, and before them."""
    matrix = band(seed, 1 + seed)
    sink = 0 if backward else N - 1
    walk = WalkOperator.from_matrix(matrix[::-1, ::-1] if backward else matrix, tolerance=1e-9)
    found, floats = solved(walk), walk.transition.floats
    assert found[sink] == 0
    assert (found == hitting_times(floats.kernel, sink)).all()
    exact = hitting_times(walk.transition.rationals, sink)
    bound = hitting_error_bound(floats, found)
    assert bound < 1e-9
    for value, known in zip(found.tolist(), exact.tolist(), strict=True):
        assert abs(value - known) <= bound * known


def test_what_is_no_band_is_solved_else() -> None:
    wide = np.eye(N, k=-band_solve.WIDEST - 1) * 0.5 + np.eye(N, k=-1)
    wide[-1, -1] = 1.0
    assert solved(WalkOperator.from_matrix(wide / wide.sum(axis=0))) is None
    shuffled = band(0, 2)[np.ix_(*2 * [np.random.default_rng(0).permutation(N)])]
    assert solved(WalkOperator.from_matrix(shuffled, tolerance=1e-9)) is None
    assert solved(WalkOperator(families.complete(N))) is None
    line = WalkOperator(families.line(N)).transition.rationals
    assert solve_band(line, line.entries[:N], leaving(line)) is None


def test_short_bands_are_not_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    walk = WalkOperator(families.line(N))
    assert solved(walk).tolist() == list(range(2 * N - 2, -2, -2))
    monkeypatch.setattr(band_solve, "FEWEST", N + 1)
    assert solved(walk) is None


def test_a_sink_that_may_be_missed() -> None:
    """Node 20 stays; what can get there has no finite time, in either direction."""
    matrix = band(3, 1)
    matrix[:, 20] = np.eye(N)[20]
    floats = WalkOperator.from_matrix(matrix, sink=N - 1, tolerance=1e-9).transition.floats
    times = hitting_times(floats.kernel, N - 1)
    assert np.isinf(times[:21]).all()
    assert np.isfinite(times[21:]).all()
    assert np.isinf(hitting_times(floats.kernel, 5)[[4, 6]]).all()


def test_diffusions_are_absorbed_as_without_bands(monkeypatch: pytest.MonkeyPatch) -> None:
    diffusion = DiffusionOperator.from_matrix(band(5, 4).T, tolerance=1e-9)
    found = [diffusion.node_fidelity(node).value for node in (0, 1, 30)]
    monkeypatch.setattr(band_solve, "FEWEST", math.inf)
    known = [diffusion.node_fidelity(node).value for node in (0, 1, 30)]
    np.testing.assert_allclose(np.array(found, float), np.array(known, float), rtol=1e-12)


def test_the_line_of_a_million_nodes_is_exact() -> None:
    """All times are even integers, and powers of two are all that is divided by."""
    walk = WalkOperator(families.line(10**6))
    times = walk.expected_hitting_times()
    assert (times == 2 * np.arange(10**6 - 1, -1, -1)).all()
