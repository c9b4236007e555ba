"""Quadratic forms as fidelities and as distances: every small graph, the oracle, bad input."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any

import networkx as nx
import numpy as np
import oracle
import pytest
from oracle.fidelity import Signals

from dagmix import FeedforwardDAG, MultiHeadDiffusion, MultiHeadWalk, WalkOperator, families
from dagmix.errors import (
    DagmixError,
    KindError,
    NumberError,
    ShapeError,
    StepError,
    WeightError,
)
from dagmix.families.pairs import hardness

EDGE, PATH, TRIANGLE = nx.complete_graph(2), nx.path_graph(3), nx.complete_graph(3)
PAW = nx.Graph([(0, 1), (1, 2), (2, 0), (2, 3)])
DIAMOND = nx.Graph([(0, 1), (1, 2), (2, 0), (1, 3), (2, 3)])
FOUR, PENTAGON = nx.complete_graph(4), nx.cycle_graph(5)
HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)
Weights = tuple[Fraction, ...]


@cache
def small_graphs(most: int) -> list[nx.Graph]:
    """Every graph with an edge on 2 to `most` ≤ 7 vertices, up to isomorphism."""
    return [graph for graph in nx.graph_atlas_g() if graph.edges and len(graph) <= most]


def seeded(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - reproducible, not secret


def drawn(rng: random.Random, heads: int) -> Weights:
    """Draw weights, now and then some of them 0."""
    shares = [rng.choice((0, *range(1, 10))) for _ in range(heads)]
    shares[rng.randrange(heads)] += 1
    return tuple(Fraction(share, sum(shares)) for share in shares)


def form_value(matrix: Any, weights: Sequence[Fraction]) -> Fraction:
    """Sum β_g M[g, h] β_h over all g and h."""
    places = product(range(len(weights)), repeat=2)
    return sum((weights[g] * int(matrix[g][h]) * weights[h] for g, h in places), Fraction(0))


def by_brute_force(
    heads: Sequence[FeedforwardDAG],
    weights: Weights,
    matrix_of: Callable[[int, list[oracle.Edge]], oracle.Matrix],
) -> oracle.Matrix:
    """Mix the matrices that the oracle makes of the edges, node by node of the first head."""
    row = {node: place for place, node in enumerate(heads[0].nodes)}
    edges = [[(row[j], row[i]) for j, i in head.edges] for head in heads]
    return oracle.mixture(weights, [matrix_of(len(row), one) for one in edges])


@pytest.mark.parametrize(
    ("form", "copies"), [(EDGE, 1), (PATH, 1), ([[0, 2], [1, 1]], 1), (PATH, 3)]
)
def test_the_heads_by_their_rule(form: Any, copies: int) -> None:
    """One order, one sink, in-degrees that no head changes; which of m and d the end receives."""
    matrix = nx.to_numpy_array(form, dtype=int) if form is PATH or form is EDGE else np.array(form)
    heads, levels = families.clique_heads(form, copies), int(matrix.max())
    sources = 5 * levels if copies == 1 else 42 * levels
    size = 3 * levels * len(matrix) * copies + copies + sources + 1
    assert FeedforwardDAG.union(heads).unique_sink.node == "τ"
    ends = ["τ", *(("τ", k) for k in range(1, copies)), "j"]
    for g, head in enumerate(heads):
        assert len(head.nodes) == size
        assert head.unique_sink.node == "τ"
        edges = set(head.edges)
        for k, h, i in product(range(copies), range(len(matrix)), range(levels)):
            d, m, c = ((name, k, h, i) for name in "dmc")
            assert ((m, ends[k]) in edges) == (matrix[g, h] > i) != ((d, ends[k]) in edges)
            assert ((ends[k + 1], m) in edges) == (g == h)
            assert {(m, c), (d, c), (c, ends[k])} <= edges
            assert (head.in_degree(d), head.in_degree(m), head.in_degree(c)) == (1, sources + 1, 3)
        for end in ends[:-1]:
            assert head.in_degree(end) == 2 * levels * len(matrix) + sources + 1
        assert len(head.sources) == 1 + sources + levels * len(matrix) * copies


@pytest.mark.slow
def test_fidelities_of_every_graph_up_to_five_vertices() -> None:
    """(βᵀAβ + ½) / (5 D) for random rational β, over t ≥ 0 and t ≥ 1, on 3H + 7 nodes."""
    rng = seeded(5)
    for graph in small_graphs(5):
        heads = families.clique_heads(graph)
        size = len(graph)
        assert len(heads[0].nodes) == 3 * size + 7
        for weights in (drawn(rng, size), drawn(rng, size)):
            mixed = MultiHeadDiffusion(heads, weights)
            found = (form_value(nx.to_numpy_array(graph), weights) + HALF) / (5 * (2 * size + 5))
            assert families.clique_fidelity(graph, weights) == found
            assert mixed.minimax_fidelity().value == mixed.minimax_fidelity(1).value == found


@pytest.mark.parametrize("form", [EDGE, PATH, TRIANGLE, [[2, 0], [1, 1]]])
def test_fidelities_by_brute_force(form: Any) -> None:
    """Graphs, and a form with loops that is not symmetric, at random weights."""
    heads = families.clique_heads(form)
    weights = drawn(seeded(len(heads)), len(heads))
    delta = by_brute_force(heads, weights, oracle.diffusion_matrix)
    least, nodes = Signals(delta, heads[0].nodes.index("τ")).minimax()
    assert least == families.clique_fidelity(form, weights)
    assert nodes == (heads[0].nodes.index("j"),)


@pytest.mark.parametrize(
    ("form", "copies"), [(EDGE, 2), (PATH, 3), (TRIANGLE, 2), ([[0, 2], [1, 1]], 4)]
)
def test_chained_copies_are_powers(form: Any, copies: int) -> None:
    """The least is the last source still, and its value, the probability to end there, a power."""
    heads, rng = families.clique_heads(form, copies), seeded(copies)
    for weights in ((HALF,) * 2 + (Fraction(0),) * (len(heads) - 2), drawn(rng, len(heads))):
        found = MultiHeadDiffusion(heads, weights).minimax_fidelity()
        assert found.value == families.clique_fidelity(form, weights, copies)
        assert found.nodes == ("j",)
        if copies == 2:
            delta, row = by_brute_force(heads, weights, oracle.diffusion_matrix), heads[0].nodes
            absorbed = Signals(delta, row.index("τ")).absorption([row.index("j")])
            assert absorbed[row.index("τ")] == found.value


@pytest.mark.parametrize(
    ("graph", "best"),
    [
        (EDGE, "1/45"),
        (PATH, "1/55"),
        (TRIANGLE, "7/330"),
        (PAW, "7/390"),
        (DIAMOND, "7/390"),
        (FOUR, "1/52"),
        (PENTAGON, "1/75"),
    ],
)
def test_the_best_weights_are_those_of_a_clique(graph: nx.Graph, best: str) -> None:
    """(3/2 − 1/ω) / (5 D), five times a head's or more, and none of many weights has more."""
    clique = max(nx.find_cliques(graph), key=len)
    weights = [Fraction(int(node in clique), len(clique)) for node in graph]
    mixed = MultiHeadDiffusion(families.clique_heads(graph), weights)
    assert mixed.minimax_fidelity().value == Fraction(best)
    D = 2 * len(graph) + 5
    assert Fraction(best) == (Fraction(3, 2) - Fraction(1, len(clique))) / (5 * D)
    assert mixed.best_head().value == Fraction(1, 10 * D)
    rng = seeded(0)
    for _ in range(50):
        assert families.clique_fidelity(graph, drawn(rng, len(graph))) <= Fraction(best)


