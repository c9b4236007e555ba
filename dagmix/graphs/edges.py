"""Edges as users bring them: pairs of nodes, arrays of pairs, index ranges; checked once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dagmix._engine.adjacency.base import Ints
from dagmix._util.brief import brief
from dagmix.errors import NumberError, ShapeError, UnknownNodeError
from dagmix.graphs.labels import Node, normal

Edge = tuple[Node, Node]

LARGEST_INDEX = np.iinfo(np.intp).max


def read_array(edges: NDArray[Any], nodes: range) -> tuple[Ints, Ints]:
    """Return receivers and senders, as rows, of an array of edges (m, 2) on a range of nodes."""
    if edges.ndim != 2 or edges.shape[1] != 2 or edges.dtype.kind not in "iu":  # noqa: PLR2004 - pairs
        message = f"edges are an integer array (m, 2); got {edges.dtype} of shape {edges.shape}"
        raise ShapeError(message)
    rows, rest = np.divmod(edges.astype(np.intp) - nodes.start, nodes.step)
    bad = ((rest != 0) | (rows < 0) | (rows >= len(nodes))).any(axis=1)
    if bad.any():
        k = int(bad.argmax())
        message = f"unknown node in edge {k}, {tuple(edges[k].tolist())}; the nodes are {nodes}"
        raise UnknownNodeError(message)
    return rows[:, 1], rows[:, 0]


def read_runs(*parts: ArrayLike) -> list[Ints]:
    """Return receivers, starts, stops and steps of index ranges as 1-D arrays of one length."""
    names = ("receivers", "starts", "stops", "steps")
    arrays = [as_array(part, f"{name} of runs") for name, part in zip(names, parts, strict=True)]
    for name, array in zip(names, arrays, strict=True):
        if array.size and (array.dtype.kind not in "iu" or array.max() > LARGEST_INDEX):
            message = f"{name} of runs are integers below 2^63; got dtype {array.dtype}"
            raise NumberError(message)
    try:
        together = np.broadcast_arrays(np.zeros(1, dtype=np.intp), *arrays)[1:]
    except ValueError as error:
        message = f"the parts of runs are 1-D arrays of one length; {error}"
        raise ShapeError(message) from None
    if together[0].ndim != 1:
        message = f"the parts of runs are 1-D arrays of one length; got {together[0].shape}"
        raise ShapeError(message)
    return [part.astype(np.intp) for part in together]


def read_shifts(distances: Any, n: int) -> Ints:
    """Return distances from 0 to n − 1, each once, in order; NumberError for no such integers."""
    given = list(distances) if isinstance(distances, Iterable) else None
    if given is None or not all(isinstance(d, int | np.integer) and d >= 0 for d in given):
        message = f"distances are integers, at least 0; got {brief(distances)}"
        raise NumberError(message)
    return np.array(sorted({int(d) for d in given if d < n}), dtype=np.intp)


def as_array(value: ArrayLike, what: str) -> NDArray[Any]:
    """Return np.asarray; raise ShapeError, naming `what`, for lists of unequal lengths."""
    try:
        return np.asarray(value)
    except ValueError as error:
        message = f"{what}: an array is asked for, lists of equal lengths; {error}"
        raise ShapeError(message) from None


def check_runs(n: int, rows: Ints, starts: Ints, stops: Ints, steps: Ints) -> None:
    """Raise NumberError at the first index range outside 0..n−1, or with a step below 1."""
    bad = (rows < 0) | (rows >= n) | (starts < 0) | (stops > n) | (steps < 1)
    if bad.any():
        k = int(bad.argmax())
        message = (
            f"runs lie within the rows 0 to {n - 1} and have steps of at least 1; run {k} of"
            f" receiver {rows[k]} is range({starts[k]}, {stops[k]}, {steps[k]})"
        )
        raise NumberError(message)


def check_order(edges: Any) -> None:
    """Raise ShapeError for a set of edges, which gives nodes an order that depends on hashing."""
    if isinstance(edges, set | frozenset):
        message = "a set of edges has no order for the nodes to appear in: pass nodes, or a list"
        raise ShapeError(message)


def in_order_of_appearance(pairs: Iterable[Edge]) -> Iterable[Node]:
    """Return the nodes of the pairs, each once where they can be hashed."""
    ends = [node for pair in pairs for node in pair]
    return dict.fromkeys(ends) if all(isinstance(node, Hashable) for node in ends) else ends


def read_edges(edges: Any) -> list[Edge]:
    """Return edges as pairs of nodes. Raises ShapeError."""
    if not isinstance(edges, Iterable):
        message = f"edges are pairs (sender, receiver); got {brief(edges)}"
        raise ShapeError(message)
    return [_read_edge(edge) for edge in edges]


def _read_edge(edge: Any) -> Edge:
    ends: Any = () if isinstance(edge, set | frozenset) else edge  # a set has no first element
    try:
        sender, receiver = ends
    except (TypeError, ValueError):
        message = f"an edge is a pair (sender, receiver); got {brief(edge)}"
        raise ShapeError(message) from None
    return normal(sender), normal(receiver)
