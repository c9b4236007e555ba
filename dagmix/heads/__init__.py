"""What single heads contribute to a mixture: ablation, Shapley values, diversity, best subsets.

For a set S of heads, v(S) is a measure of the mixture of the heads in S alone, their weights
divided by their sum: the minimax fidelity φ_min, or the mixing time T(¼). A head h is then judged
alone, v({h}); by what is left without it, v of all others; by the derivative of v as its weight
grows, along (1 − s)β + s e_h; and by its Shapley value

    Σ_{S ∌ h} s! (H − s − 1)! / H! · (v(S + h) − v(S)),    s the size of S, v(∅) = 0,

the one division of v(all) among the heads that is symmetric, additive and gives nothing to a head
that adds nothing. It is taken of φ_min, or of 1/T, with 1/∞ = 0. Heads of weight 0 are in no
mixture, and their share is 0.

These measures say how heads carry signals from position to position: importance *for
propagation*. They know nothing of what is carried, of values and outputs (OV), nor of the loss.

In come mixtures of `dagmix.operators`; out come Fractions for rational heads, floats with bounds
for others, integers for mixing times. Next: `dagmix.optimal` for the best weights of all heads,
`dagmix.pathways` for which heads carry one signal. The measures are those of arXiv:2507.02944;
ablation and Shapley values of heads: arXiv:1905.10650, arXiv:2210.05709.
"""

from dagmix.heads.ablation import ablation
from dagmix.heads.diversity import diversity
from dagmix.heads.results import Ablation, BestSubset, Diversity
from dagmix.heads.subsets import best_subset

__all__ = [
    "Ablation",
    "BestSubset",
    "Diversity",
    "ablation",
    "best_subset",
    "diversity",
]
