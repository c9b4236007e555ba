"""Pairs of heads: as fast as alone, as slow as together."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest

from dagmix import (
    DiffusionOperator,
    FeedforwardDAG,
    MultiHeadDiffusion,
    MultiHeadWalk,
    WalkOperator,
    families,
)
from dagmix.errors import ShapeError
from dagmix.families import closed_forms as known
from dagmix.families.pairs import head_pairs


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


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "make",
    [
        lambda: families.express_pair(10**12),
        lambda: families.express_pair(2**28 + 1),
        lambda: families.lane_pair(2**27),
        lambda: families.feed_pair(10, 2**28),
        lambda: families.reversed_lines(10**12),
        lambda: families.run_pair(2**27 + 1),
        lambda: families.reset_pair(3, 10**12),
        lambda: families.reset_pair(10**12, 10**12),
        lambda: families.reset_pair(30),
        lambda: families.reset_pair(10**12),
    ],
)
def test_pairs_too_large_are_refused_before_they_are_made(make: Callable[[], Any]) -> None:
    with pytest.raises(ShapeError, match="nodes; a graph has at most 268435456"):
        make()


@pytest.mark.parametrize("k", [1, 2, 3, 5])
def test_the_size_of_a_reset_pair_is_known_beforehand(k: int) -> None:
    for layers in range(k - 1, 15):
        nodes = families.reset_pair(k, layers)[0].nodes
        assert head_pairs.reset_size(k, layers) == len(nodes)
    assert families.reset_pair(str(k), k)[0] == families.reset_pair(k, k)[0]  # type: ignore[arg-type]


@pytest.mark.parametrize("k", range(1, 11))
def test_a_run_of_k_takes_three_eighths_of_two_to_the_k(k: int) -> None:
    """The bound by which the pair is refused without computing its layers."""
    assert 8 * known.run_mixing_time(k) >= 3 * 2**k


@pytest.mark.parametrize("n", [2, 3, 4, 9, 70, 71])
def test_the_express_pair_by_its_rule(n: int) -> None:
    for parity, head in enumerate(families.express_pair(n)):
        target = {j: n - 1 if j % 2 == parity else min(j + 2, n - 1) for j in range(n - 1)}
        assert {(j, i) for j, i in head.edges if j != i} == set(target.items())
        assert head.self_loops


@pytest.mark.parametrize("k", [1, 2, 5, 40])
def test_the_lane_pair_by_its_rule(k: int) -> None:
    x, y = range(1, k + 1), range(k + 1, 2 * k + 1)
    lanes = [step for lane in (x, y) for step in pairwise([0, *lane, 2 * k + 1])]
    for head, fed in zip(families.lane_pair(k), (y, x), strict=True):
        proper = {(j, i) for j, i in head.edges if j != i}
        assert proper == {*lanes, *((0, node) for node in fed)}


@pytest.mark.parametrize("heard", [False, True])
@pytest.mark.parametrize(("k", "f"), [(1, 1), (1, 3), (3, 1), (2, 4), (30, 3)])
def test_the_feed_pair_by_its_rule(k: int, f: int, *, heard: bool) -> None:
    """Both lanes begin at source 0; every source feeds one of them, and the sink where it may."""
    sink = 2 * k + f
    to_sink = {(a, sink) for a in range(f) if heard}
    x, y = range(f, f + k), range(f + k, sink)
    lanes = [step for lane in (x, y) for step in pairwise([0, *lane, sink])]
    for head, fed in zip(families.feed_pair(k, f, heard=heard), (y, x), strict=True):
        proper = {(j, i) for j, i in head.edges if j != i}
        assert proper == {*lanes, *((a, node) for a in range(f) for node in fed)} | to_sink
    if f == 1:
        assert families.feed_pair(k, 1) == families.lane_pair(k)


def test_a_feed_pair_of_too_many_edges_is_refused() -> None:
    with pytest.raises(ShapeError, match="268451840 edges from sources; at most 268435456"):
        families.feed_pair(2**14, 2**14 + 1)


@pytest.mark.parametrize(("k", "f"), [(2, 1), (2, 7), (3, 1), (3, 2), (4, 3), (5, 4)])
def test_the_feed_pair_amplifies_by_a_power(k: int, f: int) -> None:
    """By at least ((f + 1)(f + 4)/(3f + 4))^(k−1) / (4 √k), where f = 1 or f ≤ 3 √k ρ^(1−k)."""
    rho = Fraction(f + 4, 3 * f + 4)
    assert f == 1 or f**2 <= 9 * k / rho ** (2 * (k - 1))
    gain = MultiHeadDiffusion(families.feed_pair(k, f)).amplification()
    assert 16 * k * Fraction(gain) ** 2 >= ((f + 1) * rho) ** (2 * (k - 1))


@pytest.mark.parametrize(("k", "f"), [(1, 1), (2, 1), (2, 3), (3, 2), (4, 4)])
def test_a_head_of_the_feed_pair_hardly_hears_its_fed_lane(k: int, f: int) -> None:
    """The walk back from τ hits y_1 with probability (f + 1)^(1−k)/2, and stays nowhere on it."""
    least = Fraction(1, 2 * (f + 1) ** (k - 1))
    for head in families.feed_pair(k, f):
        assert DiffusionOperator(head).minimax_fidelity().value <= least


@pytest.mark.parametrize(
    ("k", "f", "together", "alone"), [(2, 8, "3/110", "1/110"), (3, 8, "9/1100", "1/1100")]
)
def test_values_of_feed_pairs_whose_sink_receives_from_the_sources(
    k: int, f: int, together: str, alone: str
) -> None:
    """Worked out apart from the library; at least 4^(1−k)/(f + 3) when mixed."""
    mixed = MultiHeadDiffusion(families.feed_pair(k, f, heard=True))
    assert (
        mixed.minimax_fidelity().value == Fraction(together) >= Fraction(1, 4 ** (k - 1) * (f + 3))
    )
    assert mixed.best_head().value == Fraction(alone)
