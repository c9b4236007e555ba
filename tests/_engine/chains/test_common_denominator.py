"""Solutions in integers over one denominator: they solve the equations, as fractions do."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import oracle
import pytest
import sympy as sp
from cases.subjects import graph, mixed_walk
from cases.zoo import sampled_mixtures, unique_sink_dags

from dagmix import MultiHeadWalk, WalkOperator, families
from dagmix._engine.chains import first_step
from dagmix._engine.chains.common_denominator import is_rational, solve_in_integers
from dagmix._engine.chains.kernel import leaving
from dagmix._engine.chains.triangular_solve import substitute


def check(walk: WalkOperator, W: oracle.Matrix) -> None:
    """y_j = base_j + Σ_i y_i W[i, j] at every free node, and y_j = 0 elsewhere, in Fractions."""
    kernel, n = walk.transition.rationals, len(W)
    assert walk.adjacency.order is not None
    base = np.array([Fraction(5**j, 3) for j in range(n)], dtype=object)
    free = np.array([W[j][j] != 1 for j in range(n)])
    for exempt in range(n):
        free[exempt] = False
        y = solve_in_integers(kernel, base, free, walk.adjacency.order)
        for j in range(n):
            expected = base[j] + sum(y[i] * W[i][j] for i in range(n)) if free[j] else 0
            assert y[j] == expected
            assert type(y[j]) is Fraction


@pytest.mark.parametrize("loops", [True, False], ids=["loops", "bare"])
@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_every_small_graph(n: int, *, loops: bool) -> None:
    for edges in unique_sink_dags(n):
        check(WalkOperator(graph(n, edges, loops=loops)), oracle.walk_matrix(n, edges, loops=loops))


def test_mixtures() -> None:
    for mix in sampled_mixtures(seed=11, count=30, common=True):
        check(mixed_walk(mix), mix.walk())


def test_the_same_fractions_as_term_by_term() -> None:
    """Random heads of 60 nodes, whose denominators have hundreds of digits; a sparse one too."""
    for heads in (range(4), [7]):
        chosen = [families.oriented_erdos_renyi(60, "1/2", seed) for seed in heads]
        walk = MultiHeadWalk([*chosen, families.line(60)])
        kernel, order = walk.transition.rationals, walk.adjacency.order
        assert order is not None
        ones, free = np.full(60, 1, dtype=object), np.arange(60) < 59
        exits = np.where(free, leaving(kernel), 0)
        found = solve_in_integers(kernel, ones, free, order)
        assert found.tolist() == substitute(kernel, ones, exits, order).tolist()
        assert found.tolist() == walk.expected_hitting_times().tolist()


def test_the_denominator_of_the_complete_graph_is_that_of_the_harmonic_numbers() -> None:
    """E_0 = 1 + H_{n−1}: the denominator grows as lcm(1, …, n), not as n!."""
    times = WalkOperator(families.complete(40)).expected_hitting_times()
    assert times[0] == 1 + sum(Fraction(1, k) for k in range(1, 40))


def test_symbols_are_left_to_the_other_way() -> None:
    share = sp.Symbol("a", positive=True)
    assert is_rational(np.array([1, Fraction(1, 2)], dtype=object))
    assert not is_rational(np.array([1, share], dtype=object))
    walk = MultiHeadWalk([families.line(3), families.complete(3)], [share, 1 - share])
    kernel = walk.transition.rationals
    ones = np.full(3, sp.Integer(1), dtype=object)
    found = first_step.solve(kernel, ones, np.array([True, True, False]))
    base = [1 + sum(found[i] * kernel.dense()[i, j] for i in range(3)) for j in range(2)]
    assert [sp.simplify(found[j] - base[j]) for j in range(2)] == [0, 0]
