"""SciPy's and NumPy's answers that use the shape of the matrix: triangular, banded, sparse."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import scipy.linalg
import scipy.sparse.linalg
from numpy_answers import QUARTER
from questions import Case, Floats, mixed_chains


def steps_until(case: Case, step: Callable[[Floats], Floats], epsilon: Fraction = QUARTER) -> int:
    """Step the chances to have arrived until the least of them is 1 − ε."""
    arrived = step(np.eye(1, case.n, case.n - 1)[0])
    for t in itertools.count(1):
        if 1 - arrived.min() <= float(epsilon):
            return t
        arrived = step(arrived)
    raise AssertionError


def sparse_mixing(case: Case) -> int:
    """Step with compressed rows."""
    matrix = case.sparse
    return steps_until(case, lambda arrived: matrix @ arrived)


def running_sums(case: Case) -> int:
    """Step with one running sum, or where the shares are not equal with the two diagonals."""
    if case.family == "sticky line":
        (_, stay), (_, away) = case.bands
        return steps_until(case, lambda a: stay * a + np.append(away * a[1:], 0.0))
    begin = np.arange(case.n)
    stop = np.minimum(begin + case.reach + 1, case.n)

    def step(arrived: Floats) -> Floats:
        sums = np.append(0.0, np.cumsum(arrived))
        return np.asarray((sums[stop] - sums[begin]) / (stop - begin))

    return steps_until(case, step)


def inner_of(case: Case, matrix: Any) -> tuple[Any, Any]:
    """Return what has not ended yet of P, and the right side that goes with it.

    That is 1 for hitting times, the steps to node 0 for the absorption there.
    """
    if case.is_backward:
        ended = matrix[2:, [0]]
        return matrix[2:, 2:], np.ravel(ended if isinstance(ended, np.ndarray) else ended.toarray())
    return matrix[:-1, :-1], np.ones(case.n - 1)


def answer_of(case: Case, found: Floats) -> Any:
    """Return the times of all nodes, or the one chance that is asked for."""
    return float(found[-1]) if case.is_backward else np.append(found, 0.0)


def sparse_triangular(case: Case) -> Any:
    """Solve (I − Q) x = b by spsolve_triangular."""
    inner, right = inner_of(case, case.sparse)
    system = (scipy.sparse.eye_array(inner.shape[0]) - inner).tocsr()
    solve = scipy.sparse.linalg.spsolve_triangular
    return answer_of(case, solve(system, right, lower=case.is_backward))


def triangular(case: Case) -> Any:
    """Solve it by solve_triangular, of the dense array."""
    inner, right = inner_of(case, case.dense)
    system = np.eye(len(inner)) - inner
    return answer_of(case, scipy.linalg.solve_triangular(system, right, lower=case.is_backward))


def banded(case: Case) -> Any:
    """Solve it by solve_banded."""
    first, last = (2, case.n) if case.is_backward else (0, case.n - 1)
    offsets = [offset for offset, _ in case.bands]
    above, below = max(0, *offsets), max(0, *(-offset for offset in offsets))
    bands = np.zeros((above + below + 1, last - first))
    for offset, entries in case.bands:  # entry k lies in row k, or k − offset below the diagonal
        rows = np.arange(len(entries)) - min(offset, 0)
        inside = (rows >= first) & (rows + offset >= first)
        inside &= (rows < last) & (rows + offset < last)
        bands[above - offset, rows[inside] + offset - first] = -entries[inside]
    bands[above] += 1
    _, right = inner_of(case, case.sparse)
    return answer_of(case, scipy.linalg.solve_banded((below, above), bands, right))


def batch(case: Case) -> Floats:
    """Solve one system after the other by solve_triangular."""
    ones, times = np.ones(case.n - 1), []
    for chain in mixed_chains(case):
        system = np.eye(case.n - 1) - chain[:-1, :-1]
        times.append(scipy.linalg.solve_triangular(system, ones).sum() / case.n)
    return np.array(times)


Answers = dict[str, Callable[[Case], Any]]
SPARSE: Answers = {
    "mixing": sparse_mixing,
    "hitting": sparse_triangular,
    "absorption": sparse_triangular,
}
TRIANGULAR: Answers = {"hitting": triangular, "absorption": triangular, "batch": batch}
BANDED: Answers = {"hitting": banded, "absorption": banded}
SUMS: Answers = {"mixing": running_sums}
