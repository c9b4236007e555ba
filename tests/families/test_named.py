"""Named graphs are what they say, and reach one sink."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest
import sympy as sp
from cases.subjects import graph

from dagmix import DagmixError, FeedforwardDAG, errors, families
from dagmix.errors import NumberError

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_dilation_beyond_the_graph_leaves_the_repair() -> None:
    assert families.dilated(4, 2, 10**30) == families.dilated(4, 2, 4)
    assert families.dilated(4, 2, 10**30).in_degree(3) == 4


@pytest.mark.parametrize("make", [families.line, families.complete, families.express_pair])
def test_families_need_a_size(make: Any) -> None:
    for n in (0, 1.5):
        with pytest.raises(NumberError, match="n is an integer"):
            make(n)


def proper(head: FeedforwardDAG) -> set[tuple[Any, Any]]:
    """Edges between different nodes."""
    return {(j, i) for j, i in head.edges if j != i}


def rule(hears: Callable[[int, int], bool], n: int) -> set[tuple[int, int]]:
    """Edges j → i of a rule about receivers i and senders j < i."""
    return {(j, i) for i in range(n) for j in range(i) if hears(i, j)}


@pytest.mark.parametrize("n", [1, 2, 3, 9, 17])
def test_graphs_are_what_they_say(n: int) -> None:
    window = rule(lambda i, j: j < 2 or i - j <= 3, n)
    assert proper(families.sink_window(n, 2, 3)) == window
    sparse = rule(lambda i, j: math.log2(i - j).is_integer(), n)
    assert proper(families.log_sparse(n)) == sparse
    strided = rule(lambda i, j: i - j in (3, 6), n)
    ends = {(j, n - 1) for j in range(n - 1) if j + 3 >= n}
    assert proper(families.dilated(n, 2, 3)) == strided | ends
    assert families.dilated(n, 2, 1) == families.sliding_window(n, 2 if n > 1 else 0)


def test_special_cases_coincide() -> None:
    assert families.sink_window(6, 6, 1) == families.complete(6)
    assert families.sink_window(6, 0, 2) == families.sliding_window(6, 2)
    assert families.oriented_erdos_renyi(6, 1, seed=3) == families.complete(6)
    assert families.walk_back(6, "0", 2, seed=3) == families.sliding_window(6, 2)
    assert families.walk_back(6, 0, 9, seed=3) == families.complete(6)
    star = graph(6, [(j, 5) for j in range(5)])
    assert families.oriented_erdos_renyi(6, 0, seed=3) == star
    assert families.walk_back(6, 1, 2, seed=3) == star
    assert families.walk_back(1, 0, 0, seed=3) == families.line(1)


BAD: dict[str, tuple[Callable[[], object], type[DagmixError], str]] = {
    "no-nodes": (lambda: families.line(0), errors.NumberError, "n is"),
    "half-a-node": (lambda: families.complete(2.5), errors.NumberError, "2.5"),  # type: ignore[arg-type]
    "no-width": (lambda: families.sink_window(3, 1, 0), errors.NumberError, "width"),
    "sinks": (lambda: families.sink_window(3, -1, 1), errors.NumberError, "sinks"),
    "dilation": (lambda: families.dilated(3, 1, 0), errors.NumberError, "dilation"),
    "two-sinks": (lambda: families.dilated(5, 1, 2, repair=False), errors.SinkError, "3, 4"),
    "chance": (lambda: families.walk_back(3, 1.5, 1, 0), errors.NumberError, "1.5"),
    "symbol": (
        lambda: families.oriented_erdos_renyi(3, sp.Symbol("p"), 0),
        errors.NumberError,
        "probability",
    ),
    "budget": (lambda: families.walk_back(3, 0, 0, 0), errors.NumberError, "budget"),
    "seed": (lambda: families.walk_back(3, 0, 1, -1), errors.NumberError, "seed"),
    "layers": (lambda: families.reset_pair(4, 2), errors.NumberError, "layers"),
    "run": (lambda: families.run_pair(0), errors.NumberError, "k is"),
    "reversed": (lambda: families.reversed_lines(1), errors.NumberError, "n is"),
    "several-sinks": (
        lambda: families.describe(FeedforwardDAG([], nodes="ab")),
        errors.SinkError,
        "'a', 'b'",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_refused(name: str) -> None:
    call, error, named = BAD[name]
    with pytest.raises(error, match=named):
        call()


@pytest.mark.parametrize("huge", [10**30, 2**63, 2**64])
def test_windows_wider_than_any_integer_of_64_bits(huge: int) -> None:
    assert families.sliding_window(5, huge) == families.complete(5)
    assert families.sink_window(5, huge, 1) == families.complete(5)
    assert families.sink_window(5, 0, huge) == families.complete(5)
    assert families.dilated(5, huge, 2) == families.dilated(5, 4, 2)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "make",
    [
        families.line,
        families.complete,
        families.log_sparse,
        lambda n: families.sliding_window(n, 3),
        lambda n: families.sink_window(n, 1, 3),
        lambda n: families.dilated(n, 3, 2),
    ],
)
def test_families_too_large_are_refused_before_they_are_made(make: Callable[[int], Any]) -> None:
    for n in (2**28 + 1, 10**12, 10**5000):
        with pytest.raises(errors.ShapeError, match="nodes; a graph has at most 268435456"):
            make(n)
