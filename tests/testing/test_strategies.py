"""What dagmix ships for tests: strategies draw valid objects that shrink, laws can be broken."""

from __future__ import annotations

import importlib
import sys
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import oracle
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from dagmix import (
    FeedforwardDAG,
    MultiHeadDiffusion,
    MultiHeadWalk,
    WalkOperator,
    testing,
)
from dagmix.search import claims
from dagmix.testing import strategies

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


QUARTER = Fraction(1, 4)
EVEN = (Fraction(1, 2), Fraction(1, 2))
# The same examples on every run, and enough of them to come upon what is rare.
STEADY = settings(derandomize=True, database=None, max_examples=3000, deadline=None)

FEW = settings(max_examples=30, deadline=None)  # each example is compared in exact arithmetic


def proper(head: FeedforwardDAG) -> list[tuple[int, int]]:
    """Edges between different nodes."""
    return [(j, i) for j, i in head.edges if j != i]  # type: ignore[misc]


@given(testing.feedforward_dags(2, 5), st.booleans())
def test_feedforward_dags(graph: FeedforwardDAG, loops: bool) -> None:  # noqa: FBT001 - drawn
    """Nodes are 0 … n−1 within the bounds, self-loops all there."""
    n = len(graph.nodes)
    assert 2 <= n <= 5
    assert graph.nodes == tuple(range(n))
    assert graph.self_loops
    assert FeedforwardDAG(graph.edges, nodes=range(n), self_loops=loops).sinks == graph.sinks


@pytest.mark.slow
def test_feedforward_dags_come_without_self_loops_too() -> None:
    bare = find(testing.feedforward_dags(self_loops=False), lambda g: bool(g.edges))
    assert bare == FeedforwardDAG([(0, 1)], nodes=(0, 1), self_loops=False)
    assert find(testing.unique_sink_dags(2, self_loops=False), lambda _: True) == bare


@given(testing.unique_sink_dags(), testing.unique_sink_dags(ordered=True))
def test_unique_sink_dags(any_order: FeedforwardDAG, ordered: FeedforwardDAG) -> None:
    """The last node is the only sink; `ordered` edges all go to a later node."""
    for graph in (any_order, ordered):
        assert graph.unique_sink.node == len(graph.nodes) - 1
        assert len(graph.nodes) <= strategies.MAX_NODES
    assert all(j < i for j, i in proper(ordered))


@pytest.mark.slow
@pytest.mark.parametrize(
    "strategy",
    [testing.unique_sink_dags(max_nodes=4), testing.feedforward_dags(max_nodes=4)],
    ids=["unique", "any"],
)
def test_every_order_is_drawn(strategy: st.SearchStrategy[FeedforwardDAG]) -> None:
    """Edges to earlier nodes are drawn as well, and full graphs, and bare ones."""
    back = find(strategy, lambda g: any(j > i for j, i in proper(g)), settings=STEADY)
    full = find(strategy, lambda g: len(proper(g)) == 6, settings=STEADY)
    tree = find(strategy, lambda g: len(g.nodes) == 4 and len(proper(g)) == 3, settings=STEADY)
    assert any(j > i for j, i in proper(back))
    assert (len(proper(full)), len(proper(tree)), len(tree.nodes)) == (6, 3, 4)


@given(testing.convex_weights(3), testing.convex_weights(3, positive=False))
def test_convex_weights(positive: tuple[Fraction, ...], any_: tuple[Fraction, ...]) -> None:
    """Fractions that sum to 1, none negative, none 0 unless asked for."""
    assert sum(positive) == sum(any_) == 1
    assert min(positive) > 0
    assert min(any_) >= 0


def test_weights_shrink_to_even_ones_and_may_be_zero() -> None:
    assert find(testing.convex_weights(2), lambda _: True) == EVEN
    found = find(testing.convex_weights(2, positive=False), lambda w: 0 in w, settings=STEADY)
    assert sorted(found) == [0, 1]


@given(testing.heads(common_order=True), testing.heads())
def test_heads(ordered: Sequence[FeedforwardDAG], free: Sequence[FeedforwardDAG]) -> None:
    """Two or three on the same nodes, each with the sink n−1; a common order is one."""
    for drawn in (ordered, free):
        assert 2 <= len(drawn) <= strategies.MAX_HEADS
        assert len({head.nodes for head in drawn}) == 1
        assert {head.unique_sink.index for head in drawn} == {len(drawn[0].nodes) - 1}
    assert FeedforwardDAG.union(ordered).unique_sink == ordered[0].unique_sink


