"""The climb: it never falls, and stays where nothing is to be gained."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np
import pytest
from cases.attention_samples import attention
from cases.pairs_of_heads import EXAMPLE_8, heads

from dagmix import DiffusionOperator, MultiHeadWalk
from dagmix.optimal.ascent import FidelityAscent, MixingTimeDescent, initial_weights
from dagmix.optimal.gradients import FloatHeads


def test_a_climb_never_falls() -> None:
    model = FloatHeads(attention(3, 8, 2), np.eye(8)[-1])
    ascent = FidelityAscent(model, 1e-9)
    for weights in initial_weights(3, 4, 0):
        assert ascent.climb(weights).value >= ascent.value(weights)[0]


def test_a_climb_from_zero_or_infinity_stays() -> None:
    edges = [np.array(DiffusionOperator(head, sink=2).matrix) for head in heads(EXAMPLE_8)]
    face = np.array([1.0, 0.0])
    assert FidelityAscent(FloatHeads(np.array(edges), np.eye(3)[2]), 1e-9).climb(face).value == 0
    walks = [np.array(MultiHeadWalk([h] * 2, sink=2).matrix) for h in heads(EXAMPLE_8)]
    stuck = MixingTimeDescent(FloatHeads(np.array(walks), np.array([1.0, 1, 0])), 1e-9, 0.25)
    assert stuck.climb(face).value == math.inf


def test_only_the_sink_to_hear() -> None:
    """Every best time is 0, so that there is nothing to climb."""
    model = FloatHeads(np.ones((2, 1, 1)), np.ones(1))
    assert FidelityAscent(model, 1e-9).climb(np.array([0.5, 0.5])).value == 1


@pytest.mark.parametrize("objective", ["fidelity", "mixing"])
def test_every_evaluation_is_counted(objective: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the objective, and of the entries at the targets with their gradients."""
    calls = Counter[str]()

    def count(owner: type, name: str) -> None:
        method = getattr(owner, name)

        def counted(*args: Any) -> Any:
            calls[name] += 1
            return method(*args)

        monkeypatch.setattr(owner, name, counted)

    count(FidelityAscent, "value")
    count(MixingTimeDescent, "value")
    count(FloatHeads, "values_and_gradients")
    tensor = attention(3, 8, 2)
    if objective == "fidelity":
        ascent: Any = FidelityAscent(FloatHeads(tensor, np.eye(8)[-1]), 1e-9)
    else:
        walks = [np.array(walk.matrix) for walk in MultiHeadWalk.from_attention(tensor).heads]
        ascent = MixingTimeDescent(FloatHeads(np.array(walks), 1 - np.eye(8)[-1]), 1e-9, 0.25)
    for weights in initial_weights(3, 2, 0):
        found = ascent.climb(weights)
        assert found.evaluations == ascent.evaluations == sum(calls.values())
    assert min(calls.values()) > 1
