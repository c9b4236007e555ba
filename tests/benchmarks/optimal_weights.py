"""Optimisers of φ_min over the weights of heads: `python tests/benchmarks/optimal_weights.py`.

With the argument `certificates`: what is proved of the optimal weights of random triples.

The ascent of `dagmix.optimal.ascent`, once from uniform weights and from all its initial ones,
against SciPy's derivative-free methods on φ_min itself, its weights a softmax, from uniform
weights.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.optimize import minimize

from dagmix import DiffusionOperator, families
from dagmix._engine.adjacency.base import Floats
from dagmix._util.written import shown
from dagmix.optimal import optimal_weights
from dagmix.optimal.ascent import FidelityAscent, initial_weights
from dagmix.optimal.gradients import FloatHeads

sys.path.insert(0, str(Path(__file__).parents[1]))

from cases.random_pairs import TRIPLES, random_triple

METHODS = ("Nelder-Mead", "Powell", "COBYQA")
EVALUATIONS = 1500
GAIN = 1e-9


def attention(heads: int, n: int) -> Floats:
    """Random causal attention."""
    scores = np.random.default_rng(0).normal(size=(heads, n, n)) * 2
    scores[:, ~np.tri(n, dtype=bool)] = -np.inf
    weights = np.exp(scores)
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def graphs(n: int) -> Floats:
    """Four named graphs."""
    named = [families.line(n), families.log_sparse(n), families.complete(n)]
    named.append(families.dilated(n, 2, 3))
    return np.array([DiffusionOperator(graph, sink=n - 1).matrix for graph in named])


def softmax(point: Floats) -> Floats:
    """Return convex weights."""
    weights = np.exp(point - point.max())
    return np.asarray(weights / weights.sum())


def searches(heads: Floats) -> dict[str, Callable[[FidelityAscent], float]]:
    """Name every way to look for weights; each returns the φ_min that it found."""
    count = len(heads)
    uniform = np.full(count, 1 / count)

    def derivative_free(ascent: FidelityAscent, method: str) -> float:
        scale = ascent.value(uniform)[0]
        found: Any = minimize(
            lambda point: -ascent.value(softmax(point))[0] / scale,
            np.zeros(count),
            method=method,
            options={"maxfev": EVALUATIONS},
        )
        return float(-found.fun * scale)

    ways: dict[str, Callable[[FidelityAscent], float]] = {
        "ascent": lambda ascent: ascent.climb(uniform).value,
        "ascent, all initial_weights": lambda ascent: max(
            ascent.climb(point).value for point in initial_weights(count, 8, 0)
        ),
    }
    for method in METHODS:
        ways[method] = lambda ascent, method=method: derivative_free(ascent, method)  # type: ignore[misc]
    return ways


def certificates() -> None:
    """Print a row for each random triple on four nodes: φ_min, T, and the gaps to their bounds."""
    table = Table("seed", "φ_min", "bound", "gap", "T(¼)", "bound", "seconds")
    for seed in TRIPLES:
        heads, began = random_triple(4, seed), time.perf_counter()
        found, timed = optimal_weights(heads), optimal_weights(heads, "mixing")
        took = f"{time.perf_counter() - began:.1f}"
        gap = "proved" if found.proved else f"{found.gap:.1e}"
        row = [shown(found.value), shown(found.bound), gap, *map(shown, (timed.value, timed.bound))]
        table.add_row(str(seed), *row, took)
    Console().print(table)


def main() -> None:
    """Print a row for each problem and way."""
    table = Table("heads", "method", "φ_min / uniform", "evaluations", "seconds")
    problems = {f"attention {h} × {n}": attention(h, n) for h, n in ((3, 8), (4, 16), (8, 32))}
    for name, heads in {**problems, "graphs 4 × 30": graphs(30)}.items():
        size = heads.shape[1]
        for way, search in searches(heads).items():
            ascent = FidelityAscent(FloatHeads(heads, np.eye(size)[-1]), GAIN)
            level = ascent.value(np.full(len(heads), 1 / len(heads)))[0]
            began = time.perf_counter()
            found = search(ascent)
            took = time.perf_counter() - began
            table.add_row(name, way, f"{found / level:.6f}", str(ascent.evaluations), f"{took:.2f}")
    Console().print(table)


if __name__ == "__main__":
    if sys.argv[1:] == ["certificates"]:
        certificates()
    else:
        main()
