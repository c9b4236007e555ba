"""Edges as they are brought, and how they are read."""

from __future__ import annotations

import numpy as np
import pytest

from dagmix import FeedforwardDAG
from dagmix.errors import ShapeError, UnknownNodeError


def test_an_array_of_edges_is_read_without_a_loop() -> None:
    edges = np.array([[2, 4], [4, 8], [2, 8]])
    graph = FeedforwardDAG(edges, nodes=range(2, 10, 2))
    assert graph == FeedforwardDAG(edges.tolist(), nodes=[2, 4, 6, 8])
    with pytest.raises(UnknownNodeError, match="edge 1, \\(4, 9\\)"):
        FeedforwardDAG(np.array([[2, 4], [4, 9]]), nodes=range(2, 10, 2))
    for wrong in (edges[:, :1], edges.astype(float)):
        with pytest.raises(ShapeError, match="integer array \\(m, 2\\)"):
            FeedforwardDAG(wrong, nodes=range(2, 10, 2))
