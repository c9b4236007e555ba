"""The pair whose heads have their sources on each other's lanes."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest

from dagmix import DiffusionOperator, FeedforwardDAG, MultiHeadDiffusion, families
from dagmix.errors import CycleError, NumberError, ShapeError

SIZES = [(3, 1), (4, 1), (7, 1), (8, 2), (9, 4), (10, 4), (13, 3), (14, 2), (40, 5)]


def proper(head: FeedforwardDAG) -> set[tuple[Any, Any]]:
    assert head.self_loops
    return {(j, i) for j, i in head.edges if j != i}


def lane_of(edges: set[tuple[Any, Any]], sources: range, sink: int) -> list[int]:
    """Return the one path that is left without the sources, after a check that it is one."""
    after = {j: i for j, i in edges if j not in sources}
    assert len(after) == sum(j not in sources for j, _ in edges)
    (first,) = set(after) - set(after.values())
    lane = [first]
    while lane[-1] != sink:
        lane.append(after[lane[-1]])
    assert len(lane) == len(after) + 1
    return lane


@pytest.mark.parametrize(("n", "f"), SIZES)
def test_the_crossed_pair_by_its_rule(n: int, f: int) -> None:
    """Every node is on the lane of each head but that whose source it is; trees join them."""
    pair = families.crossed_pair(n, f)
    lanes = []
    for head, sources in zip(pair, (range(f), range(f, 2 * f)), strict=True):
        assert head.unique_sink.node == n - 1
        edges = proper(head)
        lane = lane_of(edges, sources, n - 1)
        assert set(lane) == set(range(n)) - set(sources)
        assert edges == {*pairwise(lane), *((a, node) for a in sources for node in lane)}
        lanes.append(set(pairwise(lane)))
    for j in range(2 * f, n - 1):
        if j < 4 * f:  # the source of head 0 is on the lane of head 1
            assert (j, j - 2 * f) in lanes[j - 2 * f < f]
        else:
            assert (j, j // 2) in lanes[j % 2]
    with pytest.raises(CycleError):
        FeedforwardDAG.union(pair)


@pytest.mark.parametrize(("n", "f"), [(3, 1), (4, 1), (6, 2), (7, 1), (8, 2), (9, 4), (10, 3)])
def test_the_crossed_pair_amplifies_as_the_theorem_says(n: int, f: int) -> None:
    """A head loses f + 1 for each node of its lane, the mixture 2(f + 2) a level of the trees."""
    heads = families.crossed_pair(n, f)
    depth = 0
    while 2 * f * 2**depth < n - 1:
        depth += 1
    loss, least = Fraction(1, (f + 1) ** (n - 1 - f)), Fraction(1, (2 * (f + 2)) ** (depth + 1))
    for head in heads:
        assert DiffusionOperator(head).minimax_fidelity().value <= loss
    mixed = MultiHeadDiffusion(heads)
    assert mixed.minimax_fidelity().value >= least
    assert mixed.amplification() >= least / loss


@pytest.mark.parametrize(("n", "f", "gain"), [(3, 1, "3/2"), (10, 4, "627.097")])
def test_crossed_pairs_that_are_the_best_known(n: int, f: int, gain: str) -> None:
    """3/2 is the most there is on three nodes, 627.1 what a search had found on ten."""
    found = MultiHeadDiffusion(families.crossed_pair(n, f)).amplification()
    assert float(found) == pytest.approx(float(Fraction(gain)), abs=1e-3)


@pytest.mark.parametrize(
    ("n", "f", "error", "message"),
    [
        (2, 1, NumberError, "n is an integer, at least 3; got 2"),
        (5, 0, NumberError, "f is an integer, at least 1; got 0"),
        (4, 2, ShapeError, "2f is at most n − 1; got n = 4 and f = 2"),
        (2**28 + 1, 1, ShapeError, "a graph has at most 268435456"),
        (2**20, 2**10, ShapeError, "edges from sources; at most"),
    ],
)
def test_sizes_of_no_crossed_pair(n: int, f: int, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        families.crossed_pair(n, f)
