"""The kinds of graphs and pairs, filtered and counted."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from dagmix import errors
from dagmix.search import count_pairs, kinds
from dagmix.search.kinds import Order


@pytest.mark.parametrize("order", ["common", "any"])
@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_as_many_are_yielded_as_are_counted(n: int, order: Order) -> None:
    """Burnside's lemma beside enumeration."""
    found = list(kinds(n, order=order))
    assert len(found) == len(set(found)) == count_pairs(n, order)


@pytest.mark.parametrize("order", ["common", "any"])
def test_few_edges_and_few_senders(order: Order) -> None:
    """What is left is what a filter leaves of all pairs."""

    def fits(head: Any) -> bool:
        edges = [(j, i) for j, i in head.edges if j != i]
        return len(edges) <= 4 and max(Counter(i for _, i in edges).values()) <= 2

    everything = [pair for pair in kinds(4, order=order) if all(map(fits, pair))]
    assert list(kinds(4, order=order, max_edges=4, max_in_degree=2)) == everything
    assert 0 < len(everything) < count_pairs(4, order)


def test_single_graphs_and_no_graphs() -> None:
    assert [len(list(kinds(n, 1))) for n in (1, 2, 3, 4)] == [1, 1, 3, 16]
    assert list(kinds(4, max_edges=2)) == []  # three nodes each need an edge
    assert len(list(kinds(1, 1, max_in_degree=0))) == 1


@pytest.mark.parametrize(
    ("arguments", "error", "named"),
    [
        ({"n": 0}, errors.NumberError, "n is an integer"),
        ({"n": 3, "heads": 0}, errors.NumberError, "heads"),
        ({"n": 3, "order": "no"}, errors.KindError, "'any' or 'common'"),
        ({"n": 3, "max_edges": -1}, errors.NumberError, "max_edges"),
        ({"n": 3, "max_in_degree": 0.5}, errors.NumberError, "max_in_degree"),
    ],
)
def test_arguments_out_of_range(arguments: dict[str, Any], error: Any, named: str) -> None:
    with pytest.raises(error, match=named):
        kinds(**arguments)


def test_pairs_are_counted_up_to_six_nodes() -> None:
    with pytest.raises(errors.SizeError, match="up to n = 6; got 7"):
        count_pairs(7)
    with pytest.raises(errors.NumberError, match="n is an integer"):
        count_pairs(0)
    with pytest.raises(errors.KindError, match="order"):
        count_pairs(3, "no")  # type: ignore[arg-type] # what is refused here
