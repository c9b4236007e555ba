"""Answers of PyDTMC, QuantEcon and deeptime: one documented call each.

These packages are in requirements.txt, not among dagmix's own; each is imported when asked.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import scipy.sparse
from numpy_answers import QUARTER
from questions import Case, Floats, mixed_chains


def load(name: str) -> Any:
    """Import a peer; it ships no types."""
    return importlib.import_module(name)


def pydtmc(case: Case) -> Any:
    """Make PyDTMC's chain."""
    return load("pydtmc").MarkovChain(case.dense)


def pydtmc_absorption(case: Case) -> float:
    """Read hitting_probabilities."""
    return float(pydtmc(case).hitting_probabilities([0])[-1])


def pydtmc_named_absorption(case: Case) -> float:
    """Read absorption_probabilities: a row an absorbing state, a column a transient one."""
    column = np.array(pydtmc(case).absorption_probabilities())[:, -1]
    # Two states absorb; where it finds more, whatever it gives them should be 0.
    return float(column[0] if len(column) == 2 else column[2:].max())


def pydtmc_batch(case: Case) -> Floats:
    """Ask one chain after the other."""
    make = load("pydtmc").MarkovChain
    return np.array(
        [np.mean(make(chain).hitting_times([case.n - 1])) for chain in mixed_chains(case)]
    )


def quantecon_stationary(case: Case) -> Any:
    """Return the one stationary distribution."""
    (only,) = load("quantecon").MarkovChain(case.best).stationary_distributions
    return only


def deeptime_matrix(case: Case) -> Any:
    """Return P as deeptime is best given it: its powers of a sparse *array* are elementwise."""
    return scipy.sparse.csr_matrix(case.sparse) if case.is_sparse else case.dense


def analysis() -> Any:
    """Return deeptime's functions on transition matrices."""
    return load("deeptime.markov.tools.analysis")


def propagate(matrix: Any, epsilon: Fraction = QUARTER) -> int:
    """Bisect P(X_t = sink | X_0 = 0) by MarkovStateModel.propagate; node 0 is the worst start."""
    model = load("deeptime.markov.msm").MarkovStateModel(matrix)
    start = np.eye(1, matrix.shape[0])[0]

    def is_far(t: int) -> bool:
        arrived = model.propagate(start, t)[-1]
        if np.isnan(arrived):
            message = f"propagate({t}) is nan"
            raise ArithmeticError(message)
        return bool(1 - arrived > float(epsilon))

    high = 1
    while is_far(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if is_far(middle) else (low, middle)
    return high


def sparse_matrix(case: Case) -> Any:
    """Return P in compressed rows, whose powers deeptime takes without eigenvectors."""
    return scipy.sparse.csr_matrix(case.sparse)


def committor(case: Case) -> float:
    """Return the chance to be at 0 before 1, from the last node."""
    return float(analysis().committor(deeptime_matrix(case), [1], [0])[-1])


def deeptime_batch(case: Case) -> Floats:
    """Ask one chain after the other."""
    mfpt = analysis().mfpt
    return np.array([mfpt(chain, [case.n - 1]).mean() for chain in mixed_chains(case)])


Answers = dict[str, Callable[[Case], Any]]
PYDTMC: Answers = {
    "mixing": lambda case: pydtmc(case).mixing_time(cutoff_type="traditional"),
    "hitting": lambda case: pydtmc(case).hitting_times([case.n - 1]),
    "absorption": pydtmc_absorption,
    "stationary": lambda case: pydtmc(case).stationary_distributions[0],
    "exact hitting": lambda case: pydtmc(case).hitting_times([case.n - 1]),
    "batch": pydtmc_batch,
}
PYDTMC_NAMED: Answers = {"absorption": pydtmc_named_absorption}
QUANTECON: Answers = {"stationary": quantecon_stationary}
DEEPTIME: Answers = {
    "mixing": lambda case: propagate(sparse_matrix(case)),
    "hitting": lambda case: analysis().mfpt(deeptime_matrix(case), [case.n - 1]),
    "absorption": committor,
    "stationary": lambda case: analysis().stationary_distribution(deeptime_matrix(case)),
    "ties": lambda case: [propagate(sparse_matrix(case), epsilon) for epsilon in case.ties],
    "exact hitting": lambda case: analysis().mfpt(deeptime_matrix(case), [case.n - 1]),
    "batch": deeptime_batch,
}
DEEPTIME_EIGENVECTORS: Answers = {"mixing": lambda case: propagate(case.dense)}
DEEPTIME_NAMED: Answers = {
    "absorption": lambda case: float(analysis().hitting_probability(case.dense, [0])[-1]),
}
