"""Router and adversary: all gates by brute force, weights and gates as laws, known pairs."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache
from itertools import combinations, product
from typing import Any

import numpy as np
import oracle
import pytest
import sympy as sp
from cases.pairs_of_heads import EXAMPLE_8, EXAMPLE_13, heads, orders
from cases.strategies import edges_along, epsilons
from cases.subjects import graph
from cases.zoo import Edges, unique_sink_dags
from hypothesis import given, settings
from hypothesis import strategies as st

from dagmix import FeedforwardDAG, MultiHeadDiffusion, MultiHeadWalk, WalkOperator, Work, families
from dagmix.bounds import NotApplicable, any_weights
from dagmix.errors import EpsilonError, HeadsError, SymbolicError, UndecidedError

QUARTER = Fraction(1, 4)
PAIRS = [pair for n in (3, 4) for pair in combinations(unique_sink_dags(n), 2)]
WEIGHTS = [Fraction(k, 8) for k in range(9)]


def walks(n: int, some: Any) -> list[oracle.Matrix]:
    return [oracle.walk_matrix(n, edges) for edges in some]


def gated(some: list[oracle.Matrix], shares: Any) -> oracle.Matrix:
    """Mix column j with the weights shares[j]."""
    n = len(some[0])
    return [
        [
            sum((a * W[i][j] for a, W in zip(shares[j], some, strict=True)), Fraction(0))
            for j in range(n)
        ]
        for i in range(n)
    ]


def by_brute_force(some: list[oracle.Matrix], epsilon: Fraction, most: int) -> tuple[Any, Any]:
    """Return the first times at which one gate, and every gate, is within ε of the sink."""
    n = len(some[0])
    unit = np.eye(len(some), dtype=int).tolist()
    gates = [
        gated(some, [unit[h] for h in chosen]) for chosen in product(range(len(some)), repeat=n)
    ]
    rows = {tuple(Fraction(int(i == n - 1)) for i in range(n))}
    first, last = math.inf, math.inf
    for time in range(most):
        within = [min(row) >= 1 - epsilon for row in rows]
        if any(within) and first == math.inf:
            first = time
        if all(within):
            last = time
            break
        rows = {
            tuple(sum((row[i] * M[i][j] for i in range(n)), Fraction(0)) for j in range(n))
            for row in rows
            for M in gates
        }
    return first, last


@pytest.mark.slow
@pytest.mark.parametrize("epsilon", [Fraction(2, 5), Fraction(3, 5)])
def test_both_times_are_those_of_all_gates(epsilon: Fraction) -> None:
    """All pairs of graphs on three nodes in any order, up to six steps of gates."""
    for pair in list(combinations(orders(3), 2))[::2]:
        first, last = by_brute_force(walks(3, pair), epsilon, 6)
        found = any_weights([graph(3, edges) for edges in pair], epsilon)
        assert found.router == first
        assert found.adversary == last or (last == math.inf and found.adversary > 5)


def witness(gate: Any, some: list[oracle.Matrix], steps: int) -> Fraction:
    """Return the distance of a gate after some steps, its rows repeated where it has too few."""
    n = len(some[0])
    unit = np.eye(len(some), dtype=int).tolist()
    product_ = [[Fraction(int(i == j)) for j in range(n)] for i in range(n)]
    for time in range(steps):
        chosen = gate[time % len(gate)]
        product_ = oracle.product(gated(some, [unit[h] for h in chosen]), product_)
    return oracle.distance(product_, n - 1)


@cache
def found_for(pair: tuple[Edges, Edges]) -> Any:
    return any_weights([graph(max(pair[0])[1] + 1, edges) for edges in pair])


@pytest.mark.slow
def test_weights_of_every_pair_lie_between_and_often_meet_the_ends() -> None:
    """213 pairs with the order of the nodes, nine weights each, and gates that attain both ends."""
    line = {3: 5, 4: 7}
    met = [0, 0]
    for pair in PAIRS:
        found, n = found_for(pair), max(pair[0])[1] + 1
        some = [graph(n, edges) for edges in pair]
        times = [MultiHeadWalk(some, [a, 1 - a]).mixing_time() for a in WEIGHTS]
        assert found.router <= min(times)
        assert max(times) <= found.adversary <= found.bound <= line[n]
        assert found.trap == ()
        met[0] += found.router in times
        met[1] += found.adversary in times
    assert (len(PAIRS), met) == (213, [166, 177])


def test_the_gates_that_are_returned_attain_both_times() -> None:
    for pair in PAIRS[:60]:
        found, some = found_for(pair), walks(max(pair[0])[1] + 1, pair)
        assert len(found.router_gate) == found.router
        assert witness(found.router_gate, some, found.router) <= QUARTER
        assert len(found.adversary_gate) == found.adversary - 1
        if found.adversary > 1:
            assert witness(found.adversary_gate, some, found.adversary - 1) > QUARTER


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(st.data(), epsilons)
def test_every_gate_of_tokens_lies_between(data: Any, epsilon: Fraction) -> None:
    """Heads in any orders, rational weights for each node, of which fixed weights are a case."""
    n, size = data.draw(st.integers(2, 4)), data.draw(st.integers(1, 3))
    order = [*range(n - 1)]
    drawn = [
        data.draw(edges_along([*data.draw(st.permutations(order)), n - 1])) for _ in range(size)
    ]
    epsilon = max(epsilon, Fraction(1, 100))
    found = any_weights([graph(n, edges) for edges in drawn], epsilon)
    parts = st.lists(st.integers(0, 3), min_size=size, max_size=size).filter(any)
    shares = [[Fraction(a, sum(some)) for a in some] for some in data.draw(st.tuples(*[parts] * n))]
    M = gated(walks(n, drawn), shares)
    lower, upper = found.router, found.adversary
    if upper == math.inf:
        M = oracle.mixture(
            [Fraction(1, 2)] * 2, [M, gated(walks(n, drawn), [[Fraction(1, size)] * size] * n)]
        )
    assert lower <= oracle.mixing_time(M, n - 1, epsilon) <= upper
    assert (upper == math.inf) == bool(found.trap)
    if found.trap:
        inside: Any = set(found.trap)
        choice: Any = found.adversary_gate[0]
        for j in inside:
            assert {i for i in range(n) if walks(n, drawn)[choice[j]][i][j]} <= inside


@pytest.mark.parametrize(
    ("name", "some", "expected"),
    [
        ("express 12", families.express_pair(12), (2, 14)),
        ("run 4", families.run_pair(4), (10, math.inf)),
        ("run 6", families.run_pair(6), (14, math.inf)),
        ("reset 4", families.reset_pair(4, layers=39), (10, 86)),
        ("Example 3.8", heads(EXAMPLE_8), (5, math.inf)),
        ("Example 3.13", heads(EXAMPLE_13), (5, math.inf)),
    ],
)
def test_known_pairs(name: str, some: Any, expected: Any) -> None:
    found = any_weights(some)
    assert (found.router, found.adversary) == expected, name


def test_one_head_is_router_and_adversary() -> None:
    for edges in unique_sink_dags(4):
        found = any_weights([graph(4, edges)])
        assert found.router == found.adversary == WalkOperator(graph(4, edges)).mixing_time()
    assert any_weights([FeedforwardDAG([], nodes="a")]).router == 0


def test_floats_are_their_rationals_and_ties_are_settled() -> None:
    """Entries that floats have exactly; a tie at ε = 2⁻³⁰ after thirty steps."""
    W = [
        [["1/2", 0, 0], ["1/4", "1/2", 0], ["1/4", "1/2", 1]],
        [["1/4", 0, 0], [0, "1/4", 0], ["3/4", "3/4", 1]],
    ]
    exact = any_weights(W, "1/10")
    floats = any_weights([[[float(Fraction(str(x))) for x in row] for row in M] for M in W], "1/10")
    assert exact == floats
    tie = any_weights([np.array([[0.5, 0], [0.5, 1]])], 2.0**-30)
    assert (tie.router, tie.adversary) == (30, 30)
    assert (len(tie.router_gate), len(tie.adversary_gate)) == (30, 29)


def test_a_mixture_stands_for_its_heads_and_its_sink() -> None:
    some = heads(EXAMPLE_8)
    assert any_weights(MultiHeadWalk(some, ["1/5", "4/5"])) == any_weights(some)
    assert any_weights(iter(some)) == any_weights(some)
    never = any_weights([[[1, 0], [0, 1]]] * 2, sink=1)
    assert (never.router, never.adversary) == (math.inf, math.inf)
    assert (never.trap, never.router_gate) == ((0,), ())


def test_it_prints_as_a_table() -> None:
    text = str(any_weights(families.express_pair(12)))
    assert "T(1/4) of every gate of 2 heads" in text
    assert "14      common order" in text
    never = any_weights(heads(EXAMPLE_13))
    assert isinstance(never.bound, NotApplicable)
    assert "never: a gate may stay in 0, 1" in str(never)


def test_what_is_refused() -> None:
    some = heads(EXAMPLE_13)
    with pytest.raises(EpsilonError):
        any_weights(some, 1)
    with pytest.raises(HeadsError):
        any_weights([*some, MultiHeadDiffusion(some)])
    a = sp.Symbol("a", positive=True)
    with pytest.raises(SymbolicError, match="gates need heads of numbers"):
        any_weights([[[1 - a, 0], [a, 1]]])
    with pytest.raises(UndecidedError, match="T_router is at least 4; more steps"):
        any_weights(some, budget=Work(3))
    with pytest.raises(UndecidedError, match="T_adversary is at least"):
        any_weights(families.reset_pair(4, layers=39), budget=Work(20))
