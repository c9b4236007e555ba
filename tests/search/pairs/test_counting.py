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


@pytest.mark.slow
def test_kinds_on_five_and_six_nodes() -> None:
    """As many as the iterator over candidates has, up to n = 5; at n = 6 by the lemma alone."""
    upto = [sum(counting.pairs(n, order) for n in range(1, 6)) for order in ("common", "any")]
    assert upto == [37931, 239651]
    assert counting.pairs(6, "any") == 547834902
