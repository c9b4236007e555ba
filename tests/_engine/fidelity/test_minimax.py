"""The least fidelity of all nodes, and every node that has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import oracle
import pytest
from cases.subjects import every_graph, graph, with_and_without_loops
from oracle.fidelity import Signals

from dagmix import DiffusionOperator, families
from dagmix._engine.fidelity import sink_context

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


def test_a_source_is_the_minimum_after_a_node_that_is_received_late() -> None:
    """Node 2 has the least signal until stepping is too long; then source 1 has, for ever."""
    rows = np.diag([1, 1, 1 - 1e-7, 1 - 1e-7, 0.5])  # sink 4 → 3 → 2 → source 0, and 4 → source 1
    rows[2, 0] = rows[3, 2] = 1e-7
    rows[4, [1, 3]] = 0.005, 0.495
    found = DiffusionOperator.from_matrix(rows, sink=4).minimax_fidelity()
    assert found.nodes == (1,)
    assert found.value == pytest.approx(0.01, rel=1e-12)
    assert found.lower <= found.value <= found.upper


@from_step
@with_and_without_loops
@every_graph
def test_past_the_exact_budget_floats_enclose_the_exact_answer(
    chunk: tuple[int, tuple[Edges, ...]],
    monkeypatch: pytest.MonkeyPatch,
    *,
    loops: bool,
    first: int,
) -> None:
    """Without a step in integers the minimum, and each node's own, is between the bounds."""
    monkeypatch.setattr(sink_context, "WORK", 1)
    n, graphs = chunk
    for edges in graphs:
        expected = Signals(oracle.diffusion_matrix(n, edges, loops=loops), n - 1)
        diffusion = DiffusionOperator(graph(n, edges, loops=loops))
        found, (value, nodes) = (
            diffusion.minimax_fidelity(first_step=first),
            expected.minimax(first),
        )
        assert found.lower <= value <= found.upper <= found.lower * (1 + 1e-13)
        assert set(nodes) <= set(found.nodes)


@pytest.mark.parametrize("n", [600, 2100])
def test_a_long_line_is_enclosed(n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its minimum, in closed form, is too long for integers, and floats decide it."""
    monkeypatch.setattr(sink_context, "WORK", 2**20)
    found = DiffusionOperator(families.line(n)).minimax_fidelity()
    assert found.nodes == (1,)
    assert found.lower < families.line_fidelity(n) < found.upper < found.lower * (1 + 1e-10)
    assert isinstance(found.value, float)
    assert not found.exact
    node = DiffusionOperator(families.line(n)).node_fidelity(1)
    assert node.lower < families.line_fidelity(n) < node.upper < node.lower * (1 + 1e-10)
    assert {2 * n - 5, 2 * n - 4} <= set(node.times)


def test_integers_follow_where_floats_see_the_end() -> None:
    """The minimum of a line of 300 nodes is exact, though floats are asked on the way."""
    found = DiffusionOperator(families.line(300)).minimax_fidelity()
    assert (found.value, found.nodes) == (families.line_fidelity(300), (1,))
    assert found.exact


def test_long_denominators_are_left_to_floats_at_once() -> None:
    """The complete graph has φ_min = 1/n, and exact signals of 10⁴ bits already after two steps."""
    found = DiffusionOperator(families.complete(4000)).minimax_fidelity()
    assert found.lower <= families.complete_fidelity(4000) <= found.upper
    assert not found.exact
