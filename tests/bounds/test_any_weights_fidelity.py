"""Bounds of fidelity for every gate: suprema by brute force, weights and gates as laws."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product
from typing import Any

import numpy as np
import oracle
import pytest
import sympy as sp
from cases.attention_samples import attention
from cases.pairs_of_heads import EXAMPLE_8, EXAMPLE_13, heads, orders
from cases.strategies import edges_along
from cases.subjects import graph
from cases.zoo import unique_sink_dags
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle.fidelity import Signals

from dagmix import FeedforwardDAG, MultiHeadDiffusion, families
from dagmix.bounds import any_weights_fidelity
from dagmix.errors import NumberError, SymbolicError

PAIRS = [pair for n in (3, 4) for pair in combinations(unique_sink_dags(n), 2)]
ONE = Fraction(1)


def diffusions(n: int, some: Any) -> list[oracle.Matrix]:
    return [oracle.diffusion_matrix(n, edges) for edges in some]


def gated(some: list[oracle.Matrix], shares: Any) -> oracle.Matrix:
    """Mix row i with the weights shares[i]."""
    n = len(some[0])
    return [
        [
            sum((a * D[i][k] for a, D in zip(shares[i], some, strict=True)), Fraction(0))
            for k in range(n)
        ]
        for i in range(n)
    ]


def best_signals(some: list[oracle.Matrix], steps: int) -> list[Fraction]:
    """Return the greatest signal of each node within some steps over all gates, layer by layer."""
    n = len(some[0])
    unit = np.eye(len(some), dtype=int).tolist()
    gates = [
        gated(some, [unit[h] for h in chosen]) for chosen in product(range(len(some)), repeat=n)
    ]
    rows = {tuple(Fraction(int(i == n - 1)) for i in range(n))}
    best = list(next(iter(rows)))
    for _ in range(steps):
        rows = {
            tuple(sum((row[i] * M[i][k] for i in range(n)), Fraction(0)) for k in range(n))
            for row in rows
            for M in gates
        }
        best = [max(b, *(row[k] for row in rows)) for k, b in enumerate(best)]
    return best


def test_the_upper_bound_is_the_supremum_over_all_gates() -> None:
    """Three nodes in any order: attained within four steps, or above all that these attain."""
    for pair in combinations(orders(3), 2):
        best = best_signals(diffusions(3, pair), 4)
        found = any_weights_fidelity([graph(3, edges) for edges in pair])
        for signal, node in zip(best, found.nodes, strict=True):
            assert signal <= node.upper
            assert node.reached == node.upper
            if node.time is not None and node.time <= 4:
                assert signal == node.upper
            if node.attained is False:
                assert node.upper - signal < Fraction(1, 8)
                assert signal < node.upper


@pytest.mark.slow
def test_even_weights_of_every_pair_lie_between() -> None:
    """Every eighth pair with the order of the nodes; exact bounds are within the floats."""
    for pair in PAIRS[::8]:
        n = max(pair[0])[1] + 1
        some = [graph(n, edges) for edges in pair]
        found, near = any_weights_fidelity(some), any_weights_fidelity(some, exact=False)
        for a in (Fraction(1, 2), Fraction(1, 9)):
            value = MultiHeadDiffusion(some, [a, 1 - a]).minimax_fidelity().value
            assert found.lower <= value <= found.upper
        for one, other in zip(found.nodes, near.nodes, strict=True):
            assert other.lower <= one.lower <= other.lower + 1e-9
            assert other.reached <= one.reached <= one.upper <= other.upper
            assert other.upper - other.reached < 1e-9


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(st.data())
def test_every_gate_of_tokens_lies_between(data: Any) -> None:
    """Heads in any orders, rational weights for each receiver; node by node."""
    n, size = data.draw(st.integers(2, 4)), data.draw(st.integers(1, 3))
    order = [*range(n - 1)]
    drawn = [
        data.draw(edges_along([*data.draw(st.permutations(order)), n - 1])) for _ in range(size)
    ]
    found = any_weights_fidelity([graph(n, edges) for edges in drawn])
    parts = st.lists(st.integers(0, 3), min_size=size, max_size=size).filter(any)
    shares = [[Fraction(a, sum(some)) for a in some] for some in data.draw(st.tuples(*[parts] * n))]
    signals = Signals(gated(diffusions(n, drawn), shares), n - 1)
    for j, node in enumerate(found.nodes):
        assert node.lower <= signals.fidelity(j, 0).value <= node.upper
    assert found.lower == min(node.lower for node in found.nodes)
    assert found.upper == min(node.upper for node in found.nodes)


def test_one_head_has_its_own_fidelities() -> None:
    for edges in unique_sink_dags(4):
        signals = Signals(oracle.diffusion_matrix(4, edges), 3)
        found = any_weights_fidelity([graph(4, edges)])
        for j, node in enumerate(found.nodes):
            expected = signals.fidelity(j, 0)
            assert node.lower == node.upper == node.reached == expected.value
            assert node.attained == expected.attained


def test_known_bounds() -> None:
    half = any_weights_fidelity(heads(EXAMPLE_13))
    assert (half.upper, half.at, half.nodes[2].attained, half.nodes[0].attained) == (
        Fraction(1, 2),
        2,
        True,
        False,
    )
    assert any_weights_fidelity(families.lane_pair(2)).upper == Fraction(2, 9)
    lane = any_weights_fidelity(families.lane_pair(4))
    assert lane.upper == Fraction(97, 648)
    assert [node.node for node in lane.nodes if node.upper == lane.upper] == [1, 5]
    assert any_weights_fidelity(heads(EXAMPLE_8)).upper == 1


def test_a_chain_without_loops_reaches_its_source_at_once() -> None:
    """Attained at the second step, and never where a node on the way may hold."""
    bare = FeedforwardDAG([(0, 1), (1, 2)], nodes=range(3), self_loops=False)
    first = any_weights_fidelity([bare, bare]).nodes[0]
    assert (first.upper, first.attained, first.time) == (1, True, 2)
    lazy = any_weights_fidelity([graph(3, [(0, 1), (1, 2)])] * 2).nodes[0]
    assert (lazy.upper, lazy.attained, lazy.time) == (1, False, None)


def test_a_limit_in_a_cycle_of_gates_is_enclosed() -> None:
    """Reversed lines with a swap that gates may go round for ever: no bound is exact, all hold."""
    swap = [["1/2", "1/2", 0], ["1/2", "1/2", 0], [0, "1/2", "1/2"]]
    other = [["1/3", "2/3", 0], ["1/2", "1/2", 0], ["1/4", "1/4", "1/2"]]
    found = any_weights_fidelity([swap, other], sink=2)
    for node in found.nodes[:2]:
        assert isinstance(node.upper, float)
        assert node.attained is None
        assert 0 < node.lower <= node.reached <= node.upper < 1
    for weight in ("0", "1/2", "1"):
        mixed = MultiHeadDiffusion([swap, other], [weight, 1 - Fraction(weight)], sink=2)
        for node in found.nodes:
            assert node.lower <= mixed.node_fidelity(node.node).value <= node.upper


@pytest.mark.parametrize("seed", range(3))
def test_attention_lies_between_at_random_weights(seed: int) -> None:
    tensor = attention(3, 6, seed)
    mixed = MultiHeadDiffusion.from_attention(tensor)
    found = any_weights_fidelity(mixed)
    rng = np.random.default_rng(seed)
    for weights in rng.dirichlet(np.ones(3), 5).tolist():
        least = MultiHeadDiffusion(
            mixed.heads, weights, sink=mixed.sink, tolerance=1e-9
        ).minimax_fidelity()
        assert found.lower <= least.upper
        assert least.lower <= found.upper
    assert all(node.upper - node.reached <= 1e-9 for node in found.nodes)


def test_floats_without_a_bound_give_trivial_bounds() -> None:
    tiny = np.array([[1, 0, 0], [2.0**-1000, 1, 0], [0.5, 0.25, 0.25]])
    found = any_weights_fidelity([tiny, tiny])
    assert all((node.lower, node.upper) == (0, 1) for node in found.nodes)


def test_it_prints_a_few_nodes() -> None:
    text = str(any_weights_fidelity(families.lane_pair(4)))
    assert "73/2916 ≤ φ_min ≤ 97/648 for every gate of 2 heads on 10 nodes" in text
    assert "…" in text
    assert "nearly 1" in str(any_weights_fidelity(heads(EXAMPLE_8)))


def test_what_is_refused() -> None:
    with pytest.raises(NumberError):
        any_weights_fidelity([np.array([[1, 0], [0.5, 0.5]])], exact=True)
    a = sp.Symbol("a", positive=True)
    with pytest.raises(SymbolicError):
        any_weights_fidelity([[[1, 0], [a, 1 - a]]])
