"""Bounds on mixing time: each number by brute force, each inequality as a law."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import oracle
import pytest
import sympy as sp
from cases.strategies import convex_weights, edges_along, epsilons, mixtures
from cases.subjects import graph, mixed_walk
from cases.zoo import Mixture, unique_sink_dags
from hypothesis import given
from hypothesis import strategies as st
from oracle import bounds as oracle_bounds
from oracle.bounds import binomial_time, chernoff_time, decimal, exponential, holding_time

from dagmix import FeedforwardDAG, MultiHeadWalk, WalkOperator, bounds, families
from dagmix._engine.chains import transition
from dagmix._engine.chains.first_step import hitting_times
from dagmix._engine.mixing.rates import mean_time
from dagmix.bounds import MixingBounds, NotApplicable
from dagmix.errors import EpsilonError, KindError, SymbolicError
from dagmix.paper import example_3_8, example_3_13

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cases.zoo import Edges

HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)
E_TO_MINUS_TWO = exponential(Fraction(2))
EPSILONS = (HALF, QUARTER, Fraction(136, 1000), Fraction(135, 1000), Fraction(1, 100))
NEED_ORDER = ("longest_path", "chernoff", "doubled", "binomial", "path")
cached_binomial, cached_chernoff = cache(binomial_time), cache(chernoff_time)
WEIGHTS = [(HALF, HALF), (Fraction(1, 5), Fraction(4, 5))]
LONG = 5000


def reversed_lines(n: int) -> list[FeedforwardDAG]:
    """0 → 1 → … → n−1, and n−2 → … → 0 → n−1."""
    back = [*((j, j - 1) for j in range(1, n - 1)), (0, n - 1)]
    return [families.line(n), graph(n, back)]


def until(distances: Iterator[Fraction], epsilon: Fraction) -> list[Fraction]:
    """Distances up to the first one at most ε."""
    found = [next(distances)]
    while found[-1] > epsilon:
        found.append(next(distances))
    return found


def upper_bounds(found: MixingBounds) -> list[float]:
    """Every upper bound that is proved."""
    paper = found.paper.steps if found.paper.guaranteed else math.inf
    known = (found.chernoff, found.doubled, found.binomial, found.path, found.mean_upper)
    return [b for b in (*known, paper) if not isinstance(b, NotApplicable)]


def check_laws(found: MixingBounds) -> None:
    """Every proved bound holds, and they hold in their order."""
    assert all(found.time <= bound for bound in upper_bounds(found)), found
    lower = (found.distance, found.holding, found.mean_lower)
    assert all(bound <= found.time for bound in lower), found
    if not isinstance(found.path, NotApplicable):
        assert not isinstance(found.binomial, NotApplicable)
        assert not isinstance(found.chernoff, NotApplicable)
        assert found.time <= found.path <= found.binomial <= found.chernoff, found


def check_numbers(found: MixingBounds, mix: Mixture, W: oracle.Matrix) -> None:
    """Every number is the one that brute force gives."""
    n, epsilon = mix.n, found.epsilon
    walks = [oracle.walk_matrix(n, edges, loops=mix.loops) for edges in mix.heads]
    chances = [oracle_bounds.leaving(walk, n - 1) for walk in walks]
    p = sum((a * c for a, c in zip(mix.weights, chances, strict=True)), Fraction(0))
    least, lengths = oracle_bounds.leaving(W, n - 1), oracle_bounds.paths_to(W, n - 1)
    mean = max(oracle.hitting_times(W, n - 1))
    assert found.moves == n - 1
    assert found.head_probabilities == tuple(chances)
    assert (found.head_probability, found.forward_probability) == (p, least)
    assert found.distance == max(map(min, lengths))
    assert found.holding == (holding_time(1 - least, epsilon) if n > 1 else 0)
    assert (found.mean, found.mean_lower) == (mean, (1 - epsilon) * mean)
    assert found.mean_upper == max(math.ceil(mean / epsilon) - 1, 0)
    assert found.paper.premise == (exponential(p * (n - 1)) <= decimal(epsilon))
    if isinstance(found.path, NotApplicable):
        return
    longest, large = max(map(max, lengths)), decimal(epsilon) >= E_TO_MINUS_TWO
    twice = math.ceil(2 * (n - 1) / p) if p else math.inf
    assert found.longest_path == longest
    assert found.path == cached_binomial(longest, least, epsilon)
    assert found.binomial == cached_binomial(n - 1, p, epsilon)
    assert found.chernoff == cached_chernoff(n - 1, p, epsilon)
    assert found.paper.steps == twice
    assert found.paper.guaranteed == (found.paper.premise or large)
    assert isinstance(found.doubled, NotApplicable) or found.doubled == twice
    assert isinstance(found.doubled, NotApplicable) != large


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n", "weights"),
    [*product((1, 2, 3), WEIGHTS), (4, WEIGHTS[0])],  # nine seconds each on four nodes
    ids=str,
)
def test_every_pair_of_small_heads(n: int, weights: tuple[Fraction, ...]) -> None:
    """T ≤ path ≤ binomial ≤ Theorem A, T ≤ ⌈2N/p⌉ where guaranteed; lower bounds ≤ T."""
    for heads in product(unique_sink_dags(n), repeat=2):
        mix = Mixture(n, heads, weights, loops=True)
        walk, W = mixed_walk(mix), mix.walk()
        d = until(oracle.distances(W, n - 1), min(EPSILONS))
        for epsilon in EPSILONS:
            found = bounds.mixing_time(walk, epsilon)
            assert found.time == next(t for t, value in enumerate(d) if value <= epsilon)
            check_numbers(found, mix, W)
            check_laws(found)


@pytest.mark.parametrize("epsilon", EPSILONS, ids=str)
def test_every_small_head_at_every_threshold(epsilon: Fraction) -> None:
    """The same of a single walk, which is its own one head, without self-loops too."""
    for n, loops in product((2, 3, 4), (True, False)):
        for edges in unique_sink_dags(n):
            mix = Mixture(n, (edges,), (Fraction(1),), loops)
            found = bounds.mixing_time(WalkOperator(graph(n, edges, loops=loops)), epsilon)
            assert found.time == oracle.mixing_time(mix.walk(), n - 1, epsilon)
            check_numbers(found, mix, mix.walk())
            check_laws(found)


@pytest.mark.slow
@given(mixtures(common=True), epsilons)
def test_bounds_of_heads_with_an_order(mix: Mixture, epsilon: Fraction) -> None:
    """T ≤ path ≤ binomial ≤ Theorem A for every ε; lower bounds and certificates hold."""
    found = bounds.mixing_time(mixed_walk(mix), epsilon)
    assert found.time == mixed_walk(mix).mixing_time(epsilon)
    check_laws(found)


@pytest.mark.slow
@given(mixtures(common=False), epsilons)
def test_bounds_of_heads_without_an_order(mix: Mixture, epsilon: Fraction) -> None:
    """What needs an order is a number exactly where the union is acyclic; the rest holds always."""
    walk = mixed_walk(mix)
    found = bounds.mixing_time(walk, epsilon)
    cyclic = walk.adjacency.order is None
    assert isinstance(found.paper.steps, NotApplicable) == cyclic
    assert [isinstance(getattr(found, name), NotApplicable) for name in NEED_ORDER] == [
        cyclic or (name == "doubled" and decimal(epsilon) < E_TO_MINUS_TWO) for name in NEED_ORDER
    ]
    assert not (cyclic and found.paper.guaranteed)
    check_numbers(found, mix, mix.walk())
    check_laws(found)


@pytest.mark.slow
@given(st.data(), st.integers(2, 6), epsilons)
def test_graph_heads_mix_no_slower_than_the_line(
    data: st.DataObject, n: int, epsilon: Fraction
) -> None:
    """Theorem A's corollary: with self-loops p = ½ and T(mixture) ≤ T(line_n), for all weights."""
    heads: list[Edges] = [data.draw(edges_along(range(n))) for _ in range(3)]
    weights = data.draw(convex_weights(3))
    found = bounds.mixing_time(mixed_walk(Mixture(n, tuple(heads), weights, loops=True)), epsilon)
    assert found.head_probabilities == (HALF, HALF, HALF)
    assert found.time <= WalkOperator(families.line(n)).mixing_time(epsilon)


