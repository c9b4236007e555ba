"""Diffusions: their matrix."""

from __future__ import annotations

import oracle
import pytest
from cases.subjects import graph
from cases.zoo import unique_sink_dags

from dagmix import DiffusionOperator

with_and_without_loops = pytest.mark.parametrize("loops", [True, False], ids=["loops", "bare"])


@with_and_without_loops
def test_matrix_is_the_definition(*, loops: bool) -> None:
    """Entry [i, j] is 1 / indeg(i), as floats and exactly."""
    for edges in unique_sink_dags(4):
        delta = oracle.diffusion_matrix(4, edges, loops=loops)
        diffusion = DiffusionOperator(graph(4, edges, loops=loops))
        assert diffusion.matrix.tolist() == [[float(entry) for entry in row] for row in delta]
        exact = diffusion.exact
        assert all(exact[i, j] == delta[i][j] for i in range(4) for j in range(4)), edges
