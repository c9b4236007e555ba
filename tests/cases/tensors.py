"""Attention as torch's tensors, drawn from a seed."""

from __future__ import annotations

from typing import Any


def drawn(seed: int, *shape: int) -> Any:
    """Return normal numbers."""
    import torch  # noqa: PLC0415 - an extra

    source = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, dtype=torch.float64, generator=source)


def causal(scores: Any) -> Any:
    """Return the softmax of what is not ahead of its query."""
    later = scores.new_ones(scores.shape[-2:], dtype=bool).triu(1)
    return scores.masked_fill(later, float("-inf")).softmax(dim=-1)
