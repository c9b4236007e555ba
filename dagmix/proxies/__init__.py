"""Proxies of mixing time and fidelity on batches of attention (arXiv:2507.02944, §4).

Attention has shape (…, heads, n, n): query i, key j, rows that sum to 1 within a tolerance, and
each is divided by its sum. Weights have shape (…, heads), non-negative and of any scale; by
default they are uniform. The answer is about the mixture Ā = Σ_h w_h A_h. Leading dimensions
broadcast, as those of a generalised ufunc.

Attention is causal, its last position the sink. Any other `target` is the sink of the attention
cut to the first target + 1 positions; `fidelities_between` has all targets at once. For
bidirectional attention, `causal=False`, a target is named. It may send to other positions:
fidelities are about (Āᵗ)[target, j] as ever, and for hitting times the chain stops there.

With gated heads (a mixture of heads) every receiver has its own weights: w of shape
(…, heads, n) gives Ā[i, j] = Σ_h w_h(i) A_h[i, j], normalised for every i. Where heads = n, a
shape that can be read both ways is (…, heads), unless it has more dimensions than the attention
without its two last ones.

The published experiments simulate a chain; here its expectations are computed, one row step
at a time, so that they have no variance. There is a choice of three chains:

* ``"successors"`` moves from j to i with probability Ā[i, j] / Σ_i Ā[i, j], as the text of the
  paper says (Algorithm 1);
* ``"successors_per_head"`` divides the columns of every head by their sums and mixes then, as
  the walks of §2.2 are mixed and `MultiHeadWalk.from_attention` does;
* ``"published"`` is what its code samples: the running sums of Ā[i, j] over i, cut off at 1, and
  what is missing to 1 leads to the sink. The first position is a second absorbing state.

Arrays may be NumPy's or torch's, on any device; the answer is of the same library, device and,
for float32 and float64, dtype (float32 for half precision, float64 for integers). Rows are
summed and heads mixed in float64, and expected times are summed and stepped in it: the relative
error before the last rounding is at most (M + 2)(2n + H + 8)·u after M steps with H heads,
u = 2⁻⁵³. A signal accumulates over nothing but its own steps, which are in the answer's dtype,
so that for fidelities in float32 u = 2⁻²⁴. Both hold where nothing underflows. A time past the
largest number of the dtype is infinite.

Of a layer that does not fit into memory, expected times and mixing time are computed from its
file, a few rows at a time (`hitting_times_of_file`, `mixing_time_of_file`).

Through the layers of a model, `rollout` is row τ of the product of all layers with their residual
streams, and `head_shares` what of it goes through each head; they take (…, layers, heads, n, n).

In come whole batches, as `dagmix.torch_bridge` or any framework has them; out come arrays over
the leading dimensions. For certified suprema and exact integers see
`dagmix.MultiHeadDiffusion.from_attention`; for a report of one tensor, `dagmix.analysis`.
"""

from dagmix.proxies.between import fidelities_between
from dagmix.proxies.depth import head_shares, rollout
from dagmix.proxies.files.rowwise import hitting_times_of_file
from dagmix.proxies.files.stepwise import mixing_time_of_file
from dagmix.proxies.measures import (
    amplification,
    best_head,
    each_head,
    fidelities,
    hitting_time,
    hitting_times,
    minimax_fidelity,
    weakest_position,
)
from dagmix.proxies.token_rank import token_rank

__all__ = [
    "amplification",
    "best_head",
    "each_head",
    "fidelities",
    "fidelities_between",
    "head_shares",
    "hitting_time",
    "hitting_times",
    "hitting_times_of_file",
    "minimax_fidelity",
    "mixing_time_of_file",
    "rollout",
    "token_rank",
    "weakest_position",
]
