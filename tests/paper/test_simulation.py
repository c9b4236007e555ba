"""The variance of Algorithm 1, against the distribution of its walks, stepped one by one."""

from __future__ import annotations

import numpy as np
import pytest

from dagmix.paper.simulation import simulation_variance


def attention(seed: int, *shape: int) -> np.ndarray:
    n = shape[-1]
    weights = np.exp(2 * np.random.default_rng(seed).normal(size=(*shape, n))) * np.tri(n)
    made: np.ndarray = weights / weights.sum(axis=-1, keepdims=True)
    return made


def brute_force(mixed: np.ndarray, walks: int, last: int) -> float:
    """Follow the probabilities of the published code's draws, from each position."""
    n = len(mixed)
    bounds = np.minimum(np.cumsum(mixed.T, axis=1), 1)  # row j is drawn from; a draw above is n − 1
    bounds[:, -1] = 1
    steps = np.diff(bounds, axis=1, prepend=0)
    variance = 0.0
    for start in range(n):
        where = np.eye(n)[start]
        arrived = []
        for _ in range(last):
            arrived.append(where[-1])
            where[-1] = 0
            where = where @ steps
        chances = [*arrived, 1 - sum(arrived)]  # of 0, 1, …, last steps
        moments = [sum(p * t**k for t, p in enumerate(chances)) for k in (1, 2)]
        variance += moments[1] - moments[0] ** 2
    return float(variance / (walks * n**2))


@pytest.mark.parametrize("last", [1, 3, 40])
def test_it_is_that_of_the_walks(last: int) -> None:
    heads, importance = attention(1, 2, 3, 5), np.array([1.0, 2.0, 5.0])
    found = simulation_variance(heads, importance, walks=7, max_steps=last)
    mixed = np.einsum("shij,h->sij", heads, importance / 8)
    assert found == pytest.approx([brute_force(one, 7, last) for one in mixed], rel=1e-9, abs=1e-15)


def test_who_always_arrives_at_once_has_none() -> None:
    """Every position but the last is left for the sink at once."""
    rows = np.array([[1.0, 0.0], [1.0, 0.0]])
    assert simulation_variance(rows[None], np.ones(1)) == 0
