"""Causal matrices read once: columns in blocks, steps in windows, triangular systems."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cases.attention_samples import sample
from oracle import proxies as oracle

from dagmix import proxies
from dagmix.proxies import chains, triangular


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of two columns, windows of three steps, for every causal matrix."""
    for name, value in (("LARGE", 1), ("BLOCK", 2), ("WINDOW", 3)):
        monkeypatch.setattr(triangular, name, value)


@pytest.mark.filterwarnings("ignore:max_steps=")  # cut off early on purpose
@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("seed", range(0, 40, 2))
@pytest.mark.parametrize("chain", ["successors", "published", "successors_per_head"])
def test_blocks_give_the_rational_chains_times(seed: int, chain: str) -> None:
    attention, weights = sample(seed)
    pairs = list(zip(attention.tolist(), weights.tolist(), strict=True))
    per_head = [oracle.successors_per_head(*pair) for pair in pairs]
    mixed = [oracle.mixed(*pair) for pair in pairs]
    walks = [oracle.CHAINS[chain](a) for a in mixed] if chain in oracle.CHAINS else per_head
    for steps in (0, 1, 3, 8):
        expected = np.array([oracle.cut_off_times(walk, steps) for walk in walks], dtype=float)
        found = proxies.hitting_times(attention, weights, steps, chain)
        np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-14)


@pytest.mark.filterwarnings("ignore:horizon=")  # cut off early on purpose
@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("seed", range(0, 40, 2))
@pytest.mark.parametrize(("horizon", "first"), [(0, 0), (7, 0), (7, 1), (7, 5), (6, 6)])
def test_blocks_give_the_rational_powers_peaks(seed: int, horizon: int, first: int) -> None:
    attention, weights = sample(seed)
    pairs = zip(attention.tolist(), weights.tolist(), strict=True)
    expected = [oracle.peaks(oracle.mixed(*pair), horizon, first) for pair in pairs]
    found = proxies.fidelities(attention, weights, horizon, first)
    np.testing.assert_allclose(found, np.array(expected, dtype=float), rtol=1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_blocks_and_single_steps_agree_within_their_bound(dtype: Any) -> None:
    """Real sizes; single steps are what attention that sees both ways takes."""
    n, steps = triangular.LARGE + 9, triangular.WINDOW + 5
    rows = np.tril(np.random.default_rng(0).random((2, n, n)))
    mixed = (rows / rows.sum(axis=-1, keepdims=True)).astype(dtype)
    found = chains.peaks(mixed, steps, 2, n - 1, causal=True)
    expected = chains.peaks(mixed, steps, 2, n - 1)
    assert found.dtype == dtype
    unit = np.finfo(dtype).eps / 2
    np.testing.assert_allclose(found, expected, rtol=2 * steps * n * unit, atol=0)
    # A typical difference is far smaller than the bound.
    np.testing.assert_allclose(found, expected, rtol=200 * unit, atol=0)


@pytest.mark.parametrize("lead", [(), (2, 3)])
def test_triangular_systems_are_solved_alike(lead: tuple[int, ...]) -> None:
    random = np.random.default_rng(0)
    moves = random.random((*lead, 20, 20))
    leaving, right = random.random((2, *lead, 20)) + 0.1
    system = np.tril(-moves, k=-1).swapaxes(-1, -2) + leaving[..., None] * np.eye(20)
    expected = np.linalg.solve(system, right[..., None])[..., 0]
    given = triangular.substituted(moves, leaving, right)
    np.testing.assert_allclose(given, expected, rtol=1e-12)
    np.testing.assert_allclose(triangular.solved(moves, leaving, right), given, rtol=1e-13)
