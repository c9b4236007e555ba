"""Bit masks beside graphs as sets of edges."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from cases.zoo import labelled, unique_sink_dags

from dagmix.search.pairs import masks


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_masks_are_all_graphs(n: int) -> None:
    """Forward ones, and all of them, by brute force; there and back."""
    assert {masks.edges(m, n) for m in masks.forward(n).tolist()} == set(unique_sink_dags(n))
    found = masks.labelled(n).tolist()
    assert sorted(masks.edges(m, n) for m in found) == sorted(labelled(n))
    assert [masks.mask_of(masks.edges(m, n), n) for m in found] == found


@pytest.mark.parametrize("n", [3, 4])
def test_pairs_have_one_number_if_they_are_one_kind(n: int) -> None:
    """Relabelling both heads, or exchanging them, changes nothing; the number has the pair."""
    everything = masks.labelled(n)
    first, second = np.array(list(product(everything, everything[::5]))).T
    keys = masks.pair_keys(first, second, n)
    assert (keys == masks.pair_keys(second, first, n)).all()
    for to in masks.relabellings(n)[1:3]:
        one, two = masks.relabelled(first, n, to), masks.relabelled(second, n, to)
        assert (keys == masks.pair_keys(one, two, n)).all()
    one, two = np.array([masks.of_key(key) for key in keys.tolist()]).T
    assert (masks.pair_keys(one, two, n) == keys).all()


def test_links_are_receivers_and_senders() -> None:
    links = masks.links(np.array([masks.mask_of(((0, 1), (1, 2)), 3)]), 3)[..., 0]
    assert links.astype(int).tolist() == [[1, 0, 0], [1, 1, 0], [0, 1, 1]]
