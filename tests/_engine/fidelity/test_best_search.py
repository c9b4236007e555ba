"""The greatest of several minima: brute force knows the same one, excluded heads have less."""

from __future__ import annotations

from typing import TYPE_CHECKING

import oracle
import pytest
from cases.subjects import CHUNKS, chunk_name, graph, with_and_without_loops
from cases.trained_like import trained_like
from oracle.fidelity import Signals

from dagmix import DiffusionOperator
from dagmix._engine.fidelity.best_search import find_greatest
from dagmix._engine.fidelity.minimax import MinimaxSearch

if TYPE_CHECKING:
    from fractions import Fraction

    from cases.zoo import Edges


def searched(diffusions: list[DiffusionOperator], first: int = 0) -> list[MinimaxSearch]:
    searches = [MinimaxSearch(one.transition, one.sink.index, first) for one in diffusions]
    find_greatest(searches)
    return searches


@pytest.mark.slow
@pytest.mark.parametrize("first", [0, 1])
@with_and_without_loops
@pytest.mark.parametrize("chunk", CHUNKS, ids=chunk_name)
def test_the_greatest_and_its_ties_are_found(
    chunk: tuple[int, tuple[Edges, ...]], *, loops: bool, first: int
) -> None:
    """All small graphs, as heads: in pairs, and all of a chunk at once."""
    n, graphs = chunk
    heads = [DiffusionOperator(graph(n, edges, loops=loops)) for edges in graphs]
    exact = [
        Signals(oracle.diffusion_matrix(n, edges, loops=loops), n - 1).minimax(first)[0]
        for edges in graphs
    ]
    groups = [list(range(len(heads))), *([h, h - 1] for h in range(1, len(heads)))]
    for group in groups:
        found = searched([heads[h] for h in group], first)
        assert_right(found, [exact[h] for h in group])


def assert_right(found: list[MinimaxSearch], exact: list[Fraction]) -> None:
    greatest = max(exact)
    for search, value in zip(found, exact, strict=True):
        assert search.lower <= value <= search.upper
        if value == greatest:
            assert search.found is not None
        if search.found is None:
            assert search.upper < greatest
        else:
            assert search.found.value == value


def test_a_head_that_waits_long_is_excluded_without_a_step() -> None:
    """Its signals would be searched in balls; the bound says that it cannot be the greatest."""
    heads = [DiffusionOperator.from_matrix(a, sink=39) for a in trained_like(1, 5, 40, seed=4)[0]]
    found = searched(heads)
    sink, previous, _, sharp, slow = found
    assert previous.found is not None
    for search in (sink, sharp, slow):
        assert search.found is None
        assert search.upper < previous.lower
        assert search._nodes._row.time == 0
    certified = heads[4].minimax_fidelity()
    assert slow.lower <= certified.lower <= certified.upper <= slow.upper
    assert slow.lower > certified.value / 10  # the averages are no idle bound


def test_what_can_still_win_is_searched_to_the_end() -> None:
    """Two near-identity heads: none excludes the other before all times are searched."""
    slow = DiffusionOperator.from_matrix(trained_like(5, 1, 12, seed=1)[4, 0], sink=11)
    found = searched([slow, slow])
    assert all(search.is_costly for search in found)
    certified = slow.minimax_fidelity()
    assert {(one.lower, one.upper) for one in found} == {(certified.lower, certified.upper)}
