"""Node labels: distinct, hashable, in row and column order."""

from __future__ import annotations

import unicodedata
from collections.abc import Hashable, Iterable, Sequence
from functools import cached_property
from typing import Any, Self

from dagmix._util.brief import brief
from dagmix.errors import EmptyError, HeadsError, RepeatedNodeError, ShapeError, UnknownNodeError

Node = Hashable

SHOWN = 12  # nodes or matrix rows that a repr writes out
LARGEST_COUNT = 2**28  # nodes, 2 GiB for each array; and j·n + i numbers a pair in 63 bits


class Nodes(tuple[Node, ...]):  # noqa: SLOT001 - it keeps a dictionary, which slots forbid here
    """Distinct node labels in row and column order; strings are in Unicode NFC."""

    _range: range | None

    def __new__(cls, labels: Iterable[Node]) -> Self:
        """Normalise the labels; raise EmptyError or RepeatedNodeError."""
        if isinstance(labels, range) and labels:
            check_count(-((labels.start - labels.stop) // labels.step))
            nodes = super().__new__(cls, labels)
            nodes._range = labels
            return nodes
        if isinstance(labels, set | frozenset) or not isinstance(labels, Iterable):
            message = f"nodes are labels in an order, such as a list; got {brief(labels)}"
            raise ShapeError(message)
        nodes = super().__new__(cls, (normal(label) for label in labels))
        if not all(map(_can_be_found, nodes)):
            message = f"node labels are hashable and equal to themselves; got {shorten(nodes)}"
            raise UnknownNodeError(message)
        if not nodes:
            message = "a graph needs at least one node"
            raise EmptyError(message)
        nodes._range = None
        for row, node in enumerate(nodes):
            if nodes._rows[node] != row:
                message = f"node {brief(node)} is repeated (labels are compared in Unicode NFC)"
                raise RepeatedNodeError(message)
        return nodes

    @cached_property
    def _rows(self) -> dict[Node, int]:
        """The first row of every label; for a range only made for what is no int of it."""
        rows: dict[Node, int] = {}
        for row, node in enumerate(self):
            rows.setdefault(node, row)
        return rows

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as the plain labels."""
        return Nodes, (tuple(self) if self._range is None else self._range,)

    def row(self, node: Node) -> int:
        """Return the row of a node; raise UnknownNodeError."""
        if type(node) is int and self._range is not None and node in self._range:
            return self._range.index(node)
        try:
            return self._rows[normal(node)]
        except (KeyError, TypeError):
            message = f"unknown node {brief(node)}; the nodes are {shorten(self)}"
            raise UnknownNodeError(message) from None


def _can_be_found(label: Any) -> bool:
    """Tell whether a label can be hashed and equals itself, which NaN does not."""
    parts = label if isinstance(label, tuple) else ()
    return (
        isinstance(label, Hashable) and bool(label == label) and all(map(_can_be_found, parts))  # noqa: PLR0124 - NaN
    )


def check_count(n: int) -> int:
    """Return a number of nodes; raise ShapeError where arrays of them would not fit."""
    if n > LARGEST_COUNT:
        message = f"{brief(n)} nodes; a graph has at most {LARGEST_COUNT}"
        raise ShapeError(message)
    return n


def normal(label: Node) -> Node:
    """Return a label in the form in which labels are compared: strings in Unicode NFC."""
    return unicodedata.normalize("NFC", label) if isinstance(label, str) else label


def shorten(items: Sequence[Any]) -> str:
    """Write a sequence, its middle left out where it is long."""
    if len(items) <= SHOWN:
        return ", ".join(map(brief, items))
    return f"{', '.join(map(brief, items[:3]))}, …, {brief(items[-1])} ({len(items)} in all)"


def check_same_nodes(labels: Sequence[Nodes]) -> None:
    """Raise HeadsError unless all heads have the same nodes in the same order."""
    for number, nodes in enumerate(labels):
        if nodes != labels[0]:
            message = (
                f"heads must have the same nodes in the same order: head 0 has"
                f" {shorten(labels[0])}; head {number} has {shorten(nodes)}"
            )
            raise HeadsError(message)
