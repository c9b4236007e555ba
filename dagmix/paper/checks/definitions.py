"""The paper's formulas written out in fractions, from edges alone, to compare operators with.

Nothing here asks an operator for an answer; `matrix` takes what an operator holds, entry by entry.
Heads are two of many: graphs, or walks with weights, whose p_h differ.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any

import numpy as np

from dagmix import families
from dagmix._engine.adjacency.base import Vec
from dagmix._engine.exact.scalars import HALF, QUARTER
from dagmix.families.pairs.head_pairs import HeadPair
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.operators.base import Operator
from dagmix.operators.mixture import MultiHeadWalk
from dagmix.operators.walk import WalkOperator

LARGEST_PAIR = 4  # nodes of the pairs of graphs that claims about all mixtures are tried on
EVEN = (HALF, HALF)
UNEVEN = (Fraction(1, 3), Fraction(2, 3))


def identity(n: int) -> Vec:
    """Return the n × n identity in Fractions."""
    ones = np.empty((n, n), dtype=object)
    ones[:] = Fraction(0)
    np.fill_diagonal(ones, Fraction(1))
    return ones


def matrix(operator: Operator) -> Vec:
    """Return the matrix of a rational operator in Fractions."""
    made = identity(len(operator.nodes)) * 0
    made += operator.transition.rationals.dense()
    return made


def walk_matrix(graph: FeedforwardDAG) -> Vec:
    """Return equation (1) from the edges; a column without entries keeps W[j, j] = 1."""
    ones = indicator(graph)
    for j in np.flatnonzero(ones.sum(axis=0) == 0):
        ones[j, j] = Fraction(1)
    made: Vec = ones / ones.sum(axis=0)
    return made


def diffusion_matrix(graph: FeedforwardDAG) -> Vec:
    """Return equation (21) from the edges of a graph with self-loops."""
    ones = indicator(graph)
    made: Vec = ones / ones.sum(axis=1)[:, None]
    return made


def indicator(graph: FeedforwardDAG) -> Vec:
    """Return the matrix that is 1 at [i, j] for an edge j → i, self-loops included."""
    row = {node: k for k, node in enumerate(graph.nodes)}
    made: Vec = identity(len(row)) * 0
    for j, i in graph.edges:
        made[row[i], row[j]] = Fraction(1)
    return made


def powers(square: Vec, steps: int) -> list[Vec]:
    """Return the powers 0, …, `steps` of a matrix, whole."""
    found = [identity(len(square))]
    for _ in range(steps):
        found.append(square @ found[-1])
    return found


def total_variation(columns: Vec, sink: int) -> Fraction:
    """Return max_j of half the sum of |column j − 1_τ|, as equation (2) has it."""
    target = identity(len(columns))[:, [sink]]
    return Fraction(abs(columns - target).sum(axis=0).max() / 2)


def least_leaving(walk: WalkOperator) -> Fraction:
    """Return min_j (1 − W[j, j]) over j ≠ τ, from the entries."""
    diagonal = np.diag(matrix(walk))
    return min(Fraction(1 - each) for j, each in enumerate(diagonal) if j != walk.sink.index)


def fewer_than(moves: int, trials: int, p: Fraction) -> Fraction:
    """Return P[Bin(trials, p) < moves]."""
    terms = (math.comb(trials, k) * p**k * (1 - p) ** (trials - k) for k in range(moves))
    return sum(terms, Fraction(0))


@cache
def small_pairs() -> tuple[HeadPair, ...]:
    """Return all pairs of unique-sink heads on 0..n−1 in that order, 2 ≤ n ≤ 4."""
    return tuple(
        (one, two)
        for n in range(2, LARGEST_PAIR + 1)
        for one, two in product(families.all_unique_sink_dags(n), repeat=2)
    )


def weighted(graph: FeedforwardDAG, p: Fraction) -> WalkOperator:
    """Return a walk on the edges of a graph that leaves node j with p + (1 − p) j / 2n.

    So p_h = p, attained at the first node. Attention heads are of this kind.
    """
    n, made = len(graph.nodes), indicator(graph)
    for j in range(n - 1):
        leaving = p + (1 - p) * Fraction(j, 2 * n)
        made[:, j] *= leaving / (made[:, j].sum() - 1)
        made[j, j] = 1 - leaving
    return WalkOperator.from_matrix(made.tolist())


@cache
def weighted_pairs() -> tuple[tuple[WalkOperator, WalkOperator], ...]:
    """Return pairs of weighted heads that share an order and differ in p_h."""
    shapes = [
        (one(n), two(n))
        for n in (3, 5, 8)
        for one, two in product((families.line, families.complete), repeat=2)
    ]
    shapes += [families.express_pair(6), families.lane_pair(2)]
    rates = ((Fraction(1, 7), HALF), (Fraction(2, 3), QUARTER), (Fraction(9, 10), Fraction(1, 3)))
    pairs = product(shapes, rates)
    return tuple((weighted(one, p), weighted(two, q)) for (one, two), (p, q) in pairs)


def mixtures(pairs: Iterable[Sequence[Any]]) -> list[MultiHeadWalk]:
    """Return the mixtures of pairs of heads, with weights ½, ½ and ⅓, ⅔ in turn."""
    return [MultiHeadWalk(pair, (EVEN, UNEVEN)[k % 2]) for k, pair in enumerate(pairs)]


def effective(mix: MultiHeadWalk, each: Sequence[Fraction] | None = None) -> Fraction:
    """Return p = Σ α_h p_h (equation 12), from the p_h if they are known already."""
    known = head_probabilities(mix) if each is None else each
    pairs = zip(mix.weights, known, strict=True)
    return sum((Fraction(str(weight)) * p for weight, p in pairs), Fraction(0))


def head_probabilities(mix: MultiHeadWalk) -> list[Fraction]:
    """Return p_h of every head."""
    heads = (head if isinstance(head, WalkOperator) else WalkOperator(head) for head in mix.heads)
    return [Fraction(head.forward_probability()) for head in heads]


def moves(walk: WalkOperator) -> int:
    """Return N = n − 1."""
    return len(walk.nodes) - 1


def times(heads: Sequence[FeedforwardDAG]) -> str:
    """Write T(¼) of the heads and of their uniform mixture."""
    alone = ", ".join(str(WalkOperator(head).mixing_time()) for head in heads)
    return f"T(¼) = {alone} → {MultiHeadWalk(heads).mixing_time()}"


def written(heads: Sequence[FeedforwardDAG]) -> str:
    """Write the edges of heads without self-loops, the heads separated by a bar."""
    each = (", ".join(f"{j}→{i}" for j, i in head.edges if i != j) for head in heads)
    return " | ".join(each)
