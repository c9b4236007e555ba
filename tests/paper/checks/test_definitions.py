"""The formulas in fractions are the oracle's, and the weighted heads what they should be."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import oracle

from dagmix import MultiHeadWalk, families
from dagmix.paper.checks import definitions


def test_matrices_are_the_oracle_s() -> None:
    for graph in families.all_unique_sink_dags(4):
        edges: Any = [(j, i) for j, i in graph.edges if j != i]
        walk = oracle.walk_matrix(4, edges, loops=True)
        diffusion = oracle.diffusion_matrix(4, edges, loops=True)
        assert definitions.walk_matrix(graph).tolist() == walk
        assert definitions.diffusion_matrix(graph).tolist() == diffusion


def test_weighted_heads_have_the_p_they_are_given() -> None:
    p = Fraction(2, 7)
    for family in (families.line, families.complete):
        walk = definitions.weighted(family(5), p)
        assert walk.forward_probability() == p == definitions.least_leaving(walk)
        assert set(definitions.matrix(walk).sum(axis=0)) == {1}


def test_weighted_pairs_share_an_order_and_differ() -> None:
    for mix in definitions.mixtures(definitions.weighted_pairs()):
        one, two = definitions.head_probabilities(mix)
        assert one != two
        known = definitions.effective(mix, [one, two])
        assert known == definitions.effective(mix) == sum(
            w * p for w, p in zip(mix.weights, (one, two), strict=True)
        )  # fmt: skip
        assert mix.adjacency.order is not None


def test_binomial_tails_add_up() -> None:
    """By all 2ᵗ outcomes."""
    p = Fraction(1, 3)
    for t, n in product(range(5), range(4)):
        outcomes = product((0, 1), repeat=t)
        total = sum(p ** sum(one) * (1 - p) ** (t - sum(one)) for one in outcomes if sum(one) < n)
        assert definitions.fewer_than(n, t, p) == total


def test_pairs_and_times_are_written() -> None:
    pair = families.express_pair(4)
    assert len(definitions.small_pairs()) == 1 + 9 + 441
    assert definitions.times(pair) == "T(¼) = 2, 5 → 4"
    assert definitions.written(pair) == "0→3, 1→3, 2→3 | 0→2, 1→3, 2→3"
    assert definitions.total_variation(definitions.walk_matrix(pair[0]), 3) == Fraction(1, 2)
    assert definitions.moves(MultiHeadWalk(pair)) == 3
