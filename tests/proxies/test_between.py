"""Fidelities between all pairs of positions, against each target alone and brute force."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cases.attention_samples import sample
from oracle import proxies as oracle

from dagmix import MultiHeadDiffusion, errors, proxies

CHAINS = ["successors", "published", "successors_per_head"]
SEEDS = range(25)
ROWS = np.array([[[1.0, 0, 0], [0.5, 0.5, 0], [0.25, 0.25, 0.5]]])
CIRCLE = np.array([[[0.5, 0.5, 0], [0, 0.5, 0.5], [0.5, 0, 0.5]]])


def exact(attention: Any, weights: Any) -> list[oracle.Matrix]:
    pairs = zip(attention, weights, strict=True)
    return [oracle.mixed(a.tolist(), w.tolist()) for a, w in pairs]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("first", [0, 1, 2])
def test_all_targets_at_once(seed: int, first: int) -> None:
    """The oracle's, and each target's own cut."""
    attention, weights = sample(seed)
    expected = [oracle.peaks_between(a, 6, first) for a in exact(attention, weights)]
    found = proxies.fidelities_between(attention, weights, 6, first)
    np.testing.assert_allclose(found, np.array(expected, dtype=float), rtol=1e-13)
    n = attention.shape[-1]
    for i in range(n):
        alone = proxies.fidelities(attention, weights, 6, first, target=i)
        np.testing.assert_allclose(found[..., i, : i + 1], alone, rtol=1e-13)
        assert not found[..., i, i + 1 :].any()
    whole = MultiHeadDiffusion.from_attention(attention[0], weights[0])
    np.testing.assert_allclose(found[0, -1], whole.signals(6)[first:].max(axis=0), rtol=1e-13)


@pytest.mark.parametrize("kwargs", [{"horizon": -1}, {"horizon": 0, "first_step": 1}])
def test_bad_questions_about_pairs(kwargs: dict[str, Any]) -> None:
    with pytest.raises(errors.StepError):
        proxies.fidelities_between(ROWS, **kwargs)


def test_single_precision_between_pairs() -> None:
    attention, weights = sample(5)
    found = proxies.fidelities_between(attention.astype(np.float32), weights, 9)
    assert found.dtype == np.float32
    np.testing.assert_allclose(
        found, proxies.fidelities_between(attention, weights, 9), rtol=1e-5, atol=1e-30
    )