@pytest.mark.slow
def test_local_maxima_are_maximal_cliques() -> None:
    """With M = 2A + I, strictly and at their barycentres, for every graph up to five vertices.

    A clique that another vertex is joined to has greater values beside it, in that direction.
    """
    rng, tiny = seeded(3), Fraction(1, 1000)
    for graph in small_graphs(5):
        form = 2 * nx.to_numpy_array(graph, dtype=int) + np.eye(len(graph), dtype=int)
        cliques = list(nx.enumerate_all_cliques(graph))
        maximal = {frozenset(clique) for clique in nx.find_cliques(graph)}
        for clique in cliques:
            centre = [Fraction(int(node in clique), len(clique)) for node in graph]
            value = families.clique_fidelity(form, centre)
            ways = [tuple(Fraction(int(h == g)) for h in graph) for g in graph]
            ways += [drawn(rng, len(graph)) for _ in range(2)]
            beside = [
                families.clique_fidelity(
                    form, [a + tiny * (b - a) for a, b in zip(centre, way, strict=True)]
                )
                for way in ways
                if way != tuple(centre)
            ]
            assert all(one < value for one in beside) == (frozenset(clique) in maximal)


def test_three_to_the_third_of_the_heads_local_maxima() -> None:
    """Parts of three, joined to each other: one of each part; nine maxima of the operators."""
    for parts in (2, 3):
        graph = nx.complete_multipartite_graph(*[3] * parts)
        assert sum(1 for _ in nx.find_cliques(graph)) == 3**parts
    graph = nx.complete_bipartite_graph(3, 3)
    form = 2 * nx.to_numpy_array(graph, dtype=int) + np.eye(6, dtype=int)
    heads, level = families.clique_heads(form), (2 - HALF + 1) / (10 * 34)
    for one, two in product(range(3), range(3, 6)):
        weights = [HALF * (h in {one, two}) for h in range(6)]
        assert MultiHeadDiffusion(heads, weights).minimax_fidelity().value == level


