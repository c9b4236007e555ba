"""Pairs of heads whose mixtures wait, because each head undoes what the other has done."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from oracle import hitting_times, mixture, walk_matrix

from dagmix import FeedforwardDAG, MultiHeadWalk, WalkOperator, families
from dagmix.errors import CycleError, NumberError, ShapeError

HALVES = [Fraction(1, 2)] * 2


@pytest.mark.parametrize(("k", "layers"), [(1, 0), (2, 1), (2, 3), (3, 4), (4, 5)])
def test_the_change_pair_by_its_rule(k: int, layers: int) -> None:
    """A state counts the last moves whose heads took turns; a move of its own head leaves 1."""
    states = [(0, 0)]
    for layer in range(1, layers + 1):
        states += [(layer, v) for v in range(-layer, layer + 1) if 0 < abs(v) < k]
    pair = families.change_pair(k, layers)
    for head, sign in zip(pair, (1, -1), strict=True):
        assert set(head.nodes) == {*states, "τ"}
        assert head.self_loops
        target: dict[Any, Any] = {}
        for layer, v in states:
            turns = abs(v) + 1 if v and (v < 0) == (sign > 0) else 1
            out = turns == k or layer == layers
            target[layer, v] = "τ" if out else (layer + 1, sign * turns)
        assert {(j, i) for j, i in head.edges if j != i} == set(target.items())
    assert FeedforwardDAG.union(pair).unique_sink.node == "τ"


@pytest.mark.parametrize(
    ("k", "layers", "n", "alone", "together"), [(3, 40, 160, 88, 18), (4, 60, 356, 129, 39)]
)
def test_times_of_the_change_pair(k: int, layers: int, n: int, alone: int, together: int) -> None:
    """A head goes through all layers; the mixture is that of the run pair."""
    pair = families.change_pair(k, layers)
    assert len(pair[0].nodes) == n
    assert [WalkOperator(head).mixing_time() for head in pair] == [alone] * 2
    assert alone == families.line_mixing_time(layers + 2)
    assert MultiHeadWalk(pair).mixing_time() == together == families.run_mixing_time(k)


@pytest.mark.parametrize("k", [1, 2, 3])
def test_the_change_pair_has_enough_layers_by_default(k: int) -> None:
    """Up to T(¼) its mixture has the run pair's distance, step by step."""
    change, run = MultiHeadWalk(families.change_pair(k)), MultiHeadWalk(families.run_pair(k))
    for t in range(families.run_mixing_time(k) + 1):
        assert change.distance(t) == run.distance(t)


@pytest.mark.parametrize("k", [1, 2, 3, 12])
def test_the_fan_pair_by_its_rule(k: int) -> None:
    a, b, sink = range(k), range(k, 2 * k), 2 * k
    for head, line, fan in zip(families.fan_pair(k), (a, b), (b, a), strict=True):
        expected = {*pairwise([*line, sink]), *((node, line[0]) for node in fan)}
        expected |= {(fan[j], fan[i]) for j in range(k) for i in range(j)}
        assert {(j, i) for j, i in head.edges if j != i} == expected
        assert head.self_loops
        assert head.unique_sink.node == sink
    with pytest.raises(CycleError):
        FeedforwardDAG.union(families.fan_pair(k))


@pytest.mark.parametrize("k", [1, 2, 3, 5, 8])
def test_hitting_times_of_the_fan_pair_beside_the_oracle(k: int) -> None:
    pair = families.fan_pair(k)
    edges: list[list[Any]] = [[(j, i) for j, i in head.edges if j != i] for head in pair]
    walks = [walk_matrix(2 * k + 1, one) for one in edges]
    by_hand = hitting_times(mixture(HALVES, walks), 2 * k)
    assert list(MultiHeadWalk(pair).expected_hitting_times()) == by_hand


@pytest.mark.parametrize(("k", "alone", "together"), [(4, 13, 121), (6, 18, 788), (8, 22, 5418)])
def test_times_of_the_fan_pair(k: int, alone: int, together: int) -> None:
    """Worked out apart from the library."""
    pair = families.fan_pair(k)
    assert [WalkOperator(head).mixing_time() for head in pair] == [alone] * 2
    assert MultiHeadWalk(pair).mixing_time() == together


@pytest.mark.parametrize(("k", "width"), [(1, 1), (1, 4), (2, 3), (3, 1), (4, 2)])
def test_the_wide_run_pair_by_its_rule(k: int, width: int) -> None:
    """Between two runs all edges; the next run is one longer, or ±1 after a move of the other."""
    runs = [0, *(s * r for r in range(1, k) for s in (1, -1))]
    copies: dict[int, list[Any]] = {
        run: [(run, i) for i in range(width if run else 1)] for run in runs
    }
    copies |= {k: ["τ"], -k: ["τ"]}
    for head, sign in zip(families.wide_run_pair(k, width), (1, -1), strict=True):
        expected = set()
        for run in runs:
            longer = run + sign if run * sign >= 0 else sign
            expected |= {(old, new) for old in copies[run] for new in copies[longer]}
        assert {(j, i) for j, i in head.edges if j != i} == expected
        assert head.self_loops
        assert len(head.nodes) == 2 * (k - 1) * width + 2


@pytest.mark.parametrize("k", [2, 3, 5])
def test_wide_runs_are_waited_for_two_to_the_time_of_a_head(k: int) -> None:
    """With width 7(k − 1) a head has T ≤ k + 2, the mixture of order 2ᵏ."""
    heads = families.wide_run_pair(k, 7 * (k - 1))
    assert [WalkOperator(head).mixing_time() for head in heads] == [k + 2] * 2
    assert MultiHeadWalk(heads).mixing_time() >= Fraction(3, 4) * 2 ** (k - 1)


@pytest.mark.parametrize("size", [0, -1, 1.5])
def test_sizes_that_are_no_numbers_of_nodes(size: Any) -> None:
    for make in (families.change_pair, families.fan_pair):
        with pytest.raises(NumberError, match="k is an integer, at least 1"):
            make(size)
    for k, width in ((size, 1), (2, size)):
        with pytest.raises(NumberError, match=r"(k|width) is an integer, at least 1"):
            families.wide_run_pair(k, width)
    with pytest.raises(NumberError, match="layers is an integer, at least 2; got 1"):
        families.change_pair(3, 1)


@pytest.mark.timeout(20)
def test_sizes_that_are_too_large() -> None:
    for k in (30, 10**12):
        with pytest.raises(ShapeError, match="nodes; a graph has at most"):
            families.change_pair(k)
    with pytest.raises(ShapeError, match="nodes; a graph has at most"):
        families.fan_pair(2**27)
    with pytest.raises(ShapeError, match="edges from the nodes that go back; at most"):
        families.fan_pair(2**15)
    with pytest.raises(ShapeError, match="nodes; a graph has at most"):
        families.wide_run_pair(10**6, 10**6)
    with pytest.raises(ShapeError, match="edges between runs; at most"):
        families.wide_run_pair(2, 2**14)
