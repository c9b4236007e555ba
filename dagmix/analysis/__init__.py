"""Every layer of an attention tensor: mixing, hitting times, fidelity, best head, amplification.

A tensor has shape (…, layers, heads, n, n): query i, key j, causal, rows that sum to 1. Each
sample and layer is one mixture of heads (arXiv:2507.02944, §4), weighted by head importance,
whose sink is the last position, or another `target=`; it gives one `Layer` of numbers, and in it
`HeadMeasures` of every head alone and, for a `source=`, `SourceMeasures` of that position.

In come arrays, as `dagmix.torch_bridge` or a file has them; out come `Layer`s, and tables of
them. `dagmix.proxies` gives the means of large batches, `dagmix.plotting.report` a picture, and
`dagmix analyze` is this room on the command line.
"""

from dagmix.analysis.attention import Attention
from dagmix.analysis.datasets import trained_attention
from dagmix.analysis.heads import HeadMeasures
from dagmix.analysis.layers import Layer
from dagmix.analysis.sources import SourceMeasures

__all__ = [
    "Attention",
    "HeadMeasures",
    "Layer",
    "SourceMeasures",
    "trained_attention",
]
