"""Numbers of graphs and pairs beside enumeration."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from cases.zoo import acyclic, labelled

from dagmix.search.pairs import counting, masks


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("heads", [1, 2, 3])
def test_labelled_tuples_with_a_common_order(n: int, heads: int) -> None:
    tuples = product(labelled(n), repeat=heads)
    assert counting.labelled_tuples(n, heads) == sum(acyclic(n, sum(t, ())) for t in tuples)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_kinds_are_orbits(n: int) -> None:
    """Of all pairs, by their numbers; in a common order, of pairs of forward graphs."""
    for order, graphs in (("any", masks.labelled(n)), ("common", masks.forward(n))):
        first, second = np.array(list(product(graphs, repeat=2))).T
        assert counting.pairs(n, order) == len(np.unique(masks.pair_keys(first, second, n)))


def test_kinds_up_to_five_nodes() -> None:
    """As many as enumeration has found, by two other programs."""
    upto = [sum(counting.pairs(n, order) for n in range(1, 6)) for order in ("common", "any")]
    assert upto == [37931, 239651]
