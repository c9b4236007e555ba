"""The theorems of docs/guide/theorems.md, lemma by lemma, and the numbers that they give."""

from __future__ import annotations

import math
import random
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import oracle
import pytest
from cases.subjects import graph
from hypothesis import given
from hypothesis import strategies as st

from dagmix import (
    DiffusionOperator,
    FeedforwardDAG,
    MultiHeadDiffusion,
    MultiHeadWalk,
    WalkOperator,
    families,
    testing,
)
from dagmix.families import closed_forms as known

if TYPE_CHECKING:
    from collections.abc import Sequence

HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)
LEFT = [Fraction(1), Fraction(3, 4), Fraction(9, 16), Fraction(13, 32), Fraction(17, 64)]
COST = [Fraction(0), HALF, HALF, Fraction(13, 32), Fraction(39, 128)]


def survival(walk: WalkOperator, t: int) -> list[Fraction]:
    """Return P_j(T > t) for all starts, from a full matrix power."""
    W = [[Fraction(str(entry)) for entry in row] for row in walk.exact.tolist()]
    reached = oracle.power(W, t)[walk.sink.index] if t else [Fraction(0)] * len(W)
    left = [1 - share for share in reached]
    left[walk.sink.index] = Fraction(0)
    return left


@pytest.mark.parametrize("N", [*range(1, 9), 50, 1000])
def test_a_line_mixes_in_less_than_four_steps_a_node(N: int) -> None:
    """T(line)(⅛) ≤ 4N − 1, by Cantelli from N = 6 on, by the tail itself before."""
    tail = Fraction(sum(math.comb(4 * N - 1, k) for k in range(N)), 2 ** (4 * N - 1))
    cantelli = (N - QUARTER) / (N - QUARTER + (N + HALF) ** 2)
    assert tail <= min(HALF**3, cantelli)
    assert cantelli <= QUARTER
    assert (cantelli <= HALF**3) == (N >= 6)
    assert known.line_mixing_time(N + 1, HALF**3) <= 4 * N - 1


