"""Random graphs: one sink, one graph a seed, bounded sizes."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagmix import FeedforwardDAG, errors, families
from dagmix.errors import ShapeError
from dagmix.families.random_graphs import with_one_sink

chances = st.fractions(0, 1, max_denominator=20)
seeds = st.integers(0, 2**32)


def test_random_masks_are_matrices() -> None:
    for make in (families.oriented_erdos_renyi, lambda n, p, s: families.walk_back(n, p, 9, s)):
        with pytest.raises(ShapeError, match="entries; too large"):
            make(10**6, 0.5, 0)


def proper(head: FeedforwardDAG) -> set[tuple[Any, Any]]:
    """Edges between different nodes."""
    return {(j, i) for j, i in head.edges if j != i}


@given(st.integers(1, 12), chances, seeds)
def test_random_graphs_have_one_sink_and_come_back(n: int, p: Fraction, seed: int) -> None:
    """The last node is the sink, every node has its self-loop, a seed gives one graph."""
    twice = [
        (families.oriented_erdos_renyi(n, p, seed), families.walk_back(n, p, 3, seed))
        for _ in range(2)
    ]
    assert twice[0] == twice[1]
    assert all(head.unique_sink.node == n - 1 and head.self_loops for head in twice[0])


@given(st.integers(2, 12), chances, st.integers(1, 4), seeds)
def test_walk_back_stops_at_its_budget(n: int, p: Fraction, budget: int, seed: int) -> None:
    """No node but the last hears more than the budget, and a larger budget only adds senders."""
    small, large = (families.walk_back(n, p, some, seed) for some in (budget, budget + 1))
    for i in range(n - 1):
        one, two = ({j for j, k in proper(head) if k == i} for head in (small, large))
        assert len(one) <= budget
        assert one <= two
        assert max(two - one, default=-1) < min(one, default=n)


def test_a_repair_adds_only_what_is_missing() -> None:
    """Every edge that it adds goes from a further sink to the last node."""
    for seed in range(20):
        repaired = families.oriented_erdos_renyi(8, "1/4", seed)
        try:
            kept = families.oriented_erdos_renyi(8, "1/4", seed, repair=False)
        except errors.SinkError as error:
            added = {j for j in range(7) if f"{j}, " in str(error)}
            assert added
            assert all(proper(repaired) & {(j, i) for i in range(8)} == {(j, 7)} for j in added)
        else:
            assert kept == repaired


def test_erdos_renyi_has_the_density_asked_for() -> None:
    """Of 4,950 pairs about 30 % are edges: within five standard deviations."""
    edges = len(proper(families.oriented_erdos_renyi(100, 0.3, seed=1)))
    assert abs(edges - 0.3 * 4950) < 5 * math.sqrt(4950 * 0.21) + 5


def test_no_seed_is_needed_where_nothing_is_drawn() -> None:
    """A dilated graph whose last nodes all send to the sink is its own repair."""
    assert families.dilated(3, 1, 1, repair=False) == families.line(3)
    masks = [np.tri(4, dtype=bool), np.eye(4, dtype=bool)]
    assert [with_one_sink(mask, repair=True).unique_sink.index for mask in masks] == [3, 3]
    assert not masks[1][3, 0]  # the mask given is left as it is
