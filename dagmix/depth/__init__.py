"""Through the layers of a model: rollout, flow, depth fidelity and pathways, exactly.

Layer l has a row-stochastic Ā_l = Σ_h w_{l,h} A_{l,h}, a diffusion, and a residual stream of share
ρ_l: Â_l = ρ_l I + (1 − ρ_l) Ā_l, l = 1 … L from the bottom. With τ the sink, or any target,

* the signal of j after t layers is s_t(j) = (Â_t ⋯ Â_1)[τ, j]; with all layers equal and ρ = 0 it
  is that of one diffusion after t steps;
* attention rollout is R = Â_L ⋯ Â_1, and its row τ the signals after all layers;
* attention flow is the maximum flow from (L, τ) to (0, j) where (l, i) sends to (l − 1, k) at
  most Â_l[i, k]; it is never less than R[τ, j];
* the depth fidelity of j is max_t s_t(j), and its minimum over j the minimax;
* the walk through the layers goes up by the columns of Â_l divided by their sums.

A *schedule* has one head in each layer, heads in series where a mixture has them in parallel:
x_t(j) = (Δ_{σ_L} ⋯ Δ_{σ_{L−t+1}})[τ, j] is its signal after t layers from the top.

In come diffusions and mixtures of `dagmix.operators`, or attention (layers, heads, n, n); out come
Fractions for rational layers, polynomials for symbols, floats with bounds for floats. For batches
of models see `dagmix.proxies.rollout`. Rollout and flow are those of arXiv:2005.00928; depth
fidelity follows arXiv:2507.02944, Definition 3.3.
"""

from dagmix.depth.best_schedule import BestSchedule, best_schedule
from dagmix.depth.results import DepthPathway, DepthPathways
from dagmix.depth.schedules import Schedule, schedule
from dagmix.depth.stack import LayerStack
from dagmix.depth.uniform import least_heard, uniform_rollout
from dagmix.depth.walks import WalkStack, repeated_walk

__all__ = [
    "BestSchedule",
    "DepthPathway",
    "DepthPathways",
    "LayerStack",
    "Schedule",
    "WalkStack",
    "best_schedule",
    "least_heard",
    "repeated_walk",
    "schedule",
    "uniform_rollout",
]