@given(st.integers(1, 24), epsilons)
def test_equality_for_the_line(n: int, epsilon: Fraction) -> None:
    """T = path = binomial: the line makes every move, and each with chance ½."""
    found = bounds.mixing_time(WalkOperator(families.line(n)), epsilon)
    assert found.time == found.path == found.binomial


@pytest.mark.parametrize("n", [2, 8, 16, 32, 64])
def test_equation_20_fails_on_the_line(n: int) -> None:
    """T < 4N = 2N / max p_h at ε = ¼: its lower bound is none, for any mixture of graphs."""
    found = bounds.mixing_time(WalkOperator(families.line(n)))
    assert found.time < 4 * found.moves == found.paper.steps


def test_example_3_13_exceeds_the_binomial_bound() -> None:
    """Heads without a common order: 7 and 7, the mixture 8, the binomial bound would be 7."""
    found = bounds.mixing_time(MultiHeadWalk(example_3_13()))
    assert [WalkOperator(head).mixing_time() for head in example_3_13()] == [7, 7]
    assert (found.time, found.moves, found.head_probability) == (8, 3, HALF)
    assert binomial_time(3, HALF, QUARTER) == 7
    assert found.binomial == NotApplicable("the heads share no order")


def test_reversed_lines_exceed_the_papers_bound() -> None:
    """n = 6: 12 and 12, the mixture 24 > 2N/p = 20, although e^(−pN) ≤ ¼."""
    heads = reversed_lines(6)
    found = bounds.mixing_time(MultiHeadWalk(heads))
    assert [WalkOperator(head).mixing_time() for head in heads] == [12, 12]
    assert found.time == 24
    assert 2 * found.moves / found.head_probability == 20
    assert found.paper.premise
    assert not found.paper.guaranteed


