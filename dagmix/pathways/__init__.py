"""Which pathways carry a signal, and through which heads (Remark 3.7 of arXiv:2507.02944).

A pathway of t steps leads from a source to the sink τ over nodes source = v₀, v₁, …, vₜ = τ and
through heads g₁, …, gₜ, one a step. Its weight is Π_s β_{g_s} M_{g_s}[v_s, v_{s−1}], and the
weights of all pathways add up to the signal (M̄ᵗ)[τ, source].

Pathways are read from the source to the sink: the first head is that of the first step. The
paper's product Δ^{(h₁)} … Δ^{(hₜ)} has the last step first. Heads are numbered from 0; a head of
weight 0 is counted and carries nothing. Diffusions and walks alike are decomposed; the signal
of a walk is the probability that it is at the sink, (W̄ᵗ)[τ, j].

Pathways end at the mixture's sink unless a `target` is named: the entry (M̄ᵗ)[target, source] is
taken apart alike.

In come mixtures of `dagmix.operators`; out come tables of pathways and of head counts.
`dagmix.plotting.pathways` and `dagmix.plotting.head_counts` draw them.
"""

from dagmix.pathways.queries import by_composition, by_head_counts, cross_head_share, heaviest
from dagmix.pathways.results import HeadCounts, Pathway, Pathways

__all__ = [
    "HeadCounts",
    "Pathway",
    "Pathways",
    "by_composition",
    "by_head_counts",
    "cross_head_share",
    "heaviest",
]
