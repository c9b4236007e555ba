"""Means over time on batches: hitting times, fidelities, and what is made of them.

The definitions are those of the room, `dagmix.proxies`.
"""

from __future__ import annotations

from array_api_compat import array_namespace

from dagmix._engine.exact.scalars import read_steps
from dagmix.errors import CausalError, KindError
from dagmix.operators.targets import position_of
from dagmix.proxies.batches import Answer, Batch
from dagmix.proxies.chains import CHAINS, PublishedChain, expected_steps, peaks, survival_sum
from dagmix.proxies.elimination import expected_steps_to
from dagmix.proxies.validation import (
    CUT_OFF,
    TOO_SMALL,
    Array,
    checked_shape,
    read,
    read_horizon,
    refuse,
    warn_of_horizon,
)


def hitting_times(  # noqa: PLR0913 - the batch, the question, and how they are read
    attention: Array,
    weights: Array | None = None,
    max_steps: int | None = 100,
    chain: str = "successors",
    tolerance: float | None = None,
    *,
    target: int | None = None,
    causal: bool = True,
) -> Array:
    """Return the mean steps to the sink, cut off: E[min(T_j, M)] for every position j.

    E[min(T_j, M)] = Σ_{t < M} P_j(T > t), T the first time at the sink τ, the last position or the
    target, where the chain stops.

    Parameters
    ----------
    attention : array, shape (…, heads, n, n)
        Entry [i, j] is the weight of key j for query i; non-negative, rows sum to 1. Of NumPy,
        torch or another library with the array API, or nested sequences.
    weights : array, shape (…, heads) or (…, heads, n), optional
        Non-negative, of any scale; by default all heads weigh the same. Leading dimensions
        broadcast with those of `attention`. With n, every receiver has weights of its own.
    max_steps : int or None
        The cut-off M, at least 0; None for none. Below n − 1 there is a `HorizonWarning`.
    chain : "successors", "successors_per_head" or "published"
        As at the top of this page.
    tolerance : float, optional
        How far a row's sum may be from 1: 1e-5 by default, to be given for half precision.
    target : int, optional
        The position asked about, from 0; the last one by default. Causal attention is cut to the
        first target + 1 positions, and the answer is about those n' = target + 1.
    causal : bool
        Whether no query sees a later key. Bidirectional attention, False, is not cut, and needs
        a target.

    Returns
    -------
    array, shape (…, n), or (…, n') for a target of causal attention
        In steps; 0 at the sink. Without a cut-off a position from which the sink may be missed has
        ∞, such as position 0 of the published chain.

    Raises
    ------
    KindError, NumberError, ShapeError
        For what is no array, no finite numbers, no shape as above.
    CausalError, StochasticError, WeightError
        For weight on a later key, a row that does not sum to 1, head weights that are negative or
        all 0.
    UnknownNodeError, SinkError
        For a target that is no position; for bidirectional attention without one.
    KindError
        For a chain of another name, for the published one on bidirectional attention, and for
        the one per head with weights per receiver.
    StepError
        For `max_steps` that are negative or fractional.
    StochasticError
        For a column of zeros before the last on a successors chain.

    Examples
    --------
    >>> hitting_times([[[1, 0, 0], [0.5, 0.5, 0], [0.25, 0.25, 0.5]]], max_steps=None).tolist()
    [4.333333333333334, 3.0, 0.0]
    >>> both_ways = [[[0.5, 0.5], [0.5, 0.5]]]
    >>> hitting_times(both_ways, max_steps=None, target=0, causal=False).tolist()
    [0.0, 2.0]

    References
    ----------
    arXiv:2507.02944, Definition 2.3 and Algorithm 1.
    """
    question = _Times(max_steps, chain)
    batch = Batch(attention, weights, tolerance, target, causal=causal)
    return batch.map(question.of(batch), (batch.n,), of_each_head=question.chain.of_each_head)


