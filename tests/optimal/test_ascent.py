"""The climb: it never falls, and stays where nothing is to be gained."""

from __future__ import annotations

import math

import numpy as np
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
