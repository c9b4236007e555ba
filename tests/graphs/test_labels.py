"""Labels of nodes and their places."""

from __future__ import annotations

import pickle
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from dagmix import DiffusionOperator, FeedforwardDAG, MultiHeadDiffusion
from dagmix.errors import EmptyError, ShapeError, UnknownNodeError
from dagmix.graphs.labels import LARGEST_COUNT, Nodes, check_count


def test_ranges_are_labels_that_cost_little() -> None:
    nodes = Nodes(range(10, 40, 3))
    assert nodes == Nodes(list(range(10, 40, 3)))
    assert [nodes.row(node) for node in nodes] == list(range(10))
    assert nodes.row(np.int64(13)) == nodes.row(13.0) == 1
    assert pickle.loads(pickle.dumps(nodes)).row(16) == 2  # noqa: S301 - our own
    for unknown in (11, 40, "x"):
        with pytest.raises(UnknownNodeError):
            nodes.row(unknown)
    with pytest.raises(EmptyError):
        Nodes(range(0))


NAN = float("nan")


@pytest.mark.parametrize(
    "labels",
    [[NAN, 1], [1, np.float32("nan")], [(0, (NAN, 1))], [Decimal("nan")], [[]]],
)
def test_labels_that_could_not_be_found_again(labels: Any) -> None:
    """NaN is not equal to itself."""
    with pytest.raises(UnknownNodeError, match="hashable and equal to themselves"):
        Nodes(labels)


@pytest.mark.parametrize("labels", [3, 2.5, {"a", "b"}, frozenset("ab")])
def test_labels_come_in_an_order(labels: Any) -> None:
    for call in (
        lambda: Nodes(labels),
        lambda: FeedforwardDAG([], nodes=labels),
        lambda: FeedforwardDAG.from_mask(np.eye(2), nodes=labels),
        lambda: FeedforwardDAG.from_runs(0, 0, 1, nodes=labels),
        lambda: DiffusionOperator.from_matrix([[1]], nodes=labels),
        lambda: MultiHeadDiffusion.from_attention([[[1.0]]], nodes=labels),
    ):
        with pytest.raises(ShapeError, match="nodes are labels in an order"):
            call()


def test_the_greatest_number_of_nodes_is_2_to_the_28() -> None:
    """Checked before anything of that length is made."""
    assert check_count(2**28) == LARGEST_COUNT == 2**28
    with pytest.raises(ShapeError, match="268435457 nodes; a graph has at most 268435456"):
        check_count(2**28 + 1)
    for nodes in (range(2**28 + 1), range(5, -(2**28), -1), range(0, 10**12, 2)):
        with pytest.raises(ShapeError, match="a graph has at most 268435456"):
            Nodes(nodes)