@pytest.mark.parametrize("graph", [EDGE, PATH, TRIANGLE, PAW, PENTAGON, nx.complete_graph(5)])
def test_distances_of_a_graph(graph: nx.Graph) -> None:
    """(1 + t + C(t, 2)(1 − q)) / 2ᵗ for t ≤ 12 by the library, t ≤ 6 by brute force."""
    heads, rng = families.clique_walk_heads(graph), seeded(len(graph))
    assert FeedforwardDAG.union(heads).unique_sink.node == "τ"
    assert {head.out_degree(node) for head in heads for node in head.nodes[:-1]} == {2}
    for weights in (drawn(rng, len(heads)), drawn(rng, len(heads))):
        q, walk = form_value(nx.to_numpy_array(graph), weights), MultiHeadWalk(heads, weights)
        W = by_brute_force(heads, weights, oracle.walk_matrix)
        brute = oracle.distances(W, len(W) - 1)
        for t in range(13):
            known = (1 + t + Fraction(t * (t - 1), 2) * (1 - q)) / 2**t
            assert families.clique_distance(graph, t, weights) == known == walk.distance(t)
            assert t > 6 or next(brute) == known


@pytest.mark.parametrize("graph", [EDGE, PATH, TRIANGLE, FOUR, PENTAGON, nx.complete_graph(5)])
def test_five_steps_need_a_clique_of_five(graph: nx.Graph) -> None:
    """T(¼) is 7 for a head; at a largest clique's centre 5 for five vertices, else 6."""
    heads = families.clique_walk_heads(graph)
    clique = max(nx.find_cliques(graph), key=len)
    weights = [Fraction(int(node in clique), len(clique)) for node in graph]
    assert {WalkOperator(head).mixing_time() for head in heads} == {7}
    walk = MultiHeadWalk(heads, weights)
    assert walk.mixing_time() == (5 if len(clique) == 5 else 6)
    for k in range(2, 6):
        level = (6 + Fraction(10, k)) / 32
        assert walk.mixing_time(level) == (5 if k <= len(clique) else 6)


