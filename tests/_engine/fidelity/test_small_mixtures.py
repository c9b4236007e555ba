"""Nothing is undecided of two or three heads on up to five nodes, with self-loops or without."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations_with_replacement, permutations
from typing import Any

import oracle.fidelity
import pytest
from cases.subjects import as_oracle
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle.fidelity import Signals

from dagmix import DiffusionOperator, FeedforwardDAG, MultiHeadDiffusion

HALF = Fraction(1, 2)
MOST = 3  # nodes of the pairs that are all tried; of four nodes there are as many as take an hour


def graphs(n: int) -> list[list[tuple[int, int]]]:
    """List the edges of all feedforward graphs on n nodes."""
    found = set()
    for order in permutations(range(n)):
        pairs = [(order[a], order[b]) for a in range(n) for b in range(a + 1, n)]
        found |= {
            frozenset(pair for k, pair in enumerate(pairs) if chosen >> k & 1)
            for chosen in range(2 ** len(pairs))
        }
    return [sorted(edges) for edges in found]


def pairs_of_heads(n: int) -> list[oracle.Matrix]:
    """List the mixtures of two heads with even weights, one of each up to relabelling."""
    heads = {
        tuple(map(tuple, oracle.diffusion_matrix(n, edges, loops=loops)))
        for edges in graphs(n)
        for loops in (True, False)
    }
    kept = {}
    for pair in combinations_with_replacement(sorted(heads), 2):
        mixed = oracle.mixture([HALF, HALF], [list(map(list, head)) for head in pair])
        least = min([[mixed[i][j] for j in p] for i in p] for p in permutations(range(n)))
        kept[str(least)] = least
    return list(kept.values())


@pytest.mark.slow
@pytest.mark.parametrize("n", range(1, MOST + 1))
def test_all_pairs_of_few_nodes(n: int) -> None:
    """From every sink, every node's fidelity is the oracle's."""
    for delta in pairs_of_heads(n):
        for sink in range(n):
            signals = Signals(delta, sink)
            operator = DiffusionOperator.from_matrix(delta, sink=sink)
            for j in range(n):
                assert as_oracle(operator.node_fidelity(j)) == signals.fidelity(j)


@st.composite
def mixed_heads(draw: st.DrawFn) -> tuple[int, list[Any], list[Fraction]]:
    """Draw 2 or 3 heads on 2 to 5 nodes, in any order of them, and weights."""
    n = draw(st.integers(2, 5))
    heads = []
    for _ in range(draw(st.integers(2, 3))):
        order = draw(st.permutations(range(n)))
        pairs = [(order[a], order[b]) for a in range(n) for b in range(a + 1, n)]
        edges = draw(st.lists(st.sampled_from(pairs), unique=True))
        heads.append((edges, draw(st.booleans())))
    parts = [draw(st.sampled_from([1, 1, 2, 3, 10])) for _ in heads]
    return n, heads, [Fraction(part, sum(parts)) for part in parts]


@pytest.mark.slow
@settings(max_examples=50)
@given(mixed_heads(), st.data())
def test_two_or_three_heads(
    mix: tuple[int, list[Any], list[Fraction]], data: st.DataObject
) -> None:
    """Rational weights give the oracle's answer; floats bounds around it; none is undecided."""
    n, given_heads, weights = mix
    graphs = [FeedforwardDAG(e, nodes=range(n), self_loops=loops) for e, loops in given_heads]
    matrices = [oracle.diffusion_matrix(n, e, loops=loops) for e, loops in given_heads]
    sink = data.draw(st.integers(0, n - 1))
    signals = Signals(oracle.mixture(weights, matrices), sink)
    exact = MultiHeadDiffusion(graphs, weights, sink=sink)
    floats = MultiHeadDiffusion(graphs, [float(weight) for weight in weights], sink=sink)
    for j in range(n):
        one, other = exact.node_fidelity(j), floats.node_fidelity(j)
        assert other.lower * (1 - 1e-11) <= one.upper
        assert one.lower <= other.upper * (1 + 1e-11)
        assert as_oracle(one).value >= signals.fidelity(j).value  # later than the oracle looks
        assert one.value == signals.fidelity(j).value or min(one.times) > oracle.fidelity.SCAN
    assert exact.minimax_fidelity().value <= 1
    assert floats.minimax_fidelity().value <= 1
