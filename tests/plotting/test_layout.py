"""Places of nodes in a picture: edges go forward wherever they can, and arcs say which do not."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from cases.zoo import Edges, unique_sink_dags
from hypothesis import given
from hypothesis import strategies as st
from oracle import heard_from, transpose, walk_matrix

from dagmix import FeedforwardDAG
from dagmix._engine.adjacency.base import Adjacency
from dagmix._engine.adjacency.explicit import from_pairs
from dagmix._engine.adjacency.ranges import union
from dagmix.plotting.layout import Arc, arcs, order


def adjacency(n: int, edges: Edges) -> Adjacency:
    """Edges as (sender, receiver)."""
    senders, receivers = (np.array([edge[k] for edge in edges], dtype=np.intp) for k in (0, 1))
    return from_pairs(n, receivers, senders)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_every_edge_of_a_feedforward_graph_goes_forward(n: int) -> None:
    """All unique-sink DAGs with n ≤ 4, their nodes listed in every order."""
    for edges in unique_sink_dags(n):
        for names in permutations(range(n)):
            listed = tuple((names[j], names[i]) for j, i in edges)
            place = {row: k for k, row in enumerate(order(adjacency(n, listed)))}
            assert sorted(place) == list(range(n))
            assert all(place[j] < place[i] for j, i in listed)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_a_topological_node_order_is_kept(n: int) -> None:
    """With self-loops and without: they neither go forward nor backward."""
    loops = tuple((j, j) for j in range(n))
    for edges in unique_sink_dags(n):
        assert order(adjacency(n, edges)) == order(adjacency(n, edges + loops)) == list(range(n))


@given(st.data())
def test_only_edges_within_a_cycle_go_backward(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 6))
    pairs = [(j, i) for j in range(n) for i in range(n) if i != j]
    edges = tuple(data.draw(st.sets(st.sampled_from(pairs)))) if pairs else ()
    place = {row: k for k, row in enumerate(order(adjacency(n, edges)))}
    forward = transpose(walk_matrix(n, edges))
    for j, i in edges:
        returns = j in heard_from(forward, i)
        assert returns or place[j] < place[i]


def test_ties_are_in_node_order() -> None:
    """Example 3.13: u and v reach as many nodes, in either head's way."""
    heads = ([("u", "v"), ("v", "w"), ("w", "τ")], [("v", "u"), ("u", "w"), ("w", "τ")])
    whole = union([FeedforwardDAG(edges, nodes="τwvu").adjacency for edges in heads])
    assert order(whole) == [2, 3, 1, 0]


def test_a_union_holds_each_edge_once() -> None:
    one, two = adjacency(3, ((0, 1), (1, 2))), adjacency(3, ((0, 1), (0, 2)))
    assert union([one, two]).edges == 3


def test_arcs_bend_by_level_and_skip_self_loops() -> None:
    found = arcs(adjacency(3, ((0, 0), (0, 1), (0, 2), (2, 1))), {0: 0, 1: 1, 2: 2})
    assert found == [Arc(0, 1, 0.0), Arc(0, 2, 0.3), Arc(2, 1, 0.3)]
    assert arcs(adjacency(2, ((0, 1),)), {0: 1, 1: 0}, 2) == [Arc(1, 0, 0.62)]
    (second,) = arcs(adjacency(2, ((0, 1),)), {0: 0, 1: 1}, 1)
    assert second.bend == pytest.approx(0.46)