def test_uniform_weights_floats_and_arrays() -> None:
    """Weights are uniform by default, exact where they are; arrays and graphs are one form."""
    assert families.clique_fidelity(EDGE) == families.clique_fidelity(EDGE, ["1/2", "1/2"])
    assert families.clique_fidelity(EDGE, [0.5, 0.5]) == Fraction(1, 45)
    assert families.clique_heads(np.array([[0, 1], [1, 0]])) == families.clique_heads(EDGE)
    assert families.clique_distance([[0, 1], [1, 0]], 0) == 1
    assert families.clique_distance([[1, 1], [1, 1]], 1) == 1


@pytest.mark.parametrize(
    ("form", "error", "message"),
    [
        (3, KindError, "a square matrix of integers, or an undirected graph, is asked for; got 3"),
        ({0: [1]}, KindError, "a square matrix of integers"),
        (nx.DiGraph([(0, 1)]), KindError, "a simple undirected graph is asked for; got DiGraph"),
        (nx.MultiGraph([(0, 1)]), KindError, "a simple undirected graph"),
        (nx.Graph([(0, 1), (1, 1)]), KindError, "has no loops; node 1 has one"),
        ([[1]], ShapeError, "two rows or more, one for each head; got 1"),
        ([], ShapeError, "got 0"),
        ([[1, 0], [1]], ShapeError, "a square matrix; row 1 has 1 entries for 2"),
        ([[1, 0, 0], [1, 0, 0]], ShapeError, "row 0 has 3 entries for 2"),
        ([[0, -1], [1, 0]], NumberError, r"integers, at least 0; entry \[0, 1\] is -1"),
        ([[0, 1], [1.0, 0]], NumberError, r"entry \[1, 0\] is 1.0"),
        ([[0, True], [1, 0]], NumberError, r"entry \[0, 1\] is True"),
        ([[0, 0], [0, 0]], NumberError, "an entry above 0, a graph an edge; all 2² entries"),
        (nx.empty_graph(3), NumberError, "all 3² entries are 0"),
    ],
)
def test_what_is_no_form(form: Any, error: type[DagmixError], message: str) -> None:
    for asked in (
        lambda: families.clique_heads(form),
        lambda: families.clique_fidelity(form),
        lambda: families.clique_walk_heads(form),
        lambda: families.clique_distance(form, 3),
    ):
        with pytest.raises(error, match=message):
            asked()


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        (lambda: families.clique_heads([[0, 10**9], [1, 0]]), ShapeError, "268435456"),
        (lambda: families.clique_heads([[0, 10**4], [1, 0]]), ShapeError, "edges in all heads"),
        (lambda: families.clique_heads(EDGE, 10**12), ShapeError, "268435456"),
        (lambda: families.clique_heads(EDGE, 0), NumberError, "copies is an integer, at least 1"),
        (lambda: families.clique_fidelity(EDGE, copies=10**6), NumberError, "copies of at most"),
        (lambda: families.clique_fidelity(EDGE, ["1/2", "1/3"]), WeightError, "sum to 1"),
        (lambda: families.clique_fidelity(EDGE, [1]), WeightError, "one weight for each head"),
        (lambda: families.clique_walk_heads([[0, 2], [1, 0]]), NumberError, "row 0 has 2"),
        (lambda: families.clique_distance(EDGE, -1), StepError, "t must be an integer"),
        (lambda: families.clique_distance(EDGE, 10**12), NumberError, "t of at most 100000"),
    ],
)
def test_sizes_and_weights_are_refused(
    ask: Callable[[], Any], error: type[DagmixError], message: str
) -> None:
    with pytest.raises(error, match=message):
        ask()


