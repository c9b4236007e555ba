"""Every small graph with a unique sink, its values by brute force, and what is best of them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import permutations
from typing import TYPE_CHECKING, Any

import oracle
from cases.zoo import unique_sink_dags
from oracle.fidelity import Signals

if TYPE_CHECKING:
    from cases.zoo import Edges

    from dagmix import FeedforwardDAG

Pair = tuple[int, Fraction]


@dataclass(frozen=True)
class Known:
    """One graph of each isomorphism class: its least relabelling, and what is known of it."""

    kind: Edges
    edges: int
    in_degree: int
    time: int
    fidelity: Fraction


def kind(n: int, edges: Edges) -> Edges:
    """The least of all relabellings that leave the sink n − 1."""
    names = [(*to, n - 1) for to in permutations(range(n - 1))]
    return min(tuple(sorted((to[j], to[i]) for j, i in edges)) for to in names)


def kind_of(graph: FeedforwardDAG) -> Edges:
    """The same of a graph of dagmix on 0 … n − 1."""
    pairs: list[Any] = [edge for edge in graph.edges if edge[0] != edge[1]]
    return kind(len(graph.nodes), tuple(pairs))


@cache
def known(n: int, epsilon: Fraction = Fraction(1, 4)) -> tuple[Known, ...]:
    """All classes on n nodes."""
    return tuple(
        Known(
            edges,
            len(edges),
            max((sum(i == node for _, i in edges) for node in range(n)), default=0),
            int(oracle.mixing_time(oracle.walk_matrix(n, edges), n - 1, epsilon)),
            fidelity(n, edges),
        )
        for edges in sorted({kind(n, edges) for edges in unique_sink_dags(n)})
    )


def fidelity(n: int, edges: Edges) -> Fraction:
    """φ_min."""
    signals = Signals(oracle.diffusion_matrix(n, edges), n - 1)
    return min(signals.fidelity(j).value for j in range(n))


def best(
    graphs: tuple[Known, ...], edges: int | None, in_degree: int | None, objective: str
) -> dict[tuple[int | None, Fraction | None], set[Edges]]:
    """Values that no graph within the limits improves on, and all classes that have them."""
    allowed = [
        one
        for one in graphs
        if (edges is None or one.edges <= edges)
        and (in_degree is None or one.in_degree <= in_degree)
    ]
    counts = {one.kind: counted(one, objective) for one in allowed}
    found: dict[tuple[int | None, Fraction | None], set[Edges]] = {}
    for name, (time, phi) in counts.items():
        others = counts.values()
        if not any(t <= time and p >= phi and (t, p) != (time, phi) for t, p in others):
            shown = (
                None if objective == "fidelity" else time,
                None if objective == "mixing" else phi,
            )
            found.setdefault(shown, set()).add(name)
    return found


def counted(one: Known, objective: str) -> Pair:
    """What counts of a graph."""
    time = 0 if objective == "fidelity" else one.time
    return time, Fraction(1) if objective == "mixing" else one.fidelity