def hitting_time(  # noqa: PLR0913 - the batch, the question, and how they are read
    attention: Array,
    weights: Array | None = None,
    max_steps: int | None = 100,
    chain: str = "successors",
    tolerance: float | None = None,
    *,
    target: int | None = None,
    causal: bool = True,
) -> Array:
    """Return the mean of `hitting_times` over all n initial positions: (1/n) Σ_j E[min(T_j, M)].

    The proxy of Algorithm 1 and of Tables 1 and 2, which has `chain="published"`, M = 100.

    Parameters
    ----------
    attention : array, shape (…, heads, n, n)
        Entry [i, j] is the weight of key j for query i; non-negative, rows sum to 1. Of NumPy,
        torch or another library with the array API, or nested sequences.
    weights : array, shape (…, heads) or (…, heads, n), optional
        Non-negative, of any scale; by default all heads weigh the same. Leading dimensions
        broadcast with those of `attention`. With n, every receiver has weights of its own.
    max_steps : int or None
        The cut-off M, at least 0; None for none. Below n − 1 there is a `HorizonWarning`.
    chain : "successors", "successors_per_head" or "published"
        As at the top of this page.
    tolerance : float, optional
        How far a row's sum may be from 1: 1e-5 by default, to be given for half precision.
    target : int, optional
        The position asked about, from 0; the last one by default. Causal attention is cut to the
        first target + 1 positions, and the answer is about those n' = target + 1.
    causal : bool
        Whether no query sees a later key. Bidirectional attention, False, is not cut, and needs
        a target.

    Returns
    -------
    array, shape (…)
        In steps; the sink's 0 is among the n terms.

    Raises
    ------
    DagmixError
        The errors of `hitting_times`.

    Examples
    --------
    >>> uniform = [[[1 / (i + 1) if j <= i else 0.0 for j in range(100)] for i in range(100)]]
    >>> [round(float(hitting_time(uniform, chain=each)), 4) for each in ("successors", "published")]
    [5.624, 3.6424]

    References
    ----------
    arXiv:2507.02944, Algorithm 1, Tables 1 and 2.
    """
    question = _Times(max_steps, chain)
    batch = Batch(attention, weights, tolerance, target, causal=causal)
    times = question.of(batch)
    mean: Answer = lambda mixed, start: batch.xp.mean(times(mixed, start), axis=-1)  # noqa: E731 - a name for the line's sake
    return batch.map(mean, of_each_head=question.chain.of_each_head)


class _Times:
    """A question about absorption times: the chain, and where it is cut off."""

    def __init__(self, max_steps: int | None, chain: str) -> None:
        """Check both."""
        if chain not in tuple(CHAINS):  # by equality: what cannot be hashed is refused too
            message = f"the chain is one of {', '.join(map(repr, CHAINS))}; got {chain!r}"
            raise KindError(message)
        self.chain = CHAINS[chain]
        self._steps = None if max_steps is None else read_steps(max_steps, "max_steps")

    def of(self, batch: Batch) -> Answer:
        """Return what finds the times of mixed matrices."""
        chain, steps, sink = self.chain, self._steps, batch.sink
        if chain is PublishedChain and not batch.causal:
            message = "the chain 'published' moves forward only: it is one of causal attention"
            raise KindError(message)
        if chain.of_each_head is not None and batch.is_gated:
            message = (
                "weights per receiver, (…, heads, n), weigh rows of attention; the chain"
                " 'successors_per_head' mixes walks: take weights (…, heads) or another chain"
            )
            raise KindError(message)
        if steps is not None:
            warn_of_horizon(steps, batch.n, "max_steps", CUT_OFF)
            return lambda mixed, start: survival_sum(chain(mixed, start, sink), steps, sink)
        if batch.causal:
            return lambda mixed, start: expected_steps(chain(mixed, start, sink))
        return lambda mixed, start: expected_steps_to(chain(mixed, start, sink).moves, sink)


