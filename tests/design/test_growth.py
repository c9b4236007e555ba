"""Levels of partial graphs: nothing that may be best is left out."""

from __future__ import annotations

from itertools import chain

import pytest

from dagmix.design.codes import canonical, graph_of
from dagmix.design.growth import batches, first_values, grown, root
from dagmix.design.questions import read_question
from design.brute import kind_of, known


@pytest.mark.parametrize("objective", ["mixing", "fidelity", "pareto"])
def test_without_a_front_every_class_is_grown(objective: str) -> None:
    question = read_question(4, None, None, objective)
    level = [root(question)]
    for _ in range(3):
        children = chain.from_iterable(grown(question, some, ()) for some in batches(level))
        level = list({child.code: child for child in children}.values())
    assert {kind_of(graph_of(one.code)) for one in level} == {one.kind for one in known(4)}
    for one in level:
        assert canonical(one.code) == one.code
        time, fidelity = question.value(one.code)
        assert one.time <= time
        assert one.fidelity >= fidelity


@pytest.mark.parametrize("objective", ["mixing", "fidelity", "pareto"])
def test_first_values_are_values_of_graphs_within_the_limits(objective: str) -> None:
    question = read_question(5, 5, 2, objective)
    values = first_values(question)
    assert (0, 1, 2, 4, 8) in values
    for code, value in values.items():
        graph = graph_of(code)
        assert question.value(code) == value
        assert graph.adjacency.edges - 5 <= 5
        assert max(graph.in_degree(node) for node in graph.nodes) - 1 <= 2


def test_batches_are_cut_by_the_number_of_children() -> None:
    question = read_question(3, None, None, "mixing")
    level = [root(question)] * 10_000
    assert [len(part) for part in batches(level)] == [4096, 4096, 1808]
