"""Equations along an order: what is found solves them, over lists, over ranges and over heads."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import oracle
import pytest
from cases.subjects import graph, mixed_walk
from cases.zoo import sampled_mixtures, unique_sink_dags

from dagmix import WalkOperator
from dagmix._engine.chains.kernel import leaving
from dagmix._engine.chains.triangular_solve import substitute


def check(walk: WalkOperator, W: oracle.Matrix) -> None:
    """y_j · exits_j = base_j + Σ_{i ≠ j} y_i W[i, j], and y_j = 0 where exits_j = 0."""
    kernel, n = walk.transition.rationals, len(W)
    assert walk.adjacency.order is not None
    base = np.array([Fraction(5**j, 3) for j in range(n)], dtype=object)
    y = substitute(kernel, base, leaving(kernel), walk.adjacency.order)
    for j in range(n):
        exits = sum((W[i][j] for i in range(n) if i != j), Fraction(0))
        total = base[j] + sum(y[i] * W[i][j] for i in range(n) if i != j)
        assert y[j] * exits == (total if exits else 0)


@pytest.mark.parametrize("loops", [True, False], ids=["loops", "bare"])
@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_every_small_graph(n: int, *, loops: bool) -> None:
    for edges in unique_sink_dags(n):
        check(WalkOperator(graph(n, edges, loops=loops)), oracle.walk_matrix(n, edges, loops=loops))


@pytest.mark.usefixtures("always_runs")
@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_every_small_graph_on_ranges(n: int) -> None:
    for edges in unique_sink_dags(n):
        check(WalkOperator(graph(n, edges)), oracle.walk_matrix(n, edges))


@pytest.mark.usefixtures("always_runs")
def test_mixtures_head_by_head() -> None:
    for mix in sampled_mixtures(seed=10, count=30, common=True):
        check(mixed_walk(mix), mix.walk())
