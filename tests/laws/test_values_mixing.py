"""Mixing times that the theory names: families with closed forms, and the paper's claims."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import oracle
import pytest
from cases.strategies import mixtures
from cases.subjects import graph, mixed_walk
from hypothesis import given

from dagmix import FeedforwardDAG, MultiHeadWalk, WalkOperator, families

if TYPE_CHECKING:
    from cases.zoo import Mixture

HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)


def pair_times(n: int, *heads: list[tuple[int, int]]) -> tuple[list[float], float]:
    """Mixing times of the heads, and of their even mixture."""
    graphs = [graph(n, edges) for edges in heads]
    return [WalkOperator(g).mixing_time() for g in graphs], MultiHeadWalk(graphs).mixing_time()


def binomial_time(moves: int, p: Fraction, epsilon: Fraction = QUARTER) -> int:
    """min{t : P[Bin(t, p) ≤ moves − 1] ≤ ε}."""
    t = 0
    while (
        sum(math.comb(t, k) * p**k * (1 - p) ** (t - k) for k in range(min(moves, t + 1))) > epsilon
    ):
        t += 1
    return t


@pytest.mark.parametrize(("n", "time"), [(8, 16), (16, 33), (32, 67), (64, 133)])
def test_line(n: int, time: int) -> None:
    """T = min{t : P[Bin(t, ½) ≥ n−1] ≥ 1−ε} < 4N, E[T] from the first = 2(n−1)."""
    walk = WalkOperator(families.line(n))
    assert walk.mixing_time() == time == binomial_time(n - 1, HALF)
    assert time < 4 * (n - 1)
    assert walk.expected_hitting_times()[0] == 2 * (n - 1)


@pytest.mark.parametrize(("n", "time"), [(8, 5), (16, 6), (32, 6), (64, 7), (100, 8)])
def test_complete(n: int, time: int) -> None:
    """T grows like log n, E[T] = 1 + H_{n−1}."""
    walk = WalkOperator(families.complete(n))
    assert walk.mixing_time() == time
    assert walk.expected_hitting_times()[0] == 1 + sum(Fraction(1, k) for k in range(1, n))


@pytest.mark.parametrize("n", [2, 3, 5, 9])
def test_complete_in_closed_form(n: int) -> None:
    """(Wᵗ)[n, 1] = Σ_k (−1)ᵏ C(n−1, k) (k+1)⁻ᵗ."""
    walk = WalkOperator(families.complete(n))
    for t in range(8):
        form = sum(
            ((-1) ** k * math.comb(n - 1, k) * Fraction(1, k + 1) ** t for k in range(n)),
            Fraction(0),
        )
        assert walk.distance(t) == 1 - form


@pytest.mark.parametrize(("n", "time"), [(8, 9), (16, 18), (32, 35), (64, 68)])
def test_sliding_window(n: int, time: int) -> None:
    assert WalkOperator(families.sliding_window(n, 2)).mixing_time() == time


def test_families_are_what_they_say() -> None:
    assert families.line(4) == graph(4, [(0, 1), (1, 2), (2, 3)])
    assert families.complete(3) == graph(3, [(0, 1), (0, 2), (1, 2)])
    assert families.sliding_window(5, 1) == families.line(5)
    assert families.sliding_window(4, 2) == graph(4, [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3)])
    assert families.sliding_window(4, 3) == families.complete(4)
    assert families.line(1) == families.complete(1) == graph(1, [])


@pytest.mark.parametrize(
    ("n", "times"), [(6, [5, 7]), (7, [7, 7]), (8, [7, 10]), (40, [42, 44]), (400, [411, 413])]
)
def test_express_pair(n: int, times: list[int]) -> None:
    """Slow alone, 5 steps together for all n ≥ 6: mixing can gain without bound."""
    heads = families.express_pair(n)
    assert sorted(WalkOperator(head).mixing_time() for head in heads) == times
    assert MultiHeadWalk(heads).mixing_time() == 5


def test_express_pair_decays_at_three_quarters() -> None:
    """d(t) ≤ (1 − min(α)/2)ᵗ, with equality for n ≥ 2t + 4."""
    walk = MultiHeadWalk(families.express_pair(20))
    for t in range(20):
        assert walk.distance(t) <= Fraction(3, 4) ** t
        assert (walk.distance(t) == Fraction(3, 4) ** t) or 2 * t + 4 > 20


def test_a_mixture_can_beat_both_heads_and_lose_to_both() -> None:
    """5 and 5 give 4 with one pair of heads on four nodes, 6 with another."""
    faster = pair_times(4, [(0, 3), (1, 2), (2, 3)], [(0, 2), (1, 3), (2, 3)])
    slower = pair_times(4, [(0, 2), (1, 2), (2, 3)], [(0, 1), (1, 3), (2, 3)])
    assert (faster, slower) == (([5, 5], 4), ([5, 5], 6))


def test_example_3_13_as_walks() -> None:
    """7, 7 and together 8, above the binomial bound 7: the heads share no order."""
    line, swapped = [(0, 1), (1, 2), (2, 3)], [(1, 0), (0, 2), (2, 3)]
    assert pair_times(4, line, swapped) == ([7, 7], 8)
    assert binomial_time(3, HALF) == 7


@pytest.mark.parametrize(("n", "alone", "together"), [(6, 12, 24), (320, 655, 67558)])
def test_reversed_lines(n: int, alone: int, together: int) -> None:
    """Two lines in opposite orders: of order n² together, 2n alone."""
    there, back = [*range(n - 1), n - 1], [*range(n - 2, -1, -1), n - 1]
    heads = [list(pairwise(order)) for order in (there, back)]
    assert pair_times(n, *heads) == ([alone, alone], together)


def reset_head(own: int, run: int, layers: int) -> FeedforwardDAG:
    """States (layer, last head, run length) from a start; `own` extends its run, or restarts it."""
    states = [(-1, 0, 0)] + [
        (layer, head, length)
        for layer in range(layers)
        for head in (0, 1)
        for length in range(1, min(run - 1, layer + 1) + 1)
    ]
    edges: list[tuple[object, object]] = []
    for layer, head, length in states:
        longer = length + 1 if head == own or length == 0 else 1
        over = longer == run or layer == layers - 1
        edges.append(((layer, head, length), "τ" if over else (layer + 1, own, longer)))
    return FeedforwardDAG(edges, nodes=[*states, "τ"])


@pytest.mark.parametrize(
    ("run", "layers", "alone", "together"), [(3, 60, 7, 18), (4, 120, 10, 39), (8, 400, 18, 702)]
)
def test_reset_pair(run: int, layers: int, alone: int, together: int) -> None:
    """One order, yet the mixture waits for a run of one head: 18 and 18 become 702."""
    heads = [reset_head(own, run, layers) for own in (0, 1)]
    assert [WalkOperator(head).mixing_time() for head in heads] == [alone, alone]
    assert MultiHeadWalk(heads).mixing_time() == together


def test_star_and_ladder() -> None:
    """Few paths and fast, many paths and slow."""
    star = graph(9, [(j, 8) for j in range(8)])
    rungs = [(j, i) for j in range(40) for i in range(j - j % 2 + 2, j - j % 2 + 4) if i < 40]
    ladder = graph(41, [*rungs, (38, 40), (39, 40)])
    assert WalkOperator(star).mixing_time() == 2
    assert WalkOperator(ladder).mixing_time() == 33


def test_example_3_8_as_walks() -> None:
    """Neither head alone has a unique sink; the mixture has one, and mixes."""
    heads = [FeedforwardDAG([("u", "v")], nodes="uvτ"), FeedforwardDAG([("v", "τ")], nodes="uvτ")]
    assert [WalkOperator(head, sink="τ").mixing_time() for head in heads] == [math.inf] * 2
    W = oracle.mixture(
        [HALF, HALF], [oracle.walk_matrix(3, [(0, 1)]), oracle.walk_matrix(3, [(1, 2)])]
    )
    assert MultiHeadWalk(heads).mixing_time() == oracle.mixing_time(W, 2, QUARTER)


@given(mixtures(common=True))
def test_theorem_2_8_for_heads_that_share_an_order(mix: Mixture) -> None:
    """T ≤ min{t : P[Bin(t, p) ≤ N−1] ≤ ¼} ≤ ⌈2N/p⌉, N the longest path, p the least leaving."""
    if mix.n == 1:
        return
    walk = mixed_walk(mix)
    union = FeedforwardDAG.union([graph(mix.n, edges) for edges in mix.heads])
    N, p = len(union.longest_path) - 1, walk.forward_probability()
    assert isinstance(p, Fraction)
    bound = binomial_time(N, p)
    assert walk.mixing_time() <= bound <= math.ceil(2 * N / p)
    assert not mix.loops or walk.mixing_time() <= binomial_time(mix.n - 1, HALF)


def test_sticky_line() -> None:
    """Leaving with probability 10⁻⁹: an integer of twelve digits, summed and never subtracted."""
    n, leave = 100, 1e-9
    W = np.diag([1 - leave] * (n - 1) + [1.0]) + np.diag([leave] * (n - 1), -1)
    assert WalkOperator.from_matrix(W).mixing_time() == 105517222972


def test_a_diagonal_of_one_may_be_rounded() -> None:
    """Leaving with probability 2⁻⁶⁰, the stored diagonal is 1.0; the walk leaves all the same."""
    leave = 2.0**-60
    W = np.array([[1.0, 0.0], [leave, 1.0]])
    expected = math.log(4) * 2**60
    assert WalkOperator.from_matrix(W).mixing_time() == pytest.approx(expected, rel=1e-12)


def test_one_node() -> None:
    """T = 0 and d = 0: the walk is where it ends."""
    walk = WalkOperator(FeedforwardDAG([], nodes=["a"]))
    assert walk.mixing_time() == 0
    assert walk.distance(0) == walk.distance(3) == 0
    assert list(walk.expected_hitting_times()) == [0]
    assert list(walk.stationary_distribution()) == [1]