def test_a_form_is_read_as_integers() -> None:
    assert hardness.read_form(np.array([[0, 2], [1, 0]])) == [[0, 2], [1, 0]]
    assert hardness.read_form(PATH) == [[0, 1, 0], [1, 0, 1], [0, 1, 0]]


def floored(graph: nx.Graph) -> list[FeedforwardDAG]:
    """Return the heads of Theorem F7: those of 2A, and sources k_h received from h and others."""
    size = len(graph)
    heads = families.clique_heads(2 * nx.to_numpy_array(graph, dtype=int))
    *first, last = [("p", i) for i in range(10)]
    places = list(product(range(size), range(4 * size + 1)))
    extra = [("k", h) for h in range(size)] + [("y", *place) for place in places]
    return [
        FeedforwardDAG(
            [
                *head.edges,
                *((("y", *place), "τ") for place in places),
                *((p, ("y", *place)) for p in first for place in places),
                *((("k", h) if h == g or i == 4 * size else last, ("y", h, i)) for h, i in places),
            ],
            nodes=[*extra, *heads[0].nodes],
        )
        for g, head in enumerate(heads)
    ]


@pytest.mark.parametrize("graph", [EDGE, TRIANGLE, nx.cycle_graph(4)])
def test_weights_that_are_bounded_below(graph: nx.Graph) -> None:
    """D R φ_min = 1 + min(2 βᵀAβ, 4H min β), D = 4H² + 5H + 10, R = 10, by one order and sink."""
    heads, rng, size = floored(graph), seeded(7), len(graph)
    assert {head.unique_sink.node for head in heads} == {"τ"}
    assert FeedforwardDAG.union(heads).unique_sink.node == "τ"
    for weights in (drawn(rng, size), drawn(rng, size), (Fraction(1, size),) * size):
        q = form_value(nx.to_numpy_array(graph), weights)
        known = 1 + min(2 * q, 4 * size * min(weights))
        found = MultiHeadDiffusion(heads, weights).minimax_fidelity()
        assert found.value * 10 * (4 * size**2 + 5 * size + 10) == known


def stationary(form: Any, weights: Sequence[Fraction]) -> bool:
    """Tell whether the slopes of a symmetric form are greatest exactly where weights are not 0."""
    slopes = [sum(map(Fraction.__mul__, map(Fraction, row), weights)) for row in form]
    return all((slope == max(slopes)) == (w > 0) for slope, w in zip(slopes, weights, strict=True))


def test_fourteen_local_maxima_of_seven_heads() -> None:
    """More than Moon and Moser's 12, and squared by joining two such forms, entries 5 between."""
    far, maxima = (0, 1, 5, 8), list[Weights]()
    circle = [[far[min((g - h) % 7, (h - g) % 7)] for h in range(7)] for g in range(7)]
    for vertices, shares in (((0, 1, 4), (8, 8, 15)), ((0, 2, 4), (5, 2, 5))):
        placed = dict(zip(vertices, shares, strict=True))
        for turn in range(7):
            row = [placed.get((h - turn) % 7, 0) for h in range(7)]
            maxima.append(tuple(Fraction(share, sum(shares)) for share in row))
    assert len(set(maxima)) == 14
    rng, tiny = seeded(4), Fraction(1, 10**4)
    for weights in maxima:
        assert stationary(circle, weights)
        value = form_value(circle, weights)
        for way in (drawn(rng, 7), drawn(rng, 7)):
            beside = [a + tiny * (b - a) for a, b in zip(weights, way, strict=True)]
            assert form_value(circle, beside) < value
    both = [[*row, *[5] * 7] for row in circle] + [[*[5] * 7, *row] for row in circle]
    for one, two in product(maxima[::7], repeat=2):
        pulls = [1 / (5 - form_value(circle, part)) for part in (one, two)]
        first, second = (pull / sum(pulls) for pull in pulls)
        assert stationary(both, [*(first * w for w in one), *(second * w for w in two)])
