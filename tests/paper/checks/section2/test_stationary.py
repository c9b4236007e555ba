"""Where walks end: rows that notice other operators and inputs; brute force beside them."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from dagmix import DiffusionOperator, MultiHeadDiffusion, WalkOperator
from dagmix.paper import example_3_8, example_3_13
from dagmix.paper.checks.section2 import stationary
from paper.corruption import Break, assert_noticed, changed, put


def same_order(patch: pytest.MonkeyPatch) -> None:
    """Put the line u → v → w → τ in the place of all three heads."""
    line = example_3_13()[0]
    patch.setattr(stationary, "example_3_13", lambda: [line, line])
    patch.setattr(stationary, "FeedforwardDAG", lambda *_, **__: line)


CORRUPTIONS: dict[str, Break] = {
    "Definition 2.3": put(stationary, "WalkOperator", DiffusionOperator),
    "Definition 2.4": changed(WalkOperator, "stationary_distribution", lambda pi: pi[::-1]),
    "Lemma 2.5": put(stationary, "WalkOperator", DiffusionOperator),
    "Lemma 2.6": put(stationary, "MultiHeadWalk", MultiHeadDiffusion),
    "Figure 2": same_order,
}


@pytest.mark.parametrize("label", CORRUPTIONS)
def test_what_is_broken_is_noticed(label: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_noticed(label, CORRUPTIONS[label], monkeypatch)


def test_graphs_that_end_in_the_last_node() -> None:
    """All subsets of the pairs j < i; the fixed directions are as many as the sinks."""
    found = list(stationary.ending_in(3))
    assert len(set(found)) == 8
    for graph in found:
        walk = WalkOperator(graph, sink=2)
        assert stationary.fixed_directions(walk) == len(graph.sinks)


def test_reaching_and_disagreeing() -> None:
    assert stationary.all_reach(example_3_8())
    assert not stationary.all_reach(example_3_8()[:1])
    assert stationary.disagree(example_3_13())
    assert not stationary.disagree(example_3_8())


def test_opposite_heads_are_all_pairs_with_the_inner_nodes_reversed() -> None:
    pairs = stationary.opposite_pairs()
    assert len(pairs) == 21**2
    edges: list[Any] = [e for e in pairs[-1][1].edges if e[0] != e[1]]
    assert all(j > i or i == 3 for j, i in edges)
    assert len(list(permutations(range(3)))) * 2 == len(set(stationary.small_heads()))
