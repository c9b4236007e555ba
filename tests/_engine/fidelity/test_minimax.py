"""The least fidelity of all nodes, and every node that has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import oracle
import pytest
from cases.subjects import every_graph, graph, with_and_without_loops
from oracle.fidelity import Signals

from dagmix import DiffusionOperator, families

if TYPE_CHECKING:
    from cases.zoo import Edges

from_step = pytest.mark.parametrize("first", [0, 1], ids=["from0", "from1"])


@from_step
@with_and_without_loops
@every_graph
def test_minimax_fidelity(chunk: tuple[int, tuple[Edges, ...]], *, loops: bool, first: int) -> None:
    """φ_min is the least node fidelity, the sink included, with every node that has it."""
    n, graphs = chunk
    for edges in graphs:
        expected = Signals(oracle.diffusion_matrix(n, edges, loops=loops), n - 1)
        diffusion = DiffusionOperator(graph(n, edges, loops=loops))
        found = diffusion.minimax_fidelity(first_step=first)
        assert found.lower == found.value == found.upper
        assert (found.value, found.nodes) == expected.minimax(first), edges


def test_the_minimum_is_not_looked_for_before_every_node_was_heard() -> None:
    """Nodes that are heard late still count: the minimum of a long line is early in it."""
    found = DiffusionOperator(families.line(30)).minimax_fidelity()
    assert found.nodes == (1,)
    assert found.value == min(
        DiffusionOperator(families.line(30)).node_fidelity(node).value for node in range(30)
    )
