"""The proxies' questions about mixed attention, asked so that answers have derivatives."""

from __future__ import annotations

import torch
from torch import Tensor

from dagmix._engine.exact.scalars import read_steps
from dagmix.errors import KindError
from dagmix.proxies.validation import CUT_OFF, TOO_SMALL, read_horizon, warn_of_horizon
from dagmix.torch_bridge.differentiable.mixing import Mixture, Reading, mixed
from dagmix.torch_bridge.differentiable.moves import CHAINS, chain_of
from dagmix.torch_bridge.differentiable.over_times import Times, over_times


def hitting_time(  # noqa: PLR0913 - as `dagmix.proxies.hitting_time`
    attention: Tensor,
    weights: Tensor | None = None,
    max_steps: int | None = 100,
    chain: str = "successors",
    tolerance: float | None = None,
    *,
    target: int | None = None,
    causal: bool = True,
) -> Tensor:
    """Return (1/n) Σ_j E[min(T_j, M)], T_j the time at which the walk from j reaches the sink.

    The value is `dagmix.proxies.hitting_time`'s. Where a position may miss the sink and there is no
    cut-off, it is ∞ and has no derivative.

    Parameters
    ----------
    attention : Tensor, shape (…, heads, n, n)
        Entry [i, j] is the weight of key j for query i; non-negative, rows sum to 1.
    weights : Tensor, shape (…, heads) or (…, heads, n), optional
        Non-negative, of any scale; by default all heads weigh the same. With n, every receiver has
        weights of its own.
    max_steps : int or None
        The cut-off M, at least 0; None for none, for causal attention only.
    chain : "successors", "successors_per_head" or "published"
        As in `dagmix.proxies`. The published chain is cut off where running sums reach 1, and an
        entry that is cut off has derivative 0.
    tolerance : float, optional
        How far a row's sum may be from 1: 1e-5 by default, to be given for half precision.
    target : int, optional
        The position asked about, the last one by default; causal attention is cut to it.
    causal : bool
        Whether no query sees a later key.

    Returns
    -------
    Tensor, shape (…)
        In steps.

    Raises
    ------
    DagmixError
        The errors of `dagmix.proxies.hitting_time`.
    KindError
        For what is no tensor, and for bidirectional attention without a cut-off.

    Examples
    --------
    >>> attention = torch.tensor(
    ...     [[[1, 0, 0], [0.5, 0.5, 0], [0.25, 0.25, 0.5]]], requires_grad=True
    ... )
    >>> time = hitting_time(attention, max_steps=None)
    >>> time.backward()
    >>> round(time.item(), 4), round(attention.grad[0, 2, 1].item(), 4)
    (2.4444, -2.963)

    References
    ----------
    arXiv:2507.02944, Algorithm 1, Tables 1 and 2.
    """
    if chain not in tuple(CHAINS):
        message = f"the chain is one of {', '.join(map(repr, CHAINS))}; got {chain!r}"
        raise KindError(message)
    steps = None if max_steps is None else read_steps(max_steps, "max_steps")
    if not causal and (steps is None or chain == "published"):
        message = "bidirectional attention is asked with max_steps, and not on the published chain"
        raise KindError(message)
    reading = Reading(tolerance, target, causal=causal, columns=chain == "successors")
    found = chain_of(chain, attention, weights, reading)
    if steps is None:
        return found.expected_times().mean(dim=-1).to(found.dtype)
    warn_of_horizon(steps, found.moves.shape[-1], "max_steps", CUT_OFF)
    return found.survival(steps).mean(dim=-1).to(found.dtype)


