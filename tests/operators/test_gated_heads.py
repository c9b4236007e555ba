"""Weights per receiver: Δ̄[i, ·] = Σ_h g_h(i) Δ_h[i, ·], against brute force in rationals."""

from __future__ import annotations

import pickle
import random
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import oracle
import pytest
import sympy as sp
from cases.attention_samples import both_ways, sample
from cases.subjects import graph
from cases.zoo import Mixture, sampled_mixtures
from oracle import proxies as oracle_proxies

from dagmix import DiffusionOperator, MultiHeadDiffusion, MultiHeadWalk, families, pathways
from dagmix.errors import NumberError, SymbolicError, WeightError
from dagmix.optimal import optimal_weights

HALF = Fraction(1, 2)
Gates = list[list[Fraction]]


def gates_of(heads: int, n: int, seed: int, *, zeros: bool) -> Gates:
    """Rational weights, a row a head; at every receiver they sum to 1."""
    rng = random.Random(seed)  # noqa: S311 - examples, no secrets
    columns = []
    for _ in range(n):
        parts = [rng.randint(0 if zeros else 1, 4) for _ in range(heads)]
        parts[rng.randrange(heads)] += 1
        columns.append([Fraction(part, sum(parts)) for part in parts])
    return [list(row) for row in zip(*columns, strict=True)]


def mixed(heads: list[oracle.Matrix], gates: Gates) -> oracle.Matrix:
    n = len(heads[0])
    pairs = list(zip(gates, heads, strict=True))
    return [
        [sum((g[i] * a[i][j] for g, a in pairs), Fraction(0)) for j in range(n)] for i in range(n)
    ]


def drawn(mix: Mixture, gates: Gates) -> MultiHeadDiffusion:
    heads = [graph(mix.n, edges, loops=mix.loops) for edges in mix.heads]
    return MultiHeadDiffusion(heads, gates, sink=mix.n - 1)


CASES = [
    (number, mix, zeros)
    for common in (True, False)
    for number, mix in enumerate(sampled_mixtures(seed=5, count=4, common=common))
    for zeros in (True, False)
]


@pytest.mark.parametrize(("seed", "mix", "zeros"), CASES)
def test_rational_heads_are_mixed_exactly(seed: int, mix: Mixture, *, zeros: bool) -> None:
    gates = gates_of(len(mix.heads), mix.n, seed, zeros=zeros)
    delta, expected = drawn(mix, gates), mixed(mix.diffusions(), gates)
    assert delta.exact.tolist() == expected
    assert delta.weights == tuple(map(tuple, gates))
    assert delta.adjacency.edges == sum(x > 0 for row in expected for x in row)
    for t, power in enumerate(powers(expected, 4)):
        assert [delta.signal(j, t) for j in range(mix.n)] == power[mix.n - 1]
    floats = delta.transition.floats
    exact = np.array(expected, dtype=float)
    assert np.allclose(floats.kernel.dense(), exact, rtol=floats.entry_units * 2.0**-53, atol=0)


def test_one_meaning_with_weights_of_heads() -> None:
    """Equal at every receiver, weights per receiver are those of the heads."""
    heads = [families.line(5), families.complete(5)]
    gated = MultiHeadDiffusion(heads, [["1/3"] * 5, ["2/3"] * 5])
    plain = MultiHeadDiffusion(heads, ["1/3", "2/3"])
    assert gated.exact == plain.exact
    assert gated.minimax_fidelity() == plain.minimax_fidelity()
    assert gated.successors().mixing_time() == plain.successors().mixing_time()
    assert gated.best_head() == plain.best_head()
    assert gated.amplification() == plain.amplification()
    assert gated != plain
    assert (gated.is_gated, plain.is_gated) == (True, False)


def test_the_best_head_is_that_of_the_heads_alone() -> None:
    """Whatever weighs them, a head's own rows."""
    heads = [families.line(4), families.complete(4)]
    gated = MultiHeadDiffusion(heads, [[0, 1, 1, 0], [1, 0, 0, 1]])
    alone = [DiffusionOperator(head).minimax_fidelity().value for head in heads]
    assert gated.best_head().value == max(alone)
    assert gated.amplification() == gated.minimax_fidelity().value / max(alone)


