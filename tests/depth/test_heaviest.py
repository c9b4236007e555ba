"""The heaviest pathways through layers beside all of them, and beside one graph of all layers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from cases.stacks import drawn, stacked, uniform
from oracle.depth import Layer
from oracle.depth import pathways as every_pathway

from dagmix import (
    DiffusionOperator,
    LayerStack,
    MultiHeadDiffusion,
    errors,
    families,
    pathways,
)
from dagmix.depth import heaviest

STREAM = -1


def flat(found: object) -> list[tuple[tuple[int, ...], Fraction]]:
    return [
        (
            tuple(
                x
                for head, node in zip(one.heads, one.nodes[1:], strict=True)
                for x in (STREAM if head is None else head, node)
            ),
            one.exact,
        )
        for one in found  # type: ignore[attr-defined]
    ]


@pytest.mark.parametrize("seed", range(16))
def test_the_first_of_all_pathways_in_order(seed: int) -> None:
    """For every k: ties, which are many among small fractions, in the order of the steps."""
    layers = drawn(seed, 3, 1 + seed % 4, 2, causal=seed % 3 > 0)
    stack = stacked(layers)
    for source in range(3):
        all_of_them = [(one.steps, one.weight) for one in every_pathway(layers, source, 2)]
        for k in (1, 2, 7):
            assert flat(stack.heaviest_pathways(source, k)) == all_of_them[:k]
        found = stack.heaviest_pathways(source, 10**4)
        assert sum(one.exact for one in found) == stack.signal(source)
        assert sum(found.shares) == pytest.approx(1.0 if len(found) else 0.0)


def test_equal_layers_tie_in_every_way() -> None:
    """Uniform attention, six times: the order is still that of the steps, and no more is made."""
    layers = [Layer([Fraction(1, 2)] * 2, [uniform(3)] * 2, Fraction(1, 3))] * 4
    expected = [(one.steps, one.weight) for one in every_pathway(layers, 0, 2)]
    assert flat(stacked(layers).heaviest_pathways(0, 25)) == expected[:25]


def test_floats_are_the_rationals_they_stand_for() -> None:
    """Ties between floats are decided exactly; weights are rounded once."""
    draw = np.random.default_rng(7)
    attention = np.tril(draw.random((3, 2, 4, 4)))
    attention[1] = attention[0]
    attention /= attention.sum(axis=-1, keepdims=True)
    stack = LayerStack.from_attention(attention, residual=0.5)
    exact = [
        Layer(
            [Fraction(1, 2)] * 2,
            [[[Fraction(x) / sum(map(Fraction, r)) for x in r] for r in h] for h in a.tolist()],
            Fraction(1, 2),
        )
        for a in attention
    ]
    expected = every_pathway(exact, 0, 3)
    found = stack.heaviest_pathways(0, 40)
    assert flat(found) == [(one.steps, one.weight) for one in expected[:40]]
    assert [one.weight for one in found] == [float(one.weight) for one in expected[:40]]


def test_one_graph_of_all_layers_has_the_same_weights() -> None:
    """(L + 1) n nodes, a head for each of all layers and the stream: the long way to it."""
    draw = np.random.default_rng(3)
    depth, heads, n = 3, 2, 5
    attention = np.tril(draw.random((depth, heads, n, n)))
    attention /= attention.sum(axis=-1, keepdims=True)
    size = (depth + 1) * n
    blocks = np.zeros((heads + 1, size, size))
    blocks[:, :n, :n] = np.eye(n)
    for level in range(depth):
        below, above = (slice((level + up) * n, (level + up + 1) * n) for up in (0, 1))
        blocks[0, above, below] = np.eye(n)
        blocks[1:, above, below] = attention[level]
    mix = MultiHeadDiffusion(list(blocks), [0.5, 0.25, 0.25], sink=size - 1)
    expected = pathways.heaviest(mix, 1, depth, 12)
    found = LayerStack.from_attention(attention).heaviest_pathways(1, 12)
    assert [one.weight for one in found] == pytest.approx([one.weight for one in expected], 1e-8)
    assert [one.nodes for one in found] == [
        tuple(int(str(node)) - n * level for level, node in enumerate(one.nodes))
        for one in expected
    ]


def test_weights_too_small_for_floats() -> None:
    """Entries near underflow have exact logarithms, and a signal of 0 has no shares."""
    tiny = 2.0**-1000
    layer = DiffusionOperator.from_matrix([[1.0, 0.0], [tiny, 1.0]])
    found = LayerStack([layer] * 2, 0).heaviest_pathways(0, 2)
    assert [one.nodes for one in found] == [(0, 0, 1), (0, 1, 1)]
    assert found[0].exact > found[1].exact > 0
    three = DiffusionOperator.from_matrix([[1.0, 0, 0], [tiny, 1, 0], [0, tiny, 1]], sink=2)
    [lost] = LayerStack([three] * 2, 0).heaviest_pathways(0, 1)
    assert 0 < lost.exact < Fraction(1, 2**1999)
    assert lost.weight == 0.0


def test_too_many_arcs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heaviest, "MOST_ARCS", 3)
    with pytest.raises(errors.SizeError, match="arcs"):
        LayerStack([DiffusionOperator(families.line(2))]).heaviest_pathways(0, 1)