def fidelities(  # noqa: PLR0913 - as `dagmix.proxies.fidelities`
    attention: Tensor,
    weights: Tensor | None = None,
    horizon: int = 100,
    first_step: int = 0,
    tolerance: float | None = None,
    *,
    target: int | None = None,
    causal: bool = True,
) -> Tensor:
    """Return max over first_step ≤ t ≤ horizon of the signals (Āᵗ)[τ, j], for every position j.

    The value is `dagmix.proxies.fidelities`', the derivative that of the earliest time that attains
    the maximum.

    Parameters
    ----------
    attention : Tensor, shape (…, heads, n, n)
        Entry [i, j] is the weight of key j for query i; non-negative, rows sum to 1.
    weights : Tensor, shape (…, heads) or (…, heads, n), optional
        Non-negative, of any scale; by default all heads weigh the same.
    horizon : int
        The last step that counts, at least `first_step`. Below n − 1 there is a `HorizonWarning`.
    first_step : int
        0 as in Definition 3.3; 1 as in the published code, where the sink's own weight may be the
        least fidelity: to train for that would train the sink to attend to itself.
    tolerance : float, optional
        How far a row's sum may be from 1: 1e-5 by default, to be given for half precision.
    target : int, optional
        The position asked about, the last one by default; causal attention is cut to it.
    causal : bool
        Whether no query sees a later key.

    Returns
    -------
    Tensor, shape (…, n), or (…, n') for a target of causal attention
        Fractions of 1.

    Raises
    ------
    DagmixError
        The errors of `dagmix.proxies.fidelities`; KindError for what is no tensor.

    Examples
    --------
    >>> attention = torch.tensor([[[1, 0, 0], [0.5, 0.5, 0], [0, 0.5, 0.5]]])
    >>> fidelities(attention, horizon=2).tolist()
    [0.25, 0.5, 1.0]

    References
    ----------
    arXiv:2507.02944, Definition 3.3.
    """
    reading = Reading(tolerance, target, causal=causal)
    first, last = read_horizon(first_step, horizon)
    mixture = mixed(attention, weights, reading)
    warn_of_horizon(last, mixture.matrix.shape[-1], "horizon", TOO_SMALL)
    return signals(mixture, Times("max", first, last)).clamp(0.0, 1.0).to(mixture.dtype)


def minimax_fidelity(  # noqa: PLR0913 - as `dagmix.proxies.minimax_fidelity`
    attention: Tensor,
    weights: Tensor | None = None,
    horizon: int = 100,
    first_step: int = 0,
    tolerance: float | None = None,
    *,
    target: int | None = None,
    causal: bool = True,
) -> Tensor:
    """Return the least of `fidelities`.

    The value is `dagmix.proxies.minimax_fidelity`'s. The derivative is that of the position that
    attains the minimum, the mean of their derivatives where there are several. Its size is that of
    the fidelity, which may be 1e-9 for long sequences: train for its logarithm.

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
    target : int, optional
        The position asked about, the last one by default; causal attention is cut to it.
    causal : bool
        Whether no query sees a later key.

    Returns
    -------
    Tensor, shape (…)

    Raises
    ------
    DagmixError
        The errors of `fidelities`.

    Examples
    --------
    Only the first of two heads brings anything from position 1; it should weigh more.

    >>> near = [[1, 0, 0], [0.5, 0.5, 0], [0, 0.5, 0.5]]
    >>> far = [[1, 0, 0], [0.5, 0.5, 0], [1, 0, 0]]
    >>> weights = torch.tensor([0.5, 0.5], requires_grad=True)
    >>> least = minimax_fidelity(torch.tensor([near, far]), weights, horizon=2)
    >>> least.backward()
    >>> round(least.item(), 4), [round(slope, 4) for slope in weights.grad.tolist()]
    (0.25, [0.25, -0.25])

    References
    ----------
    arXiv:2507.02944, Definition 3.3; J. M. Danskin, The Theory of Max-Min, Springer 1967.
    """
    each = fidelities(
        attention, weights, horizon, first_step, tolerance, target=target, causal=causal
    )
    return each.amin(dim=-1)


def signals(mixture: Mixture, times: Times) -> Tensor:
    """Reduce the signals (Āᵗ)[τ, j] over time, (…, n)."""
    matrix = mixture.matrix
    row = torch.nn.functional.one_hot(torch.tensor(mixture.sink), matrix.shape[-1])
    return over_times(matrix, row.to(matrix)[None], times)
