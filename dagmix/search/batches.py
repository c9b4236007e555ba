"""Mixing times of many mixtures of graphs at once, exactly."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dagmix._engine.exact.scalars import QUARTER, read_epsilon
from dagmix.errors import NumberError, ShapeError, SinkError
from dagmix.search.pairs.survival import exact_times

DIMENSIONS = 3  # heads, n, n
MOST_DEGREE = 20  # lcm(1, …, 20) times the number of heads is a 64-bit integer


def mixing_times(adjacency: ArrayLike, epsilon: Any = QUARTER) -> NDArray[np.int64]:
    """Return T(ε) of the mixture of the heads, with uniform weights, for a stack of mixtures.

    T(ε) is the first t with P_j(T > t) ≤ ε for all nodes j, T the time at the last node, the sink.
    A time is taken from floats where these are far from ε at every step, and from integers else.

    Parameters
    ----------
    adjacency : array, shape (…, heads, n, n)
        Of 0 and 1: entry [i, j] says whether a head has the edge j → i. Self-loops are added, and
        cycles allowed.
    epsilon : number
        0 < ε < 1, exactly as passed; ¼ by default.

    Returns
    -------
    array of int, shape (…)

    Raises
    ------
    ShapeError
        For another shape, or more than 20 nodes.
    NumberError
        For entries other than 0 and 1.
    SinkError
        Where the last node has an edge to another one, or is not reached from every node.
    EpsilonError
        For ε out of range.

    Examples
    --------
    >>> line, star = [[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 0, 0], [0, 0, 0], [1, 1, 0]]
    >>> mixing_times([[line, line], [star, star], [line, star]]).tolist()
    [5, 2, 4]

    References
    ----------
    The mixtures are those of arXiv:2507.02944, §2.2.
    """
    threshold = read_epsilon(epsilon)
    given = np.asarray(adjacency)
    *lead, heads, n, columns = (0, 0, 0, *given.shape)[-max(given.ndim, DIMENSIONS) :]
    if given.ndim < DIMENSIONS or n != columns or not 0 < n <= MOST_DEGREE or not heads:
        message = f"adjacency has shape (…, heads, n, n), 1 ≤ n ≤ {MOST_DEGREE}; got {given.shape}"
        raise ShapeError(message)
    if not np.isin(given, (0, 1)).all():
        message = "adjacency is of 0 and 1"
        raise NumberError(message)
    links = np.moveaxis(given.reshape(-1, heads, n, n).astype(bool), 0, -1)
    links |= np.eye(n, dtype=bool)[..., None]
    _check_sink(links)
    unit = math.lcm(*range(1, n + 1))
    numerators = (links * (unit // links.sum(axis=1, keepdims=True))).sum(axis=0)
    if n == 1:
        return np.zeros(lead, dtype=np.int64)
    times = exact_times(numerators[: n - 1, : n - 1], heads * unit, threshold)
    return times.reshape(lead)


def _check_sink(links: NDArray[np.bool_]) -> None:
    """Raise SinkError unless the last node is reached from all, and leads to no other."""
    if links[:, :-1, -1].any():
        message = "the last node is the sink, without an edge to another"
        raise SinkError(message)
    reaches = np.logical_or.reduce(links)
    for k in range(len(reaches)):
        reaches |= reaches[:, k, None] & reaches[k]
    if not reaches[-1].all():
        message = "the last node is the sink: the mixture reaches it from every node"
        raise SinkError(message)
