"""Chains made of others, on ranges, against the oracle."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import oracle
import pytest
from cases.subjects import graph, mixed_diffusion
from cases.zoo import sampled_dags, sampled_mixtures, unique_sink_dags
from oracle import bounds as oracle_bounds

from dagmix import DiffusionOperator, MultiHeadDiffusion
from dagmix._engine.chains.composites import (
    AbsorbingMatrix,
    BackwardMatrix,
    SuccessorMatrix,
    WeightedRows,
)
from dagmix._engine.chains.first_step import hits_from
from dagmix._engine.exact.enclosures import UNIT
from dagmix.bounds import backward_mixing

if TYPE_CHECKING:
    from cases.zoo import Edges

QUARTER = Fraction(1, 4)
SMALL = [graphs for n in range(2, 5) for graphs in [(n, unique_sink_dags(n))]]
GRAPHS = [*SMALL, (6, tuple(sampled_dags(6, 12, seed=61)))]


@pytest.mark.usefixtures("always_runs")
@pytest.mark.parametrize(("n", "graphs"), GRAPHS, ids=lambda part: str(part)[:4])
def test_backward_chains_on_runs_against_the_oracle(n: int, graphs: tuple[Edges, ...]) -> None:
    for edges in graphs:
        diffusion, delta = DiffusionOperator(graph(n, edges)), oracle.diffusion_matrix(n, edges)
        chances = hits_from(BackwardMatrix(diffusion.transition).rationals, n - 1)
        assert chances.tolist() == [oracle_bounds.hits(delta, n - 1, j) for j in range(n)]
        if len(diffusion.adjacency.sources) == 1:
            (source,) = diffusion.adjacency.sources.tolist()
            backward = oracle.transpose(delta)
            chain = backward_mixing(diffusion)
            assert chain.time == oracle.mixing_time(backward, source, QUARTER)
            spread = Fraction(n, n - 1)
            assert chain.hitting == spread * oracle.hitting_times(backward, source)[n - 1]


@pytest.mark.usefixtures("always_runs")
@pytest.mark.parametrize("least", [0, 1], ids=["some are 0", "all positive"])
def test_weighted_rows_of_ranges(least: int) -> None:
    """Row i of every head times g_h(i), the heads kept as ranges, as mixtures of such too."""
    for mix in sampled_mixtures(seed=8, count=12, common=True):
        diffusion, delta = mixed_diffusion(mix).transition, mix.diffusion()
        weights = [Fraction((5 * i + len(mix.heads)) % 3 + least, 4) for i in range(mix.n)]
        rows = WeightedRows(weights, diffusion)
        expected = [[g * x for x in row] for g, row in zip(weights, delta, strict=True)]
        assert rows.rationals.dense().tolist() == expected
        exact = np.array(expected, dtype=float)
        floats = rows.floats
        assert np.allclose(floats.kernel.dense(), exact, rtol=floats.entry_units * UNIT, atol=0)
        step = rows.rationals.step(np.array([Fraction(1)] * mix.n))
        assert step.tolist() == [sum(row[j] for row in expected) for j in range(mix.n)]


@pytest.mark.usefixtures("always_runs")
@pytest.mark.parametrize("common", [True, False], ids=["common order", "any order"])
def test_successors_divide_every_column(*, common: bool) -> None:
    for mix in sampled_mixtures(seed=8, count=25, common=common):
        walk, delta = mixed_diffusion(mix).successors(), mix.diffusion()
        sums = [sum(row[j] for row in delta) or 1 for j in range(mix.n)]
        expected = [[row[j] / sums[j] for j in range(mix.n)] for row in delta]
        for j in range(mix.n):
            if not any(row[j] for row in delta):
                expected[j][j] = Fraction(1)
        assert walk.exact.tolist() == expected
        assert isinstance(walk.transition, SuccessorMatrix)
        floats = walk.transition.floats
        exact = np.array(expected, dtype=float)
        assert np.allclose(floats.kernel.dense(), exact, rtol=floats.units * 2.0**-53, atol=0)


@pytest.mark.usefixtures("always_runs")
def test_stopped_walks_stay_at_one_node() -> None:
    for mix in sampled_mixtures(seed=9, count=15, common=False):
        walk = mixed_diffusion(mix).successors()
        expected = walk.exact.tolist()
        for node in range(mix.n):
            stopped = AbsorbingMatrix(walk.transition, node)
            columns = oracle.transpose(expected)
            columns[node] = [Fraction(i == node) for i in range(mix.n)]
            assert stopped.rationals.dense().tolist() == oracle.transpose(columns)
            exact = np.array(oracle.transpose(columns), dtype=float)
            units = stopped.floats.units
            assert np.allclose(stopped.floats.kernel.dense(), exact, rtol=units * 2.0**-53, atol=0)


LOST = 1000  # additions of half a unit to 1, each of which is lost


@pytest.fixture
def unlike_heads() -> tuple[MultiHeadDiffusion, MultiHeadDiffusion]:
    """Return ½ (A in 1,001 heads) + ½ B in floats, which lose about 500 roundings, and exactly."""
    a = DiffusionOperator.from_matrix([[1, 0, 0], ["1/2", "1/2", 0], [0, "1/2", "1/2"]], sink=2)
    b = DiffusionOperator.from_matrix([[1, 0, 0], ["1/2", "1/2", 0], [0, 0, 1]], sink=2)
    weights = [1 - LOST * 2.0**-54, *[2.0**-54] * LOST]
    many = MultiHeadDiffusion([a] * (LOST + 1), weights)
    return MultiHeadDiffusion([many, b]), MultiHeadDiffusion([a, b])


def test_mixtures_of_unlike_heads_have_the_entry_error_of_the_worst(
    unlike_heads: tuple[MultiHeadDiffusion, MultiHeadDiffusion],
) -> None:
    """Every entry is within its bound; without the worse head's error the bound would be wrong."""
    floats, exact = unlike_heads
    kernel = floats.transition.floats
    worst = 0.0
    for found, entry in zip(kernel.kernel.dense().flat, exact.exact, strict=True):
        if entry:
            worst = max(worst, abs(float(1 - Fraction(found) / Fraction(str(entry)))) * 2**53)
    assert 400 < worst <= kernel.entry_units
    assert worst > 10 * DiffusionOperator(graph(3, ((0, 1), (1, 2)))).transition.floats.entry_units


def test_enclosures_of_unlike_heads_hold_the_exact_fidelity(
    unlike_heads: tuple[MultiHeadDiffusion, MultiHeadDiffusion],
) -> None:
    """φ of the middle node is 5/16 at t = 2; floats are off by 700 units, a step's own error 9."""
    floats, exact = unlike_heads
    expected = exact.node_fidelity(1)
    assert (expected.value, expected.times) == (Fraction(5, 16), (2,))
    for found in (floats.node_fidelity(1), floats.minimax_fidelity()):
        assert found.lower <= expected.value <= found.upper
        assert expected.value - Fraction(found.value) > 200 * Fraction(1, 2**54)
