"""The theorems of docs/guide/amplification.md that hold for all heads, on drawn ones."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise
from math import prod

import pytest
from cases.strategies import mixtures
from cases.zoo import Mixture
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle.fidelity import Signals

from dagmix import FeedforwardDAG, MultiHeadDiffusion

few = settings(max_examples=20)
heads_with_loops = mixtures(max_nodes=5).filter(lambda drawn: drawn.loops and drawn.n > 1)


def shortest_path_back(drawn: Mixture, head: int, j: int) -> list[int]:
    """Return nodes from the sink to j, each of which receives from the next."""
    came: dict[int, int] = {}
    level = {drawn.n - 1}
    seen = set(level)
    while j not in seen:
        found = {a: b for a, b in drawn.heads[head] if b in level and a not in seen}
        came |= found
        level = set(found)
        seen |= level
    path = [j]
    while path[0] != drawn.n - 1:
        path.insert(0, came[path[0]])
    return path


@pytest.mark.slow
@few
@given(drawn=heads_with_loops)
def test_amplification_is_bounded_above_and_below(drawn: Mixture) -> None:
    """By max (n + 1 − m)ᵐ, and by 3/(4(4N − 1)) βᴺ' with N' = 4N − 1, β of any best head.

    From t = 0 and from t = 1 on, although the values may differ.
    """
    graphs = [FeedforwardDAG(edges, nodes=range(drawn.n)) for edges in drawn.heads]
    mixed = MultiHeadDiffusion(graphs, weights=drawn.weights)
    most = max((drawn.n + 1 - m) ** m for m in range(1, drawn.n))
    alone = [Signals(delta, drawn.n - 1).minimax()[0] for delta in drawn.diffusions()]
    assert min(alone) >= Fraction(1, most)
    later = [Signals(delta, drawn.n - 1).minimax(1)[0] for delta in drawn.diffusions()]
    assert min(later) >= Fraction(1, most)
    steps = 4 * (drawn.n - 1) - 1
    for first, found in enumerate((alone, later)):
        gain = mixed.amplification(first)
        assert gain <= most
        for weight, fidelity in zip(drawn.weights, found, strict=True):
            if fidelity == max(found):
                assert gain >= Fraction(3, 4 * steps) * weight**steps


@few
@given(drawn=heads_with_loops, data=st.data())
def test_what_a_shortest_path_receives_from(drawn: Mixture, data: st.DataObject) -> None:
    """A node of it from itself, the next one, and at most from all others that are off the path.

    Those r others receive from at most 2r nodes of the path.
    """
    head = data.draw(st.integers(0, len(drawn.heads) - 1))
    j = data.draw(st.integers(0, drawn.n - 2))
    path = shortest_path_back(drawn, head, j)
    counts = []
    for node, following in pairwise(path):
        received = {a for a, b in drawn.heads[head] if b == node} | {node}
        assert received & set(path) == {node, following}
        counts.append(len(received))
        assert len(received) <= drawn.n + 2 - len(path)
    found = Signals(drawn.diffusions()[head], drawn.n - 1).fidelity(j).value
    assert found >= Fraction(1, prod(counts))
    others = set(range(drawn.n)) - set(path)
    sending = {a for a, b in drawn.heads[head] if a in path and b in others}
    assert len(sending) <= 2 * len(others)


def lines_with_shortcuts(rng: random.Random, n: int, heads: int) -> Mixture:
    """Draw heads in the order 0 … n − 1 in which most nodes send to the next one and few others."""
    drawn = []
    for _ in range(heads):
        edges = list[tuple[int, int]]()
        for j in range(n - 1):
            on = {rng.randrange(j + 1, n)} if rng.random() < 2 / n else set[int]()
            if not on or rng.random() < 1 / 2:
                on.add(j + 1)
            edges += [(j, i) for i in on]
        drawn.append(tuple(edges))
    return Mixture(n, tuple(drawn), (Fraction(1, heads),) * heads, loops=True)


def runs_of(nodes: set[int]) -> list[list[int]]:
    """Return the runs of consecutive numbers, increasing."""
    runs: list[list[int]] = []
    for node in sorted(nodes):
        if runs and runs[-1][-1] == node - 1:
            runs[-1].append(node)
        else:
            runs.append([node])
    return runs


def test_a_run_on_all_shortest_paths_is_entered_at_its_end_only() -> None:
    """With a common order: w_i with i < s − g sends to itself and w_(i+1) only, in every head.

    Here g is the greatest number of nodes off the path that are not before its middle.
    """
    rng, checked = random.Random(0), 0  # noqa: S311 - reproducible, not secret
    for _ in range(2000):
        drawn = lines_with_shortcuts(rng, 14, 2)
        paths = [shortest_path_back(drawn, head, 0) for head in (0, 1)]
        middles = [path[len(path) // 2] for path in paths]  # of m steps, the ⌈m/2⌉th
        late = [
            sum(node not in path for node in range(middle + 1, drawn.n))
            for path, middle in zip(paths, middles, strict=True)
        ]
        shared = set(paths[0]) & set(paths[1]) & set(range(max(middles) + 1, drawn.n - 1))
        for run in runs_of(shared):
            for i, node in enumerate(run[:-1], 1):
                sent = {b for edges in drawn.heads for a, b in edges if a == node and b != a}
                assert run[i] in sent
                if i < len(run) - max(late):
                    assert sent == {run[i]}
                    checked += max(late) > 0
    assert checked > 100
