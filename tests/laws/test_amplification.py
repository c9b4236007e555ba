"""The theorems of docs/guide/amplification.md that hold for all heads, on drawn ones."""

from __future__ import annotations

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
    """By max (n + 1 − m)ᵐ, and by 3/(4(4N − 1)) βᴺ' with N' = 4N − 1, β of any best head."""
    graphs = [FeedforwardDAG(edges, nodes=range(drawn.n)) for edges in drawn.heads]
    mixed = MultiHeadDiffusion(graphs, weights=drawn.weights)
    most = max((drawn.n + 1 - m) ** m for m in range(1, drawn.n))
    alone = [Signals(delta, drawn.n - 1).minimax()[0] for delta in drawn.diffusions()]
    assert min(alone) >= Fraction(1, most)
    steps = 4 * (drawn.n - 1) - 1
    gain = mixed.amplification()
    assert gain <= most
    for weight, fidelity in zip(drawn.weights, alone, strict=True):
        if fidelity == max(alone):
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
