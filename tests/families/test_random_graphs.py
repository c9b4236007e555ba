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
from dagmix.families import random_graphs
from dagmix.families.random_graphs import with_one_sink

chances = st.fractions(0, 1, max_denominator=20)
seeds = st.integers(0, 2**32)


def test_a_random_graph_has_a_size() -> None:
    for make in (families.oriented_erdos_renyi, lambda n, p, s: families.walk_back(n, p, 99, s)):
        with pytest.raises(ShapeError, match="at most 67108864 edges; about"):
            make(10**6, 0.5, 0)


@pytest.fixture
def edge_by_edge(monkeypatch: pytest.MonkeyPatch) -> None:
    """Large graphs are drawn so; small ones here, too, some gaps at a time, long ones cut."""
    monkeypatch.setattr(random_graphs, "LARGEST_DRAWN", 0)
    monkeypatch.setattr(random_graphs, "BATCH", 3)
    monkeypatch.setattr(random_graphs, "LONGEST", 4)


@pytest.mark.usefixtures("edge_by_edge")
@pytest.mark.parametrize("n", [1, 2, 9])
def test_certain_graphs_edge_by_edge(n: int) -> None:
    star = FeedforwardDAG([(j, n - 1) for j in range(n - 1)], nodes=range(n))
    assert families.oriented_erdos_renyi(n, 1, seed=2) == families.complete(n)
    assert families.oriented_erdos_renyi(n, 0, seed=2) == star
    assert families.walk_back(n, 0, 2, seed=2) == families.sliding_window(n, 0 if n == 1 else 2)
    assert families.walk_back(n, 0, 50, seed=2) == families.complete(n)
    assert families.walk_back(n, 1, 2, seed=2) == star


@pytest.mark.usefixtures("edge_by_edge")
def test_pairs_edge_by_edge_are_independent_and_equally_likely() -> None:
    """Of 10 pairs each is an edge in 1/5 of 2,000 graphs, each two of them in 1/25."""
    drawn = np.zeros((2000, 10), dtype=bool)
    for seed, row in enumerate(drawn):
        receivers, senders = random_graphs._skipped_pairs(5, 0.2, seed)
        assert (senders < receivers).all()
        row[receivers * (receivers - 1) // 2 + senders] = True
    together = drawn.T.astype(float) @ drawn / 2000
    expected = np.where(np.eye(10, dtype=bool), 0.2, 0.04)
    assert (np.abs(together - expected) < 5 * np.sqrt(expected * (1 - expected) / 2000)).all()


@pytest.mark.usefixtures("edge_by_edge")
def test_walks_back_edge_by_edge() -> None:
    """Each node that is passed is taken with probability 2/3, until two are."""
    counts = np.zeros((2000, 6))
    for seed, row in enumerate(counts):
        receivers, senders = random_graphs._walked_pairs(6, 1 / 3, 2, seed)
        row[senders[receivers == 5]] = 1
    assert (counts.sum(axis=1) <= 2).all()
    shares, error = counts.mean(axis=0), 5 * np.sqrt(0.25 / 2000)
    assert np.abs(shares[4] - 2 / 3) < error
    assert np.abs(shares[3] - 2 / 3) < error
    assert np.abs(shares[2] - 2 / 3 * 5 / 9) < error  # not both of 4 and 3: 1 − 4/9


def test_large_graphs_come_back() -> None:
    """Beyond 16,384 nodes too, with one sink, and about as many edges as expected."""
    n = 20_000
    sparse, walk = families.oriented_erdos_renyi(n, 1e-4, 1), families.walk_back(n, 0.5, 4, 1)
    assert sparse == families.oriented_erdos_renyi(n, 1e-4, 1)
    assert sparse.sinks == walk.sinks == (n - 1,)
    assert walk.edge_count > 4.9 * n
    with pytest.raises(errors.SinkError):
        families.oriented_erdos_renyi(n, 1e-4, 1, repair=False)
    strays = round(n * 0.432)  # ∫ exp(−p n x) over x from 0 to 1, p n = 2
    assert abs(sparse.edge_count - n - 1e-4 * n * n / 2 - strays) < 1500


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
