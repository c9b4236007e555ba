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

from dagmix import FeedforwardDAG, families
from dagmix.errors import KindError, NumberError

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


@pytest.mark.parametrize("given", [None, 3, [(0, 1)]])
def test_what_is_no_graph_is_not_described(given: Any) -> None:
    with pytest.raises(KindError, match="a FeedforwardDAG is asked for; got"):
        families.describe(given)


def test_exactness_is_asked_for_by_true_or_false() -> None:
    asked: Any = "yes"
    with pytest.raises(NumberError, match="exact is True, False or None; got 'yes'"):
        families.describe(families.line(4), exact=asked)
