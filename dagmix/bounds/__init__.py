"""Bounds on mixing time and fidelity: the paper's, and those that hold (arXiv:2507.02944, §2.2).

A walk whose heads share an order is at the sink after N = n − 1 moves, and every step before
is a move with probability at least p. So N moves take no longer than N successes of trials of
probability p, whence the upper bounds. Without a common order a walk can come back, and what
remains are the bounds by distance, by holding and by mean time. The chain of inequalities from
backward mixing to fidelity is here too, each side as a number.

In come walks, diffusions and their mixtures (`dagmix.operators`); out come tables in which each
bound stands beside its premise and the exact value. The proofs are in the guide.
"""

from dagmix.bounds.any_weights import AnyWeights, any_weights
from dagmix.bounds.any_weights_fidelity import (
    AnyWeightsFidelity,
    GatedFidelity,
    any_weights_fidelity,
)
from dagmix.bounds.backward import BackwardMixing, backward_mixing, backward_mixing_time
from dagmix.bounds.best_head_tail import BestHeadTail, best_head_tail
from dagmix.bounds.mixing import mixing_time
from dagmix.bounds.results import Bound, MixingBounds, NotApplicable, PaperBound

__all__ = [
    "AnyWeights",
    "AnyWeightsFidelity",
    "BackwardMixing",
    "BestHeadTail",
    "Bound",
    "GatedFidelity",
    "MixingBounds",
    "NotApplicable",
    "PaperBound",
    "any_weights",
    "any_weights_fidelity",
    "backward_mixing",
    "backward_mixing_time",
    "best_head_tail",
    "mixing_time",
]
