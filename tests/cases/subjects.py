"""The library's objects for the graphs of the zoo, and the cases that tests run over."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from oracle.fidelity import Fidelity

from cases.zoo import sampled_dags, unique_sink_dags
from dagmix import FeedforwardDAG, MultiHeadDiffusion, MultiHeadWalk, NodeFidelity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from oracle import Edge

    from cases.zoo import Edges, Mixture, Single

CHUNK = 35  # graphs a test item takes


def graph(n: int, edges: Iterable[Edge], *, loops: bool = True) -> FeedforwardDAG:
    """Nodes 0 … n−1, in this order."""
    return FeedforwardDAG(edges, nodes=range(n), self_loops=loops)


def single(one: Single) -> FeedforwardDAG:
    """Build a graph of the zoo."""
    return graph(one.n, one.edges, loops=one.loops)


def reordered(order: Sequence[int], edges: Iterable[Edge], *, loops: bool) -> FeedforwardDAG:
    """Take the same nodes in another order."""
    return FeedforwardDAG(edges, nodes=order, self_loops=loops)


def mixed_walk(mix: Mixture) -> MultiHeadWalk:
    """Mix the heads as walks; the sink is found, not given."""
    heads = [graph(mix.n, edges, loops=mix.loops) for edges in mix.heads]
    return MultiHeadWalk(heads, weights=mix.weights)


def mixed_diffusion(mix: Mixture) -> MultiHeadDiffusion:
    """Mix the heads as diffusions; the sink is found, not given."""
    heads = [graph(mix.n, edges, loops=mix.loops) for edges in mix.heads]
    return MultiHeadDiffusion(heads, weights=mix.weights)


def as_oracle(found: NodeFidelity) -> Fidelity:
    """Read an exact result: both ends are the value, and `attained` is decided."""
    assert found.lower == found.value == found.upper
    assert isinstance(found.value, Fraction)
    assert isinstance(found.attained, bool)
    assert isinstance(found.times, tuple)
    return Fidelity(found.value, found.attained, found.times, found.onwards, found.period)


def chunks() -> list[tuple[int, tuple[Edges, ...]]]:
    """All unique-sink DAGs with n ≤ 5 and a sample with n = 6, a test item at a time."""
    graphs = [(n, unique_sink_dags(n)) for n in range(1, 6)]
    graphs.append((6, tuple(sampled_dags(6, CHUNK, seed=6))))
    return [
        (n, some[start : start + CHUNK])
        for n, some in graphs
        for start in range(0, len(some), CHUNK)
    ]


def chunk_name(chunk: object) -> str | None:
    """Name a test item by node count, graph count and first graph."""
    if isinstance(chunk, tuple):
        n, some = chunk
        first = "_".join(f"{j}{i}" for j, i in some[0])
        return f"n{n}x{len(some)}-{first}"
    return None


CHUNKS = chunks()


every_graph = pytest.mark.parametrize("chunk", CHUNKS, ids=chunk_name)
with_and_without_loops = pytest.mark.parametrize("loops", [True, False], ids=["loops", "bare"])
