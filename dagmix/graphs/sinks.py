"""The unique sink of a graph: the node that sends to no other (Definition 2.2)."""

from __future__ import annotations

from dataclasses import dataclass

from dagmix._engine.adjacency.base import Adjacency
from dagmix.errors import SinkError
from dagmix.graphs.labels import Node, Nodes, shorten


@dataclass(frozen=True)
class UniqueSink:
    """The one node without an edge to another node, and its row (Definition 2.2).

    Attributes
    ----------
    node
        The label.
    index
        The row of the node, from 0.

    Examples
    --------
    >>> from dagmix import FeedforwardDAG
    >>> FeedforwardDAG([("u", "v"), ("u", "w"), ("v", "w")]).unique_sink
    UniqueSink(node='w', index=2)

    References
    ----------
    arXiv:2507.02944, Definition 2.2.
    """

    node: Node
    index: int


def find_unique_sink(
    adjacency: Adjacency, nodes: Nodes, sink: Node | UniqueSink | None
) -> UniqueSink:
    """Return the sink asked for, or the only one; raise SinkError naming the sinks there are."""
    rows_of_sinks = adjacency.sinks.tolist()
    if sink is not None:
        node = sink.node if isinstance(sink, UniqueSink) else sink
        row = nodes.row(node)
        if row not in rows_of_sinks:
            message = f"{nodes[row]!r} is not a sink: it has edges to other nodes"
            raise SinkError(message)
        return UniqueSink(nodes[row], row)
    if len(rows_of_sinks) != 1:
        found = shorten([nodes[row] for row in rows_of_sinks]) or "none"
        message = f"a unique sink is needed; the sinks are: {found} (name one with sink=)"
        raise SinkError(message)
    return UniqueSink(nodes[rows_of_sinks[0]], rows_of_sinks[0])
