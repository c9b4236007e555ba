"""Where the second of two heads helps the first: Theorem D of the guide, initial node by node.

With V the hitting times of head 0 alone, c(i) = V(i) − E_i[V after one step of head 1] its
progress, and Ḡ(j, i) the mean number of visits that the mixture, begun at j, pays to i before
the sink, the mixture's hitting times are

    Ē(j) = V(j) − α₁ Σ_i Ḡ(j, i) (c(i) − 1).

So initial node j gains exactly if the sum is positive. In comes a mixture of two walks; out
comes a `CrossDrift` with a row per node. `dagmix.plotting.cross_drift` draws it. The setting is
§2.2 of arXiv:2507.02944.
"""

from dagmix.drift.cross import CrossDrift, cross_drift

__all__ = [
    "CrossDrift",
    "cross_drift",
]
