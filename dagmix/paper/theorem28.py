"""Theorem 2.8 of the paper and the sentences around it (§2.2, eqs. 3 to 20), checked.

Claims about all mixtures are tried on the uniform mixture of every pair of heads with up to four
nodes; false ones are refuted by the smallest witness that a search finds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from itertools import product

from dagmix import bounds, families
from dagmix._engine.exact.binomial import exponential_at_most
from dagmix._engine.exact.scalars import HALF, QUARTER
from dagmix.families.head_pairs import HeadPair
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.operators.mixture import MultiHeadWalk
from dagmix.operators.walk import WalkOperator
from dagmix.paper.statements import Finding, Statement, Verdict
from dagmix.search import claims
from dagmix.search.counterexamples import NotFound, Witness, smallest_witness

LARGEST_PAIR = 4  # nodes
TINY = Fraction(1, 1000)  # an ε far below e⁻²
TRIALS = 12  # forward moves up to which Hoeffding's inequality is computed
LONG = 256  # nodes at which asymptotic sentences are evaluated


def small_pairs() -> list[HeadPair]:
    """Return all pairs of unique-sink heads on 0..n−1 in that order, 2 ≤ n ≤ 4."""
    sizes = range(2, LARGEST_PAIR + 1)
    return [
        (one, two)
        for n in sizes
        for one, two in product(families.all_unique_sink_dags(n), repeat=2)
    ]


def forward(graph: FeedforwardDAG) -> Fraction:
    """Return p_h of a graph head."""
    return Fraction(WalkOperator(graph).forward_probability())


def shown(found: Witness | NotFound) -> str:
    """Write the edges of a witness, heads by a bar, or how far the search got."""
    if isinstance(found, NotFound):
        return str(found)
    heads = [", ".join(f"{j}→{i}" for j, i in head.edges if i != j) for head in found.heads]
    return " | ".join(heads)


def times(heads: tuple[FeedforwardDAG, ...]) -> str:
    """Write T(¼) of the heads and of their uniform mixture."""
    alone = ", ".join(str(WalkOperator(head).mixing_time()) for head in heads)
    return f"T(¼) = {alone} → {MultiHeadWalk(heads).mixing_time()}"


def refute(claim: claims.Claim) -> Finding:
    """Look for the smallest witness against a claim about heads that share an order."""
    found = smallest_witness(claim, common_order=True)
    holds = isinstance(found, NotFound)
    computed = "no witness" if isinstance(found, NotFound) else times(found.heads)
    return Finding(computed, f"smallest: {shown(found)}", holds, holds)


def _theorem() -> Finding:
    anywhere = smallest_witness(claims.within_two_n_over_p, max_nodes=5)
    ordered = smallest_witness(claims.within_two_n_over_p, common_order=True)
    small = bounds.mixing_time(WalkOperator(families.line(8)), TINY)
    short = not _within(small)
    computed = f"with a common order: {shown(ordered)}"
    exceeded = f"T = {small.time} > {small.paper.steps} for the line of 8 at ε = {TINY}"
    witness = f"without one: {shown(anywhere)}; {exceeded}"
    literally = isinstance(anywhere, NotFound) and not short
    return Finding(computed, witness, literally, isinstance(ordered, NotFound))


def _effective() -> Finding:
    probabilities = [(forward(one), forward(two)) for one, two in small_pairs()]
    pairs = zip(probabilities, _means(probabilities), strict=True)
    between = all(min(p) <= mean <= max(p) for p, mean in pairs)
    values = sorted({str(p) for pair in probabilities for p in pair})
    computed = f"min p_h ≤ p ≤ max p_h, so 2N/p ≥ 2N/max p_h, for {len(probabilities)} pairs"
    return Finding(computed, f"p_h of all graph heads with self-loops: {values}", between)


def _means(probabilities: list[tuple[Fraction, Fraction]]) -> list[Fraction]:
    """Return p of a mixture with weights ⅓ and ⅔."""
    return [one / 3 + 2 * two / 3 for one, two in probabilities]


def _always_better() -> Finding:
    return refute(claims.never_slower_than_the_slowest)


def _equals_time() -> Finding:
    graph = families.complete(100)
    time, bound = WalkOperator(graph).mixing_time(), 2 * 99 / forward(graph)
    computed = f"complete graph, n = 100: T(¼) = {time}, 2N/p = {bound}"
    return Finding(computed, "the bound is no mixing time", time == bound, time == bound)


def _binomial() -> Finding:
    edge = WalkOperator(families.line(2))
    p, two_moves = Fraction(edge.forward_probability()), moved_twice(edge)
    literally = p**2 == two_moves
    dominated = all(_is_dominated(MultiHeadWalk(pair)) for pair in small_pairs())
    witness = f"n = 2, t = 2: two moves have probability {two_moves}, not p² = {p**2}"
    return Finding(
        "P[not at τ] ≤ P[Bin(t, ½) < N], t ≤ 10, all pairs", witness, literally, dominated
    )


def moved_twice(walk: WalkOperator) -> Fraction:
    """Return the probability that the first two steps from the first node both move."""
    matrix = walk.exact
    moves = matrix - matrix.multiply_elementwise(matrix**0)
    return Fraction(str(sum((moves**2)[:, 0])))


def _is_dominated(walk: MultiHeadWalk) -> bool:
    moves, p = len(walk.nodes) - 1, Fraction(walk.forward_probability())
    return all(walk.distance(t) <= fewer_than(moves, t, p) for t in range(11))


def fewer_than(moves: int, trials: int, p: Fraction) -> Fraction:
    """Return P[Bin(trials, p) < moves]."""
    terms = (math.comb(trials, k) * p**k * (1 - p) ** (trials - k) for k in range(moves))
    return sum(terms, Fraction(0))


def _hoeffding() -> Finding:
    import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

    moves, p = sp.symbols("N p", positive=True)
    steps = 2 * moves / p
    exponent = sp.simplify(-2 * (steps * p - moves) ** 2 / steps)
    cases = [(n, Fraction(k, 4)) for n in range(1, TRIALS + 1) for k in (1, 2, 3)]
    tails = [(fewer_than(n, math.ceil(2 * n / q), q), n * q) for n, q in cases]
    bounded = all(not tail or not exponential_at_most(rate, tail) for tail, rate in tails)
    computed = f"exponent {exponent}; P[Bin(⌈2N/p⌉, p) < N] ≤ e^(−pN), N ≤ {TRIALS}"
    return Finding(computed, f"{len(cases)} tails, exactly", exponent == -moves * p and bounded)


def _asymptotic() -> Finding:
    graphs = {"line": families.line(LONG), "complete": families.complete(LONG)}
    ratios = {
        name: Fraction(WalkOperator(graph).mixing_time()) * forward(graph) / (2 * (LONG - 1))
        for name, graph in graphs.items()
    }
    alike = all(abs(ratio - 1) < Fraction(1, 10) for ratio in ratios.values())
    written = ", ".join(f"{name} {float(ratio):.3f}" for name, ratio in ratios.items())
    return Finding(
        f"T / (2N/p) at n = {LONG}: {written}", "line: N/p; complete: ln n", alike, alike
    )


def _best_alone() -> Finding:
    heads = [g for n in range(2, LARGEST_PAIR + 1) for g in families.all_unique_sink_dags(n)]
    found = [bounds.mixing_time(WalkOperator(head)) for head in heads]
    within = all(_within(one) for one in found)
    small = bounds.mixing_time(WalkOperator(families.line(8)), TINY)
    witness = f"ε = {TINY}, line of 8: T = {small.time}, 2N/p = {small.paper.steps}"
    computed = f"T(¼) ≤ ⌈2N/p_h⌉ for all {len(heads)} heads with n ≤ {LARGEST_PAIR}"
    return Finding(computed, witness, within and _within(small), within)


def _within(found: bounds.MixingBounds) -> bool:
    return isinstance(found.paper.steps, int) and found.time <= found.paper.steps


def _never_faster() -> Finding:
    found = refute(claims.never_faster_than_the_fastest)
    express = times(families.express_pair(40))
    witness = f"{found.witness}; express pair, n = 40: {express}"
    return Finding(found.computed, witness, found.literally, found.repaired)


def one_atom(x: Fraction) -> int:
    """Return F(x) of the p_h of graph heads: all are ½."""
    return int(x >= HALF)


def below_the_atom(x: Fraction) -> int:
    """Return F(x−) of the same."""
    return int(x > HALF)


def _tails() -> Finding:
    paper = 1 - one_atom(HALF)
    true = bounds.best_head_tail(one_atom, 3, HALF, below_the_atom).one_head
    smooth = bounds.best_head_tail(_uniform, 3, HALF, _uniform)
    exact = (smooth.one_head, smooth.none, smooth.best_head)
    repaired = exact == (HALF, HALF**3, 1 - HALF**3)
    computed = f"F uniform, H = 3, p̄ = ½: {', '.join(map(str, exact))}"
    witness = f"all p_h = ½: Pr(p_h ≥ ½) = {true}, but 1 − F(½) = {paper}"
    return Finding(computed, witness, paper == true, repaired)


def _uniform(x: Fraction) -> Fraction:
    return min(max(x, Fraction(0)), Fraction(1))


def _limit() -> Finding:
    found = [bounds.best_head_tail(_uniform, heads, HALF, _uniform) for heads in (1, 10, 100)]
    gaps = [1 - Fraction(one.best_head) for one in found]
    shrinks = gaps == [HALF, HALF**10, HALF**100]
    computed = "1 − Pr(p* ≥ ½) = F(½)^H, F uniform, H = 1, 10, 100"
    return Finding(computed, f"limit {found[0].limit}", shrinks and found[0].limit == 1)


def _equation_20() -> Finding:
    pairs = small_pairs()
    weights = (HALF, HALF)
    holds = [claims.lower_bound_of_equation_20(pair, weights, QUARTER) for pair in pairs]
    found = smallest_witness(claims.lower_bound_of_equation_20, common_order=True)
    computed = (
        f"fails for {holds.count(False)} of {len(pairs)} uniform mixtures, n ≤ {LARGEST_PAIR}"
    )
    return Finding(computed, f"smallest: {shown(found)}", all(holds), all(holds))


def _numerous_paths() -> Finding:
    star = FeedforwardDAG([(j, 8) for j in range(8)], nodes=range(9))
    ladder = two_wide_ladder(20)
    paths = {g: number_of_paths(g) for g in (star, ladder)}
    quick, slow = (WalkOperator(g).mixing_time() for g in (star, ladder))
    computed = f"star: {paths[star]} path from a node, T = {quick}"
    witness = f"two-wide ladder, n = 41: {paths[ladder]} paths, T = {slow}"
    holds = (paths[star] < paths[ladder]) == (quick > slow)
    return Finding(computed, witness, holds, holds)


def two_wide_ladder(layers: int) -> FeedforwardDAG:
    """Return layers of two nodes, each sending to both of the next layer, and a sink."""
    sink = 2 * layers
    edges = [(j, i) for j in range(sink - 2) for i in (j // 2 * 2 + 2, j // 2 * 2 + 3)]
    return FeedforwardDAG([*edges, (sink - 2, sink), (sink - 1, sink)], nodes=range(sink + 1))


def number_of_paths(graph: FeedforwardDAG) -> int:
    """Return how many directed paths lead from the first node to the sink."""
    count = dict.fromkeys(graph.nodes, 0)
    count[graph.nodes[0]] = 1
    for node in graph.topological_order:
        for sender, receiver in graph.edges:
            if sender == node != receiver:
                count[receiver] += count[sender]
    return count[graph.unique_sink.node]


ORDER = "the heads share an order, and e^(−pN) ≤ ε or ε ≥ e⁻²"

ROWS: tuple[tuple[str, str, Callable[[], Finding], Verdict, str], ...] = (
    ("Theorem 2.8, (3), (11)", "The mixture mixes within 2N/p steps.", _theorem,
     Verdict.WITH_PREMISE, ORDER),
    ("Equations (4), (12), (13)", "p = Σ α_h p_h lies between the p_h; 2N/p ≥ 2N/max p_h.",
     _effective, Verdict.VERIFIED, ""),
    ("After (4), end of §2.2", "A mixture is always faster than the worse head.", _always_better,
     Verdict.FALSE, ""),
    ("Equation (5)", "The best head's bound equals its mixing time.", _equals_time,
     Verdict.FALSE, ""),
    ("Equations (6), (7)", "The number of forward moves is Bin(t, p).", _binomial,
     Verdict.WITH_PREMISE, "as a lower bound in distribution"),
    ("Equations (8)–(10)", "At t = 2N/p Hoeffding's bound is exp(−pN).", _hoeffding,
     Verdict.VERIFIED, ""),
    ("After (11)", "Mixing time behaves asymptotically like 2N/p.", _asymptotic,
     Verdict.FALSE, ""),
    ("Equations (14), (15)", "All weight on the best head gives T ≤ 2N/max p_h.", _best_alone,
     Verdict.WITH_PREMISE, ORDER),
    ("After (15)", "No mixture mixes faster than its fastest head.", _never_faster,
     Verdict.FALSE, ""),
    ("Equations (16)–(18)", "Pr(p_h ≥ p̄) = 1 − F(p̄), and so on for H heads.", _tails,
     Verdict.WITH_PREMISE, "F is continuous at p̄"),
    ("Equation (19)", "With more heads a good one becomes certain.", _limit,
     Verdict.VERIFIED, ""),
    ("Equation (20)", "2N/max p_h ≤ T: the bound is a lower bound, too.", _equation_20,
     Verdict.FALSE, ""),
    ("§2, quoting 2502.06751", "Mixing time is small if and only if paths are numerous.",
     _numerous_paths, Verdict.FALSE, ""),
)  # fmt: skip

STATEMENTS = tuple(Statement(*row) for row in ROWS)
