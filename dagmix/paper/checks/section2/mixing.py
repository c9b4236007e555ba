"""§2 and §2.2 of the paper: mixing time, paths, and the spectral gap."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from statistics import median_low

import numpy as np

from dagmix import families
from dagmix._engine.exact.scalars import HALF, QUARTER
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.operators.mixture import MultiHeadDiffusion, MultiHeadWalk
from dagmix.operators.walk import WalkOperator
from dagmix.paper.checks.definitions import (
    EVEN,
    UNEVEN,
    matrix,
    powers,
    small_pairs,
    times,
    total_variation,
    written,
)
from dagmix.paper.examples import example_3_13
from dagmix.paper.statements import Finding, Kind, Statement, Verdict

BOTH = ([(0, 2), (1, 2), (1, 3), (2, 3)], [(0, 2), (0, 3), (1, 2), (2, 3)])
LAYERS = 20  # of two nodes in the ladder
SPECTRAL = 64  # nodes of two graphs of one gap
LATE = 1000  # a time at which the rate of decay is read


def _abstract() -> Finding:
    heads = [FeedforwardDAG(edges, nodes=range(4)) for edges in BOTH]
    alone, mixed, best, together = _both_measures(heads)
    express = families.express_pair(40)
    slow, quick, low, high = _both_measures(express)
    computed = f"both at once: {times(heads)}; φ_min {best} → {together}"
    witness = (
        f"heads {written(heads)}; express pair, n = 40: {times(express)},"
        f" φ_min × {float(high / low):.3g}"
    )
    more = 8 * quick < slow and 3 * low < high
    return Finding(computed, witness, mixed < alone and together > best, more=more)


def _both_measures(heads: Sequence[FeedforwardDAG]) -> tuple[Fraction, ...]:
    """Return the least T of a head, T of the mixture, the best φ_min of a head, the mixture's."""
    fidelity = MultiHeadDiffusion(heads)
    return (
        Fraction(min(WalkOperator(head).mixing_time() for head in heads)),
        Fraction(MultiHeadWalk(heads).mixing_time()),
        Fraction(fidelity.best_head().value),
        Fraction(fidelity.minimax_fidelity().value),
    )


def _numerous_paths() -> Finding:
    star = FeedforwardDAG([(j, 8) for j in range(8)], nodes=range(9))
    ladder = two_wide_ladder(LAYERS)
    few, many = (median_low(numbers_of_paths(graph)) for graph in (star, ladder))
    quick, slow = (WalkOperator(graph).mixing_time() for graph in (star, ladder))
    computed = f"star of 9: {few} path from each node, T(¼) = {quick}"
    witness = (
        f"ladder two nodes wide, n = {2 * LAYERS + 1}: from half of the nodes at least {many}"
        f" paths, T(¼) = {slow}"
    )
    holds = (few < many) == (quick > slow)
    return Finding(computed, witness, holds)


def two_wide_ladder(layers: int) -> FeedforwardDAG:
    """Return layers of two nodes, each sending to both of the next layer, and a sink."""
    sink = 2 * layers
    edges = [(j, i) for j in range(sink - 2) for i in (j // 2 * 2 + 2, j // 2 * 2 + 3)]
    return FeedforwardDAG([*edges, (sink - 2, sink), (sink - 1, sink)], nodes=range(sink + 1))


def numbers_of_paths(graph: FeedforwardDAG) -> list[int]:
    """Return how many directed paths lead from each node to the last, in their common order."""
    count = dict.fromkeys(graph.nodes, 0) | {graph.nodes[-1]: 1}
    for node in reversed(graph.nodes[:-1]):
        count[node] = sum(count[i] for j, i in graph.edges if j == node != i)
    return [count[node] for node in graph.nodes[:-1]]


def _mixing_time() -> Finding:
    heads = [*example_3_13(), *families.all_unique_sink_dags(4)]
    walks = [*map(WalkOperator, heads), MultiHeadWalk(example_3_13())]
    least = all(_is_least(walk, int(walk.mixing_time())) for walk in walks)
    computed = f"least t with d(t) ≤ ¼ by whole powers of W, for {len(walks)} walks"
    return Finding(computed, f"Example 3.13: {times(example_3_13())}", least)


def _is_least(walk: WalkOperator, time: int) -> bool:
    """Tell by whole matrix powers whether d(time) ≤ ¼ < d(time − 1)."""
    *_, before, after = powers(matrix(walk), time)
    sink = walk.sink.index
    return total_variation(after, sink) <= QUARTER < total_variation(before, sink)


def _spectral_gap() -> Finding:
    graphs = families.line(SPECTRAL), families.complete(SPECTRAL)
    gaps = [1 - max(np.diag(matrix(WalkOperator(graph)))[:-1]) for graph in graphs]
    slow, quick = (WalkOperator(graph).mixing_time() for graph in graphs)
    rates = [_late_rate(graph(8)) for graph in (families.line, families.complete)]
    near = all(abs(rate / HALF - 1) < Fraction(1, 100) for rate in rates)
    blind = gaps[0] == gaps[1] and slow != quick
    kept = all(
        max(np.diag(matrix(MultiHeadWalk(pair, weights)))[:-1]) == HALF
        for pair in small_pairs()[::5]
        for weights in (EVEN, UNEVEN)
    )
    computed = f"line and complete graph of {SPECTRAL}: gap {gaps[0]} both, T(¼) = {slow}, {quick}"
    shown = ", ".join(f"{float(rate):.4f}" for rate in rates)
    witness = f"n = 8: d(t + 1) / d(t) at t = {LATE} is {shown}, near max W[j, j] = ½"
    return Finding(computed, witness, blind and not near, blind, more=kept)


def _late_rate(graph: FeedforwardDAG) -> Fraction:
    *_, before, after = WalkOperator(graph).distances(LATE + 1)
    return Fraction(after) / Fraction(before)


STATEMENTS = (
    Statement(
        label="Definition 2.7",
        quote="where ‖·‖_TV denotes the total variation distance, and ε > 0 is a convergence"
        " threshold.",
        says="Mixing time is the least t with total variation at most ε from every initial state.",
        check=_mixing_time,
        documented=Verdict.IMPLEMENTED,
        kind=Kind.DEFINITION,
    ),
    Statement(
        label="§2.2, spectral gap",
        quote="rather than relying on the standard spectral gap analysis … the latter does not"
        " necessarily apply given that our random walk matrices are lower-diagonal.",
        says="The spectral gap does not bound these mixing times.",
        check=_spectral_gap,
        documented=Verdict.WITH_PREMISE,
        premise="as a bound on T; in the long run d(t) does decay at the rate of the gap, max W[j,"
        " j] over j ≠ τ",
        stronger="graph heads that share an order have the gap ½, and so has every mixture of them"
        " (Theorem I)",
    ),
)

ABSTRACT = Statement(
    label="Abstract",
    quote="multi-head attention can synergistically enhance information propagation, yielding"
    " faster mixing times and minimax fidelity amplification under specific head-diversity"
    " conditions.",
    says="A mixture can mix faster than every head, and have more fidelity.",
    check=_abstract,
    documented=Verdict.VERIFIED,
    stronger="both at once, for two heads on four nodes already; and mixing can be faster without"
    " bound (express pair, Theorem B1)",
)

PATHS = Statement(
    label="§2, quoting 2502.06751",
    quote="the authors argue that the mixing time is small if and only if there are numerous paths"
    " from most nodes in the graph to the sink.",
    says="Mixing time is small if and only if paths are numerous; the paper reports it of others.",
    check=_numerous_paths,
    documented=Verdict.FALSE,
)
