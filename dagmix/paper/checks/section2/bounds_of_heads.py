"""§2.2 of the paper: 2N/p beside the heads' own bounds (equations 4, 5, 12 to 15, 20)."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

from dagmix import bounds, families
from dagmix._engine.exact.scalars import QUARTER
from dagmix.operators.mixture import MultiHeadWalk
from dagmix.operators.walk import WalkOperator
from dagmix.paper.checks.definitions import (
    EVEN,
    effective,
    head_probabilities,
    least_leaving,
    mixtures,
    moves,
    small_pairs,
    weighted_pairs,
)
from dagmix.paper.checks.section2.forward_moves import ORDER, TINY, excess, within
from dagmix.paper.statements import Finding, Statement, Verdict

GRID = 12  # parts of the simplex of two weights
WIDE = 100  # nodes of the complete graph


def doubled(mix: MultiHeadWalk) -> tuple[Fraction, Fraction, Fraction]:
    """Return 2N/max p_h, 2N/p and 2N/min p_h of a mixture."""
    each, twice = head_probabilities(mix), 2 * moves(mix)
    return twice / max(each), twice / effective(mix, each), twice / min(each)


def _between() -> Finding:
    mixed = mixtures(weighted_pairs())
    probabilities = [head_probabilities(mix) for mix in mixed]
    pairs = zip(mixed, probabilities, strict=True)
    strictly = all(min(p) < effective(mix, p) < max(p) for mix, p in pairs)
    bound = all(best < mean < worst for best, mean, worst in map(doubled, mixed))
    moved = all(effective(mix) <= least_leaving(mix) for mix in mixed)
    values = sorted({p for pair in probabilities for p in pair})
    computed = (
        f"min p_h < p < max p_h and 2N/p > 2N/max p_h for {len(mixed)} mixtures; each leaves every"
        f" node with at least p"
    )
    witness = f"weighted heads with p_h = {', '.join(map(str, values))}"
    return Finding(computed, witness, strictly and bound and moved)


def _bound_between() -> Finding:
    mixed = mixtures([*small_pairs()[::3], *weighted_pairs()])
    triples = [doubled(mix) for mix in mixed]
    bound = all(best <= mean <= worst for best, mean, worst in triples)
    pairs = zip(mixed, triples, strict=True)
    fastest = all(math.ceil(mean) >= min(mixing_times(mix)) for mix, (_, mean, _) in pairs)
    complete = WalkOperator(families.complete(WIDE))
    time, of_both = complete.mixing_time(), 2 * (WIDE - 1) / complete.forward_probability()
    computed = f"2N/max p_h ≤ 2N/p ≤ 2N/min p_h for {len(mixed)} mixtures"
    witness = f"two complete graphs of {WIDE}: 2N/p = {of_both}, the worse head's T(¼) = {time}"
    return Finding(computed, witness, of_both < time, bound and fastest)


def mixing_times(mix: MultiHeadWalk) -> list[int | float]:
    """Return T(¼) of every head."""
    heads = (head if isinstance(head, WalkOperator) else WalkOperator(head) for head in mix.heads)
    return [head.mixing_time() for head in heads]


def _equals_time() -> Finding:
    walk = WalkOperator(families.complete(WIDE))
    time, bound = walk.mixing_time(), 2 * (WIDE - 1) / walk.forward_probability()
    computed = f"complete graph of {WIDE}: T(¼) = {time}, 2N/p = {bound}"
    best = all(
        doubled(mix)[0] == min(2 * moves(mix) / p for p in head_probabilities(mix))
        for mix in mixtures(weighted_pairs())
    )
    witness = "the left side bounds the right side from above, with room to spare"
    return Finding(computed, witness, time == bound, as_read=best)


def _best_alone() -> Finding:
    heads = [graph for n in (2, 3, 4) for graph in families.all_unique_sink_dags(n)]
    walks = [*map(WalkOperator, heads), *(head for pair in weighted_pairs() for head in pair)]
    alone = all(within(walk, Fraction(walk.forward_probability()), QUARTER) for walk in walks)
    best = all(best_weights(pair) for pair in weighted_pairs())
    small = bounds.mixing_time(WalkOperator(families.line(8)), TINY)
    literally = int(small.time) <= 2 * small.moves / small.head_probability
    computed = (
        f"T(¼) ≤ ⌈2N/p_h⌉ for {len(walks)} heads; the weights of least 2N/p are those of the best"
        f" head alone"
    )
    witness = f"ε = {TINY}, line of 8: T = {small.time}, 2N/p = {small.paper.steps}"
    return Finding(computed, witness, literally and alone and best, alone and best)


def best_weights(pair: tuple[WalkOperator, WalkOperator]) -> bool:
    """Tell whether, of a grid of weights, all on the head of greatest p_h gives the greatest p."""
    grid = [(Fraction(k, GRID), 1 - Fraction(k, GRID)) for k in range(GRID + 1)]
    p = [effective(MultiHeadWalk(pair, weights)) for weights in grid]
    each = [Fraction(head.forward_probability()) for head in pair]
    return max(p) == p[GRID if each[0] > each[1] else 0] == max(each) and p.count(max(p)) == 1


def _lower() -> Finding:
    mixed = mixtures(small_pairs())
    fails = [2 * moves(mix) / max(head_probabilities(mix)) > mix.mixing_time() for mix in mixed]
    line = WalkOperator(families.line(100))
    computed = (
        f"2N/max p_h > T(¼) for {fails.count(True)} of {len(mixed)} mixtures, n ≤ 4; the line of"
        f" 100, the slowest head: {2 * moves(line) / line.forward_probability()} >"
        f" {line.mixing_time()}"
    )
    edge = MultiHeadWalk([families.line(2)] * 2, EVEN)
    witness = (
        f"smallest: 0→1 twice: 2N/p_h = {doubled(edge)[0]}, T(¼) = {edge.mixing_time()}; it fails"
        f" for every mixture of graph heads that share an order (Theorem A)"
    )
    best = all(doubled(mix)[0] <= doubled(mix)[1] for mix in mixtures(weighted_pairs()))
    return Finding(computed, witness, not any(fails), as_read=best)


def _upper() -> Finding:
    mixed = mixtures([*small_pairs()[::3], *weighted_pairs()])
    ordered = all(within(mix, min(head_probabilities(mix)), QUARTER) for mix in mixed)
    lines = [excess(families.reversed_lines(n)) for n in (40, 80, 160, 320)]
    grows = all(two[2] > 3 * one[2] / 2 for one, two in pairwise(lines))
    computed = f"with a common order: T(¼) ≤ ⌈2N/min p_h⌉ for {len(mixed)} mixtures"
    shown = ", ".join(f"{time} against {bound}" for time, bound, _ in lines)
    witness = f"without one: reversed lines, n = 40, 80, 160, 320: T(¼) = {shown}"
    return Finding(computed, witness, not grows, ordered)


STATEMENTS = (
    Statement(
        label="Equations (4), (12), (13)",
        quote="by the properties of convex combinations we have min p_h ≤ p ≤ max p_h.",
        says="p = Σ α_h p_h lies between the p_h, so that 2N/p ≥ 2N/max p_h.",
        check=_between,
        documented=Verdict.VERIFIED,
    ),
    Statement(
        label="After (4)",
        quote="the bound on the mixing time of the combined chain is in general no better than the"
        " mixing time of the fastest individual head, but always better than the worse.",
        says="The bound 2N/p lies between those of the best and of the worst head.",
        check=_bound_between,
        documented=Verdict.WITH_PREMISE,
        premise="the bound is compared with the heads' bounds 2N/p_h, and better means no worse",
    ),
    Statement(
        label="Equation (5)",
        quote="T_mix(W̄, ε) ≲ 2N/max p_h = min T_mix(W^(h), ε).",
        says="The best head's bound equals the least mixing time of a head.",
        check=_equals_time,
        documented=Verdict.FALSE,
        reading="the heads' bounds stand for their mixing times: 2N/max p_h = min 2N/p_h",
    ),
)

BEST = (
    Statement(
        label="Equations (14), (15)",
        quote="In that ideal case, the overall mixing time (which is roughly bounded by 2N/p) would"
        " be T_mix(W̄, ε) ≲ 2N/max p_h",
        says="All weight on the best head gives the least bound.",
        check=_best_alone,
        documented=Verdict.WITH_PREMISE,
        premise=ORDER,
    ),
)

END = (
    Statement(
        label="Equation (20), left half",
        quote="the worst-case bound is 2N/max p_h ≤ T_mix(W̄, ε)",
        says="Twice the moves over the best p_h bounds T from below.",
        check=_lower,
        documented=Verdict.FALSE,
        reading="the bound stands for T: 2N/max p_h ≤ 2N/p",
    ),
    Statement(
        label="Equation (20), right half",
        quote="T_mix(W̄, ε) ≲ 2N/min p_h",
        says="Twice the moves over the worst p_h bounds T from above, up to a constant.",
        check=_upper,
        documented=Verdict.WITH_PREMISE,
        premise=ORDER,
    ),
)