@pytest.mark.parametrize("n", [6, 7, 20, 41])
def test_heads_of_the_express_pair_are_lines(n: int) -> None:
    """A head has T of a line of ⌈n/2⌉ nodes, or of one node more."""
    first, second = (WalkOperator(head).mixing_time() for head in families.express_pair(n))
    assert first == known.line_mixing_time((n + 1) // 2)
    assert second == known.line_mixing_time(n // 2 + 1)


@given(st.integers(4, 14), testing.convex_weights(2))
def test_express_pair_with_any_weights(n: int, weights: tuple[Fraction, ...]) -> None:
    """d(t) ≤ (1 − min(α)/2)ᵗ, with equality for n ≥ 2t + 4."""
    walk, rate = MultiHeadWalk(families.express_pair(n), weights), 1 - min(weights) / 2
    for t in range(8):
        assert walk.distance(t) <= rate**t
        assert n < 2 * t + 4 or walk.distance(t) == rate**t


def test_what_is_left_after_four_steps() -> None:
    """v_r = ½ v_{r−1} + ½ min(½ v_{r−1}, 2^{1−r}): 17/64 > ¼, and then 21/128 < ¼."""
    v, c = [Fraction(1)], [Fraction(0)]
    for r in range(1, 6):
        c.append(max(v[-1], c[-1]) / 2 + c[-1] / 4)
        v.append(v[-1] / 2 + min(v[-1] / 2, HALF ** (r - 1)) / 2)
    assert (v, c[:5]) == ([*LEFT, Fraction(21, 128)], COST)
    kept = 1 - (v[4] - QUARTER) / c[4]
    assert kept == Fraction(37, 39)
    assert kept**27 < QUARTER < kept**26


@given(testing.heads(min_nodes=2, max_nodes=5, max_heads=2), st.integers(0, 4))
def test_a_mixture_keeps_what_a_slow_head_keeps(heads: Sequence[FeedforwardDAG], r: int) -> None:
    """S_r(i) ≥ v_r − c_r (1 − a_r(i)) for the even mixture and either head, from every node."""
    mixed = survival(MultiHeadWalk(heads), r)
    for head in heads:
        alone = survival(WalkOperator(head), r)
        pairs = list(zip(mixed, alone, strict=True))[:-1]
        assert all(LEFT[r] - COST[r] * (1 - a) <= S for S, a in pairs)


@pytest.mark.parametrize(
    "other",
    [
        families.line(60),
        families.complete(60),
        families.log_sparse(60),
        graph(60, [(j, 59) for j in range(59)]),
        families.express_pair(60)[0],
    ],
    ids=["line", "complete", "log-sparse", "star", "express"],
)
def test_no_mixture_with_a_slow_head_is_faster_than_the_express_pair(other: FeedforwardDAG) -> None:
    """T(W_0) > 108 gives T(W̄) ≥ 5, whatever the other head."""
    slow = families.line(60)
    assert WalkOperator(slow).mixing_time() > 108
    assert MultiHeadWalk([slow, other]).mixing_time() >= 5


@pytest.mark.parametrize("k", range(1, 10))
def test_a_run_doubles_with_every_move(k: int) -> None:
    """a_k = 2 a_{k−1} + 1 tosses, two steps each; (1 − ε) E ≤ T(ε)."""
    assert known.run_hitting_time(k + 1) == 2 * known.run_hitting_time(k) + 2
    assert known.run_mixing_time(k) >= Fraction(3, 4) * known.run_hitting_time(k)


def test_a_run_is_almost_exponential() -> None:
    """T(¼) / 2ᵏ rises towards 2 ln 4, as computed."""
    ratios = [known.run_mixing_time(k) / 2**k for k in range(2, 12)]
    assert all(one < two < 2 * math.log(4) for one, two in pairwise(ratios))
    assert 2 * math.log(4) - ratios[-1] < 0.01


@given(testing.mixtures(MultiHeadWalk, 2, 5), st.sampled_from([QUARTER, HALF, Fraction(1, 10)]))
def test_a_mixture_is_at_most_exponentially_slow(walk: MultiHeadWalk, epsilon: Fraction) -> None:
    """T ≤ M ⌈ln(1/ε) / −ln(1 − (1−ε) αᴹ)⌉ for every head, in whatever orders."""
    for head, weight in zip(walk.heads, walk.weights, strict=True):
        M = WalkOperator(head).mixing_time(epsilon)
        once = 1 - (1 - epsilon) * Fraction(weight) ** int(M)  # left after M steps, at most
        rounds = math.ceil(math.log(1 / epsilon) / -math.log1p(float(once - 1)))
        assert walk.mixing_time(epsilon) <= M * rounds


@pytest.mark.parametrize(("m", "scaled"), [(8, 2.94), (16, 3.29), (32, 3.48)])
def test_opposite_lines_lose_fidelity(m: int, scaled: float) -> None:
    """With a source in front, C(2m, m) / 4ᵐ in a head and of order m⁻² together."""
    orders = [list(range(1, m + 1)), list(range(m, 0, -1))]
    heads = [
        FeedforwardDAG(pairwise(["s", *order, "τ"]), nodes=["s", *orders[0], "τ"])
        for order in orders
    ]
    mixed = MultiHeadDiffusion(heads)
    assert mixed.best_head().value == Fraction(math.comb(2 * m, m), 4**m)
    least = mixed.minimax_fidelity().value
    assert round(float(least) * m**2, 2) == scaled
    upper = min(Fraction(2 * (m + 1), m * (m + 2)), Fraction(32, m**2))
    assert Fraction(1, 2 * (m + 1) ** 2) <= least <= upper


@pytest.mark.parametrize("k", [1, 2, 5])
def test_fidelity_grows_along_a_lane(k: int) -> None:
    """φ(y_2) ≥ 6/5 φ(y_1), φ(y_{i+1}) ≥ 7/5 φ(y_i); the clean lane carries more; s has 1."""
    heads = families.lane_pair(k)
    mixed, head = MultiHeadDiffusion(heads), DiffusionOperator(heads[0])
    y = range(k + 1, 2 * k + 1)
    for one, two in pairwise(y):
        growth = Fraction(6, 5) if one == k + 1 else Fraction(7, 5)
        for operator in (mixed, head):
            values = [Fraction(operator.node_fidelity(node).value) for node in (one, two)]
            assert values[1] >= growth * values[0]
    for t in range(3 * k):
        assert all(head.signal(node - k, t) >= head.signal(node, t) for node in y)
    assert mixed.node_fidelity(0).value == head.node_fidelity(0).value == 1
    assert mixed.minimax_fidelity().nodes == (1, k + 1)


@pytest.mark.parametrize("seed", range(12))
def test_theorem_d_gain_is_progress_where_the_mixture_is(seed: int) -> None:
    """Ē = V − α₂ Ḡ (c − 1) for heads in any order and any weight, by exact elimination."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    n = draw.choice([3, 4, 5])
    heads = []
    for _ in range(2):
        order = [*draw.sample(range(n - 1), n - 1), n - 1]
        edges = {(j, draw.choice(order[k + 1 :])) for k, j in enumerate(order[:-1])}
        edges |= {
            (order[a], order[b]) for a in range(n) for b in range(a + 1, n) if draw.random() < 0.3
        }
        heads.append(sorted(edges))
    weight = Fraction(draw.randint(1, 9), 10)
    first, second = (oracle.walk_matrix(n, edges) for edges in heads)
    mixed = oracle.mixture([1 - weight, weight], [first, second])
    times = oracle.hitting_times(mixed, n - 1)
    alone = [Fraction(time) for time in oracle.hitting_times(first, n - 1)]
    free = range(n - 1)
    less = [alone[i] - sum(alone[k] * second[k][i] for k in range(n)) - 1 for i in free]
    system = [[Fraction(i == j) - mixed[i][j] for i in free] for j in free]
    gain = oracle.solve(system, [weight * x for x in less])
    graphs = [FeedforwardDAG(edges, nodes=range(n)) for edges in heads]
    found = MultiHeadWalk(graphs, [1 - weight, weight]).expected_hitting_times()
    assert [alone[j] - gain[j] for j in free] == [times[j] for j in free] == list(found[: n - 1])
