"""Codes of small graphs: the same for relabelled graphs, different for others."""

from __future__ import annotations

import pytest
from cases.zoo import Edges, unique_sink_dags

from dagmix import FeedforwardDAG
from dagmix.design.codes import POINT, Code, bits, canonical, code_of, edges_of, graph_of, line_code
from dagmix.families import line
from design.brute import kind, kind_of


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_graphs_have_one_code_where_they_are_isomorphic(n: int) -> None:
    codes: dict[Edges, Code] = {}
    for edges in unique_sink_dags(n):
        code = code_of(FeedforwardDAG(edges, nodes=range(n)))
        assert codes.setdefault(kind(n, edges), code) == code
        assert canonical(code) == code
        assert kind_of(graph_of(code)) == kind(n, edges)
        assert edges_of(code) == len(edges)
    assert len(set(codes.values())) == len(codes) == [1, 1, 3, 16][n - 1]


@pytest.mark.slow
def test_sources_one_by_one_give_every_class_on_five_nodes() -> None:
    level = {POINT}
    for k in range(1, 5):
        level = {canonical((*code, mask)) for code in level for mask in range(1, 1 << k)}
    assert {kind_of(graph_of(code)) for code in level} == {
        kind(5, edges) for edges in unique_sink_dags(5)
    }
    assert len(level) == 164


def test_nodes_that_look_alike_are_told_apart() -> None:
    """Two cycles of six edges between layers of six, or four and two: all degrees are equal."""
    sinks = [0, *[1] * 6]

    def layered(pairs: list[tuple[int, int]]) -> tuple[int, ...]:
        return (*sinks, *(1 << 1 + a | 1 << 1 + b for a, b in pairs))

    ring = layered([(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 0)])
    rolled = layered([(3, 4), (0, 5), (1, 2), (4, 5), (0, 1), (2, 3)])
    two = layered([(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3)])
    assert canonical(ring) == canonical(rolled) != canonical(two)


def test_the_line() -> None:
    assert graph_of(line_code(5)) == line(5)
    assert line_code(1) == POINT
    assert list(bits(0)) == []
