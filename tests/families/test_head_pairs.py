"""Pairs of heads: as fast as alone, as slow as together."""

from __future__ import annotations

import pytest

from dagmix import FeedforwardDAG, MultiHeadWalk, WalkOperator, families
from dagmix.families import closed_forms as known


@pytest.mark.parametrize(("k", "layers"), [(1, 0), (2, 5), (3, 11), (4, 24), (5, 50), (8, 390)])
def test_reset_pair_needs_as_many_layers(k: int, layers: int) -> None:
    """With them the mixture is as slow as the run pair's, with one fewer it is not."""
    heads = families.reset_pair(k, layers)
    union = FeedforwardDAG.union(heads)  # one order for both
    assert union.unique_sink.node == "τ"
    alone = [WalkOperator(head).mixing_time() for head in heads]
    assert alone == [known.line_mixing_time(k + 1)] * 2
    assert MultiHeadWalk(heads).mixing_time() == known.run_mixing_time(k)
    if layers > k - 1:
        fewer = MultiHeadWalk(families.reset_pair(k, layers - 1))
        assert fewer.mixing_time() < known.run_mixing_time(k)


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_reset_pair_has_enough_layers_by_default(k: int) -> None:
    """Up to T(¼) its distance is the run pair's, step by step."""
    reset, run = MultiHeadWalk(families.reset_pair(k)), MultiHeadWalk(families.run_pair(k))
    for t in range(known.run_mixing_time(k) + 1):
        assert reset.distance(t) == run.distance(t)
    assert reset.mixing_time() == run.mixing_time()
