"""Any position as the target: cuts of causal attention, and targets that send to others."""

from __future__ import annotations

import copy
from fractions import Fraction
from typing import Any

import numpy as np
import oracle
import pytest
from oracle import ONE, ZERO, Matrix
from oracle.fidelity import Signals

from dagmix import (
    DiffusionOperator,
    FeedforwardDAG,
    MultiHeadDiffusion,
    MultiHeadWalk,
    UniqueSink,
    WalkOperator,
)
from dagmix.errors import CausalError, ShapeError, SinkError, StochasticError, UnknownNodeError
from dagmix.operators import Target

QUARTER = Fraction(1, 4)
SEEDS = range(12)
Kind = type[MultiHeadDiffusion] | type[MultiHeadWalk]
KINDS = pytest.mark.parametrize("kind", [MultiHeadDiffusion, MultiHeadWalk])


def attention(seed: int, n: int = 5, *, causal: bool) -> np.ndarray[Any, Any]:
    """Return two heads of weights k / 64, rows of which sum to 1 exactly, all loops there."""
    draw = np.random.default_rng(seed)
    heads = np.zeros((2, n, n))
    for head in heads:
        for i, row in enumerate(head):
            row[i] = 1
            for _ in range(63):
                row[draw.integers(i + 1 if causal else n) if draw.random() < 0.4 else i] += 1
    return heads / 64


def exact(tensor: np.ndarray[Any, Any], weights: tuple[int, int] = (1, 3)) -> Matrix:
    heads = [[[Fraction(x) for x in row] for row in head] for head in tensor.tolist()]
    return oracle.mixture([Fraction(w, sum(weights)) for w in weights], heads)


@KINDS
@pytest.mark.parametrize("labels", [None, "abcde"])
def test_a_target_of_causal_attention_is_the_cut_to_it(kind: Kind, labels: str | None) -> None:
    tensor = attention(3, causal=True)
    whole = kind.from_attention(tensor, [1, 3], labels)
    for i in reversed(range(5)):
        cut = None if labels is None else labels[: i + 1]
        target = i if labels is None else labels[i]
        found = kind.from_attention(tensor, [1, 3], labels, target=target)
        assert found == kind.from_attention(tensor[:, : i + 1, : i + 1], [1, 3], cut)
        assert found.sink == UniqueSink(found.nodes[-1], i)
        assert (found == whole) is (i == 4)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("causal", [True, False])
def test_signals_at_a_target_are_rows_of_rational_powers(seed: int, *, causal: bool) -> None:
    tensor = attention(seed, causal=causal)
    powers = [power for power, _ in zip(oracle.powers(exact(tensor)), range(6), strict=False)]
    for i in range(5):
        mix = MultiHeadDiffusion.from_attention(tensor, [1, 3], target=i, causal=causal)
        for t, power in enumerate(powers):
            for j in range(5):
                if causal and j > i:
                    assert power[i][j] == 0
                    with pytest.raises(UnknownNodeError):
                        mix.signal(j, t)
                else:
                    assert mix.signal(j, t) == pytest.approx(float(power[i][j]), rel=1e-13)


def random_matrix(seed: int, n: int) -> Matrix:
    """Return rows of rationals with loops, zeros and cycles: several recurrent classes or one."""
    draw = np.random.default_rng(seed)
    table = draw.choice([0, 0, 1, 2, 3], (n, n))
    np.fill_diagonal(table, draw.integers(1, 4, n))
    rows = table.tolist()
    return [[Fraction(x, sum(row)) for x in row] for row in rows]


@pytest.mark.parametrize("seed", SEEDS)
def test_fidelities_of_any_target_against_the_oracle(seed: int) -> None:
    """In rationals, exactly; in floats, within the bounds."""
    delta = random_matrix(seed, 4)
    floats = np.array(delta, dtype=float)
    for target in range(4):
        signals = Signals(delta, target)
        one = DiffusionOperator.from_matrix(delta, sink=target)
        other = DiffusionOperator.from_matrix(floats, sink=target)
        for first in (0, 1):
            least, nodes = signals.minimax(first)
            found = one.minimax_fidelity(first)
            assert (found.value, found.exact, found.nodes) == (least, True, nodes)
            close = other.minimax_fidelity(first)
            assert float(close.lower) * (1 - 1e-12) <= least <= float(close.upper) * (1 + 1e-12)
            for j in range(4):
                assert one.node_fidelity(j, first).value == signals.fidelity(j, first).value


