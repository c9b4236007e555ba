"""The laws that ship for users: operators obey them, and each of them can be broken."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings

from dagmix import (
    DiffusionOperator,
    FeedforwardDAG,
    MinimaxFidelity,
    MultiHeadDiffusion,
    MultiHeadWalk,
    NodeFidelity,
    WalkOperator,
    families,
    testing,
)
from dagmix.errors import KindError, SinkError, StochasticError, SymbolicError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from dagmix.operators import Operator

QUARTER = Fraction(1, 4)
EVEN = (Fraction(1, 2), Fraction(1, 2))
# The same examples on every run, and enough of them to come upon what is rare.
STEADY = settings(derandomize=True, database=None, max_examples=3000, deadline=None)

FEW = settings(max_examples=30, deadline=None)  # each example is compared in exact arithmetic


@pytest.mark.slow
@FEW
@given(testing.unique_sink_dags(), testing.mixtures(MultiHeadWalk, max_nodes=5))
def test_walks_obey_the_laws(graph: FeedforwardDAG, mix: MultiHeadWalk) -> None:
    """Of graphs and of mixtures, with a common order or without."""
    testing.check_walk(WalkOperator(graph))
    testing.check_walk(mix)


@pytest.mark.slow
@FEW
@given(testing.unique_sink_dags(), testing.mixtures(MultiHeadDiffusion, max_nodes=4))
def test_diffusions_obey_the_laws(graph: FeedforwardDAG, mix: MultiHeadDiffusion) -> None:
    """Of graphs and of mixtures, and the walks to their successors."""
    testing.check_diffusion(DiffusionOperator(graph))
    testing.check_diffusion(mix)


@pytest.mark.slow
@FEW
@given(
    testing.causal_attention(max_length=5), testing.causal_attention(max_length=5, positive=True)
)
def test_floats_obey_the_laws(any_: NDArray[np.float64], positive: NDArray[np.float64]) -> None:
    """Within the error of their rounding; some columns are zero, so that no successors exist."""
    testing.check_diffusion(MultiHeadDiffusion.from_attention(any_))
    testing.check_diffusion(MultiHeadDiffusion.from_attention(positive))
    testing.check_walk(MultiHeadWalk.from_attention(positive))


@pytest.mark.parametrize(
    "graph",
    [families.line(1), families.complete(6), families.log_sparse(6), families.sink_window(6, 1, 1)],
    ids=["one node", "complete", "log-sparse", "sinks"],
)
def test_families_obey_the_laws(graph: FeedforwardDAG) -> None:
    testing.check_walk(WalkOperator(graph))
    testing.check_diffusion(DiffusionOperator(graph))


LINE = families.line(3)
# Node 2 stays where it is, so that the sink 1 is missed; from node 3 it may be.
MISSED: list[list[int | str]] = [
    ["1/2", 0, 0, "1/3"],
    ["1/2", 1, 0, "1/3"],
    [0, 0, 1, "1/3"],
    [0, 0, 0, 0],
]


def test_walks_that_miss_the_sink_obey_the_laws() -> None:
    """Exact and in floats: times are infinite, and there is no unique stationary distribution."""
    testing.check_walk(WalkOperator.from_matrix(MISSED, sink=1))
    floats = [[float(Fraction(number)) for number in row] for row in MISSED]
    testing.check_walk(WalkOperator.from_matrix(floats, sink=1))


def test_diffusions_read_at_a_target_obey_the_laws() -> None:
    """In a graph, where it sends to others, and in bidirectional attention."""
    testing.check_diffusion(DiffusionOperator(families.complete(4), sink=2))
    tensor = np.array([[[0.5, 0.5, 0], [0.25, 0.25, 0.5], [0, 0.5, 0.5]], np.eye(3)])
    for target in range(3):
        testing.check_diffusion(
            MultiHeadDiffusion.from_attention(tensor, target=target, causal=False)
        )
        testing.check_walk(MultiHeadWalk.from_attention(tensor, target=target, causal=False))


def spoiled(operator: Operator, **members: Any) -> Any:
    """The same operator, of a subclass that answers something otherwise."""
    made: Any = type("Spoiled", (type(operator),), members)
    return made.of(operator.transition, operator.nodes, operator.sink, operator._origin)


def instead(*answers: Any) -> Callable[..., Any]:
    """A method that gives these answers in turn, and the last one again and again."""
    left = list(answers)
    return lambda *_: left.pop(0) if len(left) > 1 else left[0]


def failing(error: Exception) -> Callable[..., Any]:
    """A method that raises."""

    def method(*_: Any) -> None:
        raise error

    return method


def exactly(*rows: Sequence[int]) -> property:
    """An exact matrix."""
    return property(lambda _: sp.ImmutableMatrix(rows))


WALK, MISSING = WalkOperator(LINE), WalkOperator.from_matrix(MISSED, sink=1)
FLOATS = WalkOperator.from_matrix(WALK.matrix)
H = Fraction(1, 2)


@pytest.mark.parametrize(
    ("walk", "members", "broken"),
    [
        (
            WALK,
            {"exact": exactly([1, 0, 0], [1, 1, 0], [0, 0, 1])},
            "columns_sum_to_one: the column",
        ),
        (WALK, {"exact": exactly([1, 0, 1], [0, 1, 0], [0, 0, 0])}, "columns_sum_to_one: the sink"),
        (WALK, {"matrix": np.eye(3)}, r"matrix_is_exact_but_for_rounding: entry \[0, 0\]"),
        (WALK, {"distance": lambda _, t: Fraction(t, 99)}, "distance_never_increases"),
        (WALK, {"distance": instead(Fraction(2))}, "distance_never_increases"),
        (WALK, {"distance": lambda _, t: H**t}, "distance_is_total_variation"),
        (WALK, {"distances": lambda _, t: np.ones(t + 1)}, "distance_is_total_variation"),
        (
            WALK,
            {"distance": lambda _, t: Fraction(99**9, 100**9) ** t},
            r"d\(1\) = 0.91\d+ for 1",
        ),
        (FLOATS, {"distances": lambda _, t: np.ones(t + 1)}, "distance_is_total_variation"),
        (WALK, {"mixing_time": instead(1)}, r"mixing_time_is_the_first_below: T\(3/4\) = 1\b"),
        (WALK, {"mixing_time": instead(2, 5, 99)}, r"mixing_time_is_the_first_below: T\(1/50\)"),
        (WALK, {"mixing_time": instead(math.inf)}, "first_below: .* though every node"),
        (MISSING, {"mixing_time": instead(3)}, "first_below: .* though node 2 never"),
        (
            WALK,
            {"expected_hitting_times": instead(np.array([4.0, 1.0, 0.0]))},
            "h = 4.0 at node 0",
        ),
        (
            WALK,
            {"expected_hitting_times": instead(np.array([4.0, 2.0, 1.0]))},
            "satisfy_first_step",
        ),
        (
            MISSING,
            {"expected_hitting_times": instead(np.array([2.0, 0.0, math.inf, 5.0]))},
            "first_step: h = 5.0 at node 3",
        ),
        (WALK, {"stationary_distribution": instead(np.eye(3)[1])}, "stationary_distribution"),
        (WALK, {"stationary_distribution": failing(SinkError())}, "SinkError, though every node"),
        (MISSING, {"stationary_distribution": instead(np.eye(4)[1])}, "no SinkError"),
    ],
)
def test_every_law_of_walks_can_be_broken(
    walk: WalkOperator, members: dict[str, Any], broken: str
) -> None:
    """The error names the law, and where it fails."""
    with pytest.raises(AssertionError, match=broken):
        testing.check_walk(spoiled(walk, **members))


DIFFUSION = DiffusionOperator(LINE)
MOST = [DIFFUSION.node_fidelity(node) for node in DIFFUSION.nodes]
LEAST = DIFFUSION.minimax_fidelity()
IDLE = DiffusionOperator.from_matrix([[0, 1, 0], [0, 1, 0], [0, "1/2", "1/2"]], sink=2)
HASTY = spoiled(DIFFUSION.successors(), mixing_time=instead(1))


def fidelities(node: int, found: NodeFidelity) -> dict[str, Any]:
    """One node's fidelity, changed."""
    return {"node_fidelity": lambda _, j: found if j == node else MOST[j]}


