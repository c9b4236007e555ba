"""What a recipe adds to the cross-entropy, so that attention mixes fast or is heard well."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from dagmix.torch_bridge.config import Recipe
from dagmix.torch_bridge.differentiable import hitting_time, minimax_fidelity

STEPS = 100  # of the paper's measures; more where sequences are longer


def penalty(recipe: Recipe, layers: Sequence[Tensor]) -> Tensor:
    """Return strength times the mean over layers (batch, heads, n, n) and sequences.

    A fidelity of 0, as where it underflows, counts as the smallest positive float, and has no
    derivative.
    """
    attention = torch.stack(list(layers))
    steps = max(STEPS, attention.shape[-1])
    if recipe.regulariser == "mixing":
        return recipe.strength * hitting_time(attention, max_steps=steps).mean()
    least = minimax_fidelity(attention, horizon=steps)
    return -recipe.strength * least.clamp(min=torch.finfo(least.dtype).tiny).log().mean()
