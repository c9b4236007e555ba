"""How slow a mixture can be, by docs/guide/slow_down.md, on drawn heads."""

from __future__ import annotations

from fractions import Fraction

import oracle
import pytest
from cases.strategies import mixtures
from cases.zoo import Mixture
from hypothesis import given, settings

from dagmix import FeedforwardDAG, MultiHeadWalk

QUARTER = Fraction(1, 4)


@pytest.mark.slow
@settings(max_examples=20)
@given(drawn=mixtures(max_nodes=5).filter(lambda drawn: drawn.loops))
def test_a_mixture_waits_at_most_for_a_run_of_one_head(drawn: Mixture) -> None:
    """E[T] is at most 4/3 of the mean wait for as many draws of a head as it takes to mix."""
    graphs = [FeedforwardDAG(edges, nodes=range(drawn.n)) for edges in drawn.heads]
    slowest = max(MultiHeadWalk(graphs, weights=drawn.weights).expected_hitting_times())
    walks = [oracle.walk_matrix(drawn.n, edges) for edges in drawn.heads]
    times = [int(oracle.mixing_time(walk, drawn.n - 1, QUARTER)) for walk in walks]
    for weight, time in zip(drawn.weights, times, strict=True):
        wait = sum((1 / weight**i for i in range(1, time + 1)), Fraction(0))
        assert slowest <= Fraction(4, 3) * wait
    even = MultiHeadWalk(graphs[:2])
    assert max(even.expected_hitting_times()) <= Fraction(4, 3) * (2 ** max(times[:2]) - 1)
    assert even.mixing_time() <= Fraction(16, 3) * (2 ** max(times[:2]) - 1)
