"""Theorem I of docs/guide/spectral_gaps.md: gaps of heads that share an order."""

from __future__ import annotations

import math
import random
from fractions import Fraction
from itertools import product

import oracle
import pytest
from cases.zoo import unique_sink_dags

from dagmix import FeedforwardDAG, MultiHeadWalk, families

HALF = Fraction(1, 2)


def drawn(rng: random.Random, n: int) -> oracle.Matrix:
    """Draw a walk on 0 … n − 1 in that order, absorbed at the last node, with shares in tenths."""
    W = [[Fraction(0)] * n for _ in range(n)]
    for j in range(n - 1):
        shares = [rng.choice((0, 1, 2, 5)) for _ in range(j, n - 1)] + [1]
        for i, share in enumerate(shares, j):
            W[i][j] = Fraction(share, sum(shares))
    W[n - 1][n - 1] = Fraction(1)
    return W


def sticky(W: oracle.Matrix) -> tuple[Fraction, set[int]]:
    """Return the greatest self-weight but the sink's, and the nodes that have it."""
    diagonal = [W[j][j] for j in range(len(W) - 1)]
    greatest = max(diagonal)
    return greatest, {j for j, weight in enumerate(diagonal) if weight == greatest}


def most_on_a_path(W: oracle.Matrix) -> int:
    """Count the nodes of the greatest self-weight on the path that has most of them."""
    _, nodes = sticky(W)
    best = [0] * len(W)
    for j in reversed(range(len(W) - 1)):
        best[j] = (j in nodes) + max(best[i] for i in range(j + 1, len(W)) if W[i][j])
    return max(best)


def test_gaps_add_up() -> None:
    """1 − λ of the mixture is at least the mean; equal exactly if a node is stickiest in all."""
    rng, equal = random.Random(1), 0  # noqa: S311 - reproducible, not secret
    for _ in range(200):
        heads = [drawn(rng, 4) for _ in range(rng.choice((2, 3)))]
        weights = [Fraction(1, len(heads))] * len(heads)
        mixed, _ = sticky(oracle.mixture(weights, heads))
        mean = sum((a * sticky(W)[0] for a, W in zip(weights, heads, strict=True)), Fraction(0))
        common = set.intersection(*(sticky(W)[1] for W in heads))
        assert mixed <= mean
        assert (mixed == mean) == bool(common)
        equal += bool(common)
    assert 20 < equal < 180


def test_the_rate_of_decay_and_its_power() -> None:
    """λᵗ ≤ d(t), and d(t) / (t^(κ−1) λᵗ) changes by less than a tenth from t = 1000 to 2000."""
    powers, pairs = set[int](), list(product(unique_sink_dags(4), repeat=2))
    for pair in pairs[::17]:
        W = oracle.mixture((HALF, HALF), [oracle.walk_matrix(4, edges) for edges in pair])
        rate, power = sticky(W)[0], most_on_a_path(W) - 1
        walk = MultiHeadWalk([FeedforwardDAG(edges, nodes=range(4)) for edges in pair])
        early, late = (Fraction(walk.distance(t)) / (t**power * rate**t) for t in (1000, 2000))
        assert walk.distance(3) >= rate**3
        assert 10 * abs(late - early) < early
        powers.add(power)
    assert powers == {0, 1, 2}


def test_graph_heads_of_one_order_keep_the_gap_of_a_half() -> None:
    """Whatever the graphs and the weights."""
    for one, two in product(unique_sink_dags(4), repeat=2):
        heads = [oracle.walk_matrix(4, edges) for edges in (one, two)]
        for weights in ((HALF, HALF), (Fraction(1, 7), Fraction(6, 7))):
            assert sticky(oracle.mixture(weights, heads))[0] == HALF


@pytest.mark.parametrize("n", [2, 3, 8])
def test_without_an_order_the_gap_falls(n: int) -> None:
    """The mixture of reversed lines has the eigenvector sin(πj/n), of value cos²(π/2n)."""
    pair = families.reversed_lines(n)
    assert FeedforwardDAG.union(pair[:1]).self_loops
    W, vector = MultiHeadWalk(pair).matrix, [math.sin(math.pi * j / n) for j in range(1, n)]
    for i in range(n - 1):
        moved = sum(W[i, j] * vector[j] for j in range(n - 1))
        assert math.isclose(moved, math.cos(math.pi / 2 / n) ** 2 * vector[i], abs_tol=1e-12)
