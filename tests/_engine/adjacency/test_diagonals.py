"""Diagonal ranges against masks, and operators over them against brute force."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from typing import Any

import numpy as np
import oracle
import pytest
from cases.relations import check_relation, mask_of, runs_of
from cases.subjects import as_oracle
from oracle.fidelity import Signals

from dagmix import (
    DiffusionOperator,
    FeedforwardDAG,
    MultiHeadDiffusion,
    MultiHeadWalk,
    WalkOperator,
    families,
)
from dagmix._engine.adjacency import choose
from dagmix._engine.adjacency.diagonals import DiagonalRanges
from dagmix._engine.adjacency.paths import longest_path
from dagmix._engine.adjacency.ranges import IndexRanges
from dagmix._engine.chains.first_step import hitting_times

QUARTER = Fraction(1, 4)
SHIFTS = [(7, [1]), (8, [1, 3]), (9, [1, 2, 4, 8]), (8, [2, 3]), (6, [4]), (7, [1, 6])]


def diagonals_of(mask: Any) -> DiagonalRanges:
    """Keep a mask, mask[i, j] true where j sends to i, as intervals along its diagonals."""
    n, parts = len(mask), []
    for distance in range(1 - n, n):
        sent = np.diagonal(mask, -distance)
        ends = np.flatnonzero(np.diff(sent, prepend=False, append=False)) + max(-distance, 0)
        parts += [(distance, *ends[k : k + 2]) for k in range(0, len(ends), 2)]
    columns = np.array(parts, dtype=np.intp).reshape(-1, 3).T
    return DiagonalRanges(n, *columns)


def masks(n: int, count: int) -> Any:
    """Random masks of all densities, any way and causal ones, the empty and the full one too."""
    generator = np.random.default_rng(n)
    for k in range(count):
        mask = generator.random((n, n)) < k / (count - 1)
        yield mask
        yield np.tril(mask)


@pytest.mark.slow
@pytest.mark.parametrize("n", [1, 2, 3, 6])
def test_every_relation_as_diagonals(n: int) -> None:
    """Alone, and in a union with ranges of rows, whatever they share."""
    before = np.zeros((n, n), dtype=bool)
    for mask in masks(n, 9):
        found = diagonals_of(mask)
        assert (found.work, found.count > 0) == (mask.sum(), mask.any())
        check_relation(IndexRanges(n, [found]), mask)
        for step in (1, 2):
            parts = [found, *runs_of(before, step).ranges, diagonals_of(np.tril(before))]
            check_relation(IndexRanges(n, parts), mask | before)
        before = mask


@pytest.mark.parametrize("n", [3, 6])
def test_what_another_lacks(n: int) -> None:
    """Either kind without either kind."""
    before = np.tri(n, dtype=bool)
    for mask in masks(n, 7):
        for one in (runs_of(mask), IndexRanges(n, [diagonals_of(mask)])):
            for other in (runs_of(before, 2), IndexRanges(n, [diagonals_of(before)])):
                assert (mask_of(one.without(other)) == (mask & ~before)).all()
        before = mask


@pytest.fixture
def shifts_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose, "SHIFTS_FROM", 0)
    monkeypatch.setattr(choose, "RANGES_FROM", 0)
    monkeypatch.setattr(choose, "PAIRS_A_RANGE", 0)


def edges_of(head: FeedforwardDAG) -> Any:
    return [edge for edge in head.edges if edge[0] != edge[1]]


@pytest.mark.usefixtures("shifts_kept")
@pytest.mark.parametrize(("n", "distances"), SHIFTS, ids=str)
def test_operators_on_shifts_against_the_oracle(n: int, distances: list[int]) -> None:
    """Distances, mixing times at every tie, hitting times; signals and fidelities; both ways."""
    for head in (families.shifts(n, distances), families.shifts(n, distances).reversed()):
        assert any(isinstance(part, DiagonalRanges) for part in head.adjacency.ranges)  # type: ignore[attr-defined]
        if len(head.sinks) > 1:
            continue
        sink = head.unique_sink.index
        W, delta = oracle.walk_matrix(n, edges_of(head)), oracle.diffusion_matrix(n, edges_of(head))
        walk, diffusion = WalkOperator(head), DiffusionOperator(head)
        d = list(islice(oracle.distances(W, sink), 9))
        assert [walk.distance(t) for t in range(9)] == d
        for epsilon in {value for value in d if 0 < value < 1} | {QUARTER}:
            assert walk.mixing_time(epsilon) == oracle.mixing_time(W, sink, epsilon)
        expected = oracle.hitting_times(W, sink)
        assert walk.expected_hitting_times().tolist() == expected
        floats = hitting_times(walk.transition.floats.kernel, sink)
        assert np.allclose(floats, np.array(expected, dtype=float), rtol=1e-14, atol=0)
        signals = Signals(delta, sink)
        assert diffusion.signals(6).tolist() == [signals.row(t) for t in range(7)]
        for j in range(n):
            assert as_oracle(diffusion.node_fidelity(j)) == signals.fidelity(j, 0)
        found = diffusion.minimax_fidelity()
        assert (found.value, found.nodes) == signals.minimax(0)
        assert diffusion.successors().expected_hitting_times() is not None


@pytest.mark.usefixtures("shifts_kept")
def test_mixtures_with_shifts_against_the_oracle() -> None:
    heads = [families.shifts(9, [1, 4]), families.sliding_window(9, 3), families.shifts(9, [1, 2])]
    shares = [Fraction(1, 2), Fraction(1, 4), Fraction(1, 4)]
    W, delta = (
        [
            [
                sum(a * x for a, x in zip(shares, entries, strict=True))
                for entries in zip(*rows, strict=True)
            ]
            for rows in zip(*(make(9, edges_of(head)) for head in heads), strict=True)
        ]
        for make in (oracle.walk_matrix, oracle.diffusion_matrix)
    )
    walk, diffusion = MultiHeadWalk(heads, shares), MultiHeadDiffusion(heads, shares)
    assert isinstance(walk.adjacency, IndexRanges)
    assert walk.mixing_time() == oracle.mixing_time(W, 8, QUARTER)
    assert walk.expected_hitting_times().tolist() == oracle.hitting_times(W, 8)
    assert diffusion.minimax_fidelity().value == Signals(delta, 8).minimax(0)[0]


@pytest.mark.usefixtures("shifts_kept")
@pytest.mark.parametrize(("n", "distances"), SHIFTS, ids=str)
def test_paths_over_shifts(n: int, distances: list[int]) -> None:
    """The longest path is that of the same graph kept as edges; so is who is reached."""
    head = families.shifts(n, distances)
    listed = runs_of(head.to_mask())
    order = np.arange(n)
    assert longest_path(head.adjacency, order, n - 1) == longest_path(listed, order, n - 1)
    for j in range(n):
        assert (head.adjacency.reached(np.array([j])) == listed.reached(np.array([j]))).all()


def test_a_million_powers_of_two_are_not_listed() -> None:
    head = families.log_sparse(10**6)
    assert repr(head) == "<FeedforwardDAG: 1000000 nodes, 18951425 edges, at most 21 ranges a row>"
    assert head.unique_sink.index == 10**6 - 1
