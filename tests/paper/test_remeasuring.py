"""What is measured of a model, against each number computed on its own."""

from __future__ import annotations

import numpy as np
import pytest

from dagmix import MultiHeadDiffusion, proxies
from dagmix.paper import Measured, Name, Remeasured, remeasuring
from paper.test_simulation import attention


def test_uniform_attention_is_measured_again() -> None:
    found, kept = remeasuring.uniform(100), Remeasured.kept().record["uniform"]
    assert found["hitting_time"] == pytest.approx(kept["hitting_time"])
    assert found["minimax_fidelity"] == pytest.approx(kept["minimax_fidelity"])
    assert found["mixing_time"] == kept["mixing_time"]


def test_what_is_kept_of_a_model() -> None:
    """Three samples, two layers, two heads, five positions, measured one by one."""
    maps, importance = attention(3, 3, 2, 2, 5), np.array([[1.0, 3.0], [2.0, 2.0]])
    maps[0, 0, :, -1] = [0.4, 0.3, 0.2, 0.1 - 1e-6, 1e-6]  # a sink that hardly keeps itself
    found = remeasuring.record_of(Name(2, "cycle"), maps, importance)
    assert (found["heads"], found["task"]) == (2, "cycle")
    assert found["hitting_time"]["published"]["mean"] == pytest.approx(
        proxies.hitting_time(maps, importance, chain="published").mean(axis=0)
    )
    shares = importance / importance.sum(axis=1, keepdims=True)
    mixed = np.einsum("slhij,lh->slij", maps, shares)
    assert found["sink_weight"]["mean"] == pytest.approx(mixed[:, :, -1, -1].mean(axis=0))
    assert found["sink_weight"]["greatest"] == pytest.approx(mixed[:, :, -1, -1].max(axis=0))
    times = np.array([[steps_to_mix(layer) for layer in one] for one in mixed])
    assert found["mixing_time"] == {
        "median": np.median(times, axis=0).tolist(),
        "least": times.min(axis=0).tolist(),
        "greatest": times.max(axis=0).tolist(),
    }
    since = {t: proxies.minimax_fidelity(maps, importance, first_step=t) for t in (0, 1)}
    assert found["sink_is_least"] == (since[1] < since[0]).sum(axis=0).tolist()
    assert found["sink_is_least"][0] >= 1
    measured = Measured.of(Name(2, "cycle"), maps, importance)
    for t in (0, 1):
        above = (measured.fidelity[t] > measured.best[t] + 1e-9).sum(axis=0)
        assert found["combined_exceeds"][str(t)] == above.tolist()


def steps_to_mix(mixed: np.ndarray) -> int:
    """T(¼) of the successors chain, by powers."""
    steps = mixed / mixed.sum(axis=0)
    steps[:, -1] = np.eye(len(mixed))[-1]
    power, t = np.eye(len(mixed)), 0
    while power[-1].min() < 0.75:
        power, t = steps @ power, t + 1
        assert t < 1000
    return t


def test_the_oracle_of_the_mixing_time() -> None:
    assert steps_to_mix(np.tri(4) / np.arange(1, 5)[:, None]) == (
        MultiHeadDiffusion.from_attention((np.tri(4) / np.arange(1, 5)[:, None])[None])
        .successors()
        .mixing_time()
    )
