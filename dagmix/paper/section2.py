"""Section 2 of the paper, checked: feedforward graphs, their walks, mixing time."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np

from dagmix._engine.adjacency.base import Vec
from dagmix._engine.exact.convert import rational_matrix
from dagmix._engine.exact.scalars import QUARTER
from dagmix.errors import CycleError, SinkError
from dagmix.families.named import all_unique_sink_dags
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.graphs.labels import Node
from dagmix.operators.mixture import MultiHeadWalk
from dagmix.operators.walk import WalkOperator
from dagmix.paper.statements import (
    Finding,
    Statement,
    Verdict,
    example_3_8,
    example_3_13,
    without_loops,
)

LARGEST_SINGLE = 5  # nodes of the graphs that Lemma 2.5 is checked on, all of them
LARGEST_PAIR = 4  # nodes of the pairs of graphs that Lemma 2.6 is checked on


def fixed_space(walk: WalkOperator) -> int:
    """Return the dimension of {π : W π = π}, by exact rank."""
    matrix = exact_matrix(walk)
    return len(matrix) - int(rational_matrix(matrix - identity(len(matrix))).rank())


def exact_matrix(walk: WalkOperator) -> Vec:
    """Return the matrix of a rational operator in Fractions."""
    matrix = identity(len(walk.nodes)) * 0
    matrix += walk.transition.rationals.dense()
    return matrix


def identity(n: int) -> Vec:
    """Return the n × n identity in Fractions."""
    ones = np.empty((n, n), dtype=object)
    ones[:] = Fraction(0)
    np.fill_diagonal(ones, Fraction(1))
    return ones


def _feedforward() -> Finding:
    heads = example_3_13()
    forward = all(
        head.topological_order.index(j) <= head.topological_order.index(i)
        for head in heads
        for j, i in head.edges
    )
    try:
        FeedforwardDAG.union(heads)
    except CycleError as error:
        return Finding("both heads of Example 3.13 have an order", f"union: {error}", forward)
    return Finding("the union of Example 3.13's heads has an order", "", literally=False)


def _unique_sink() -> Finding:
    named = [head.unique_sink.node for head in example_3_13()]
    several: list[tuple[Node, ...]] = []
    for head in example_3_8():
        try:
            several.append((head.unique_sink.node,))
        except SinkError:
            several.append(head.sinks)
    computed = f"Example 3.13: {' and '.join(map(str, named))}"
    witness = f"Example 3.8's heads have sinks {several[0]} and {several[1]}"
    return Finding(computed, witness, set(named) == {"τ"})


def _walk_matrix() -> Finding:
    with_loops, bare = example_3_13()[0], without_loops(example_3_13()[0])
    sums = [exact_matrix(WalkOperator(graph)).sum(axis=0) for graph in (with_loops, bare)]
    stochastic = all((total == 1).all() for total in sums)
    degree = bare.out_degree("τ")
    witness = f"no self-loop at τ: out-degree {degree}, eq. (1) divides by it"
    return Finding("columns sum to 1, with W[τ, τ] = 1", witness, degree > 0, stochastic)


def _stationary() -> Finding:
    walk = WalkOperator(example_3_13()[0])
    pi = walk.stationary_distribution()
    moved = exact_matrix(walk) @ pi
    return Finding("W 1_τ = 1_τ", f"π = ({', '.join(map(str, pi))})", bool((moved == pi).all()))


def _one_head() -> Finding:
    graphs = [graph for n in range(1, LARGEST_SINGLE + 1) for graph in all_unique_sink_dags(n)]
    spaces = [fixed_space(WalkOperator(graph)) for graph in graphs]
    bare = [fixed_space(WalkOperator(without_loops(graph))) for graph in graphs]
    computed = f"one fixed direction for all {len(graphs)} graphs with n ≤ {LARGEST_SINGLE}"
    defined = all(without_loops(graph).out_degree(graph.nodes[-1]) > 0 for graph in graphs)
    witness = "without τ's self-loop W[τ, τ] is undefined; with W[τ, τ] = 1 it holds"
    return Finding(computed, witness, defined, set(spaces + bare) == {1})


def _many_heads() -> Finding:
    pairs = [
        pair
        for n in range(2, LARGEST_PAIR + 1)
        for pair in product(all_unique_sink_dags(n), repeat=2)
    ]
    spaces = {fixed_space(MultiHeadWalk(pair)) for pair in pairs}
    heads = example_3_8()
    shared = all(len(head.sinks) == 1 for head in heads)
    mixture = fixed_space(MultiHeadWalk(heads))
    computed = f"one fixed direction for {len(pairs)} uniform mixtures, n ≤ {LARGEST_PAIR}"
    witness = f"not needed: unique sinks in each head (Example 3.8's mixture: {mixture} direction)"
    return Finding(computed, witness, shared, spaces == {1} and mixture == 1)


def _mixing_time() -> Finding:
    walks = [WalkOperator(head) for head in example_3_13()]
    walks.append(MultiHeadWalk(example_3_13()))
    times = [walk.mixing_time() for walk in walks]
    least = all(_is_least(walk, time) for walk, time in zip(walks, times, strict=True))
    computed = f"T(¼) = {times[0]}, {times[1]}; the uniform mixture {times[2]}"
    return Finding(computed, "full powers of W give the same d(T) ≤ ¼ < d(T − 1)", least)


def _is_least(walk: WalkOperator, time: float) -> bool:
    """Tell by full matrix powers whether d(time) ≤ ¼ < d(time − 1)."""
    matrix, power, distances = exact_matrix(walk), identity(len(walk.nodes)), list[Fraction]()
    for _ in range(int(time) + 1):
        target = identity(len(walk.nodes))[:, [walk.sink.index]]
        distances.append(abs(power - target).sum(axis=0).max() / 2)
        power = matrix @ power
    return distances[-1] <= QUARTER < distances[-2]


STATEMENTS = (
    Statement(
        "Definition 2.1",
        "A feedforward graph is a DAG: some order makes every edge go forward.",
        _feedforward,
        Verdict.VERIFIED,
    ),
    Statement(
        "Definition 2.2",
        "A unique sink is the one node without edges to other nodes.",
        _unique_sink,
        Verdict.VERIFIED,
    ),
    Statement(
        "Definition 2.3",
        "The walk matrix has 1 / outdeg(j) for an edge j → i.",
        _walk_matrix,
        Verdict.WITH_PREMISE,
        "a node without successors keeps W[j, j] = 1",
    ),
    Statement(
        "Definition 2.4", "A stationary distribution has W π = π.", _stationary, Verdict.VERIFIED
    ),
    Statement(
        "Lemma 2.5",
        "With a unique sink, 1_τ is the only stationary distribution.",
        _one_head,
        Verdict.WITH_PREMISE,
        "W[τ, τ] = 1",
    ),
    Statement(
        "Lemma 2.6",
        "So it is for heads with a common unique sink, merged in any acyclic way.",
        _many_heads,
        Verdict.WITH_PREMISE,
        "the merge is a convex mixture; a path to τ in the union is all it needs",
    ),
    Statement(
        "Definition 2.7",
        "Mixing time is the least t with total variation ≤ ε from every initial state.",
        _mixing_time,
        Verdict.VERIFIED,
    ),
)
