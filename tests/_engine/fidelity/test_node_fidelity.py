"""Fidelity of a node against the oracle: the supremum, and all of its times."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations
from typing import TYPE_CHECKING

import oracle
import pytest
from cases.subjects import as_oracle, every_graph, graph, reordered, with_and_without_loops
from cases.zoo import unique_sink_dags
from oracle.fidelity import Signals

from dagmix import DiffusionOperator, FeedforwardDAG
from dagmix._engine.fidelity import sink_context

if TYPE_CHECKING:
    from cases.zoo import Edges

from_step = pytest.mark.parametrize("first", [0, 1], ids=["from0", "from1"])


@pytest.mark.slow
@from_step
@with_and_without_loops
@every_graph
def test_node_fidelity(chunk: tuple[int, tuple[Edges, ...]], *, loops: bool, first: int) -> None:
    """φ_j is the supremum over t ≥ first; attained or not, and when."""
    n, graphs = chunk
    for edges in graphs:
        expected = Signals(oracle.diffusion_matrix(n, edges, loops=loops), n - 1)
        diffusion = DiffusionOperator(graph(n, edges, loops=loops))
        for j in range(n):
            found = diffusion.node_fidelity(j, first_step=first)
            assert as_oracle(found) == expected.fidelity(j, first), (edges, j)


@pytest.mark.slow
@with_and_without_loops
@pytest.mark.parametrize("n", [2, 3, 4])
def test_fidelity_in_every_node_order(n: int, *, loops: bool) -> None:
    """The order of rows and columns changes no fidelity, and orders the minimax nodes."""
    for edges in unique_sink_dags(n):
        expected = Signals(oracle.diffusion_matrix(n, edges, loops=loops), n - 1)
        by_node = [expected.fidelity(j) for j in range(n)]
        least, nodes = expected.minimax()
        for order in permutations(range(n)):
            diffusion = DiffusionOperator(reordered(order, edges, loops=loops))
            assert [as_oracle(diffusion.node_fidelity(j)) for j in range(n)] == by_node
            minimax = diffusion.minimax_fidelity()
            assert minimax.value == least
            assert minimax.nodes == tuple(j for j in order if j in nodes)


def test_a_later_first_step() -> None:
    """From a step past the peak on, the best signal is the first one left."""
    edges = [(0, 1), (1, 2), (2, 3)]
    expected = Signals(oracle.diffusion_matrix(4, edges), 3)
    diffusion = DiffusionOperator(graph(4, edges))
    for first in (2, 3, 4, 5, 9, 40):
        for j in range(4):
            found = diffusion.node_fidelity(j, first_step=first)
            assert as_oracle(found) == expected.fidelity(j, first), (first, j)


def test_a_tie_after_all_mass_was_elsewhere() -> None:
    """Without self-loops s→j, j→τ, j→b, b→a, a→τ: the signal of j is 0, ½, 0, ½, then 0."""
    edges = [("s", "j"), ("j", "τ"), ("j", "b"), ("b", "a"), ("a", "τ")]
    diffusion = DiffusionOperator(FeedforwardDAG(edges, self_loops=False))
    found = diffusion.node_fidelity("j")
    assert (found.value, found.times, found.onwards) == (Fraction(1, 2), (1, 3), False)
    source = diffusion.node_fidelity("s")
    assert (source.value, source.attained, source.times, source.onwards) == (1, True, (4,), True)


def test_what_underflows_after_the_exact_budget_goes_to_balls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Integers end early, floats end below 2⁻⁹⁰⁰, and balls enclose the peak of 2⁻¹⁰⁰⁰."""
    half, tiny = Fraction(1, 2), Fraction(1, 2**500)
    rows = [[1, 0, 0, 0], [half, half, 0, 0], [half, tiny, half - tiny, 0]]
    operator = DiffusionOperator.from_matrix([*rows, [half, 0, tiny, half - tiny]])
    expected = max(operator.signals(12)[:, 1])
    monkeypatch.setattr(sink_context, "WORK", 1)
    found = operator.node_fidelity(1)
    assert found.lower <= expected <= found.upper < 1e-300
    assert found.lower > 0
