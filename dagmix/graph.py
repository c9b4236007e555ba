"""Feedforward graphs and their sinks (Definitions 2.1 and 2.2 of arXiv 2507.02944).

A feedforward graph is a directed graph whose nodes can be ordered so that every edge j → i
goes forward, j before i or j = i. A sink has no edge to another node.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy
from numpy.typing import ArrayLike

from dagmix import detection
from dagmix.edges import Edge, check_runs, in_order_of_appearance, read_array, read_edges, read_runs
from dagmix.errors import CycleError, EmptyError, NumberError, ShapeError
from dagmix.frozen import Frozen
from dagmix.lazy import Lazy
from dagmix.nodes import SHOWN, Node, Nodes, check_same_nodes
from dagmix.runs import Runs
from dagmix.sinks import UniqueSink, find_unique_sink
from dagmix.support import Ints, Support

if TYPE_CHECKING:
    import networkx as nx
else:
    nx = Lazy("networkx")

EDGES_SHOWN = 32


class FeedforwardDAG(Frozen):
    """A feedforward graph: a directed graph without cycles but self-loops (Definition 2.1).

    Parameters
    ----------
    edges : pairs (j, i)
        Sender and receiver; a repeated edge counts once. An integer array of shape (m, 2)
        together with a range of nodes is read without a loop.
    nodes : iterable, optional
        The row and column order; by default the order of first appearance in `edges`.
    self_loops : bool or None
        True adds every self-loop (the paper's assumption), False removes all, None keeps
        those given.

    Raises
    ------
    CycleError, UnknownNodeError, RepeatedNodeError, EmptyError
        Each names what broke the rule. Nothing is built.

    Notes
    -----
    Frozen, hashable, compared by nodes (in order) and edges. Few nodes or many edges are kept
    as a matrix, few edges as a list, and more than 64 nodes whose edges fall into runs as
    those: `repr` says which. What has to list the edges of a graph made of runs raises
    ShapeError where they are too many.

    Examples
    --------
    >>> head = FeedforwardDAG([("u", "v"), ("v", "w"), ("w", "τ")], nodes="uvwτ")
    >>> head.unique_sink, head.sources, head.in_degree("v"), head.longest_path
    (UniqueSink(node='τ', index=3), ('u',), 2, ('u', 'v', 'w', 'τ'))
    """

    nodes: Nodes
    support: Support

    def __init__(
        self,
        edges: Iterable[Edge],
        nodes: Iterable[Node] | None = None,
        *,
        self_loops: bool | None = True,
    ) -> None:
        """Check the edges and keep them."""
        if isinstance(edges, np.ndarray) and isinstance(nodes, range):
            self._build(Nodes(nodes), *read_array(edges, nodes), self_loops=self_loops)
            return
        pairs = read_edges(edges)
        if nodes is None:
            nodes = in_order_of_appearance(pairs)
        labels = Nodes(nodes)
        senders = np.array([labels.row(j) for j, _ in pairs], dtype=np.intp)
        receivers = np.array([labels.row(i) for _, i in pairs], dtype=np.intp)
        self._build(labels, receivers, senders, self_loops=self_loops)

    def _build(
        self,
        nodes: Nodes,
        receivers: Ints,
        senders: Ints,
        *,
        self_loops: bool | None,
    ) -> None:
        if self_loops is not None:
            proper = receivers != senders
            loops = np.arange(len(nodes) if self_loops else 0)
            receivers = np.concatenate((receivers[proper], loops))
            senders = np.concatenate((senders[proper], loops))
        self._keep(nodes, detection.graph_support(len(nodes), receivers, senders))

    def _keep(self, nodes: Nodes, support: Support) -> None:
        if support.order is None:
            message = f"the graph has the cycle {_name_cycle(support, nodes)}"
            raise CycleError(message)
        self.__dict__.update(nodes=nodes, support=support)

    @classmethod
    def from_mask(
        cls,
        mask: ArrayLike,
        nodes: Iterable[Node] | None = None,
        *,
        self_loops: bool | None = None,
    ) -> FeedforwardDAG:
        """Read an n × n attention mask: mask[i, j] true where query i sees key j (edge j → i).

        >>> FeedforwardDAG.from_mask(np.tri(3)).edges
        ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
        """
        array = np.asarray(mask)
        if array.ndim != 2 or array.shape[0] != array.shape[1]:  # noqa: PLR2004 - a matrix
            message = f"a mask is square, n × n; got shape {array.shape}"
            raise ShapeError(message)
        if array.dtype.kind not in "biuf" or not np.isin(array, (0, 1)).all():
            message = f"a mask holds booleans (or 0 and 1); got dtype {array.dtype}"
            raise NumberError(message)
        labels = Nodes(range(len(array)) if nodes is None else nodes)
        if len(labels) != len(array):
            message = f"{len(labels)} nodes for a mask of shape {array.shape}"
            raise ShapeError(message)
        graph = cls.__new__(cls)
        cls._build(graph, labels, *np.nonzero(array), self_loops=self_loops)
        return graph

    @classmethod
    def from_runs(
        cls,
        receivers: ArrayLike,
        starts: ArrayLike,
        stops: ArrayLike,
        steps: ArrayLike = 1,
        nodes: Iterable[Node] | None = None,
    ) -> FeedforwardDAG:
        """Read an attention mask as runs: node receivers[k] hears range(start, stop, step).

        Parameters
        ----------
        receivers, starts, stops, steps : integers, or 1-D arrays of them
            Rows; they are broadcast against one another. A node may have several runs, which
            may overlap, and hears nobody without one. Self-loops are edges like others.
        nodes : iterable, optional
            The labels of the rows; by default 0, …, the greatest receiver.

        Raises
        ------
        NumberError
            For numbers that are no integers, rows out of range, or steps below 1.
        ShapeError
            For arrays that cannot be broadcast to one dimension.
        CycleError
            Where the runs make a cycle.

        Examples
        --------
        >>> rows = np.arange(1000)
        >>> FeedforwardDAG.from_runs(rows, np.maximum(rows - 99, 0), rows + 1)
        <FeedforwardDAG: 1000 nodes, 94050 edges, 1 range a row>
        """
        rows, first, after, step = read_runs(receivers, starts, stops, steps)
        labels = Nodes(range(int(rows.max(initial=-1)) + 1) if nodes is None else nodes)
        check_runs(len(labels), rows, first, after, step)
        graph = cls.__new__(cls)
        cls._keep(graph, labels, detection.from_runs(len(labels), rows, first, after, step))
        return graph

    @classmethod
    def from_networkx(
        cls, graph: nx.DiGraph[Node], *, self_loops: bool | None = None
    ) -> FeedforwardDAG:
        """Read a networkx DiGraph, its nodes in its own order, its self-loops as they are.

        >>> FeedforwardDAG.from_networkx(nx.DiGraph([("u", "v"), ("v", "v")])).edges
        (('u', 'v'), ('v', 'v'))
        """
        if not graph.is_directed():
            message = f"edges need a direction; got an undirected {type(graph).__name__}"
            raise ShapeError(message)
        return cls(graph.edges(), nodes=graph.nodes(), self_loops=self_loops)

    @classmethod
    def union(cls, graphs: Iterable[FeedforwardDAG]) -> FeedforwardDAG:
        """Return the graph with every edge of every graph; CycleError where orders disagree.

        >>> line, shortcut = [FeedforwardDAG(e, nodes="abc") for e in (["ab", "bc"], ["ac"])]
        >>> FeedforwardDAG.union([line, shortcut]).out_degree("a")
        3
        """
        heads = list(graphs)
        if not heads:
            message = "a union needs at least one graph"
            raise EmptyError(message)
        nodes = heads[0].nodes
        check_same_nodes([head.nodes for head in heads])
        merged = cls.__new__(cls)
        cls._keep(merged, nodes, detection.graph_union([head.support for head in heads]))
        return merged

    def reversed(self) -> FeedforwardDAG:
        """Return the graph with every edge turned around.

        >>> FeedforwardDAG(["ab"], self_loops=False).reversed().edges
        (('b', 'a'),)
        """
        return _from_support(type(self), self.nodes, self.support.transposed())

    def to_networkx(self) -> nx.DiGraph[Node]:
        """Return a networkx DiGraph with the same nodes, edges and self-loops."""
        edges = self.edges  # first: it may refuse
        graph: nx.DiGraph[Node] = nx.DiGraph()
        graph.add_nodes_from(self.nodes)
        graph.add_edges_from(edges)
        return graph

    @property
    def edges(self) -> tuple[Edge, ...]:
        """Pairs (sender, receiver), self-loops included, in node order."""
        receivers, senders = self.support.pairs
        ends = zip(senders.tolist(), receivers.tolist(), strict=True)
        return tuple((self.nodes[j], self.nodes[i]) for j, i in ends)

    def out_degree(self, node: Node) -> int:
        """Return the number of edges from a node, its self-loop included."""
        return int(self.support.out_degree[self.nodes.row(node)])

    def in_degree(self, node: Node) -> int:
        """Return the number of edges to a node, its self-loop included."""
        return int(self.support.in_degree[self.nodes.row(node)])

    @property
    def sinks(self) -> tuple[Node, ...]:
        """Nodes without an edge to another node, in node order."""
        return tuple(self.nodes[row] for row in self.support.sinks.tolist())

    @property
    def sources(self) -> tuple[Node, ...]:
        """Nodes without an edge from another node, in node order."""
        return tuple(self.nodes[row] for row in self.support.sources.tolist())

    @cached_property
    def unique_sink(self) -> UniqueSink:
        """The one sink; SinkError naming all of them where there are several."""
        return find_unique_sink(self.support, self.nodes, None)

    @cached_property
    def topological_order(self) -> tuple[Node, ...]:
        """The nodes, every edge going forward; of all such orders the first by node order."""
        order = self.support.order
        if order is not None and (order == np.arange(len(order))).all():
            return tuple(self.nodes)
        graph = self._rows_graph()
        return tuple(self.nodes[row] for row in nx.lexicographical_topological_sort(graph))

    @cached_property
    def longest_path(self) -> tuple[Node, ...]:
        """The nodes of a longest directed path; it has one edge fewer than nodes."""
        return tuple(self.nodes[row] for row in nx.dag_longest_path(self._rows_graph()))

    def _rows_graph(self) -> nx.DiGraph[int]:
        return _digraph(self.support)

    @property
    def self_loops(self) -> bool | None:
        """True with all self-loops, False with none, None with some."""
        loops = int(np.count_nonzero(self.support.has_loop))
        return {0: False, len(self.nodes): True}.get(loops)

    def __eq__(self, other: object) -> bool:
        """Compare nodes, in order, and edges."""
        if not isinstance(other, FeedforwardDAG):
            return NotImplemented
        return self.nodes == other.nodes and self.support.same_as(other.support)

    def __hash__(self) -> int:
        """Hash nodes and degrees."""
        return hash((self.nodes, self.support.degrees_hash))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle through the constructor, or as the runs that make the graph."""
        if isinstance(self.support, Runs):
            return _from_support, (type(self), self.nodes, self.support)
        return functools.partial(type(self), self_loops=None), (self.edges, tuple(self.nodes))

    def __repr__(self) -> str:
        """Read like the call that makes the graph; a large one is summarised."""
        loops, kind = self.self_loops, self.support.kind
        count = self.support.edges - (0 if loops is None else int(self.support.has_loop.sum()))
        if count > EDGES_SHOWN or len(self.nodes) > SHOWN:
            return f"<FeedforwardDAG: {len(self.nodes)} nodes, {count} edges, {kind}>"
        edges = [pair for pair in self.edges if loops is None or pair[0] != pair[1]]
        given = "" if loops is True else f", self_loops={loops}"
        return f"FeedforwardDAG({edges}, nodes={tuple(self.nodes)!r}{given})"

    def _repr_html_(self) -> str:
        return f"<code>{escape(repr(self))}</code>"


def _from_support(cls: type[FeedforwardDAG], nodes: Nodes, support: Support) -> FeedforwardDAG:
    graph = cls.__new__(cls)
    graph._keep(nodes, support)  # noqa: SLF001 - a constructor for pickles
    return graph


def _digraph(support: Support) -> nx.DiGraph[int]:
    receivers, senders = support.pairs
    proper = receivers != senders
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(support.n))
    ends = senders[proper].tolist(), receivers[proper].tolist()
    graph.add_edges_from(zip(*ends, strict=True))
    return graph


def _name_cycle(support: Support, nodes: Nodes) -> str:
    """Name a shortest cycle among those through the first pair that lies on one."""
    receivers, senders = support.pairs
    graph = support.adjacency
    _, classes = support.components
    first = int(((receivers != senders) & (classes[receivers] == classes[senders])).argmax())
    before = scipy.sparse.csgraph.breadth_first_order(graph, receivers[first])[1]
    way = [senders[first]]
    while way[-1] != receivers[first]:
        way.append(before[way[-1]])
    return " → ".join(str(nodes[int(row)]) for row in [senders[first], *reversed(way)])