def test_without_chance_there_is_no_bound() -> None:
    """Example 3.8: each head rests somewhere, p = 0; the mixture's own p_min = ¼ still bounds."""
    found = bounds.mixing_time(MultiHeadWalk(example_3_8()))
    assert list(found.head_probabilities) == [0, 0]
    assert found.paper.steps == found.chernoff == found.doubled == found.binomial == math.inf
    assert found.time == found.path == 10


def test_a_sink_that_is_missed() -> None:
    """T = ∞, and so is every bound that is a number, with an order and without."""
    ordered = bounds.mixing_time(WalkOperator(example_3_8()[0], sink="τ"))
    assert {ordered.time, *upper_bounds(ordered), ordered.distance, ordered.holding} == {math.inf}
    assert ordered.mean == ordered.mean_lower == math.inf
    swap = [FeedforwardDAG([edge], nodes="uvτ") for edge in (("u", "v"), ("v", "u"))]
    cyclic = MultiHeadWalk(swap, sink="τ")
    found = bounds.mixing_time(cyclic)
    assert found.time == found.distance == found.mean == found.mean_upper == math.inf
    assert found.holding == 5  # ¾ᵗ ≤ ¼


def test_one_node() -> None:
    """T = 0, N = 0, and nothing below or above but Theorem A's number."""
    found = bounds.mixing_time(WalkOperator(families.line(1)))
    assert found.time == found.binomial == found.path == found.distance == found.holding == 0
    assert found.paper.steps == found.doubled == found.mean_lower == found.mean_upper == 0
    assert found.chernoff == 3


@given(mixtures(max_nodes=4), st.sampled_from([HALF, QUARTER, Fraction(1, 100)]))
def test_floats_bound_as_their_rationals_do(mix: Mixture, epsilon: Fraction) -> None:
    """One float weight makes p and E floats, enclosed: bounds hold, as near as a step."""
    walk = mixed_walk(mix)
    heads = [graph(mix.n, edges, loops=mix.loops) for edges in mix.heads]
    exact, floats = (
        bounds.mixing_time(w, epsilon)
        for w in (walk, MultiHeadWalk(heads, weights=[float(a) for a in mix.weights]))
    )
    check_laws(floats)
    assert isinstance(floats.mean, float | int)
    assert float(exact.mean) == pytest.approx(floats.mean)
    for name in ("holding", "distance", "mean_upper", "binomial", "path", "chernoff"):
        one, other = getattr(exact, name), getattr(floats, name)
        assert one == other if isinstance(one, NotApplicable) else abs(one - other) <= 1


