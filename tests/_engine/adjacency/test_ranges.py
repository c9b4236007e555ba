"""Ranges against the other adjacencies, and against brute force: the same relation and answers."""

from __future__ import annotations

import pickle
from fractions import Fraction
from itertools import islice, product
from typing import TYPE_CHECKING, Any

import numpy as np
import oracle
import pytest
from cases.relations import check_relation, mask_of, runs_of
from cases.strategies import epsilons
from cases.subjects import as_oracle, graph, mixed_diffusion, mixed_walk
from cases.zoo import Mixture, sampled_dags, sampled_mixtures, unique_sink_dags
from hypothesis import given
from oracle.fidelity import Signals

from dagmix import (
    DiffusionOperator,
    FeedforwardDAG,
    MultiHeadDiffusion,
    MultiHeadWalk,
    WalkOperator,
    families,
)
from dagmix._engine.adjacency.dense import DenseAdjacency
from dagmix._engine.adjacency.paths import recurrent_classes
from dagmix._engine.adjacency.ranges import IndexRanges
from dagmix._engine.chains.first_step import hitting_times
from dagmix._engine.chains.matrices import GraphWalk
from dagmix._engine.mixing.mixing_time import mixing_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cases.zoo import Edges

QUARTER = Fraction(1, 4)
SMALL = [graphs for n in range(2, 5) for graphs in [(n, unique_sink_dags(n))]]
GRAPHS = [*SMALL, (6, tuple(sampled_dags(6, 12, seed=61)))]


def every_mask(n: int) -> Iterator[Any]:
    """All n × n masks."""
    for bits in product((False, True), repeat=n * n):
        yield np.array(bits).reshape(n, n)


def causal_masks(n: int) -> Iterator[Any]:
    """All masks on and below the diagonal."""
    where = np.tril_indices(n)
    for bits in product((False, True), repeat=len(where[0])):
        mask = np.zeros((n, n), dtype=bool)
        mask[where] = bits
        yield mask


@pytest.mark.slow
@pytest.mark.parametrize("n", [1, 2, 3])
def test_every_small_relation(n: int) -> None:
    for mask in every_mask(n):
        check_relation(runs_of(mask), mask)


@pytest.mark.slow
def test_every_causal_relation_of_four_nodes_and_its_reverse() -> None:
    for mask in causal_masks(4):
        check_relation(runs_of(mask), mask)
        check_relation(runs_of(mask[::-1, ::-1]), mask[::-1, ::-1])


def test_a_support_says_what_it_is_made_of() -> None:
    assert repr(runs_of(np.eye(3, dtype=bool))) == "<IndexRanges: 3 nodes, 3 pairs in 3 ranges>"


@pytest.mark.usefixtures("always_runs")
@pytest.mark.parametrize(("n", "graphs"), GRAPHS, ids=lambda part: str(part)[:4])
@pytest.mark.parametrize("loops", [True, False], ids=["loops", "bare"])
def test_walks_on_runs_against_the_oracle(
    n: int, graphs: tuple[Edges, ...], *, loops: bool
) -> None:
    """Mixing times at every tie, distances, hitting times and chances to leave."""
    for edges in graphs:
        walk, W = (
            WalkOperator(graph(n, edges, loops=loops)),
            oracle.walk_matrix(n, edges, loops=loops),
        )
        assert isinstance(walk.adjacency, IndexRanges)
        d = list(islice(oracle.distances(W, n - 1), 9))
        assert [walk.distance(t) for t in range(9)] == d
        for epsilon in {value for value in d if 0 < value < 1} | {QUARTER}:
            assert walk.mixing_time(epsilon) == oracle.mixing_time(W, n - 1, epsilon)
        expected = oracle.hitting_times(W, n - 1)
        assert walk.expected_hitting_times().tolist() == expected
        floats = hitting_times(walk.transition.floats.kernel, n - 1)
        assert np.allclose(floats, np.array(expected, dtype=float), rtol=1e-14, atol=0)
        assert walk.forward_probability() == min(1 - W[j][j] for j in range(n - 1))