def fidelities(  # noqa: PLR0913 - the batch, the question, and how they are read
    attention: Array,
    weights: Array | None = None,
    horizon: int = 100,
    first_step: int = 0,
    tolerance: float | None = None,
    *,
    target: int | None = None,
    causal: bool = True,
) -> Array:
    """Return max over first_step ≤ t ≤ horizon of the signals (Āᵗ)[τ, j], for every position j.

    A maximum up to the horizon is a lower bound of the fidelity, which is a supremum over all
    t; `MultiHeadDiffusion.from_attention` has that one, with its proof.

    Parameters
    ----------
    attention : array, shape (…, heads, n, n)
        Entry [i, j] is the weight of key j for query i; non-negative, rows sum to 1. Of NumPy,
        torch or another library with the array API, or nested sequences.
    weights : array, shape (…, heads) or (…, heads, n), optional
        Non-negative, of any scale; by default all heads weigh the same. Leading dimensions
        broadcast with those of `attention`. With n, every receiver has weights of its own.
    horizon : int
        The last step that counts, at least `first_step`. Below n − 1 there is a `HorizonWarning`.
    first_step : int
        0 as in Definition 3.3, where the sink's own fidelity is 1; 1 as in the published code.
    tolerance : float, optional
        How far a row's sum may be from 1: 1e-5 by default, to be given for half precision.
    target : int, optional
        The position asked about, from 0; the last one by default. Causal attention is cut to the
        first target + 1 positions, and the answer is about those n' = target + 1.
    causal : bool
        Whether no query sees a later key. Bidirectional attention, False, is not cut, and needs
        a target.

    Returns
    -------
    array, shape (…, n), or (…, n') for a target of causal attention
        Fractions of 1.

    Raises
    ------
    KindError, NumberError, ShapeError
        For what is no array, no finite numbers, no shape as above.
    CausalError, StochasticError, WeightError
        For weight on a later key, a row that does not sum to 1, head weights that are negative or
        all 0.
    UnknownNodeError, SinkError
        For a target that is no position; for bidirectional attention without one.
    StepError
        For steps that are negative or fractional, or a horizon before the first step.

    Examples
    --------
    >>> fidelities([[[1, 0, 0], [0.5, 0.5, 0], [0, 0.5, 0.5]]], horizon=2).tolist()
    [0.25, 0.5, 1.0]
    >>> fidelities([[[1, 0, 0], [0.5, 0.5, 0], [0, 0.5, 0.5]]], horizon=2, target=1).tolist()
    [0.75, 1.0]

    References
    ----------
    arXiv:2507.02944, Definitions 3.2 and 3.9.
    """
    batch = Batch(attention, weights, tolerance, target, causal=causal)
    return batch.map(_peaks(batch, horizon, first_step), (batch.n,))


def minimax_fidelity(  # noqa: PLR0913 - the batch, the question, and how they are read
    attention: Array,
    weights: Array | None = None,
    horizon: int = 100,
    first_step: int = 0,
    tolerance: float | None = None,
    *,
    target: int | None = None,
    causal: bool = True,
) -> Array:
    """Return the minimum of the `fidelities` over all n positions, the sink among them.

    Parameters
    ----------
    attention : array, shape (…, heads, n, n)
        Entry [i, j] is the weight of key j for query i; non-negative, rows sum to 1. Of NumPy,
        torch or another library with the array API, or nested sequences.
    weights : array, shape (…, heads) or (…, heads, n), optional
        Non-negative, of any scale; by default all heads weigh the same. Leading dimensions
        broadcast with those of `attention`. With n, every receiver has weights of its own.
    horizon : int
        The last step that counts, at least `first_step`. Below n − 1 there is a `HorizonWarning`.
    first_step : int
        0 as in Definition 3.3, where the sink's own fidelity is 1; 1 as in the published code.
    tolerance : float, optional
        How far a row's sum may be from 1: 1e-5 by default, to be given for half precision.
    target : int, optional
        The position asked about, from 0; the last one by default. Causal attention is cut to the
        first target + 1 positions, and the answer is about those n' = target + 1.
    causal : bool
        Whether no query sees a later key. Bidirectional attention, False, is not cut, and needs
        a target.

    Returns
    -------
    array, shape (…)
        Fractions of 1; Tables 3 and 4 have `first_step=1` and percent.

    Raises
    ------
    DagmixError
        The errors of `fidelities`.

    Examples
    --------
    >>> float(minimax_fidelity([[[1, 0, 0], [0.5, 0.5, 0], [0, 0.5, 0.5]]], first_step=1))
    0.5

    References
    ----------
    arXiv:2507.02944, Definition 3.10, Tables 3 and 4; arXiv:2502.06751.
    """
    batch = Batch(attention, weights, tolerance, target, causal=causal)
    found = _peaks(batch, horizon, first_step)
    return batch.map(lambda mixed, start: batch.xp.min(found(mixed, start), axis=-1))


