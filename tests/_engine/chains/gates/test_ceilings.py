"""Float suprema over gates: within the exact ones, with and without an order, and cut short."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from cases.pairs_of_heads import orders
from cases.subjects import graph
from cases.zoo import unique_sink_dags

from dagmix import MultiHeadDiffusion
from dagmix._engine.chains.gates.ceilings import GatedSignals
from dagmix.bounds import any_weights_fidelity

PAIRS = [
    *list(combinations(unique_sink_dags(4), 2))[::30],
    *list(combinations(orders(4), 2))[::500],
]


def signals_of(pair: object) -> tuple[MultiHeadDiffusion, GatedSignals]:
    mixed = MultiHeadDiffusion([graph(4, edges) for edges in pair])  # type: ignore[attr-defined]
    return mixed, GatedSignals.of([head for _, head in mixed.parts], 3, mixed.adjacency)


@pytest.mark.parametrize("steps", [0, 3, 200])
def test_they_hold_after_any_number_of_steps(steps: int) -> None:
    for pair in PAIRS:
        mixed, signals = signals_of(pair)
        found = signals.suprema(steps)
        exact = any_weights_fidelity(mixed)
        for j, node in enumerate(exact.nodes):
            assert found.lower[j] <= node.upper
            assert node.reached <= found.upper[j]
            if found.certain[j]:
                assert node.attained
                assert node.time == found.times[j]


def test_the_least_alone_is_settled_sooner() -> None:
    for pair in PAIRS:
        _, signals = signals_of(pair)
        whole, least = signals.suprema(200), signals.suprema(200, least_only=True)
        assert least.upper.min() == pytest.approx(whole.upper.min(), rel=1e-11)
        assert (least.upper >= whole.lower).all()


def test_nodes_that_the_sink_does_not_hear_have_none() -> None:
    heads = [np.array([[1, 0, 0], [0, 1, 0], [0.5, 0, 0.5]])] * 2
    mixed = MultiHeadDiffusion(heads, sink=2)
    signals = GatedSignals.of([head for _, head in mixed.parts], 2, mixed.adjacency)
    assert signals.heard.tolist() == [0, 2]
    assert signals.suprema(100).upper[1] == 0


def test_what_is_checked_before_every_step_may_raise() -> None:
    counted: list[int] = []

    def check() -> None:
        counted.append(1)
        if len(counted) > 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        signals_of(PAIRS[0])[1].suprema(100, check)
    assert len(counted) == 3
