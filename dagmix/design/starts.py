"""Graphs from which a local search starts: those of a few simple shapes that meet the limits.

Matrices have entry [j, i] = 1 where j sends to i or j = i; the sink is node 0, and j sends to
i < j, as in `dagmix.design.codes`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dagmix.design.partial_bounds import Floats
from dagmix.design.questions import Question


def starts(question: Question) -> Iterator[Floats]:
    """Yield the line, and for w = 2, 4, 8, … and the in-degree those shapes within the limits.

    Brooms: a line whose first node receives from w sources. Trees: every node receives from w
    others. Windows: every node receives from the w nodes before it.

    >>> from dagmix.design.questions import read_question
    >>> [int(start.sum()) for start in starts(read_question(6, 7, 2, "mixing"))]
    [11, 11, 11]
    """
    n = question.n
    nodes = np.arange(1, n)
    powers = {2**power for power in range(1, n.bit_length())} | {question.in_degree}
    yield _matrix(nodes, nodes - 1)
    for w in sorted(w for w in powers if 1 < w < n):
        broom = _matrix(nodes, np.minimum(nodes - 1, n - 1 - w))
        window = np.tri(n) - np.tri(n, k=-1 - w)
        for matrix in (broom, _matrix(nodes, (nodes - 1) // w), window):
            if meets(question, matrix):
                yield matrix


def meets(question: Question, matrix: Floats) -> bool:
    """Say whether a graph has a unique sink, and edges and in-degrees within the limits.

    >>> from dagmix.design.questions import read_question
    >>> meets(read_question(3, 2, 2, "mixing"), np.tri(3))
    False
    """
    degrees = matrix.sum(axis=0) - 1
    leaves = matrix.sum(axis=1)[1:].min() > 1
    few = degrees.sum() <= question.edges and degrees.max() <= question.in_degree
    return bool(leaves and few)


def _matrix(senders: np.ndarray, receivers: np.ndarray) -> Floats:
    matrix = np.eye(len(senders) + 1)
    matrix[senders, receivers] = 1
    return matrix
