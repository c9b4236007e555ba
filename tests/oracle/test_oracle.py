"""The oracle itself, against numbers worked out elsewhere; dagmix has no part in this file."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import islice, pairwise, permutations

import pytest
from cases.zoo import sampled_dags, sampled_mixtures, sinks, unique_sink_dags

from oracle import (
    diffusion_matrix,
    distances,
    hitting_times,
    mixing_time,
    mixture,
    path_sum,
    powers,
    walk_matrix,
)
from oracle.fidelity import Fidelity, Signals

QUARTER, HALF = Fraction(1, 4), Fraction(1, 2)
HEAD_1, HEAD_2 = [(0, 1), (1, 2), (2, 3)], [(1, 0), (0, 2), (2, 3)]  # Example 3.13


def line(n: int) -> list[tuple[int, int]]:
    return list(pairwise(range(n)))


def complete(n: int) -> list[tuple[int, int]]:
    return [(j, i) for j in range(n) for i in range(j + 1, n)]


@pytest.mark.parametrize(("n", "count"), [(1, 1), (2, 1), (3, 3), (4, 21), (5, 315)])
def test_enumeration_is_complete(n: int, count: int) -> None:
    """Every set of forward edges with the one sink n−1 occurs exactly once."""
    graphs = [frozenset(edges) for edges in unique_sink_dags(n)]
    assert len(graphs) == len(set(graphs)) == count
    assert all(sinks(n, edges) == [n - 1] for edges in graphs)
    assert all(j < i for edges in graphs for j, i in edges)


def test_samples_have_the_sink() -> None:
    assert all(sinks(6, edges) == [5] for edges in sampled_dags(6, 20, seed=1))
    wild = sampled_mixtures(3, 30, common=False, sure=False)
    assert any(sinks(mix.n, edges) != [mix.n - 1] for mix in wild for edges in mix.heads)
    assert all(sum(mix.weights) == 1 for mix in wild)


@pytest.mark.parametrize("loops", [True, False])
def test_powers_are_path_sums(loops: bool) -> None:  # noqa: FBT001 - a parametrised flag
    """(Mᵗ)[i][j] is the sum over all paths of t steps, for both kinds of matrix."""
    for edges in unique_sink_dags(4)[::5]:
        for matrix in (walk_matrix(4, edges, loops=loops), diffusion_matrix(4, edges, loops=loops)):
            for t, power in enumerate(islice(powers(matrix), 5)):
                assert all(
                    power[i][j] == path_sum(matrix, t, i, j) for i in range(4) for j in range(4)
                )


def test_known_mixing_times() -> None:
    assert mixing_time(walk_matrix(8, line(8)), 7, QUARTER) == 16
    assert mixing_time(walk_matrix(8, complete(8)), 7, QUARTER) == 5
    assert mixing_time(walk_matrix(1, []), 0, QUARTER) == 0
    assert mixing_time(walk_matrix(3, [(0, 1)]), 2, QUARTER) == math.inf


def test_known_mixing_times_of_mixtures() -> None:
    heads = [walk_matrix(4, edges) for edges in (HEAD_1, HEAD_2)]
    assert [mixing_time(head, 3, QUARTER) for head in heads] == [7, 7]
    assert mixing_time(mixture([HALF, HALF], heads), 3, QUARTER) == 8
    ex8 = [walk_matrix(3, [(0, 1)]), walk_matrix(3, [(1, 2)])]
    assert [mixing_time(head, 2, QUARTER) for head in ex8] == [math.inf, math.inf]
    assert mixing_time(mixture([HALF, HALF], ex8), 2, QUARTER) < math.inf


def test_distance_of_example_3_13() -> None:
    assert next(islice(distances(walk_matrix(4, HEAD_1), 3), 5, None)) == HALF


def test_known_hitting_times() -> None:
    assert hitting_times(walk_matrix(4, line(4)), 3) == [6, 4, 2, 0]
    harmonic = sum(Fraction(1, k) for k in range(1, 8))
    assert hitting_times(walk_matrix(8, complete(8)), 7)[0] == 1 + harmonic
    assert hitting_times(walk_matrix(4, [(0, 1), (0, 3), (2, 3)]), 3) == [math.inf, math.inf, 2, 0]


def test_fidelity_of_example_3_13() -> None:
    one = Signals(diffusion_matrix(4, HEAD_1), 3)
    assert one.fidelity(1) == Fidelity(Fraction(3, 8), attained=True, times=(3, 4), onwards=False)
    assert one.fidelity(0) == Fidelity(Fraction(1), attained=False, times=(), onwards=False)
    assert one.minimax() == (Fraction(3, 8), (1,))
    both = [diffusion_matrix(4, edges) for edges in (HEAD_1, HEAD_2)]
    mix = Signals(mixture([HALF, HALF], both), 3)
    assert mix.fidelity(0) == Fidelity(HALF, attained=False, times=(), onwards=False)
    assert mix.fidelity(2) == Fidelity(HALF, attained=True, times=(1, 2), onwards=False)
    assert mix.minimax() == (HALF, (0, 1, 2))
    assert all(mix.row(t)[0] == HALF - Fraction(t + 1, 2 ** (t + 1)) for t in range(20))


def test_fidelity_of_example_3_8() -> None:
    heads = [diffusion_matrix(3, [(0, 1)]), diffusion_matrix(3, [(1, 2)])]
    mix = Signals(mixture([HALF, HALF], heads), 2)
    peak = Fidelity(Fraction(27, 64), attained=True, times=(3, 4), onwards=False)
    assert mix.fidelity(1) == peak
    assert Signals(heads[0], 2).fidelity(0) == Fidelity(
        Fraction(0), attained=True, times=(0,), onwards=True
    )


def test_late_tie_without_self_loops() -> None:
    """The signal of j is 0, ½, 0, ½ (s→j, j→τ, j→b, b→a, a→τ): a tie when all mass is on j."""
    delta = diffusion_matrix(5, [(0, 1), (1, 4), (1, 2), (2, 3), (3, 4)], loops=False)
    expected = Fidelity(HALF, attained=True, times=(1, 3), onwards=False)
    assert Signals(delta, 4).fidelity(1) == expected
    source = Signals(delta, 4).fidelity(0)
    assert source == Fidelity(Fraction(1), attained=True, times=(4,), onwards=True)


def test_constant_at_the_limit_of_a_closed_class() -> None:
    """u ⇄ v in two heads without self-loops halves the mass exactly, from two steps on."""
    heads = [
        diffusion_matrix(3, edges, loops=False) for edges in ([(0, 1), (1, 2)], [(1, 0), (0, 2)])
    ]
    mix = Signals(mixture([HALF, HALF], heads), 2)
    assert mix.row(1) == [HALF, HALF, 0]
    assert mix.fidelity(0) == Fidelity(HALF, attained=True, times=(1,), onwards=True)


def test_a_closed_class_that_turns() -> None:
    """Two nodes in turn: the signal is 0, 1, 0, 1, …; of three, with a limit at each phase."""
    turning = [[Fraction(x) for x in row] for row in ((0, 1, 0), (1, 0, 0), (1, 0, 0))]
    expected = Fidelity(Fraction(1), attained=True, times=(1,), onwards=True, period=2)
    assert Signals(turning, 2).fidelity(0) == expected
    turning[2] = [HALF, Fraction(0), HALF]
    approached = Fidelity(Fraction(2, 3), attained=False, times=(), onwards=False)
    assert Signals(turning, 2).fidelity(0) == approached


def test_relabelling_the_oracle() -> None:
    """Renaming nodes renames the answer."""
    for new in permutations(range(4)):
        edges = [(new[j], new[i]) for j, i in HEAD_1]
        assert Signals(diffusion_matrix(4, edges), new[3]).minimax() == (Fraction(3, 8), (new[1],))
        assert mixing_time(walk_matrix(4, edges), new[3], QUARTER) == 7