def test_optimal_weights_are_those_of_the_heads() -> None:
    """One for each head, at every receiver the same; what weighed the heads before is left out."""
    heads = [families.line(4), families.complete(4)]
    gated: Any = MultiHeadDiffusion(heads, [[0, 1, 1, 0], [1, 0, 0, 1]])
    assert optimal_weights(gated).value == optimal_weights(heads).value


def test_identity_repr_and_pickle() -> None:
    heads = [families.line(3), families.complete(3)]
    floats: Any = np.array([[0.1, 0.5, 0], [0.9, 0.5, 1]])
    exact: Any = [[1, "1/2", 0], [0, "1/2", 1]]
    for gates in (exact, floats):
        mix = MultiHeadDiffusion(heads, gates)
        again = pickle.loads(pickle.dumps(mix))  # noqa: S301 - our own bytes
        assert again == mix == MultiHeadDiffusion(heads, gates)
        assert hash(again) == hash(mix)
        assert "weights" in repr(mix)
    mix = MultiHeadDiffusion(heads, floats)
    assert mix.weights == ((0.1, 0.5, 0.0), (0.9, 0.5, 1.0))
    assert isinstance(mix.signal(0, 1), float)


def test_a_head_that_nobody_weighs_is_left_out() -> None:
    heads = [families.line(3), families.complete(3)]
    gated = MultiHeadDiffusion(heads, [[1] * 3, [0] * 3])
    assert gated.exact == DiffusionOperator(heads[0]).exact
    assert [weight for weight, _ in gated.parts] == [1, 0]


def test_symbols_of_heads_are_replaced() -> None:
    a = sp.Symbol("a")
    head = [[1, 0], [a, 1 - a]]
    mix = MultiHeadDiffusion([head, families.line(2)], [[1, "1/3"], [0, "2/3"]])
    assert mix.exact[1, 0] - (a / 3 + sp.Rational(1, 3)) == 0
    assert mix.subs({a: HALF}).exact[1, 0] == sp.Rational(1, 2)


