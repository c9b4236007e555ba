"""§2.2 of the paper: is a mixture faster or slower than its heads?."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise, product

from dagmix import families
from dagmix._engine.exact.scalars import QUARTER
from dagmix.families.pairs.head_pairs import HeadPair
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.operators.mixture import MultiHeadWalk
from dagmix.paper.checks.definitions import (
    mixtures,
    small_pairs,
    times,
    weighted_pairs,
    written,
)
from dagmix.paper.checks.section2.bounds_of_heads import best_weights, doubled, mixing_times
from dagmix.paper.statements import Finding, Statement, Verdict
from dagmix.search import claims
from dagmix.search.counterexamples import NotFound, smallest_witness

VERTICES, PARTS = 5, 4  # of graphs whose cliques are optimal weights, and of the simplex


def all_but(missing: set[tuple[int, int]]) -> list[list[int]]:
    """Return the adjacency matrix of five vertices, all joined but those in `missing`."""
    inside = range(VERTICES)
    return [[int(g != h and (min(g, h), max(g, h)) not in missing) for h in inside] for g in inside]


def fan(k: int) -> HeadPair:
    """Return two chains of k nodes to a sink; a head has one, and edges back along the other."""
    one, two = list(range(k)), list(range(k, 2 * k))
    first, second = (
        FeedforwardDAG(
            [
                *pairwise([*chain, 2 * k]),
                *((other[j], i) for j in range(k) for i in (*other[:j], chain[0])),
            ],
            nodes=range(2 * k + 1),
        )
        for chain, other in ((one, two), (two, one))
    )
    return first, second


def _clique_times() -> tuple[list[int | float], int | float, Fraction]:
    """Return T(¼) of heads and mixture for five joined vertices, and d(5) with an edge less.

    The last is the least over a grid of weights: above ¼, as a clique of four is the largest.
    """
    walk = MultiHeadWalk(families.clique_walk_heads(all_but(set())))
    shares = product(range(PARTS + 1), repeat=VERTICES)
    grid = ([Fraction(part, PARTS) for part in some] for some in shares if sum(some) == PARTS)
    less = all_but({(0, 1)})
    nearest = min(families.clique_distance(less, 5, weights) for weights in grid)
    return mixing_times(walk), walk.mixing_time(), nearest


def _never_faster() -> Finding:
    found = smallest_witness(claims.never_faster_than_the_fastest, common_order=True)
    express = families.express_pair(40)
    many = [MultiHeadWalk(families.express_pair(n)).mixing_time() for n in (40, 400)]
    slow = [min(mixing_times(MultiHeadWalk(families.express_pair(n)))) for n in (40, 400)]
    bound = all(best_weights(pair) for pair in weighted_pairs())
    alone, together, nearest = _clique_times()
    holds = isinstance(found, NotFound)
    return Finding(
        "no witness" if isinstance(found, NotFound) else times(found.heads),
        f"smallest: {'' if isinstance(found, NotFound) else written(found.heads)}; express pair,"
        f" n = 40: {times(express)}, n = 400: {slow[1]} → {many[1]}; five heads, n = 8, of the"
        f" complete graph (Theorem F5): {alone[0]} → {together}, with an edge less d(5) ≥"
        f" {nearest} at all weights k/{PARTS}",
        holds,
        as_read=bound,
        more=many[0] == many[1]
        and slow[1] > 9 * slow[0]
        and together < min(alone)
        and nearest > QUARTER,
    )


def _bottlenecks() -> Finding:
    found = smallest_witness(claims.never_slower_than_the_slowest, common_order=True)
    holds = isinstance(found, NotFound)
    heads = families.express_pair(40) if isinstance(found, NotFound) else found.heads
    added = all(_adds_edges(pair) for pair in small_pairs())
    express = families.express_pair(40)
    helps = MultiHeadWalk(express).mixing_time() < min(mixing_times(MultiHeadWalk(express)))
    computed = f"more edges, yet {times(heads)} for {written(heads)}"
    witness = f"it may help: express pair, n = 40: {times(express)}"
    return Finding(computed, witness, holds, as_read=added and helps)


def _adds_edges(pair: Iterable[FeedforwardDAG]) -> bool:
    """Tell whether the union has all edges of each head."""
    one, two = pair
    return set(FeedforwardDAG.union([one, two]).edges) == {*one.edges, *two.edges}


def _worse_head() -> Finding:
    found = smallest_witness(claims.never_slower_than_the_slowest, common_order=True)
    holds = isinstance(found, NotFound)
    bound = all(mean <= worst for _, mean, worst in map(doubled, mixtures(weighted_pairs())))
    run = families.run_pair(8)
    reset = families.reset_pair(5)
    return Finding(
        "no witness" if isinstance(found, NotFound) else times(found.heads),
        f"smallest: {'' if isinstance(found, NotFound) else written(found.heads)}; run pair, k = 8:"
        f" {times(run)}; fan pair, k = 8: {times(fan(8))}; reset pair, k = 5, of one order:"
        f" {times(reset)}",
        holds,
        as_read=bound,
    )


FASTEST = Statement(
    label="After (15)",
    quote="one cannot hope for a combined chain to mix faster than the fastest individual"
    " chain, though with optimal (or adaptive) weighting one can match it.",
    says="No mixture mixes faster than its fastest head.",
    check=_never_faster,
    documented=Verdict.FALSE,
    reading="it is said of the bound 2N/p: of all weights, those of the best head alone give"
    " the least",
    stronger="heads do more for each other than the paper claims: the mixture may be faster"
    " than every head, without bound (Theorem B1); but to find optimal weights of many heads is to"
    " find cliques, and NP-hard (Theorem F)",
)

MERGING = (
    Statement(
        label="End of §2.2, bottlenecks",
        quote="By merging these heads, additional transition edges are added, reducing potential"
        " bottlenecks.",
        says="Merging heads adds edges, and that removes bottlenecks.",
        check=_bottlenecks,
        documented=Verdict.FALSE,
        reading="it is read as what may happen; edges are indeed added",
    ),
    Statement(
        label="End of §2.2, the worse head",
        quote="combining heads via a convex combination may not always yield a faster mixing time"
        " than the best individual head (it is only guaranteed to be faster than the worse head)",
        says="A mixture is never slower than its slowest head.",
        check=_worse_head,
        documented=Verdict.FALSE,
        reading="it is said of the bound, as after equation (4): 2N/p ≤ 2N/min p_h",
    ),
)
