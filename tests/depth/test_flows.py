"""Attention flow beside the least cut, networkx, and the rollout below it."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

import networkx as nx
import pytest
from cases.stacks import FIRST, SECOND, drawn, exact, stacked
from oracle.depth import Layer, least_cut, with_residual

from dagmix import DiffusionOperator, LayerStack, errors, families
from dagmix.depth import flows

ONE = [Fraction(1)]
LAYERS = [Layer(ONE, [exact(m)], Fraction(1, 2)) for m in (FIRST, SECOND)]


def test_flows_known_by_hand() -> None:
    assert [stacked(LAYERS).flow(j) for j in range(3)] == [
        Fraction(11, 24),
        Fraction(7, 24),
        Fraction(2, 3),
    ]
    bare = stacked([one._replace(residual=Fraction(0)) for one in LAYERS])
    assert [bare.flow(j) for j in range(3)] == [Fraction(11, 12), Fraction(7, 12), Fraction(1, 3)]


@pytest.mark.parametrize("seed", range(14))
def test_a_flow_is_the_least_cut(seed: int) -> None:
    """And never below the rollout (theorem J1), of one layer equal to it."""
    layers = drawn(seed, 3, 1 + seed % 3, 2, causal=seed % 2 > 0)
    stack = stacked(layers)
    for j in range(3):
        flow = stack.flow(j)
        assert flow == least_cut(layers, 2, j)
        assert stack.signal(j) <= flow <= 1
        assert len(layers) > 1 or flow == stack.signal(j)


@pytest.mark.parametrize("seed", range(3))
def test_a_flow_is_that_of_networkx(seed: int) -> None:
    """With integer capacities, on 8 nodes and 5 layers."""
    layers = drawn(seed, 8, 5, 2, causal=seed % 2 > 0)
    steps = [with_residual(layer) for layer in layers]
    common = math.lcm(*(x.denominator for step in steps for row in step for x in row))
    graph = nx.DiGraph()
    for level, step in enumerate(steps, 1):
        for (i, row), k in product(enumerate(step), range(8)):
            if row[k]:
                graph.add_edge((level, i), (level - 1, k), capacity=int(row[k] * common))
    stack = stacked(layers)
    for j in range(8):
        graph.add_node((0, j))
        value = nx.maximum_flow_value(graph, (5, 7), (0, j))
        assert stack.flow(j) == Fraction(value, common)


def test_a_flow_that_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    stack = LayerStack([DiffusionOperator(families.line(4))], 0)
    assert stack.flow(0) == 0
    assert LayerStack(stack.layers, 0.0).flow(0) == 0.0
    monkeypatch.setattr(flows, "MOST_ARCS", 3)
    with pytest.raises(errors.SizeError, match="arcs"):
        stack.flow(0)