@pytest.mark.parametrize("seed", SEEDS)
def test_the_walk_to_a_target_stops_there(seed: int) -> None:
    delta = random_matrix(seed, 4)
    for target in range(4):
        diffusion = DiffusionOperator.from_matrix(delta, sink=target)
        W = oracle.successors_to(delta, target)
        walk = diffusion.successors()
        assert walk.exact.tolist() == W
        assert walk.sink == UniqueSink(target, target)
        assert walk.expected_hitting_times().tolist() == oracle.hitting_times(W, target)
        assert walk.mixing_time() == oracle.mixing_time(W, target, QUARTER)
        close = DiffusionOperator.from_matrix(np.array(delta, dtype=float), sink=target)
        times = close.successors().expected_hitting_times()
        np.testing.assert_allclose(times, walk.expected_hitting_times().astype(float), rtol=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_bidirectional_attention_as_a_walk(seed: int) -> None:
    """Every head is divided by its columns' sums, the target absorbing, and then mixed."""
    tensor = attention(seed, causal=False)
    heads = [exact(tensor[[h, h]]) for h in range(2)]
    for target in range(5):
        walk = MultiHeadWalk.from_attention(tensor, [1, 3], target=target, causal=False)
        walks = [oracle.successors_to(head, target) for head in heads]
        W = oracle.mixture([QUARTER, 1 - QUARTER], walks)
        np.testing.assert_allclose(walk.matrix, np.array(W, dtype=float), rtol=1e-14)
        times = np.array(oracle.hitting_times(W, target), dtype=float)
        np.testing.assert_allclose(walk.expected_hitting_times(), times, rtol=1e-12)
        assert walk.mixing_time() == oracle.mixing_time(W, target, QUARTER)


def test_a_target_that_is_a_sink_is_one() -> None:
    diffusion = DiffusionOperator.from_matrix([["1/2", "1/2", 0], [0, 1, 0], [0, 0, 1]], sink=2)
    assert diffusion.sink == UniqueSink(2, 2)
    assert diffusion.sink != Target(2, 2)


def test_a_graph_read_at_a_node_inside() -> None:
    """The signals at v are those of the graph cut to what leads to v."""
    line = FeedforwardDAG([("u", "v"), ("v", "w")])
    inside = DiffusionOperator(line, sink="v")
    cut = DiffusionOperator(FeedforwardDAG([("u", "v")]))
    assert inside.sink == Target("v", 1)
    assert inside.node_fidelity("u").value == cut.node_fidelity("u").value
    assert inside.minimax_fidelity().nodes == ("w",)
    assert inside.successors().expected_hitting_times().tolist()[2] == float("inf")


def test_targets_survive_copies() -> None:
    mix = MultiHeadDiffusion.from_attention(attention(0, causal=False), target=1, causal=False)
    again = copy.copy(mix)
    assert again == mix
    assert again.sink == mix.sink == Target(1, 1)
    other = DiffusionOperator.from_matrix(mix.matrix, sink=mix.sink)
    assert other.sink == mix.sink
    assert mix.best_head().value <= 1
    walk = mix.successors()
    assert copy.copy(walk) == walk


def test_a_unique_sink_must_be_one_here_too() -> None:
    with pytest.raises(SinkError, match="1 is not a sink"):
        DiffusionOperator.from_matrix([["1/2", "1/2"], [0, 1]], sink=UniqueSink(1, 1))
    with pytest.raises(SinkError, match="not a sink"):
        WalkOperator.from_matrix([["1/2", "1/2"], ["1/2", "1/2"]], sink=0)


@KINDS
def test_targets_that_are_refused(kind: Kind) -> None:
    tensor = attention(1, causal=True)
    with pytest.raises(UnknownNodeError, match="unknown node -1"):
        kind.from_attention(tensor, target=-1)
    with pytest.raises(UnknownNodeError, match="unknown node 5"):
        kind.from_attention(tensor, target=5)
    with pytest.raises(UnknownNodeError, match="unknown node 0; the nodes are 'a'"):
        kind.from_attention(tensor, nodes="abcde", target=0)
    with pytest.raises(SinkError, match="name a target=, from 'a' to 'e'"):
        kind.from_attention(tensor, nodes="abcde", causal=False)
    with pytest.raises(ShapeError, match="4 nodes for a matrix"):
        kind.from_attention(tensor, nodes="abcd", target="a")
    with pytest.raises(CausalError, match="query 0 gives"):
        kind.from_attention(attention(1, causal=False), target=0)


@KINDS
def test_what_is_after_the_target_is_checked_too(kind: Kind) -> None:
    tensor = attention(1, causal=True)
    tensor[1, 4] = 0
    with pytest.raises(StochasticError, match=r"head 1: .* row 4 sums to 0"):
        kind.from_attention(tensor, target=2)


def test_what_never_leaves_the_target_is_nothing() -> None:
    """A position whose column is zero has no successor, unless it is the target."""
    heads = np.array([[[0.5, 0.5, 0], [0.5, 0.5, 0], [0.5, 0.5, 0]]])
    walk = MultiHeadWalk.from_attention(heads, target=2, causal=False)
    assert walk.matrix[:, 2].tolist() == [0, 0, 1]
    with pytest.raises(StochasticError, match="head 0: node 2 has a column of zeros"):
        MultiHeadWalk.from_attention(heads, target=1, causal=False)


def test_the_oracle_of_stopped_walks() -> None:
    """Two nodes by hand."""
    half = Fraction(1, 2)
    assert oracle.successors_to([[half, half], [ZERO, ONE]], 0) == [
        [ONE, Fraction(1, 3)],
        [ZERO, Fraction(2, 3)],
    ]