def test_attention() -> None:
    """Every bound holds on random attention, and one weight is no sum of binary fractions."""
    rng = np.random.default_rng(3)
    tensor = np.tril(rng.random((3, 30, 30)) ** 4 + 1e-9)
    tensor /= tensor.sum(axis=2, keepdims=True)
    found = bounds.mixing_time(MultiHeadWalk.from_attention(tensor), 0.01)
    check_laws(found)
    assert all(isinstance(p, float) for p in found.head_probabilities)
    assert found.mean_lower <= found.time * 1.0


def test_a_walk_that_takes_long_has_bounds_too() -> None:
    """Leaving probability 2⁻⁶⁰: (1 − p)ᵗ ≤ ¼ at the mixing time, and the mean is 2⁶⁰ + 1."""
    leave = 2.0**-60
    line = WalkOperator.from_matrix(np.array([[1.0, 0.0], [leave, 1.0]]))
    found = bounds.mixing_time(line)
    assert found.time == found.holding == found.binomial == found.path
    assert found.mean == pytest.approx(2.0**60)


def test_a_mean_beyond_the_first_precision() -> None:
    """u ↔ v → τ at rates 2⁻³⁰⁰: E_u = 3 · 2³⁰⁰ to 64 bits, by balls of more than 300."""
    leave = 2.0**-300
    matrix = np.array([[1.0, leave, 0.0], [leave, 1.0, 0.0], [0.0, leave, 1.0]])
    slow = bounds.mixing_time(WalkOperator.from_matrix(matrix))
    assert slow.mean == pytest.approx(3 * 2.0**300)
    check_laws(slow)


def test_epsilon_is_what_was_passed() -> None:
    """The float 0.1 is not 1/10, and "0.1" is."""
    walk = WalkOperator(families.line(3))
    assert bounds.mixing_time(walk, "0.1").epsilon == Fraction(1, 10)
    assert bounds.mixing_time(walk, 0.1).epsilon == Fraction(0.1)


@pytest.mark.parametrize("epsilon", [0, 1, -1, 1.5, "x", None, sp.Symbol("e"), math.nan])
def test_epsilon_out_of_range(epsilon: object) -> None:
    """ε lies strictly between 0 and 1."""
    with pytest.raises(EpsilonError):
        bounds.mixing_time(WalkOperator(families.line(3)), epsilon)


@pytest.mark.parametrize(
    "thing", [families.line(3), None, np.eye(2)], ids=["graph", "None", "array"]
)
def test_not_a_walk(thing: object) -> None:
    """The message says what was asked for and what came."""
    with pytest.raises(KindError, match="a WalkOperator is asked for"):
        bounds.mixing_time(thing)  # type: ignore[arg-type]


def test_symbols() -> None:
    """Weights, and heads of weight 0, need numbers."""
    a = sp.Symbol("a", positive=True)
    with pytest.raises(SymbolicError, match="subs"):
        bounds.mixing_time(
            MultiHeadWalk([families.line(3), families.complete(3)], weights=[a, 1 - a])
        )
    symbolic = WalkOperator.from_matrix(sp.Matrix([[a, 0], [1 - a, 1]]))
    walk = MultiHeadWalk([families.line(2), symbolic], weights=[1, 0])
    with pytest.raises(SymbolicError, match="head 1"):
        bounds.mixing_time(walk)


def test_bounds_of_many_nodes_print(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mean is enclosed in floats, around the exact one; no number is too long."""
    found = bounds.mixing_time(WalkOperator(families.sliding_window(LONG, 500)))
    assert isinstance(found.mean, float)
    assert f"E = {found.mean:.6g}" in str(found)
    for g in (families.sliding_window(60, 7), families.dilated(50, 4, 3)):
        walk = WalkOperator(g)
        exact = bounds.mixing_time(walk)
        with monkeypatch.context() as patch:
            patch.setattr(transition, "LARGEST_EXACT", 0)
            known = mean_time(walk.transition, len(g.nodes) - 1)
            large = bounds.mixing_time(walk)
        found = hitting_times(walk.transition.floats.kernel, len(g.nodes) - 1).max()
        assert known.low < min(exact.mean, Fraction(found))
        assert max(exact.mean, Fraction(found)) < known.high
        assert known.low < exact.mean < known.high < known.low * (1 + Fraction(1, 10**9))
        assert (large.mean_upper, large.time) == (exact.mean_upper, exact.time)