@given(testing.mixtures(MultiHeadWalk), testing.mixtures(MultiHeadDiffusion, common_order=True))
def test_mixtures(walk: MultiHeadWalk, diffusion: MultiHeadDiffusion) -> None:
    """Of the kind asked for, exact; a common order makes the matrix triangular."""
    assert isinstance(walk, MultiHeadWalk)
    assert isinstance(diffusion, MultiHeadDiffusion)
    assert all(isinstance(weight, Fraction) for weight in (*walk.weights, *diffusion.weights))
    assert diffusion.exact.is_lower


@pytest.mark.slow
@given(testing.causal_attention(), testing.causal_attention(positive=True))
def test_causal_attention(any_: NDArray[np.float64], positive: NDArray[np.float64]) -> None:
    """(heads, n, n), rows sum to 1, no weight on a later key; dagmix reads it."""
    for tensor in (any_, positive):
        count, n, _ = tensor.shape
        assert (count <= strategies.MAX_HEADS, n <= strategies.MAX_NODES) == (True, True)
        assert np.allclose(tensor.sum(axis=2), 1, rtol=1e-15)
        assert np.array_equal(tensor, np.tril(tensor))
        assert len(MultiHeadDiffusion.from_attention(tensor).nodes) == n
    assert isinstance(MultiHeadWalk.from_attention(positive).mixing_time(), int)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("claim", "alone", "together"),
    [
        (claims.never_faster_than_the_fastest, [5, 5], 4),
        (claims.never_slower_than_the_slowest, [5, 5], 6),
    ],
)
def test_a_false_claim_shrinks_to_the_smallest_witness(
    claim: claims.Claim, alone: list[int], together: int
) -> None:
    """Four nodes and six edges, which a search shows to be the fewest."""
    pairs = testing.heads(min_nodes=2, max_heads=2, common_order=True)
    found = find(pairs, lambda heads: not claim(heads, EVEN, QUARTER), settings=STEADY)
    assert len(found[0].nodes) == 4
    assert sum(len(proper(head)) for head in found) == 6
    walks = [oracle.walk_matrix(4, proper(head)) for head in found]
    assert [oracle.mixing_time(W, 3, QUARTER) for W in walks] == alone
    assert oracle.mixing_time(oracle.mixture(EVEN, walks), 3, QUARTER) == together


@given(testing.unique_sink_dags())
def test_example_of_the_guide(graph: FeedforwardDAG) -> None:
    """With self-loops no graph is slower than four steps a node."""
    assert WalkOperator(graph).mixing_time() <= 4 * (len(graph.nodes) - 1)


def size(drawn: Any) -> int:
    """The number of nodes of whatever a strategy draws."""
    if isinstance(drawn, np.ndarray):
        return int(drawn.shape[-1])
    return len((drawn[0] if isinstance(drawn, tuple) else drawn).nodes)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("strategy", "least", "most"),
    [
        (testing.feedforward_dags, "min_nodes", "max_nodes"),
        (testing.unique_sink_dags, "min_nodes", "max_nodes"),
        (testing.heads, "min_nodes", "max_nodes"),
        (partial(testing.mixtures, MultiHeadWalk), "min_nodes", "max_nodes"),
        (testing.causal_attention, "min_length", "max_length"),
    ],
)
def test_one_node_is_drawn_by_default(strategy: Any, least: str, most: str) -> None:
    """It is the simplest case; none has fewer, and none more than asked for."""
    steady = settings(derandomize=True, database=None, max_examples=40, deadline=None)
    for bounds, smallest in (({}, 1), ({most: 1}, 1), ({least: 3}, 3)):
        assert size(find(strategy(**bounds), lambda _: True, settings=steady)) == smallest
    with pytest.raises(NoSuchExample):
        find(strategy(**{most: 3}), lambda drawn: size(drawn) > 3, settings=steady)


def test_without_hypothesis_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    for name in [name for name in sys.modules if name.startswith("dagmix.testing")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(ImportError, match=r"pip install 'dagmix\[testing\]'"):
        importlib.import_module("dagmix.testing")
