"""Equations (16) to (19) of the paper: the best of several random heads."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise, product
from math import prod

from dagmix import bounds, families
from dagmix._engine.exact.scalars import HALF, QUARTER
from dagmix.operators.walk import WalkOperator
from dagmix.paper.statements import Finding, Statement, Verdict

Atoms = dict[Fraction, Fraction]  # values of p_h and their probabilities

THREE = {QUARTER: Fraction(1, 6), HALF: Fraction(1, 3), Fraction(3, 4): HALF}
ONE_ATOM = {HALF: Fraction(1)}
THRESHOLDS = (Fraction(1, 5), QUARTER, HALF, Fraction(2, 3))
MOST_HEADS = 4
LARGEST = 5  # nodes of the graphs whose p_h are asked for


def upto(atoms: Atoms, x: Fraction) -> Fraction:
    """Return F(x) = Pr(p_h ≤ x)."""
    return sum((weight for p, weight in atoms.items() if p <= x), Fraction(0))


def left(atoms: Atoms, x: Fraction) -> Fraction:
    """Return F(x−) = Pr(p_h < x)."""
    return sum((weight for p, weight in atoms.items() if p < x), Fraction(0))


def uniform(x: Fraction) -> Fraction:
    """Return F(x) = x on [0, 1]."""
    return min(max(x, Fraction(0)), Fraction(1))


def enumerated(atoms: Atoms, heads: int, x: Fraction) -> Fraction:
    """Return Pr(max of the p_h ≥ x), by all outcomes of so many independent heads."""
    outcomes = product(atoms.items(), repeat=heads)
    return sum(
        (prod((w for _, w in one), start=Fraction(1)) for one in outcomes if max(one)[0] >= x),
        Fraction(0),
    )


def _tails() -> Finding:
    cases = [(heads, x) for heads in range(1, MOST_HEADS + 1) for x in THRESHOLDS]
    exact = all(
        bounds.best_head_tail(
            lambda y: upto(THREE, y), heads, x, lambda y: left(THREE, y)
        ).best_head == enumerated(THREE, heads, x)
        for heads, x in cases
    )  # fmt: skip
    smooth = bounds.best_head_tail(uniform, 3, HALF, uniform)
    found = smooth.one_head, smooth.none, smooth.best_head
    repaired = exact and found == (HALF, HALF**3, 1 - HALF**3)
    at_atom = bounds.best_head_tail(
        lambda y: upto(ONE_ATOM, y), 3, HALF, lambda y: left(ONE_ATOM, y)
    )
    paper = 1 - upto(ONE_ATOM, HALF)
    computed = f"F uniform, H = 3, p̄ = ½: {', '.join(map(str, found))}"
    witness = (
        f"all p_h = ½, as for graph heads: Pr(p_h ≥ ½) = {at_atom.one_head}, but 1 − F(½) ="
        f" {paper}; with F(p̄−) for F(p̄) right in {len(cases)} cases with atoms"
    )
    return Finding(computed, witness, paper == at_atom.one_head, repaired)


def _limit() -> Finding:
    gaps = [_gaps(Fraction(x)) for x in (QUARTER, HALF, Fraction(9, 10))]
    shrinks = all(all(gap == x**heads for heads, gap in found) for x, found in gaps)
    atoms = [enumerated(THREE, heads, HALF) for heads in range(1, MOST_HEADS + 1)]
    limits = {bounds.best_head_tail(uniform, 3, x, uniform).limit for x, _ in gaps}
    computed = "1 − Pr(p* ≥ p̄) = F(p̄)^H for F uniform, p̄ = ¼, ½, 9/10 and H = 1, 10, 100"
    witness = (
        f"with atoms, H = 1 to {MOST_HEADS}: {', '.join(map(str, atoms))}; limit"
        f" {', '.join(map(str, limits))}"
    )
    rises = atoms == [1 - Fraction(1, 6) ** heads for heads in range(1, MOST_HEADS + 1)]
    return Finding(computed, witness, shrinks and rises and limits == {1})


def _gaps(x: Fraction) -> tuple[Fraction, Sequence[tuple[int, Fraction]]]:
    """Return the threshold, and the number of heads with 1 − Pr(p* ≥ x) for each."""
    found = [(heads, bounds.best_head_tail(uniform, heads, x, uniform)) for heads in (1, 10, 100)]
    return x, [(heads, 1 - Fraction(one.best_head)) for heads, one in found]


def _key_point() -> Finding:
    graphs = [g for n in range(2, LARGEST + 1) for g in families.all_unique_sink_dags(n)]
    values = {WalkOperator(graph).forward_probability() for graph in graphs}
    tails = [
        Fraction(bounds.best_head_tail(uniform, heads, HALF, uniform).best_head)
        for heads in range(1, 9)
    ]
    rises = all(one < two for one, two in pairwise(tails))
    computed = f"F uniform, p̄ = ½: Pr(p* ≥ p̄) rises from {tails[0]} (H = 1) to {tails[-1]} (H = 8)"
    witness = (
        f"p_h = {', '.join(map(str, sorted(values)))} for all {len(graphs)} graph heads, n ≤"
        f" {LARGEST}: the last node before τ sends to itself and τ only"
    )
    return Finding(computed, witness, len(values) > 1, rises)


STATEMENTS = (
    Statement(
        label="Equations (16), (17), (18)",
        quote="the probability that at least one head achieves p_h ≥ p̄ is Pr(p* ≥ p̄) ="
        " 1 − (F(p̄))^H.",
        says="The chance of a good head among H independent ones.",
        check=_tails,
        documented=Verdict.WITH_PREMISE,
        premise="F is continuous at p̄; otherwise the right sides are lower bounds",
    ),
    Statement(
        label="Equation (19)",
        quote="Since F(p̄) < 1, as H increases, lim Pr(p* ≥ p̄) = 1.",
        says="With more heads a good one becomes certain.",
        check=_limit,
        documented=Verdict.VERIFIED,
    ),
)

KEY_POINT = Statement(
    label="After (20)",
    quote="the key point is that, statistically, multiple heads increase the chance that a high p_h"
    " is present",
    says="With more heads one of high p_h is more likely.",
    check=_key_point,
    documented=Verdict.WITH_PREMISE,
    premise="the heads are weighted, as attention is: every graph head of Definition 2.3 has"
    " p_h = ½",
)
