"""The kinds of graphs and of pairs of graphs, as objects, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Literal

from dagmix._engine.exact.scalars import read_count
from dagmix._util.brief import brief
from dagmix.errors import KindError, SizeError
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.search.enumeration import IsomorphismClasses
from dagmix.search.pairs import counting

Order = Literal["any", "common"]
LARGEST = 6  # nodes up to which pairs are counted


def kinds(
    n: int,
    heads: int = 2,
    *,
    order: Order = "any",
    max_edges: int | None = None,
    max_in_degree: int | None = None,
) -> Iterator[tuple[FeedforwardDAG, ...]]:
    """Yield the tuples of graph heads on n nodes, one of each kind, by total number of edges.

    A graph head has the nodes 0 … n−1, all self-loops and the unique sink n − 1. Two tuples are
    of one kind where a relabelling of the nodes before the sink, and an exchange of heads, makes
    one the other.

    Parameters
    ----------
    n : int
        The number of nodes, at least 1.
    heads : int
        How many heads a tuple has, at least 1; by default 2, pairs.
    order : "any" or "common"
        With "common" the heads share an order of the nodes: j < i for every edge j → i, as they
        are labelled here.
    max_edges : int, optional
        The most edges of one head, self-loops not counted.
    max_in_degree : int, optional
        The most senders of one node in one head, itself not counted.

    Yields
    ------
    tuple of FeedforwardDAG

    Raises
    ------
    NumberError
        For numbers that are no integers, or too small.
    KindError
        For an order of another name.

    Examples
    --------
    >>> len(list(kinds(4, 1))), len(list(kinds(4))), len(list(kinds(4, order="common")))
    (16, 553, 203)
    >>> [len(head.edges) for head in next(kinds(4, max_edges=3, max_in_degree=1))]
    [7, 7]

    References
    ----------
    The heads are those of arXiv:2507.02944, §2.2 and §3.1.
    """
    size, count = read_count(n, 1, "n"), read_count(heads, 1, "heads")
    bounds = [
        None if most is None else read_count(most, 0, name)
        for most, name in ((max_edges, "max_edges"), (max_in_degree, "max_in_degree"))
    ]
    common = read_order(order) == "common"
    classes = IsomorphismClasses((Fraction(1, count),) * count, common, *bounds)
    return _graphs(classes, size)


def _graphs(classes: IsomorphismClasses, n: int) -> Iterator[tuple[FeedforwardDAG, ...]]:
    for candidate in classes.on(n):
        yield tuple(FeedforwardDAG(edges, nodes=range(n)) for edges in candidate.heads)


def count_pairs(n: int, order: Order = "any") -> int:
    """Return how many kinds of pairs of graph heads there are, without going through them.

    By Burnside's lemma: the mean, over the relabellings and the exchange, of the number of pairs
    that stay as they are.

    Parameters
    ----------
    n : int
        The number of nodes, 1 to 6.
    order : "any" or "common"
        As for `kinds`.

    Returns
    -------
    int

    Raises
    ------
    NumberError, SizeError
        For n that is no integer, at least 1, and for n > 6.
    KindError
        For an order of another name.

    Examples
    --------
    >>> [count_pairs(n) for n in range(1, 6)], [count_pairs(n, "common") for n in range(1, 6)]
    ([1, 1, 9, 553, 239087], [1, 1, 6, 203, 37720])

    References
    ----------
    The heads are those of arXiv:2507.02944, §2.2 and §3.1.
    """
    size = read_count(n, 1, "n")
    if size > LARGEST:
        message = f"pairs are counted up to n = {LARGEST}; got {size}"
        raise SizeError(message)
    return counting.pairs(size, read_order(order))


def read_order(order: Any) -> Order:
    """Return an order's name; raise KindError for another."""
    if order not in ("any", "common"):
        message = f"an order is 'any' or 'common'; got {brief(order)}"
        raise KindError(message)
    return "common" if order == "common" else "any"
