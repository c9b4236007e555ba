"""The minimax fidelity made smooth, with bounds of what that changes."""

from __future__ import annotations

import math
from numbers import Real
from typing import Any, NamedTuple

from torch import Tensor

from dagmix._util.brief import brief
from dagmix.errors import NumberError
from dagmix.proxies.validation import TOO_SMALL, read_horizon, warn_of_horizon
from dagmix.torch_bridge.differentiable.measures import signals
from dagmix.torch_bridge.differentiable.mixing import Reading, mixed
from dagmix.torch_bridge.differentiable.over_times import Times

LARGEST = 1e300  # sharpness, of which logarithms still have a size


class SmoothFidelity(NamedTuple):
    """A smooth value, and how far it may be from the minimax fidelity φ up to the horizon.

    φ − `below` ≤ value ≤ φ + `above`.

    Attributes
    ----------
    value : Tensor
    below, above : float

    Examples
    --------
    >>> import torch
    >>> found = smooth_fidelity(torch.eye(2)[None], sharpness=100.0, horizon=1)
    >>> found.below, found.above  # ln(2) / 100, ln(2) / 100
    (0.006931471805599453, 0.006931471805599453)

    References
    ----------
    S. Boyd, L. Vandenberghe, Convex Optimization, Cambridge 2004, §3.1.5.
    """

    value: Tensor
    below: float
    above: float


def smooth_fidelity(  # noqa: PLR0913 - as `minimax_fidelity`, and the sharpness
    attention: Tensor,
    weights: Tensor | None = None,
    horizon: int = 100,
    first_step: int = 0,
    tolerance: float | None = None,
    *,
    sharpness: Any,
    target: int | None = None,
    causal: bool = True,
) -> SmoothFidelity:
    """Return `minimax_fidelity` with maximum and minimum made smooth, and bounds of the difference.

    With the sharpness s the maximum over times is ln(Σ_t exp(s x_t)) / s, which exceeds it by at
    most ln(number of times) / s, and the minimum over the n positions −ln(Σ_j exp(−s f_j)) / s,
    which is less by at most ln(n) / s.

    Parameters
    ----------
    attention : Tensor, shape (…, heads, n, n)
        Entry [i, j] is the weight of key j for query i; non-negative, rows sum to 1.
    weights : Tensor, shape (…, heads) or (…, heads, n), optional
        Non-negative, of any scale; by default all heads weigh the same.
    horizon : int
        The last step that counts, at least `first_step`. Below n − 1 there is a `HorizonWarning`.
    first_step : int
        0 as in Definition 3.3; 1 as in the published code.
    tolerance : float, optional
        How far a row's sum may be from 1: 1e-5 by default, to be given for half precision.
    sharpness : float
        Positive, at most 1e300.
    target : int, optional
        The position asked about, the last one by default; causal attention is cut to it.
    causal : bool
        Whether no query sees a later key.

    Returns
    -------
    SmoothFidelity
        The value, of shape (…), and both bounds.

    Raises
    ------
    NumberError
        For a sharpness that is no positive number, or a larger one.
    DagmixError
        The errors of `fidelities`.

    Examples
    --------
    >>> import torch
    >>> attention = torch.tensor([[[1, 0, 0], [0.5, 0.5, 0], [0, 0.5, 0.5]]])
    >>> found = smooth_fidelity(attention, sharpness=1000.0, horizon=2)
    >>> abs(float(found.value) - 0.25) <= max(found.below, found.above)
    True

    References
    ----------
    S. Boyd, L. Vandenberghe, Convex Optimization, Cambridge 2004, §3.1.5.
    """
    is_number = isinstance(sharpness, Real) and not isinstance(sharpness, bool)
    if not (is_number and 0 < sharpness <= LARGEST):
        message = f"the sharpness is a positive number, at most {LARGEST}; got {brief(sharpness)}"
        raise NumberError(message)
    sharpness = float(sharpness)
    first, last = read_horizon(first_step, horizon)
    mixture = mixed(attention, weights, Reading(tolerance, target, causal=causal))
    n = mixture.matrix.shape[-1]
    warn_of_horizon(last, n, "horizon", TOO_SMALL)
    each = signals(mixture, Times("soft", first, last, sharpness))
    value = -(-sharpness * each).logsumexp(dim=-1) / sharpness
    above = math.log(last - first + 1) / sharpness
    return SmoothFidelity(value.to(mixture.dtype), math.log(n) / sharpness, above)
