"""dagmix's answers: from the graph, construction included, and from the peers' own array."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from questions import Case

from dagmix import (
    DiffusionOperator,
    FeedforwardDAG,
    MultiHeadDiffusion,
    MultiHeadWalk,
    WalkOperator,
    families,
    proxies,
)


def graph(case: Case) -> FeedforwardDAG:
    """Build the graph of a family."""
    if case.family == "line":
        return families.line(case.n)
    return (
        families.complete(case.n)
        if case.family == "complete"
        else families.sliding_window(case.n, case.reach)
    )


def walk(case: Case) -> WalkOperator:
    """Build the walk, exact."""
    if case.family == "sticky line":
        return WalkOperator.from_matrix(list(zip(*case.rational, strict=True)))
    return WalkOperator(graph(case))


def array_walk(case: Case) -> WalkOperator:
    """Read the array that the peers get."""
    return WalkOperator.from_matrix(case.dense.T)


def two_sources(case: Case) -> DiffusionOperator:
    """Build the diffusion in which each node but the sources 0 and 1 hears the two before it."""
    if case.family != "two sources":
        return DiffusionOperator.from_matrix(case.rational)
    edges = [(j - d, j) for j in range(2, case.n) for d in (1, 2)]
    return DiffusionOperator(FeedforwardDAG(edges, nodes=range(case.n)))


def from_last(operator: DiffusionOperator) -> float:
    """Return P(end at node 0) from the last node: the fidelity of a source is that chance."""
    return float(operator.node_fidelity(0).value)


def ties(case: Case, operator: WalkOperator) -> list[Any]:
    """Return T at each tie."""
    return [operator.mixing_time(epsilon) for epsilon in case.ties]


def hitting_time(case: Case) -> Any:
    """Return the mean hitting time of each attention tensor, all in one call."""
    return proxies.hitting_time(case.attention, max_steps=None)


def one_by_one(case: Case) -> Any:
    """Return the same, each tensor an operator of its own."""
    chains = [MultiHeadDiffusion.from_attention(heads).successors() for heads in case.attention]
    return np.array([chain.expected_hitting_times().mean() for chain in chains])


def float_walk(case: Case) -> WalkOperator:
    """Build the walk with a float for its weight, so that it is answered in floats."""
    return MultiHeadWalk([graph(case)], weights=[1.0])


FROM_GRAPHS: dict[str, Callable[[Case], Any]] = {
    "mixing": lambda case: walk(case).mixing_time(),
    "hitting": lambda case: walk(case).expected_hitting_times(),
    "absorption": lambda case: from_last(two_sources(case)),
    "stationary": lambda case: walk(case).stationary_distribution(),
    "ties": lambda case: ties(case, walk(case)),
    "exact hitting": lambda case: walk(case).expected_hitting_times(),
    "batch": hitting_time,
}
FROM_ARRAYS: dict[str, Callable[[Case], Any]] = {
    "mixing": lambda case: array_walk(case).mixing_time(),
    "hitting": lambda case: array_walk(case).expected_hitting_times(),
    "absorption": lambda case: from_last(DiffusionOperator.from_matrix(case.dense)),
    "stationary": lambda case: array_walk(case).stationary_distribution(),
    "ties": lambda case: ties(case, array_walk(case)),
    "exact hitting": lambda case: array_walk(case).expected_hitting_times(),
    "batch": one_by_one,
}
IN_FLOATS: dict[str, Callable[[Case], Any]] = {
    "hitting": lambda case: float_walk(case).expected_hitting_times(),
}
