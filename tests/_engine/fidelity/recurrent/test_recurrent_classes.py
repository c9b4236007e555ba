"""Fidelity where a closed class has several nodes: limits reached, passed late, or never."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import oracle
import pytest
from cases.subjects import as_oracle
from oracle.fidelity import Signals

from dagmix import DiffusionOperator, FeedforwardDAG, MultiHeadDiffusion

if TYPE_CHECKING:
    from oracle import Edge, Matrix

# A head is its weight, whether it has self-loops, and its edges: a sender and its receivers a word.
Head = tuple[str, bool, str]

# Two eigenvalues of one modulus, λ and −λ or a real one and a complex pair: signals close in on
# their limit from one side for ever.
ONE_SIDED: dict[str, list[Head]] = {
    "n4-50": [
        ("3/5", False, "1023 023 23"),
        ("1/5", False, "0123 123 23"),
        ("1/5", False, "1203 203 03"),
    ],
    "n4-45": [
        ("2/15", False, "2103 13"),
        ("1/3", False, "0123 123 23"),
        ("1/5", False, "21 103 03"),
        ("1/3", False, "213 10 03"),
    ],
    "n5-27": [("1/3", False, "03 3214 214 14"), ("2/3", False, "30124 0124 124 24")],
    "n6-128": [("1/4", False, "41032 132 025 32 25"), ("3/4", False, "3412 42 1205 205 05")],
    "n6-18": [("2/3", True, "30125 0425 1425 45 25"), ("1/3", False, "01245 1245 234 345 45")],
}

# A slow spiral: the signal is above its limit for the first time after many steps.
LATE: dict[str, list[Head]] = {
    "t87": [
        ("5/16", False, "2015 35 41 015 15"),
        ("5/16", True, "143 402 02 235 35"),
        ("1/4", True, "2435 145 4305 305 05"),
        ("1/8", True, "13 304 205 04 45"),
    ],
    "t108": [
        ("2/49", True, "43012 30125 0125 125 25"),
        ("15/49", True, "1205 405 320 20 05"),
        ("13/49", True, "042315 42315 2315 31 15"),
        ("19/49", True, "103425 032 35 425 25"),
    ],
    "t765": [
        ("1/4", True, "0345 34 215 41 15"),
        ("7/32", True, "15 432 30 02 25"),
        ("1/32", True, "120 24 43 35 05"),
        ("1/2", False, "20 15 03 43 35"),
    ],
}


def edges_of(words: str) -> list[Edge]:
    """Read "012 12" as 0→1, 0→2, 1→2."""
    return [(int(word[0]), int(receiver)) for word in words.split() for receiver in word[1:]]


def build(heads: list[Head]) -> tuple[Matrix, MultiHeadDiffusion]:
    """Make the oracle's matrix and the library's operator; the sink is the last node."""
    n = 1 + max(int(digit) for head in heads for digit in head[2] if digit != " ")
    weights = [Fraction(weight) for weight, _, _ in heads]
    matrices = [oracle.diffusion_matrix(n, edges_of(w), loops=loops) for _, loops, w in heads]
    graphs = [
        FeedforwardDAG(edges_of(words), nodes=range(n), self_loops=loops)
        for _, loops, words in heads
    ]
    return oracle.mixture(weights, matrices), MultiHeadDiffusion(graphs, weights=weights)


@pytest.mark.timeout(30)
@pytest.mark.parametrize("first", [0, 1, 6])
@pytest.mark.parametrize("heads", ONE_SIDED.values(), ids=ONE_SIDED.keys())
def test_a_limit_approached_from_one_side(heads: list[Head], first: int) -> None:
    """Never above the limit is a fact about eigenvalues; it must be decided, and soon."""
    delta, mix = build(heads)
    expected = Signals(delta, len(delta) - 1)
    for j in range(len(delta)):
        found = mix.node_fidelity(j, first_step=first)
        assert as_oracle(found) == expected.fidelity(j, first), j
    minimax = mix.minimax_fidelity(first_step=first)
    assert (minimax.value, minimax.nodes) == expected.minimax(first)


@pytest.mark.parametrize(
    ("name", "node", "first", "time"),
    [("t87", 4, 0, 87), ("t108", 3, 3, 108), ("t765", 2, 0, 765), ("t765", 0, 3, 655)],
)
def test_a_limit_passed_late(name: str, node: int, first: int, time: int) -> None:
    """The supremum is a maximum, far out and hardly above the limit."""
    delta, mix = build(LATE[name])
    found = as_oracle(mix.node_fidelity(node, first_step=first))
    assert (found.attained, found.times, found.onwards) == (True, (time,), False)
    members = sorted(oracle.heard_from(delta, node))
    signals = Signals(delta, len(delta) - 1)
    limit = signals.absorption(members)[-1] * signals.stationary(members)[node]
    assert limit < found.value < limit * (1 + Fraction(1, 10**6))
    assert found.value == oracle.power(delta, time)[-1][node]


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    ("rows", "node", "times"),
    [
        ([[0, 0.5, 0.5, 0], [1, 0, 0, 0], [0, 1, 0, 0], [1, 0, 0, 0]], 1, (2, 3, 5)),
        ([[0, 1, 0], [1, 0, 0], [1, 0, 0]], 0, (1, 3, 5, 7)),
        ([[0, 1, 0], [1, 0, 0], [0.5, 0.5, 0]], 1, (1, 2, 3)),
        ([[0.375, 0.5, 0.125, 0], [0, 0.625, 0.375, 0], [0, 1, 0, 0], [0.625, 0, 0.25, 0.125]],
         1, (60, 10**4)),
    ],
)  # fmt: skip
def test_float_candidates_are_complete(
    rows: list[list[float]], node: int, times: tuple[int, ...]
) -> None:
    """A time that cannot be told from a maximising one is among `times`, or after the last."""
    diffusion = DiffusionOperator.from_matrix(np.array(rows), sink=len(rows) - 1)
    best = max(diffusion.signal(node, t) for t in range(100))
    assert all(diffusion.signal(node, t) == pytest.approx(best, rel=1e-12) for t in times)
    found = diffusion.node_fidelity(node)
    assert found.lower <= best <= found.upper
    for t in times:
        assert found.attained_at(t), t
