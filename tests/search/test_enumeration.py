"""The candidates: each kind once, by nodes and then by edges."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice, permutations, product
from typing import TYPE_CHECKING, Any

import pytest
from cases.zoo import acyclic, labelled

from dagmix.search.enumeration import IsomorphismClasses

if TYPE_CHECKING:
    from cases.zoo import Edges

HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)
EVEN = (HALF, HALF)
ODD = (Fraction(1, 3), Fraction(2, 3))


def relabelled(edges: Edges, to: tuple[int, ...]) -> Edges:
    """Rename the nodes of a graph."""
    return tuple(sorted((to[j], to[i]) for j, i in edges))


def names(n: int) -> list[tuple[int, ...]]:
    """Every relabelling that leaves the sink."""
    return [(*to, n - 1) for to in permutations(range(n - 1))]


def kinds(n: int, weights: tuple[Fraction, ...], *, common: bool) -> set[frozenset[Any]]:
    """Classes of pairs of heads, each the set of all pairs that are the same kind."""
    pairs = product(labelled(n), repeat=2)
    swaps = [(0, 1), (1, 0)] if weights[0] == weights[1] else [(0, 1)]
    return {
        frozenset(
            (relabelled(pair[a], to), relabelled(pair[b], to)) for to in names(n) for a, b in swaps
        )
        for pair in pairs
        if not common or acyclic(n, pair[0] + pair[1])
    }


@pytest.mark.parametrize("common", [True, False])
@pytest.mark.parametrize("weights", [EVEN, ODD])
@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_one_candidate_of_each_kind(n: int, weights: tuple[Fraction, ...], common: bool) -> None:  # noqa: FBT001 - a case of the table
    """Every class under relabelling and exchange of equal heads is tried exactly once."""
    found = [c.heads for c in IsomorphismClasses(weights, common).up_to(n) if c.n == n]
    classes = kinds(n, weights, common=common)
    assert len(found) == len(classes)
    assert {next(one for one in classes if heads in one) for heads in found} == classes


@pytest.mark.parametrize(
    ("weights", "other"),
    [((HALF, QUARTER, QUARTER), (0, 2, 1)), ((QUARTER, HALF, QUARTER), (2, 1, 0))],
)
def test_triples_with_two_equal_weights(
    weights: tuple[Fraction, ...], other: tuple[int, ...]
) -> None:
    """Only heads of equal weight are exchanged: (½, ¼, ¼) has more kinds than uniform weights."""
    n, orders = 3, [(0, 1, 2), other]
    classes = {
        frozenset(tuple(relabelled(three[h], to) for h in o) for to in names(n) for o in orders)
        for three in product(labelled(n), repeat=3)
    }
    found = [c for c in IsomorphismClasses(weights, common_order=False).up_to(n) if c.n == n]
    assert len({c.heads for c in found}) == len(found) == len(classes)


@pytest.mark.parametrize("common", [True, False])
def test_candidates_come_by_nodes_and_then_by_edges(common: bool) -> None:  # noqa: FBT001 - a case of the table
    sizes = [(c.n, c.edges) for c in IsomorphismClasses(EVEN, common).up_to(4)]
    assert sizes == sorted(sizes)
    singles = IsomorphismClasses((Fraction(1),), common)
    assert [len(list(singles.up_to(n))) for n in (1, 2, 3, 4)] == [1, 2, 5, 21]


def test_many_heads_are_tried_without_walking_through_their_orders() -> None:
    """Twelve heads have 12! orders; on three nodes, three graphs with j < i have 91 multisets."""
    looked: list[None] = []
    weights = (Fraction(1, 12),) * 12
    found = list(
        IsomorphismClasses(weights, common_order=True).up_to(3, lambda: looked.append(None))
    )
    assert len(found) == 91 + 2  # the others have one node and two
    assert len(looked) <= 12 * len(found)
    looked.clear()
    loose = IsomorphismClasses(weights, common_order=False).up_to(3, lambda: looked.append(None))
    assert len(list(islice(loose, 300))) == 300
    assert len(looked) <= 12 * 300