def weakest_position(  # noqa: PLR0913 - the batch, the question, and how they are read
    attention: Array,
    weights: Array | None = None,
    horizon: int = 100,
    first_step: int = 0,
    tolerance: float | None = None,
    *,
    target: int | None = None,
    causal: bool = True,
) -> Array:
    """Return argmin_j of the `fidelities`: the position of minimum fidelity.

    Parameters
    ----------
    attention : array, shape (…, heads, n, n)
        Entry [i, j] is the weight of key j for query i; non-negative, rows sum to 1. Of NumPy,
        torch or another library with the array API, or nested sequences.
    weights : array, shape (…, heads) or (…, heads, n), optional
        Non-negative, of any scale; by default all heads weigh the same. Leading dimensions
        broadcast with those of `attention`. With n, every receiver has weights of its own.
    horizon : int
        The last step that counts, at least `first_step`. Below n − 1 there is a `HorizonWarning`.
    first_step : int
        0 as in Definition 3.3, where the sink's own fidelity is 1; 1 as in the published code.
    tolerance : float, optional
        How far a row's sum may be from 1: 1e-5 by default, to be given for half precision.
    target : int, optional
        The position asked about, from 0; the last one by default. Causal attention is cut to the
        first target + 1 positions, and the answer is about those n' = target + 1.
    causal : bool
        Whether no query sees a later key. Bidirectional attention, False, is not cut, and needs
        a target.

    Returns
    -------
    array of integers, shape (…)
        Positions from 0; the first where several tie.

    Raises
    ------
    DagmixError
        The errors of `fidelities`.

    Examples
    --------
    >>> int(weakest_position([[[1, 0, 0], [0.5, 0.5, 0], [0, 0.5, 0.5]]], horizon=2))
    0

    References
    ----------
    arXiv:2507.02944, Definition 3.10.
    """
    batch = Batch(attention, weights, tolerance, target, causal=causal)
    found = _peaks(batch, horizon, first_step)
    minimum: Answer = lambda mixed, start: batch.xp.argmin(found(mixed, start), axis=-1)  # noqa: E731 - a name for the line's sake
    return batch.map(minimum, dtype=batch.xp.int64)


def _peaks(batch: Batch, horizon: int, first_step: int) -> Answer:
    """Return what finds the fidelities of mixed matrices, stepping in the answer's precision."""
    first, last = read_horizon(first_step, horizon)
    warn_of_horizon(last, batch.n, "horizon", TOO_SMALL)
    astype = batch.xp.astype
    return lambda mixed, _: peaks(astype(mixed, batch.dtype, copy=False), last, first, batch.sink)


def each_head(attention: Array, target: int | None = None) -> Array:
    """Return attention (…, heads, n, n) as mixtures of one head each, (…, heads, 1, n, n).

    Every proxy of it has shape (…, heads): that of each head alone.

    Parameters
    ----------
    attention : array, shape (…, heads, n, n)
        Entry [i, j] is the weight of key j for query i; non-negative, rows sum to 1. Of NumPy,
        torch or another library with the array API, or nested sequences.
    target : int, optional
        Causal attention is cut to the first target + 1 positions. A target of bidirectional
        attention is given to the proxy instead.

    Returns
    -------
    array
        A view where `attention` is an array.

    Raises
    ------
    KindError, NumberError, ShapeError
        For what is no dense array, no plain numbers, no shape (…, heads, n, n).
    UnknownNodeError, CausalError
        For a target that is no position; for weight that the cut would leave out.

    Examples
    --------
    >>> minimax_fidelity(each_head([[[1, 0], [1, 0]], [[1, 0], [0.5, 0.5]]]), horizon=1).tolist()
    [1.0, 0.5]

    References
    ----------
    arXiv:2507.02944, Definitions 3.11 and 3.12, Tables 5 and 6.
    """
    tensor = read(attention, "attention")
    size = 1 + position_of(target, checked_shape(tensor)[-1], causal=True)
    rows = tensor[..., :size, :]
    refuse(rows[..., size:] > 0, rows[..., size:], CausalError("no query sees a key after the cut"))
    return rows[..., None, :, :size]


