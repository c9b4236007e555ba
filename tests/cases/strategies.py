"""Hypothesis strategies for small graphs, weights and mixtures; the last node is the sink."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from cases.zoo import Mixture, Single

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cases.zoo import Edges


@st.composite
def edges_along(draw: st.DrawFn, order: Sequence[int]) -> Edges:
    """Edges forward along an order, every node but the last with at least one."""
    edges: list[tuple[int, int]] = []
    for place, j in enumerate(order[:-1]):
        later = st.sampled_from(order[place + 1 :])
        edges += [(j, i) for i in sorted(draw(st.sets(later, min_size=1)))]
    return tuple(edges)


@st.composite
def singles(draw: st.DrawFn, max_nodes: int = 6) -> Single:
    """A graph with a unique sink, self-loops all there or all absent."""
    n = draw(st.integers(1, max_nodes))
    return Single(n, draw(edges_along(range(n))), loops=draw(st.booleans()))


@st.composite
def convex_weights(draw: st.DrawFn, count: int) -> tuple[Fraction, ...]:
    """Fractions, positive, with sum 1."""
    parts = draw(st.lists(st.integers(1, 9), min_size=count, max_size=count))
    return tuple(Fraction(part, sum(parts)) for part in parts)


@st.composite
def mixtures(draw: st.DrawFn, *, common: bool | None = None, max_nodes: int = 5) -> Mixture:
    """Two or three heads that agree about the order, or need not."""
    n, size = draw(st.integers(1, max_nodes)), draw(st.integers(2, 3))
    agree = draw(st.booleans()) if common is None else common
    first = st.just(list(range(n - 1))) if agree else st.permutations(range(n - 1))
    heads = tuple(draw(edges_along([*draw(first), n - 1])) for _ in range(size))
    return Mixture(n, heads, draw(convex_weights(size)), loops=draw(st.booleans()))


epsilons = st.fractions(Fraction(1, 10**6), Fraction(99, 100), max_denominator=10**6)
steps = st.integers(0, 20)
