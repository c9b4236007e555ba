"""What a local search finds: within the limits, reproducible, no better than the bound."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from dagmix import DiffusionOperator, WalkOperator, Work
from dagmix.design import FoundGraph, best_graphs, found_graph
from dagmix.design.found import _counted
from dagmix.design.questions import read_question
from dagmix.errors import NumberError, ObjectiveError, SizeError
from dagmix.families import complete_fidelity, line_fidelity
from design.brute import known


@pytest.mark.parametrize("objective", ["mixing", "fidelity"])
@pytest.mark.parametrize("limits", [(None, 2), (11, None)])
def test_what_is_found_is_within_the_limits_and_the_bound(
    objective: str, limits: tuple[int | None, int | None]
) -> None:
    edges, in_degree = limits

    def search() -> FoundGraph:
        return found_graph(
            9,
            edges=edges,
            in_degree=in_degree,
            objective=objective,
            budget=Work(40),
            seed=3,
        )

    found = search()
    graph = found.graph
    assert graph.unique_sink.node == 8
    assert graph.adjacency.edges - 9 <= (edges or 36)
    assert max(map(graph.in_degree, graph.nodes)) - 1 <= (in_degree or 8)
    if objective == "mixing":
        assert found.value == WalkOperator(graph).mixing_time()
        assert found.bound <= found.value
    else:
        assert found.value == DiffusionOperator(graph).minimax_fidelity().value
        assert line_fidelity(9) <= found.value <= found.bound
    assert found.tried == 40
    assert found == search()


def test_on_few_nodes_the_bound_is_the_best() -> None:
    """And a search of a few hundred changes meets it."""
    for objective in ("mixing", "fidelity"):
        found = found_graph(5, in_degree=2, objective=objective, budget=Work(200))
        best = best_graphs(5, in_degree=2, objective=objective).value
        assert found.bound == found.value == best


@pytest.mark.parametrize("epsilon", [Fraction(1, 4), Fraction(1, 100)])
@pytest.mark.parametrize("n", [2, 3, 4])
def test_what_in_degrees_allow_bounds_every_mixing_time(n: int, epsilon: Fraction) -> None:
    for k in range(1, n):
        bound = _counted(read_question(n, None, k, "mixing", epsilon))
        assert all(bound <= one.time for one in known(n, epsilon) if one.in_degree <= k)


def test_the_bound_grows_with_n() -> None:
    """For k = 1 it is 2 (n − 1)(1 − ε); the star, at k = n − 1, is as quick as any graph."""
    assert _counted(read_question(41, None, 1, "mixing")) == 60
    assert _counted(read_question(1000, None, 2, "mixing")) > 10
    assert found_graph(12, objective="mixing", budget=Work(1)).value == 2


def test_seconds_are_a_budget_too() -> None:
    found = found_graph(6, budget=0)
    assert found.tried == 0
    assert found.value >= complete_fidelity(6)


@pytest.mark.parametrize(
    ("n", "arguments", "error", "named"),
    [
        (2, {}, SizeError, "n = 3 to 512 nodes; got n = 2"),
        (513, {}, SizeError, "got n = 513"),
        (5, {"objective": "pareto"}, ObjectiveError, "got 'pareto'"),
        (5, {"budget": None}, NumberError, "Work(m) or seconds; got None"),
        (5, {"seed": -1}, NumberError, "seed is an integer, at least 0; got -1"),
        (5, {"edges": 3}, SizeError, "at least n - 1 = 4 edges"),
    ],
)
def test_bad_input(n: int, arguments: dict[str, Any], error: type[Exception], named: str) -> None:
    with pytest.raises(error) as caught:
        found_graph(n, **arguments)
    assert named in str(caught.value)
