"""Benchmarks of stacks of layers: `python tests/benchmarks/depth.py`.

Median wall times on random causal softmax tensors, beside what one would write without dagmix:
a NumPy loop of matrix products, and networkx' maximum flow with integer capacities, in one run.
"""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np
from rich.console import Console
from rich.table import Table

from dagmix import LayerStack, __version__, proxies

Array = np.ndarray[Any, np.dtype[np.floating]]
Row = tuple[str, str, float, float]
FINE = 2**53


def random_attention(layers: int, heads: int, n: int) -> Array:
    """Return a random causal softmax tensor (layers, heads, n, n)."""
    scores = np.exp(3 * np.random.default_rng(0).standard_normal((layers, heads, n, n)))
    weights = np.tril(scores)
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def with_streams(attention: Array) -> Array:
    """Return the layers, heads of equal weight and residual streams of one half mixed in."""
    return np.asarray((attention.mean(axis=1) + np.eye(attention.shape[-1])) / 2)


def by_products(attention: Array) -> Array:
    """Return the last row of the rollout, as the product of all layers has it."""
    whole = np.eye(attention.shape[-1])
    for layer in with_streams(attention):
        whole = layer @ whole
    return np.asarray(whole[-1])


def by_networkx(attention: Array, source: int) -> float:
    """Return the flow from the top layer's last position to an input."""
    graph = nx.DiGraph()
    for level, layer in enumerate(with_streams(attention)):
        for i, k in np.argwhere(layer > 0).tolist():
            capacity = int(layer[i, k] * FINE)
            graph.add_edge((level + 1, i), (level, k), capacity=capacity)
    ends = (len(attention), attention.shape[-1] - 1), (0, source)
    return float(nx.maximum_flow_value(graph, *ends)) / FINE


def seconds(work: Callable[[], object], runs: int = 3) -> float:
    """Return a median time."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def rows(sizes: tuple[int, int, int] = (12, 12, 1024), nodes: int = 48) -> list[Row]:
    """Time rollout of a large tensor, flow of a small one, and shares and pathways between."""
    large = random_attention(*sizes)
    small = random_attention(4, 4, nodes)
    middle = random_attention(*sizes[:2], max(2, sizes[2] // 4))
    stack, flows = LayerStack.from_attention(middle), LayerStack.from_attention(small)
    found = [
        ("proxies.rollout", large, lambda: proxies.rollout(large), lambda: by_products(large)),
        ("proxies.head_shares", large, lambda: proxies.head_shares(large, 0), None),
        ("heaviest_pathways, k = 20", middle, lambda: stack.heaviest_pathways(0, 20), None),
        ("flow", small, lambda: flows.flow(3), lambda: by_networkx(small, 3)),
    ]
    return [
        (name, str(tensor.shape), seconds(ours), seconds(peer) if peer else float("nan"))
        for name, tensor, ours, peer in found
    ]


def main() -> None:
    """Print one table."""
    what = f"dagmix {__version__}, NumPy {np.__version__}, {platform.machine()}"
    table = Table("what", "attention", "dagmix", "NumPy or networkx", "ratio", title=what)
    for name, shape, ours, peer in rows():
        ratio = f"{peer / ours:.3g}" if peer == peer else ""  # noqa: PLR0124 - not a NaN
        other = f"{peer * 1e3:.4g} ms" if ratio else ""
        table.add_row(name, shape, f"{ours * 1e3:.4g} ms", other, ratio)
    Console().print(table)


if __name__ == "__main__":
    main()
