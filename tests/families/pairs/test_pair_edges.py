"""How edges of pairs are put together."""

from __future__ import annotations

import pytest

from dagmix import FeedforwardDAG
from dagmix.errors import ShapeError
from dagmix.families.pairs import pair_edges


def test_an_edge_that_is_listed_twice_is_one_edge() -> None:
    twice = pair_edges.graph_of(3, pair_edges.path(0, [1], 2), pair_edges.all_to(0, [1, 2]))
    assert twice == FeedforwardDAG([(0, 1), (1, 2), (0, 2)], nodes=range(3))


def test_no_senders_are_no_edges() -> None:
    senders, receivers = pair_edges.all_to([], 3)
    assert len(senders) == len(receivers) == 0


def test_too_many_edges_are_refused() -> None:
    pair_edges.check_edges(2**28, "edges")
    with pytest.raises(ShapeError, match=r"268435457 edges here; at most 268435456 are listed"):
        pair_edges.check_edges(2**28 + 1, "edges here")
