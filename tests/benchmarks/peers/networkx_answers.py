"""networkx's answer: PageRank without teleportation is a stationary distribution."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np
from questions import Case, Floats

TOLERANCE = 1e-12  # of the power iteration, over all nodes
MOST_STEPS = 10**6


def stationary(case: Case) -> Floats:
    """Return pagerank(alpha=1) on the weighted graph."""
    make = nx.from_scipy_sparse_array if case.is_sparse else nx.from_numpy_array
    graph = make(case.best, create_using=nx.DiGraph)
    ranks = nx.pagerank(graph, alpha=1, max_iter=MOST_STEPS, tol=TOLERANCE / case.n)
    return np.array([ranks[node] for node in range(case.n)])


ANSWERS: dict[str, Callable[[Case], Any]] = {"stationary": stationary}
