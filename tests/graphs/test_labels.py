"""Labels of nodes and their places."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from dagmix.errors import EmptyError, UnknownNodeError
from dagmix.graphs.labels import Nodes


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