@pytest.mark.parametrize("seed", [0, 1, 4, 7])
def test_attention_within_its_bounds(seed: int) -> None:
    tensor, _ = sample(seed)
    numbers = np.random.default_rng(seed).integers(0, 9, tensor.shape[1:-1]).astype(float)
    numbers[0] += 1
    n = tensor.shape[-1]
    expected = oracle_proxies.gated(tensor[0].tolist(), numbers.tolist())
    for target in (n - 1, n // 2):
        mix = MultiHeadDiffusion.from_attention(tensor[0], numbers, target=target)
        delta = oracle_proxies.cut(expected, target)
        np.testing.assert_allclose(mix.matrix, np.array(delta, dtype=float), rtol=1e-14)
        found = mix.minimax_fidelity()
        highest = [max(p[target][j] for p in powers(delta, 12)) for j in range(target + 1)]
        assert found.upper >= float(min(highest)) * (1 - 1e-12)
        assert sum(map(Fraction, (row[0] for row in mix.weights))) == 1
        if all(any(delta[i][j] for i in range(target + 1)) for j in range(target)):
            walk = oracle.successors_to(delta, target)
            expected_time = oracle.mixing_time(walk, target, Fraction(1, 4))
            assert mix.successors().mixing_time() == expected_time


def powers(matrix: oracle.Matrix, steps: int) -> list[oracle.Matrix]:
    return [power for _, power in zip(range(steps), oracle.powers(matrix), strict=False)]


def test_fidelities_have_certified_bounds() -> None:
    """Of rational heads as floats, the exact minimum lies between them."""
    for seed, mix in enumerate(sampled_mixtures(seed=9, count=6, common=True)):
        gates = gates_of(len(mix.heads), mix.n, seed, zeros=seed % 2 == 0)
        exact = drawn(mix, gates).minimax_fidelity()
        heads = [np.array(delta, dtype=float) for delta in mix.diffusions()]
        floats = MultiHeadDiffusion(heads, np.array(gates, dtype=float).tolist(), sink=mix.n - 1)
        found = floats.minimax_fidelity()
        assert found.lower * (1 - 1e-14) <= exact.value <= found.upper * (1 + 1e-14)


def test_bidirectional_attention_too() -> None:
    tensor, _ = both_ways(4)
    numbers = np.random.default_rng(0).integers(1, 9, tensor.shape[1:-1]).astype(float)
    expected = oracle_proxies.gated(tensor[0].tolist(), numbers.tolist())
    mix = MultiHeadDiffusion.from_attention(tensor[0], numbers, target=2, causal=False)
    times = oracle.hitting_times(oracle.successors_to(expected, 2), 2)
    found = mix.successors().expected_hitting_times()
    np.testing.assert_allclose(found, np.array(times, dtype=float), rtol=1e-12)


LINES = [families.line(3)] * 2


@pytest.mark.parametrize(
    ("weights", "error", "message"),
    [
        ([[1, 1, 1]], WeightError, "a row for each of 2 heads; got rows of 3"),
        ([[1, 1, 1], [0, 0]], WeightError, "got rows of 3, 2"),
        ([[1, 1, 1], 0], NumberError, r"weight 0 .* \[1, 1, 1\] of type list"),
        ([[1, 1], [0, 0]], WeightError, "one for each of 3 nodes; got 2"),
        ([[1, 1, 1], [0, 1, 0]], WeightError, "receiver 1: weights sum to 1; these 2 sum to 2"),
        ([[1, 1, 2], [0, 0, -1]], WeightError, "receiver 2: weights are not negative; weight 1"),
        ([[1, 1, sp.Symbol("a")], [0, 0, 2]], WeightError, "receiver 2: weights sum to 1; a, 2"),
        (
            [[1, 1, sp.Symbol("a")], [0, 0, 1 - sp.Symbol("a")]],
            SymbolicError,
            "receiver 2: a mixture by receiver needs numbers",
        ),
    ],
)
def test_what_is_no_weight_per_receiver(weights: Any, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        MultiHeadDiffusion(LINES, weights)


def test_walks_have_no_receivers_of_their_own() -> None:
    with pytest.raises(WeightError, match=r"a walk is \.successors\(\) of a MultiHeadDiffusion"):
        MultiHeadWalk(LINES, [[1, 1, 1], [0, 0, 0]])


def test_importances_per_receiver_are_checked() -> None:
    rows = np.tri(3)[None] / np.arange(1, 4)[:, None]
    with pytest.raises(WeightError, match="receiver 1: one weight at least is positive; all are 0"):
        MultiHeadDiffusion.from_attention(rows, [[1.0, 0.0, 1.0]])
    with pytest.raises(WeightError, match=r"receiver 2: weights are finite .*; weight 0 is nan"):
        MultiHeadDiffusion.from_attention(rows, [[1.0, 1.0, np.nan]])
    message = r"one weight for each of 1 heads, or for each head and receiver, \(1, 3\); got .*\(2,"
    with pytest.raises(WeightError, match=message):
        MultiHeadDiffusion.from_attention(rows, np.ones((2, 3)))


DELTAS = [
    oracle.diffusion_matrix(3, edges, loops=True)
    for edges in ([(0, 1), (1, 2)], [(0, 1), (0, 2), (1, 2)])
]


def test_pathways_of_gated_heads() -> None:
    """Every step weighs a head as its receiver does."""
    heads = [families.line(3), families.complete(3)]
    gated = MultiHeadDiffusion(heads, [[1, "1/4", 0], [0, "3/4", 1]])
    whole = gated.signal(0, 2)
    found = pathways.heaviest(gated, 0, 2, 100)
    assert sum(path.weight for path in found) == whole
    assert sum(pathways.by_composition(gated, 0, 2).values()) == whole
    several = sum(path.weight for path in found if len(set(path.heads)) > 1)
    assert pathways.cross_head_share(gated, 0, 2) == several / whole
    for path in found:
        weight, nodes = Fraction(1), list[Any](path.nodes)
        for head, (sender, receiver) in zip(path.heads, pairwise(nodes), strict=True):
            weight *= gated.weights[head][receiver] * DELTAS[head][receiver][sender]
        assert path.weight == weight
    with pytest.raises(WeightError, match="by_composition and heaviest take them"):
        pathways.by_head_counts(gated, 0, 2)
