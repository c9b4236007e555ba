"""Backward mixing bounds fidelity: every side by brute force, the chain as a law."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import oracle
import pytest
import sympy as sp
from cases.strategies import epsilons, mixtures
from cases.subjects import graph, mixed_diffusion
from cases.zoo import Mixture, unique_sink_dags
from hypothesis import given
from oracle import bounds as oracle_bounds
from oracle.fidelity import Signals

from dagmix import DiffusionOperator, FeedforwardDAG, MultiHeadDiffusion, WalkOperator, families
from dagmix.bounds import BackwardMixing, backward_mixing, backward_mixing_time
from dagmix.bounds import backward as backward_module
from dagmix.errors import EpsilonError, KindError, NumberError, SourceError, SymbolicError

HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)


def sources(delta: oracle.Matrix) -> list[int]:
    """Nodes that hear no other."""
    return [j for j in range(len(delta)) if delta[j][j] == 1]


def check_chain(chain: BackwardMixing) -> None:
    """n φ_min ≤ each other side, the last three in their order."""
    assert chain.normalised <= chain.hit
    assert chain.normalised <= chain.visited <= chain.hitting <= chain.mixing


def check_sides(chain: BackwardMixing, delta: oracle.Matrix) -> None:
    """Fidelity from all signals, hits by elimination, visits over sets of nodes."""
    n, (source,) = len(delta), sources(delta)
    others = [j for j in range(n) if j != source]
    signals = Signals(delta, n - 1)
    phi = min(signals.fidelity(j, 0).value for j in others)
    hits = [oracle_bounds.hits(delta, n - 1, j) for j in others]
    visited, spread = oracle_bounds.visited(delta, n - 1, source), Fraction(n, n - 1)
    backward = oracle.transpose(delta)
    time = oracle.mixing_time(backward, source, QUARTER)
    assert (chain.nodes, chain.source, chain.fidelity, chain.time) == (n, source, phi, time)
    assert visited == sum(hits), "the oracle itself: two ways to count"
    assert (chain.normalised, chain.hit, chain.visited) == (
        n * phi,
        n * min(hits),
        spread * visited,
    )
    assert chain.hitting == spread * oracle.hitting_times(backward, source)[n - 1]
    assert chain.mixing == Fraction(8, 3) * Fraction(time)


@pytest.mark.slow
@pytest.mark.parametrize("weight", [HALF, Fraction(1, 5)], ids=str)
@pytest.mark.parametrize("n", [2, 3, 4])
def test_every_pair_of_small_heads(n: int, weight: Fraction) -> None:
    """The chain of §4 for every pair whose mixture has one source; every fifth side by side."""
    count = 0
    for heads in product(unique_sink_dags(n), repeat=2):
        mix = Mixture(n, heads, (weight, 1 - weight), loops=True)
        delta = mix.diffusion()
        if len(sources(delta)) == 1:
            chain, count = backward_mixing(mixed_diffusion(mix)), count + 1
            check_chain(chain)
            if count % 5 == 1:
                check_sides(chain, delta)
    assert count > 0


@given(mixtures(max_nodes=4))
def test_the_chain_in_any_order(mix: Mixture) -> None:
    """It holds for mixtures whose heads disagree, with self-loops or without."""
    delta = mix.diffusion()
    if mix.n > 1 and len(sources(delta)) == 1:
        chain = backward_mixing(mixed_diffusion(mix))
        check_chain(chain)
        check_sides(chain, delta)


@given(mixtures(), epsilons)
def test_backward_mixing_time_by_brute_force(mix: Mixture, epsilon: Fraction) -> None:
    """T_bwd(ε) is the mixing time of the transposed matrix, absorbed at the source."""
    delta = mix.diffusion()
    if len(sources(delta)) == 1:
        expected = oracle.mixing_time(oracle.transpose(delta), sources(delta)[0], epsilon)
        assert backward_mixing_time(mixed_diffusion(mix), epsilon) == expected


@pytest.mark.parametrize("n", [2, 3, 8, 20])
def test_forward_and_backward_agree(n: int) -> None:
    """On the line and on the complete graph, which are their own reversals, T_bwd = T."""
    for head in (families.line(n), families.complete(n)):
        assert backward_mixing_time(DiffusionOperator(head)) == WalkOperator(head).mixing_time()


def test_complete_graph_of_twenty() -> None:
    """n φ_min = 1 ≤ n min P(hit) = 20/19, against 4.79 by the time to the source, 16 by T_bwd."""
    chain = backward_mixing(DiffusionOperator(families.complete(20)))
    assert (chain.normalised, chain.hit) == (1, Fraction(20, 19))
    assert (round(float(chain.visited), 2), round(float(chain.hitting), 2)) == (3.73, 4.79)
    assert (chain.time, chain.mixing) == (6, 16)


def test_two_nodes() -> None:
    """One node hears the other: φ of the sink is 1 at t = 0, so that the first sides are 2."""
    chain = backward_mixing(DiffusionOperator(families.line(2)))
    assert (chain.normalised, chain.hit, chain.visited) == (2, 2, 2)
    assert (chain.hitting, chain.mixing) == (4, Fraction(16, 3))


def test_a_chain_that_may_miss_its_source() -> None:
    """u and v hear only each other and are heard by τ, as s is: E[T_s] = T_bwd = ∞.

    The source's own fidelity, 1/5, is not among those of the other nodes.
    """
    fifth = Fraction(1, 5)
    matrix = [[1, 0, 0, 0], [0, HALF, HALF, 0], [0, HALF, HALF, 0], [fifth / 2, 2 * fifth, 0, HALF]]
    diffusion = DiffusionOperator.from_matrix(matrix, nodes="suvτ")
    chain = backward_mixing(diffusion)
    assert chain.time == chain.hitting == chain.mixing == math.inf
    assert diffusion.node_fidelity("s").value == fifth
    assert chain.fidelity == min(diffusion.node_fidelity(j).value for j in "uvτ") == 2 * fifth
    assert (chain.hit, chain.visited) == (16 * fifth, Fraction(4, 3) * 13 * fifth)
    check_chain(chain)


@given(mixtures(max_nodes=4))
def test_floats_are_the_rounded_sides(mix: Mixture) -> None:
    """One float weight gives the same sides as floats."""
    if mix.n == 1 or len(sources(mix.diffusion())) != 1:
        return
    heads = [graph(mix.n, edges, loops=mix.loops) for edges in mix.heads]
    floats = backward_mixing(MultiHeadDiffusion(heads, weights=list(map(float, mix.weights))))
    exact = backward_mixing(mixed_diffusion(mix))
    for name in ("fidelity", "normalised", "hit", "visited", "hitting"):
        side = getattr(floats, name)
        assert isinstance(side, float)
        assert side == pytest.approx(float(getattr(exact, name)))
    assert abs(floats.time - exact.time) <= 1  # a tie of thirds is none of their floats


def test_attention() -> None:
    """The first position is the source of causal attention."""
    tensor = np.tri(12)[None] / np.arange(1, 13)[:, None]
    chain = backward_mixing(MultiHeadDiffusion.from_attention(tensor))
    exact = backward_mixing(DiffusionOperator(families.complete(12)))
    assert chain.source == 0
    assert chain.normalised == pytest.approx(float(exact.normalised))
    assert chain.time == exact.time


def test_table() -> None:
    """Five sides, in text and HTML."""
    chain = backward_mixing(DiffusionOperator(families.complete(20)))
    assert "n = 20, source 0, φ_min = 1/20, T_bwd = 6" in str(chain)
    assert "20/19" in chain._repr_html_()
    assert len(chain._rows()) == 5


@pytest.mark.parametrize(
    ("head", "named"),
    [
        (FeedforwardDAG([("a", "c"), ("b", "c")]), "'a', 'b'"),
        (FeedforwardDAG([("a", "b"), ("b", "d"), ("c", "d")], nodes="abcd"), "'a', 'c'"),
    ],
)
def test_several_sources(head: FeedforwardDAG, named: str) -> None:
    """The message names the sources."""
    for question in (backward_mixing, backward_mixing_time):
        with pytest.raises(SourceError, match=f"the sources are: {named}"):
            question(DiffusionOperator(head))


def test_no_source() -> None:
    """Two nodes that hear each other, and a sink that hears them."""
    matrix = [[HALF, HALF, 0], [HALF, HALF, 0], [0, HALF, HALF]]
    with pytest.raises(SourceError, match="the sources are: none"):
        backward_mixing(DiffusionOperator.from_matrix(matrix))


def test_one_node() -> None:
    """The backward mixing time is 0; the chain divides by n − 1 and is refused."""
    diffusion = DiffusionOperator(families.line(1))
    assert backward_mixing_time(diffusion) == 0
    with pytest.raises(SourceError, match="besides the source 0"):
        backward_mixing(diffusion)


def test_bad_input() -> None:
    """A walk, a graph, symbols, a threshold out of range."""
    wrong: list[Any] = [WalkOperator(families.line(3)), families.line(3), None]
    for thing in wrong:
        with pytest.raises(KindError, match="a DiffusionOperator is asked for"):
            backward_mixing(thing)
    a = sp.Symbol("a", positive=True)
    symbolic = MultiHeadDiffusion([families.line(3)] * 2, weights=[a, 1 - a])
    with pytest.raises(SymbolicError, match="subs"):
        backward_mixing(symbolic)
    with pytest.raises(EpsilonError):
        backward_mixing_time(DiffusionOperator(families.line(3)), 0)


def test_long_sides_are_floats_unless_exactness_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Past the bits that are allowed; asked for, they are Fractions, and floats near them."""
    diffusion = DiffusionOperator(families.complete(12))
    exact = backward_mixing(diffusion)
    assert backward_mixing(diffusion, exact=True) == exact
    floats = backward_mixing(diffusion, exact=False)
    bits = Fraction(exact.hitting).denominator.bit_length() - 1
    monkeypatch.setattr(backward_module, "MOST_BITS", bits - 4)
    assert backward_mixing(diffusion) == floats
    assert backward_mixing(diffusion, exact=True) == exact
    for side in ("hit", "visited", "hitting", "mixing"):
        assert isinstance(getattr(exact, side), Fraction)
        assert isinstance(getattr(floats, side), float)
        assert getattr(floats, side) == pytest.approx(float(getattr(exact, side)), rel=1e-13)
    assert (floats.time, floats.fidelity) == (exact.time, exact.fidelity)
    given = DiffusionOperator.from_matrix(diffusion.matrix, sink=11)
    with pytest.raises(NumberError, match="asks for rational weights"):
        backward_mixing(given, exact=True)
