"""Measures of attention with gradients: what `dagmix.proxies` computes, to be trained for.

Shapes, defaults, conventions and values are those of the functions of the same names in
`dagmix.proxies`, which read tensors without their gradients. Here a torch tensor goes in, and
what comes out has derivatives in the attention and in the head weights. Both are read as there:
rows of attention and the weights of a row are divided by their sums, so that only changes that
keep the sums count. Entries ahead of a causal query are constants.

For a maximum over times the derivative is that of the earliest time that attains it, for a minimum
over positions the mean of those that attain it. So where one time and one position attain them, the
gradient is the derivative (Danskin's theorem), and at a tie it is a mean of the derivatives of
active pieces. `smooth_fidelity` has no ties, and bounds of its distance.

Steps are in float64 whatever the input. The derivative is found backward in time from rows that are
computed a second time, √M of M at once: a batch keeps O(√M n) numbers a matrix beside the mixed
matrix and its gradient, not O(M n). `torch.func` (`grad`, `vjp`, `jacrev`, `vmap`) works; forward
derivatives (`jvp`, `jacfwd`) do not, as there is no rule for them.

The derivative of (Āᵗ)[τ, j] in Ā[i, k] is Σ_{s < t} (Āˢ)[τ, i] (Āᵗ⁻¹⁻ˢ)[k, j].
"""

from dagmix.torch_bridge.differentiable.measures import (
    fidelities,
    hitting_time,
    minimax_fidelity,
)
from dagmix.torch_bridge.differentiable.smooth import SmoothFidelity, smooth_fidelity

__all__ = [
    "SmoothFidelity",
    "fidelities",
    "hitting_time",
    "minimax_fidelity",
    "smooth_fidelity",
]