@pytest.mark.usefixtures("always_runs")
@pytest.mark.parametrize(("n", "graphs"), GRAPHS, ids=lambda part: str(part)[:4])
@pytest.mark.parametrize("loops", [True, False], ids=["loops", "bare"])
def test_diffusions_on_runs_against_the_oracle(
    n: int, graphs: tuple[Edges, ...], *, loops: bool
) -> None:
    """Signals, every node's fidelity with its times, the minimax and all its nodes."""
    for edges in graphs:
        delta = oracle.diffusion_matrix(n, edges, loops=loops)
        diffusion = DiffusionOperator(graph(n, edges, loops=loops))
        assert isinstance(diffusion.adjacency, IndexRanges)
        signals = Signals(delta, n - 1)
        assert diffusion.signals(6).tolist() == [signals.row(t) for t in range(7)]
        for first in (0, 1):
            for j in range(n):
                assert as_oracle(diffusion.node_fidelity(j, first)) == signals.fidelity(j, first)
            found = diffusion.minimax_fidelity(first)
            assert (found.value, found.nodes) == signals.minimax(first)


@pytest.mark.usefixtures("always_runs")
@pytest.mark.parametrize("common", [True, False], ids=["common order", "any order"])
def test_mixtures_are_stepped_head_by_head(*, common: bool) -> None:
    """The oracle's answers; heads that are not in node order come as lists beside the runs."""
    seen = 0
    for mix in sampled_mixtures(seed=7, count=40, common=common):
        walk, diffusion = mixed_walk(mix), mixed_diffusion(mix)
        seen += isinstance(walk.adjacency, IndexRanges)
        check_mixture(mix, walk, diffusion)
    assert seen >= 10


def test_a_mixture_of_mixtures_is_the_mixture_of_their_heads() -> None:
    heads = [families.sliding_window(90, 40), families.complete(90)]
    inner = MultiHeadWalk(heads)
    nested = MultiHeadWalk([inner, heads[0]])
    flat = MultiHeadWalk(heads, weights=["3/4", "1/4"])
    assert isinstance(nested.adjacency, IndexRanges)
    times = flat.expected_hitting_times()
    assert nested.expected_hitting_times().tolist() == times.tolist()
    nested_walk = MultiHeadDiffusion([MultiHeadDiffusion(heads), heads[0]]).successors()
    flat_walk = MultiHeadDiffusion(heads, weights=["3/4", "1/4"]).successors()
    assert nested_walk.exact == flat_walk.exact


def check_mixture(mix: Mixture, walk: MultiHeadWalk, diffusion: MultiHeadDiffusion) -> None:
    n, W, delta = mix.n, mix.walk(), mix.diffusion()
    assert walk.exact.tolist() == W
    assert walk.mixing_time() == oracle.mixing_time(W, n - 1, QUARTER)
    assert walk.expected_hitting_times().tolist() == oracle.hitting_times(W, n - 1)
    assert walk.forward_probability() == min(1 - W[j][j] for j in range(n - 1))
    signals = Signals(delta, n - 1)
    assert diffusion.signals(5).tolist() == [signals.row(t) for t in range(6)]
    found = diffusion.minimax_fidelity()
    assert (found.value, found.nodes) == signals.minimax()
    assert np.allclose(diffusion.transition.floats.kernel.dense(), np.array(delta, dtype=float))
    assert (recurrent_classes(diffusion.adjacency.transposed()) >= 0).sum() >= 1


@pytest.mark.usefixtures("always_runs")
def test_operators_on_runs_compare_by_content() -> None:
    line, window = families.line(6), families.sliding_window(6, 2)
    assert MultiHeadWalk([line, window]) == MultiHeadWalk([line, window])
    assert MultiHeadWalk([line, window]) != MultiHeadWalk([window, line])
    assert WalkOperator(line) != WalkOperator(window)
    assert hash(WalkOperator(line)) == hash(WalkOperator(FeedforwardDAG(line.edges)))
    mix = MultiHeadWalk([line, window])
    assert pickle.loads(pickle.dumps(mix)) == mix  # noqa: S301 - our own


@given(epsilons)
def test_the_threshold_does_not_mind_the_adjacency(epsilon: Fraction) -> None:
    n = 600
    graph_ = families.sliding_window(n, 300)
    dense = GraphWalk(DenseAdjacency(mask_of(graph_.adjacency)))
    assert WalkOperator(graph_).mixing_time(epsilon) == mixing_time(dense, n - 1, epsilon)
