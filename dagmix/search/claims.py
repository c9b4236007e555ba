"""Sentences of the paper about mixtures, as predicates that a search can try to refute.

Each takes heads (graphs with one common sink), their weights and ε, and returns True where
the sentence holds for them. W̄ is the mixture Σ_h α_h W_h, T its mixing time. The paper is
*Beyond Parallelism* (arXiv:2507.02944), its §2.2 and §3.1. All are false, and
`dagmix.search.smallest_witness` finds out where.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache

from dagmix.graphs.dag import FeedforwardDAG
from dagmix.operators.mixture import MultiHeadDiffusion, MultiHeadWalk
from dagmix.operators.walk import WalkOperator

Graphs = Sequence[FeedforwardDAG]
Weights = Sequence[Fraction]
Claim = Callable[[tuple[FeedforwardDAG, ...], tuple[Fraction, ...], Fraction], bool]


def never_faster_than_the_fastest(heads: Graphs, weights: Weights, epsilon: Fraction) -> bool:
    """Claim T(W̄) ≥ min_h T(W_h).

    "One cannot hope for a combined chain to mix faster than the fastest individual chain"
    (after eq. 15).

    Parameters
    ----------
    heads : sequence of FeedforwardDAG
        On the same nodes, each with the same unique sink.
    weights : sequence of Fraction
        Convex, one for each head.
    epsilon : Fraction
        0 < ε < 1.

    Returns
    -------
    bool
        Whether the sentence is true of this mixture; decided exactly.

    Raises
    ------
    DagmixError
        For heads, weights or ε that make no mixture; searches pass none of these.

    Examples
    --------
    >>> line, fork = [FeedforwardDAG(e, nodes="abc") for e in (["ab", "bc"], ["ac", "bc"])]
    >>> never_faster_than_the_fastest([line, fork], [Fraction(1, 2)] * 2, Fraction(1, 4))
    True

    References
    ----------
    arXiv:2507.02944, §2.2, after equation (15).
    """
    times = [_mixing_time(head, epsilon) for head in heads]
    return MultiHeadWalk(heads, weights).mixing_time(epsilon) >= min(times)


def never_slower_than_the_slowest(heads: Graphs, weights: Weights, epsilon: Fraction) -> bool:
    """Claim T(W̄) ≤ max_h T(W_h).

    The mixture "is only guaranteed to be faster than the worse head" (end of §2.2), its bound
    "always better than the worse" (after eq. 4).

    Parameters
    ----------
    heads : sequence of FeedforwardDAG
        On the same nodes, each with the same unique sink.
    weights : sequence of Fraction
        Convex, one for each head.
    epsilon : Fraction
        0 < ε < 1.

    Returns
    -------
    bool
        Whether the sentence is true of this mixture; decided exactly.

    Raises
    ------
    DagmixError
        For heads, weights or ε that make no mixture; searches pass none of these.

    Examples
    --------
    >>> heads = [FeedforwardDAG(e, nodes="abcd") for e in (["ac", "bc", "cd"], ["ab", "bd", "cd"])]
    >>> never_slower_than_the_slowest(heads, [Fraction(1, 2)] * 2, Fraction(1, 4))
    False

    References
    ----------
    arXiv:2507.02944, end of §2.2, and after equation (4).
    """
    times = [_mixing_time(head, epsilon) for head in heads]
    return MultiHeadWalk(heads, weights).mixing_time(epsilon) <= max(times)


def lower_bound_of_equation_20(heads: Graphs, weights: Weights, epsilon: Fraction) -> bool:
    """Claim 2N / max_h p_h ≤ T(W̄) with N = n − 1 (eq. 20, its left half).

    p_h is the minimum over all nodes but the sink of the probability that head h leaves.

    Parameters
    ----------
    heads : sequence of FeedforwardDAG
        On the same nodes, each with the same unique sink.
    weights : sequence of Fraction
        Convex, one for each head.
    epsilon : Fraction
        0 < ε < 1.

    Returns
    -------
    bool
        Whether the sentence is true of this mixture; decided exactly.

    Raises
    ------
    DagmixError
        For heads, weights or ε that make no mixture; searches pass none of these.

    Examples
    --------
    >>> edge = FeedforwardDAG(["ab"])
    >>> lower_bound_of_equation_20([edge, edge], [Fraction(1, 2)] * 2, Fraction(1, 4))
    False

    References
    ----------
    arXiv:2507.02944, equation (20).
    """
    p = max(WalkOperator(head).forward_probability() for head in heads)
    return 2 * _forward_moves(heads) / p <= MultiHeadWalk(heads, weights).mixing_time(epsilon)


def within_two_n_over_p(heads: Graphs, weights: Weights, epsilon: Fraction) -> bool:
    """Claim T(W̄) ≤ ⌈2N / p⌉ with N = n − 1 and p = Σ α_h p_h (Theorem 2.8, eqs. 3 and 12).

    True for heads that share an order, at every ε ≥ e⁻²; without one false, first at n = 5.

    Parameters
    ----------
    heads : sequence of FeedforwardDAG
        On the same nodes, each with the same unique sink.
    weights : sequence of Fraction
        Convex, one for each head.
    epsilon : Fraction
        0 < ε < 1.

    Returns
    -------
    bool
        Whether the sentence is true of this mixture; decided exactly.

    Raises
    ------
    DagmixError
        For heads, weights or ε that make no mixture; searches pass none of these.

    Examples
    --------
    >>> edge = FeedforwardDAG(["ab"])
    >>> within_two_n_over_p([edge, edge], [Fraction(1, 2)] * 2, Fraction(1, 4))
    True

    References
    ----------
    arXiv:2507.02944, Theorem 2.8, equations (3) and (12).
    """
    each = [WalkOperator(head).forward_probability() for head in heads]
    p = sum(alpha * one for alpha, one in zip(weights, each, strict=True))
    bound = math.ceil(2 * _forward_moves(heads) / p)
    return MultiHeadWalk(heads, weights).mixing_time(epsilon) <= bound


def mixing_keeps_fidelity(
    heads: Graphs,
    weights: Weights,
    epsilon: Fraction,  # noqa: ARG001 - claims take the same three
) -> bool:
    """Claim φ_min(Δ̄) ≥ max_h φ_min(Δ_h): amplification is at least 1 (§3.1, Definition 3.12).

    Heads with a unique sink have positive fidelity, so the amplification is a number.

    Parameters
    ----------
    heads : sequence of FeedforwardDAG
        On the same nodes, each with the same unique sink.
    weights : sequence of Fraction
        Convex, one for each head.
    epsilon : Fraction
        Not used, for fidelity has no threshold: claims take the same three.

    Returns
    -------
    bool
        Whether the sentence is true of this mixture; decided exactly.

    Raises
    ------
    DagmixError
        For heads, weights or ε that make no mixture; searches pass none of these.

    Examples
    --------
    >>> heads = [FeedforwardDAG(e, nodes="uvwτ") for e in (["uv", "vw", "wτ"], ["vu", "uw", "wτ"])]
    >>> mixing_keeps_fidelity(heads, [Fraction(1, 2)] * 2, Fraction(1, 4))
    True

    References
    ----------
    arXiv:2507.02944, §3.1, Definition 3.12.
    """
    return MultiHeadDiffusion(heads, weights).amplification() >= 1


@lru_cache(maxsize=2**12)
def _mixing_time(head: FeedforwardDAG, epsilon: Fraction) -> int | float:
    return WalkOperator(head).mixing_time(epsilon)


def _forward_moves(heads: Graphs) -> int:
    return len(heads[0].nodes) - 1
