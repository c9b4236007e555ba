"""The measures of a graph, against brute force."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import oracle
import pytest
from cases.subjects import graph
from cases.zoo import unique_sink_dags
from oracle.fidelity import Signals

from dagmix import FeedforwardDAG, MultiHeadDiffusion, MultiHeadWalk, WalkOperator, families
from dagmix.errors import EmptyError, HeadsError, KindError, NumberError, WeightError

QUARTER = Fraction(1, 4)


@pytest.mark.parametrize("edges", unique_sink_dags(4))
def test_describe_agrees_with_brute_force(edges: tuple[tuple[int, int], ...]) -> None:
    found = families.describe(graph(4, edges))
    W, delta = oracle.walk_matrix(4, edges), oracle.diffusion_matrix(4, edges)
    least = Signals(delta, 3).minimax()[0]
    assert (found.n, found.edges) == (4, 4 + len(edges))
    assert found.mixing_time == oracle.mixing_time(W, 3, QUARTER)
    assert found.hitting_time == max(oracle.hitting_times(W, 3))
    assert (found.fidelity, found.normalised_fidelity) == (least, 4 * least)
    sources = [i for i in range(4) if delta[i][i] == 1]
    backward = oracle.mixing_time(oracle.transpose(delta), sources[0], QUARTER)
    assert found.backward_mixing_time == (backward if len(sources) == 1 else math.inf)


@pytest.mark.parametrize(
    ("n", "time", "normalised"),
    [(8, 9, 1.6790), (16, 18, 2.1370), (32, 35, 2.8846), (64, 68, 3.9915)],
)
def test_describe_windows_of_two(n: int, time: int, normalised: float) -> None:
    found = families.describe(families.sliding_window(n, 2))
    assert found.mixing_time == time
    assert round(float(found.normalised_fidelity), 4) == normalised


@pytest.mark.parametrize(
    "head",
    [
        families.line(12),
        families.complete(12),
        families.sink_window(12, 2, 2),
        families.log_sparse(12),
        families.walk_back(12, "1/4", 2, seed=5),
        families.express_pair(12)[0],
        families.lane_pair(5)[0],
    ],
    ids=lambda head: f"{len(head.edges)}-edges",
)
def test_backward_mixing_bounds_normalised_fidelity(head: FeedforwardDAG) -> None:
    """n · φ_min ≤ (8/3) T_bwd, trivially where there are several sources."""
    found = families.describe(head)
    assert found.normalised_fidelity <= Fraction(8, 3) * found.backward_mixing_time


def test_describe_takes_mixtures() -> None:
    """Heads with weights, or a walk or diffusion of them; graphs are what they were."""
    heads, weights = [families.line(6), families.sliding_window(6, 2)], ["1/3", "2/3"]
    found = families.describe(heads, weights=weights)
    assert found == families.describe(MultiHeadWalk(heads, weights))
    assert found == families.describe(MultiHeadDiffusion(heads, weights))
    assert families.describe([heads[0]]) == families.describe(heads[0])
    edges = [[(i - d, i) for i in range(6) for d in near if i >= d] for near in ((1,), (1, 2))]
    W, delta = (
        [
            [Fraction(1, 3) * a + Fraction(2, 3) * b for a, b in zip(*rows, strict=True)]
            for rows in zip(*(make(6, own) for own in edges), strict=True)
        ]
        for make in (oracle.walk_matrix, oracle.diffusion_matrix)
    )
    assert found.edges == sum(len(head.edges) for head in heads)
    assert found.mixing_time == oracle.mixing_time(W, 5, QUARTER)
    assert found.hitting_time == max(oracle.hitting_times(W, 5))
    assert found.fidelity == Signals(delta, 5).minimax()[0]
    assert found.backward_mixing_time == oracle.mixing_time(oracle.transpose(delta), 0, QUARTER)


def test_a_mixture_whose_sink_is_missed() -> None:
    """Its union has a cycle that leads nowhere: no steps suffice, and there is no source."""
    ends = [FeedforwardDAG([edge], nodes="abτ") for edge in [("a", "b"), ("b", "a")]]
    found = families.describe(MultiHeadWalk(ends, sink="τ"))
    assert math.inf == found.mixing_time == found.hitting_time == found.backward_mixing_time
    assert found.fidelity == Fraction(0)


def test_mixtures_are_checked() -> None:
    line = families.line(4)
    for given, weights, error in [
        ([], None, EmptyError),
        (line, [1], WeightError),
        (MultiHeadWalk([line]), [1], WeightError),
        ([line, line], [1], WeightError),
        ([line, families.line(5)], None, HeadsError),
        (MultiHeadWalk([WalkOperator(line)]), None, KindError),
    ]:
        with pytest.raises(error):
            families.describe(given, weights=weights)


@pytest.mark.parametrize("given", [None, 3, [(0, 1)]])
def test_what_is_no_graph_is_not_described(given: Any) -> None:
    with pytest.raises(KindError, match="a FeedforwardDAG is asked for; got"):
        families.describe(given)


def test_exactness_is_asked_for_by_true_or_false() -> None:
    asked: Any = "yes"
    with pytest.raises(NumberError, match="exact is True, False or None; got 'yes'"):
        families.describe(families.line(4), exact=asked)
