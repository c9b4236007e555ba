"""The node whose signals are asked for: the sink, or any other node that is named.

A signal (Δᵗ)[i, j] and its supremum over t are defined for every pair, so that fidelity asks
nothing of its target i. Mixing asks that the target be absorbing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dagmix._engine.adjacency.base import Adjacency
from dagmix.errors import SinkError
from dagmix.graphs.labels import Node, Nodes
from dagmix.graphs.sinks import UniqueSink, find_unique_sink


@dataclass(frozen=True)
class Target(UniqueSink):
    """A node at which a diffusion's signals are read although it sends to other nodes.

    It stands where a `UniqueSink` stands, in `.sink`, and is never equal to one.

    Attributes
    ----------
    node
        The label.
    index
        The row of the node, from 0.

    Examples
    --------
    >>> from dagmix import DiffusionOperator
    >>> DiffusionOperator.from_matrix([["1/2", "1/2"], ["1/3", "2/3"]], sink=0).sink
    Target(node=0, index=0)

    References
    ----------
    arXiv:2507.02944, Definition 3.2, of which the target need not be a sink.
    """


def find_target(adjacency: Adjacency, nodes: Nodes, sink: Node | UniqueSink | None) -> UniqueSink:
    """Return the only sink, or the node that is named: a `Target` where it sends to others.

    A `UniqueSink` must be one here too.
    """
    if sink is None or (isinstance(sink, UniqueSink) and not isinstance(sink, Target)):
        return find_unique_sink(adjacency, nodes, sink)
    row = nodes.row(sink.node if isinstance(sink, Target) else sink)
    kind = UniqueSink if row in adjacency.sinks else Target
    return kind(nodes[row], row)


def target_row(target: Node | None, nodes: Nodes, *, causal: bool) -> int:
    """Return the row of a target of attention: of causal attention the last one by default.

    Raises UnknownNodeError, and SinkError for bidirectional attention without a target.
    """
    if target is not None:
        return nodes.row(target)
    if not causal:
        message = (
            "bidirectional attention (causal=False) has no last position that every other one"
            f" leads to: name a target=, from {nodes[0]!r} to {nodes[-1]!r}"
        )
        raise SinkError(message)
    return len(nodes) - 1


def check_target(target: Node | None, labels: Iterable[Node], *, causal: bool) -> None:
    """Raise what `target_row` does, of positions by their labels."""
    target_row(target, Nodes(labels), causal=causal)


def position_of(target: int | None, n: int, *, causal: bool) -> int:
    """Return a target among positions 0 to n − 1, as `target_row` does."""
    return target_row(target, Nodes(range(n)), causal=causal)