def minimax(**changes: Any) -> dict[str, Any]:
    """The minimax fidelity, changed."""
    changed: MinimaxFidelity = replace(LEAST, **changes)
    return {"minimax_fidelity": instead(changed)}


@pytest.mark.parametrize(
    ("diffusion", "members", "broken"),
    [
        (
            DIFFUSION,
            {"exact": exactly([1, 0, 0], [1, 1, 0], [0, 0, 1])},
            "rows_sum_to_one: the row",
        ),
        (DIFFUSION, {"matrix": np.eye(3)}, "matrix_is_exact_but_for_rounding"),
        (
            DIFFUSION,
            {"signals": instead(np.eye(3) / 2)},
            "signals_are_powers: the signals at t = 0",
        ),
        (DIFFUSION, {"signals": instead(np.eye(3))}, "the signal of node 0 at t = 0 is 1.0 for 0"),
        (DIFFUSION, {"signal": instead(H)}, "signals_are_powers: the signal of node 0 at t = 0"),
        (DIFFUSION, fidelities(1, replace(MOST[1], upper=H / 3)), "is not between its bounds"),
        (DIFFUSION, fidelities(1, replace(MOST[1], times=())), "supremum: .* attained: True"),
        (
            DIFFUSION,
            fidelities(1, NodeFidelity(H / 2, H / 2, H / 2, attained=True, times=(1, 2))),
            "its signal at t = 1 is 1/2",
        ),
        (DIFFUSION, fidelities(1, replace(MOST[1], times=(1, 2, 3))), "3 is among its times"),
        (DIFFUSION, fidelities(1, replace(MOST[1], times=(1,))), "2 is not among its times"),
        (DIFFUSION, fidelities(1, replace(MOST[1], onwards=True)), "3 is among its times"),
        (
            DIFFUSION,
            minimax(value=H / 2, lower=H / 2, upper=H / 2),
            "minimax_is_the_least_fidelity",
        ),
        (DIFFUSION, minimax(lower=Fraction(0), value=Fraction(1)), "minimax_is_the_least_fidelity"),
        (DIFFUSION, minimax(nodes=(0, 1)), "φ = 1 at node 0, which has φ_min = 1/2"),
        (DIFFUSION, minimax(nodes=()), "φ = 1/2 at node 1, which has not φ_min = 1/2"),
        (DIFFUSION, {"successors": failing(StochasticError())}, "though every node has"),
        (IDLE, {"successors": DIFFUSION.successors}, "node 0 has a column of zeros"),
        (DIFFUSION, {"successors": instead(WALK)}, r"successors_are_a_walk: entry \[0, 0\] is 1/2"),
        (DIFFUSION, {"successors": instead(HASTY)}, "successors_are_a_walk: mixing_time_is_the"),
    ],
)
def test_every_law_of_diffusions_can_be_broken(
    diffusion: DiffusionOperator, members: dict[str, Any], broken: str
) -> None:
    """The error names the law, and where it fails."""
    with pytest.raises(AssertionError, match=broken):
        testing.check_diffusion(spoiled(diffusion, **members))


def test_laws_are_checked_in_numbers_and_of_the_right_kind() -> None:
    b = sp.Symbol("b", positive=True)
    heads = [LINE, families.complete(3)]
    with pytest.raises(SymbolicError, match="laws are checked in numbers"):
        testing.check_walk(MultiHeadWalk(heads, [b, 1 - b]))
    with pytest.raises(SymbolicError, match="laws are checked in numbers"):
        testing.check_diffusion(MultiHeadDiffusion(heads, [b, 1 - b]))
    with pytest.raises(KindError, match="WalkOperator"):
        testing.check_walk(DIFFUSION)  # type: ignore[arg-type]
    with pytest.raises(KindError, match="DiffusionOperator"):
        testing.check_diffusion(WALK)  # type: ignore[arg-type]


def test_diffusions_without_successors_obey_the_laws() -> None:
    """Node 0 sends nothing, and there is no walk to check."""
    testing.check_diffusion(IDLE)