def best_head(
    attention: Array,
    horizon: int = 100,
    first_step: int = 0,
    tolerance: float | None = None,
    *,
    target: int | None = None,
    causal: bool = True,
) -> tuple[Array, Array]:
    """Return the head of maximum minimax fidelity alone, argmax_h φ_min(A_h), and that fidelity.

    Parameters
    ----------
    attention : array, shape (…, heads, n, n)
        Entry [i, j] is the weight of key j for query i; causal, non-negative, rows sum to 1. Of
        NumPy, torch or another library with the array API, or nested sequences.
    horizon : int
        The last step that counts, at least `first_step`. Below n − 1 there is a `HorizonWarning`.
    first_step : int
        0 as in Definition 3.3, where the sink's own fidelity is 1; 1 as in the published code.
    tolerance : float, optional
        How far a row's sum may be from 1: 1e-5 by default, to be given for half precision.
    target : int, optional
        The position asked about, from 0; the last one by default. Causal attention is cut to the
        first target + 1 positions, and the answer is about those n' = target + 1.
    causal : bool
        Whether no query sees a later key. Bidirectional attention, False, is not cut, and needs
        a target.

    Returns
    -------
    heads : array of integers, shape (…)
        Numbered from 0; the first where several tie.
    fidelities : array, shape (…)
        Fractions of 1.

    Raises
    ------
    DagmixError
        The errors of `fidelities`.

    Examples
    --------
    >>> [float(x) for x in best_head([[[1, 0], [1, 0]], [[1, 0], [0.5, 0.5]]], horizon=1)]
    [0.0, 1.0]

    References
    ----------
    arXiv:2507.02944, Definitions 3.11 and 3.12, Tables 5 and 6.
    """
    alone = minimax_fidelity(
        each_head(attention), None, horizon, first_step, tolerance, target=target, causal=causal
    )
    xp = array_namespace(alone)
    return xp.argmax(alone, axis=-1), xp.max(alone, axis=-1)


def amplification(  # noqa: PLR0913 - the batch, the question, and how they are read
    attention: Array,
    weights: Array | None = None,
    horizon: int = 100,
    first_step: int = 0,
    tolerance: float | None = None,
    *,
    target: int | None = None,
    causal: bool = True,
) -> Array:
    """Return the amplification φ_min(Ā) / max_h φ_min(A_h): the mixture over its best head.

    Parameters
    ----------
    attention : array, shape (…, heads, n, n)
        Entry [i, j] is the weight of key j for query i; non-negative, rows sum to 1. Of NumPy,
        torch or another library with the array API, or nested sequences.
    weights : array, shape (…, heads) or (…, heads, n), optional
        Non-negative, of any scale; by default all heads weigh the same. Leading dimensions
        broadcast with those of `attention`. With n, every receiver has weights of its own.
    horizon : int
        The last step that counts, at least `first_step`. Below n − 1 there is a `HorizonWarning`.
    first_step : int
        0 as in Definition 3.3, where the sink's own fidelity is 1; 1 as in the published code.
    tolerance : float, optional
        How far a row's sum may be from 1: 1e-5 by default, to be given for half precision.
    target : int, optional
        The position asked about, from 0; the last one by default. Causal attention is cut to the
        first target + 1 positions, and the answer is about those n' = target + 1.
    causal : bool
        Whether no query sees a later key. Bidirectional attention, False, is not cut, and needs
        a target.

    Returns
    -------
    array, shape (…)
        Infinite for x / 0, NaN for 0 / 0.

    Raises
    ------
    DagmixError
        The errors of `fidelities`.

    Examples
    --------
    >>> float(amplification([[[1, 0], [1, 0]], [[1, 0], [0.5, 0.5]]], horizon=1))
    0.75

    References
    ----------
    arXiv:2507.02944, Definitions 3.10 and 3.11 (the two fidelities).
    """
    mixed = minimax_fidelity(
        attention, weights, horizon, first_step, tolerance, target=target, causal=causal
    )
    _, alone = best_head(attention, horizon, first_step, tolerance, target=target, causal=causal)
    xp = array_namespace(alone)
    ratio = mixed / xp.where(alone > 0, alone, 1.0)
    without = xp.where(mixed > 0, float("inf"), float("nan"))
    return xp.where(alone > 0, ratio, without)[()]
