"""Graphs and operators as values: equality, hashing, pickling, repr, conversion."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
from cases.strategies import mixtures, singles
from cases.subjects import graph, mixed_diffusion, mixed_walk, single
from hypothesis import given

from dagmix import DiffusionOperator, FeedforwardDAG, WalkOperator

if TYPE_CHECKING:
    from cases.zoo import Mixture, Single


def same(one: Any, other: Any) -> bool:
    """Equal, and hash alike."""
    return bool(one == other and not one != other and hash(one) == hash(other))  # noqa: SIM202


def again(thing: Any) -> Any:
    """There and back through pickle."""
    return pickle.loads(pickle.dumps(thing))  # noqa: S301 - our own bytes


@given(singles(max_nodes=5))
def test_repr_reads_back(one: Single) -> None:
    """eval(repr(g)) == g for small graphs."""
    g = single(one)
    assert same(eval(repr(g), {"FeedforwardDAG": FeedforwardDAG}), g)  # noqa: S307 - our own repr


@given(singles())
def test_networkx_and_back(one: Single) -> None:
    """from_networkx(g.to_networkx()) == g, self-loops and node order included."""
    g = single(one)
    there = g.to_networkx()
    assert isinstance(there, nx.DiGraph)
    assert set(there.edges) == set(one.edges) | {(j, j) for j in range(one.n) if one.loops}
    assert same(FeedforwardDAG.from_networkx(there), g)


@given(singles())
def test_mask_and_back(one: Single) -> None:
    """mask[i, j] is true where query i sees key j; None keeps the diagonal as it is."""
    mask = np.zeros((one.n, one.n), dtype=bool)
    for j, i in one.edges:
        mask[i, j] = True
    if one.loops:
        np.fill_diagonal(mask, val=True)
    assert same(FeedforwardDAG.from_mask(mask), single(one))


@given(mixtures())
def test_equal_by_content(mix: Mixture) -> None:
    """Built twice, equal and of one hash; a walk is no diffusion."""
    for build in (mixed_walk, mixed_diffusion):
        assert same(build(mix), build(mix))
    assert mixed_walk(mix) != mixed_diffusion(mix)


@given(mixtures())
def test_pickling_keeps_value_and_answers(mix: Mixture) -> None:
    """pickle.loads(pickle.dumps(x)) == x, for graphs, operators and results."""
    g = graph(mix.n, mix.heads[0], loops=mix.loops)
    walk, diffusion = mixed_walk(mix), mixed_diffusion(mix)
    minimax = diffusion.minimax_fidelity()
    things = (g, WalkOperator(g), DiffusionOperator(g), walk, diffusion, minimax, walk.sink)
    assert all(same(again(thing), thing) for thing in things)
    assert again(walk).mixing_time() == walk.mixing_time()
    assert again(diffusion).minimax_fidelity() == minimax


@given(singles(max_nodes=4), singles(max_nodes=4))
def test_different_graphs_differ(one: Single, other: Single) -> None:
    """Graphs are equal exactly if their nodes and edges are, self-loops among them."""
    assert (single(one) == single(other)) == (
        one.n == other.n and set(one.edges) == set(other.edges) and one.loops == other.loops
    )


def test_node_order_and_self_loops_are_content() -> None:
    g = FeedforwardDAG([("a", "b")], nodes="ab")
    assert g != FeedforwardDAG([("a", "b")], nodes="ba")
    assert g != FeedforwardDAG([("a", "b")], nodes="ab", self_loops=False)
    assert same(g, FeedforwardDAG([("a", "b"), ("a", "b")]))
    assert same(g, FeedforwardDAG([("a", "a"), ("a", "b")]))
    assert g != "ab"


def test_float_operators_compare_by_content() -> None:
    W = np.array([[0.5, 0.0], [0.5, 1.0]])
    walk = WalkOperator.from_matrix(W)
    assert same(walk, WalkOperator.from_matrix(W.copy()))
    assert same(again(walk), walk)
    assert walk != WalkOperator.from_matrix(np.array([[0.25, 0.0], [0.75, 1.0]]))
    assert walk != WalkOperator.from_matrix(W, nodes="ab")


def test_arrays_are_read_only_and_copied() -> None:
    W = np.array([[0.5, 0.0], [0.5, 1.0]])
    walk = WalkOperator.from_matrix(W)
    W[0, 0] = 0.25
    assert walk.matrix[0, 0] == 0.5
    assert not walk.matrix.flags.writeable


def test_notebook_reprs_are_bounded() -> None:
    n = 400
    big = graph(n, [(j, i) for j in range(n) for i in range(j + 1, n)])
    for thing in (WalkOperator(big), DiffusionOperator(big)):
        assert len(thing._repr_html_()) < 50_000
        assert len(thing._repr_latex_()) < 50_000
