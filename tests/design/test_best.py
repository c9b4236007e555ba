"""The best graphs are those of brute force; what is stopped is bounded, and goes on."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from dagmix import Work
from dagmix.design import BestGraphs, best, best_graphs, growth
from dagmix.errors import FileError, NumberError, SizeError
from design.brute import best as best_of
from design.brute import kind_of, known

OBJECTIVES = ("mixing", "fidelity", "pareto")


def check(found: BestGraphs, expected: dict[Any, set[Any]]) -> None:
    """Values, and all graphs that have them, once each."""
    assert found.proved
    assert {(one.mixing_time, one.fidelity) for one in found.front} == set(expected)
    assert found.bound == tuple((one.mixing_time, one.fidelity) for one in found.front)
    for one in found.front:
        kinds = [kind_of(graph) for graph in one.graphs]
        assert len(set(kinds)) == len(kinds)
        assert set(kinds) == expected[one.mixing_time, one.fidelity]


def limits(n: int, *, both: bool) -> list[tuple[int | None, int | None]]:
    """Every limit on edges and on in-degrees, alone or together."""
    edges, degrees = range(n - 1, n * (n - 1) // 2 + 1), range(1, n)
    alone: list[tuple[int | None, int | None]] = [(m, None) for m in edges] + [
        (None, k) for k in degrees
    ]
    return [*product(edges, degrees)] if both else alone


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_the_best_of_all_small_graphs(n: int, objective: str) -> None:
    for edges, in_degree in [(None, None), *limits(n, both=n < 4)]:
        found = best_graphs(n, edges=edges, in_degree=in_degree, objective=objective)
        check(found, best_of(known(n), edges, in_degree, objective))


@pytest.mark.slow
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_the_best_of_all_graphs_on_five_nodes(objective: str) -> None:
    for edges, in_degree in [*limits(5, both=False)[::2], (5, 2), (6, 3)]:
        found = best_graphs(5, edges=edges, in_degree=in_degree, objective=objective)
        check(found, best_of(known(5), edges, in_degree, objective))


def test_another_threshold() -> None:
    epsilon = Fraction(1, 100)
    found = best_graphs(4, in_degree=2, epsilon=epsilon)
    check(found, best_of(known(4, epsilon), None, 2, "pareto"))
    assert found.epsilon == epsilon


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_budget_that_ends_leaves_a_bound(objective: str) -> None:
    """After any number of partial graphs, every best value is within the bound."""
    whole = best_graphs(5, in_degree=2, objective=objective)
    for work in range(0, whole.examined, 7):
        found = best_graphs(5, in_degree=2, objective=objective, budget=Work(work))
        assert not found.proved
        assert found.examined <= work
        for other in whole.front:
            pair = (other.mixing_time, other.fidelity)
            assert any(_no_worse(one, pair) for one in found.bound)
        for other in found.front:
            pair = (other.mixing_time, other.fidelity)
            assert any(_no_worse(one, pair) for one in found.bound)
    assert best_graphs(5, in_degree=2, objective=objective, budget=Work(whole.examined)) == whole


def _no_worse(one: tuple[Any, Any], other: tuple[Any, Any]) -> bool:
    return (one[0] is None or one[0] <= other[0]) and (one[1] is None or one[1] >= other[1])


@pytest.mark.parametrize("killed", [1, 3, 6])
def test_a_search_that_was_killed_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed: int
) -> None:
    """It computes what is missing only, and its answer is the same."""
    monkeypatch.setattr(growth, "CHILDREN", 16)
    monkeypatch.setattr(best, "SHARE", 2)
    calls: list[int] = []
    grow = growth.grown

    def counted(*arguments: Any) -> Any:
        calls.append(1)
        if len(calls) == killed:
            raise KeyboardInterrupt
        return grow(*arguments)

    whole = best_graphs(5, in_degree=2)
    monkeypatch.setattr(best, "grown", counted)
    with pytest.raises(KeyboardInterrupt):
        best_graphs(5, in_degree=2, folder=tmp_path)
    assert best_graphs(5, in_degree=2, folder=tmp_path) == whole
    computed = len(calls)
    assert best_graphs(5, in_degree=2, folder=tmp_path) == whole
    assert len(calls) == computed == 1 + len(list(tmp_path.glob("level-*")))
    with pytest.raises(FileError, match="another question"):
        best_graphs(5, in_degree=3, folder=tmp_path)


def test_a_budget_and_a_folder_answer_in_several_runs(tmp_path: Path) -> None:
    runs = [best_graphs(5, folder=tmp_path, budget=Work(20)) for _ in range(3)]
    assert [one.proved for one in runs] == [False, True, True]
    assert runs[-1] == best_graphs(5)


@pytest.mark.parametrize(
    ("n", "arguments", "error", "named"),
    [
        (8, {}, SizeError, "without a budget or a folder n is at most 7; got n = 8, with 7.81e+07"),
        (15, {"budget": 1}, SizeError, "n is at most 14; got n = 15"),
        (4, {"edges": 2}, SizeError, "at least n - 1 = 3 edges"),
        (4, {"budget": -1}, NumberError, "a budget is"),
    ],
)
def test_bad_input(n: int, arguments: dict[str, Any], error: type[Exception], named: str) -> None:
    with pytest.raises(error) as caught:
        best_graphs(n, **arguments)
    assert named in str(caught.value)


def test_known_values() -> None:
    """Fronts on six nodes, in-degrees of seven: tried by other programs too."""
    third, fifth = Fraction(1, 3), Fraction(1, 5)
    assert best_graphs(6).value == ((2, fifth), (4, third))
    assert best_graphs(7, in_degree=2, objective="fidelity").value == Fraction(97, 324)
