"""Head weights of least mixing or hitting time or greatest fidelity, and the profile between.

Two small rational heads are solved exactly, as functions of the one weight: `FidelityProfile`
is the piecewise rational function β ↦ φ_min(β), `MixingProfile` the step function α ↦ T(α).
More heads, and floats, are optimised numerically, and the answer is then evaluated with the
certainty of the library and bounded over all weights by gates (`dagmix.bounds.any_weights`). A
result says whether its optimum is proved, or how far it may be from one.

In come mixtures of `dagmix.operators` or their heads; out come weights and bounded values.
`dagmix.plotting.profile` draws a profile. The question is that of arXiv:2507.02944, §3.2.
"""

from dagmix._engine.exact.algebraic import Algebraic
from dagmix._engine.exact.rational_functions import Ratio
from dagmix.optimal.two_heads.envelope import Binding, Piece
from dagmix.optimal.two_heads.extrema import Extremum
from dagmix.optimal.two_heads.fidelity_profile import FidelityProfile
from dagmix.optimal.two_heads.mixing_profile import Fastest, MixingProfile
from dagmix.optimal.weights import OptimalWeights, optimal_weights

__all__ = [
    "Algebraic",
    "Binding",
    "Extremum",
    "Fastest",
    "FidelityProfile",
    "MixingProfile",
    "OptimalWeights",
    "Piece",
    "Ratio",
    "optimal_weights",
]
