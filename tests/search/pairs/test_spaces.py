"""Every kind of pairs is met, with what is known of its heads."""

from __future__ import annotations

import numpy as np
import oracle
import pytest
from oracle.fidelity import Signals

from dagmix.search.pairs import counting, masks
from dagmix.search.pairs.spaces import QUARTER, space


@pytest.mark.parametrize("order", ["common", "any"])
@pytest.mark.parametrize("n", [2, 3, 4])
def test_every_kind_is_met(n: int, order: str) -> None:
    pairs = space(n, order)
    first, second = [], []
    for number, begin in enumerate(pairs.starts):
        chunks = list(pairs.chunks(number, len(pairs.graphs)))
        assert chunks[0].start == begin
        for chunk in chunks:
            seconds = pairs.graphs[chunk].tolist()
            second += seconds
            first += [pairs.graphs[pairs.firsts[number]]] * len(seconds)
    assert len(second) == pairs.pairs
    keys = masks.pair_keys(np.array(first), np.array(second), n)
    assert len(np.unique(keys)) == counting.pairs(n, order)


def test_heads_have_their_fidelities_and_times() -> None:
    pairs = space(4, "any")
    assert (np.diff(pairs.fidelities) >= 0).all()
    for number in range(0, len(pairs.graphs), 7):
        edges = masks.edges(int(pairs.graphs[number]), 4)
        delta, walk = oracle.diffusion_matrix(4, edges), oracle.walk_matrix(4, edges)
        value = float(Signals(delta, 3).minimax()[0])
        assert pairs.fidelities[number] == pytest.approx(value, rel=1e-8)
        assert pairs.times[number] == oracle.mixing_time(walk, 3, QUARTER)
        assert np.allclose(pairs.diffusions[..., number], np.array(delta, dtype=float))
        assert np.allclose(pairs.walks[..., number], np.array(walk, dtype=float)[:3, :3])
