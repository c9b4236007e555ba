"""Results say how exact they are, in the field of the operator."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from dagmix import FeedforwardDAG, MultiHeadDiffusion, families

HEADS = [
    FeedforwardDAG([("u", "v"), ("v", "w"), ("w", "τ")], nodes="uvwτ"),
    FeedforwardDAG([("v", "u"), ("u", "w"), ("w", "τ")], nodes="uvwτ"),
]
DEAF = FeedforwardDAG([("v", "τ")], nodes="uvτ")


def types(result: Any) -> set[type]:
    return {type(result.value), type(result.lower), type(result.upper)}


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("heads", [HEADS, [DEAF, DEAF], [families.line(9)] * 2])
def test_rational_answers_are_exact_fractions(heads: list[FeedforwardDAG], first: int) -> None:
    """lower = value = upper, all Fractions: nodes, minimum, best head."""
    mix = MultiHeadDiffusion(heads, sink=heads[0].nodes[-1])
    results: list[Any] = [mix.node_fidelity(node, first) for node in mix.nodes]
    results += [mix.minimax_fidelity(first), mix.best_head(first)]
    for result in results:
        assert result.lower == result.value == result.upper
        assert types(result) == {Fraction}
    assert all(one.exact for one in results)


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("heads", [HEADS, [DEAF, DEAF], [families.line(9)] * 2])
def test_float_answers_are_floats_around_the_exact_ones(
    heads: list[FeedforwardDAG], first: int
) -> None:
    """One float weight makes floats; they hold the exact answer and are narrow."""
    sink = heads[0].nodes[-1]
    exact = MultiHeadDiffusion(heads, sink=sink)
    floats = MultiHeadDiffusion(heads, [0.5, 0.5], sink=sink)
    pairs: list[tuple[Any, Any]] = [
        (exact.node_fidelity(node, first), floats.node_fidelity(node, first))
        for node in exact.nodes
    ]
    pairs.append((exact.minimax_fidelity(first), floats.minimax_fidelity(first)))
    for one, other in pairs:
        assert types(other) == {float}
        assert other.lower <= one.value <= other.upper
        assert other.lower <= other.value <= other.upper
        assert other.upper - other.lower <= 1e-11
