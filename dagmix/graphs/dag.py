"""Feedforward graphs and their sinks (arXiv:2507.02944, Definitions 2.1 and 2.2).

A feedforward graph is a directed graph whose nodes can be ordered so that every edge j → i, from
sender j to receiver i, has j before i or j = i. A sink has no edge to another node.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy
from numpy.typing import ArrayLike

from dagmix._engine.adjacency import choose, paths
from dagmix._engine.adjacency.base import Adjacency, Ints
from dagmix._engine.adjacency.ranges import IndexRanges
from dagmix._util.brief import brief
from dagmix._util.lazy import Lazy
from dagmix.errors import CycleError, EmptyError, KindError, ShapeError
from dagmix.graphs.conversions import Convertible
from dagmix.graphs.edges import (
    Edge,
    check_order,
    check_runs,
    in_order_of_appearance,
    read_array,
    read_edges,
    read_runs,
    read_shifts,
)
from dagmix.graphs.labels import SHOWN, Node, Nodes, check_count, check_same_nodes
from dagmix.graphs.mask_arrays import read_mask
from dagmix.graphs.mask_mods import Predicate, read_block_mask, read_size
from dagmix.graphs.sinks import UniqueSink, find_unique_sink

if TYPE_CHECKING:
    import networkx as nx
else:
    nx = Lazy("networkx")

EDGES_SHOWN = 32


class FeedforwardDAG(Convertible):
    """A feedforward graph: a directed graph without cycles but self-loops (Definition 2.1).

    Parameters
    ----------
    edges : pairs (j, i)
        Sender and receiver; a repeated edge counts once. An integer array of shape (m, 2)
        together with a range of nodes is read without a loop. A set needs `nodes`.
    nodes : iterable, optional
        The row and column order; by default the order of first appearance in `edges`.
    self_loops : bool or None
        True adds every self-loop (the paper's assumption), False removes all, None keeps
        those given.

    Raises
    ------
    CycleError, UnknownNodeError, RepeatedNodeError, EmptyError
        Each names what broke the rule. Nothing is built.
    ShapeError
        For what are no pairs, an array that is not of shape (m, 2), nodes without an order.
    KindError
        For `self_loops` other than True, False and None.

    Notes
    -----
    Frozen, hashable, compared by nodes (in order) and edges. Few nodes or many edges are kept
    as a matrix, few edges as a list, and more than 64 nodes whose edges form index ranges as
    those ("runs"): `repr` says which. What has to list the edges of a graph made of ranges
    raises ShapeError where they are too many.

    Examples
    --------
    >>> head = FeedforwardDAG([("u", "v"), ("v", "w"), ("w", "τ")], nodes="uvwτ")
    >>> head.unique_sink, head.sources, head.in_degree("v"), head.longest_path
    (UniqueSink(node='τ', index=3), ('u',), 2, ('u', 'v', 'w', 'τ'))

    References
    ----------
    arXiv:2507.02944, Definitions 2.1 and 2.2.
    """

    def __init__(
        self,
        edges: Iterable[Edge],
        nodes: Iterable[Node] | None = None,
        *,
        self_loops: bool | None = True,
    ) -> None:
        """Check the edges and keep them."""
        if isinstance(edges, np.ndarray) and isinstance(nodes, range):
            labels = Nodes(nodes)
            receivers, senders = read_array(edges, nodes)
        else:
            pairs = read_edges(edges)
            if nodes is None:
                check_order(edges)
            labels = Nodes(in_order_of_appearance(pairs) if nodes is None else nodes)
            senders = np.array([labels.row(j) for j, _ in pairs], dtype=np.intp)
            receivers = np.array([labels.row(i) for _, i in pairs], dtype=np.intp)
        self._keep(labels, _joined(len(labels), receivers, senders, self_loops=self_loops))

    def _keep(self, nodes: Nodes, adjacency: Adjacency) -> None:
        if adjacency.order is None:
            message = f"the graph has the cycle {_name_cycle(adjacency, nodes)}"
            raise CycleError(message)
        self.nodes = nodes
        self.adjacency = adjacency

    @classmethod
    def _of(cls, nodes: Nodes, adjacency: Adjacency) -> FeedforwardDAG:
        graph = cls.__new__(cls)
        graph._keep(nodes, adjacency)  # noqa: SLF001 - a constructor
        return graph

    @classmethod
    def from_mask(
        cls,
        mask: Any,
        nodes: Iterable[Node] | None = None,
        *,
        self_loops: bool | None = None,
        additive: bool | None = None,
    ) -> FeedforwardDAG:
        """Read an attention mask: mask[i, j] is true where query i sees key j (edge j → i).

        Parameters
        ----------
        mask : array of shape (n, n) or (1, 1, n, n), sparse matrix, or BlockMask
            Booleans, or 0 and 1; a causal mask is lower triangular. Arrays and tensors of any
            library, a sparse matrix of SciPy, a BlockMask of FlexAttention with one batch and head
            (its `mask_mod` is evaluated, as `from_mask_mod` does).
        nodes : iterable, optional
            n labels, in row and column order; 0 to n − 1 by default.
        self_loops : bool or None
            True adds every self-loop, False removes all, None keeps those of the diagonal.
        additive : bool, optional
            Whether entries are terms that are added to scores: a key is hidden by −∞ or by the
            least number of a float type, and seen otherwise. By default this is so where an entry
            is −∞.

        Returns
        -------
        FeedforwardDAG
            With one edge for every true entry.

        Raises
        ------
        ShapeError
            Unless the mask is square, with n labels, and one.
        NumberError, KindError
            For other entries than booleans, 0 and 1, or terms; for floats that are all 0, without
            `additive`; for another `self_loops` or `additive`.
        CycleError
            Where the mask has a cycle of several nodes.

        Examples
        --------
        >>> FeedforwardDAG.from_mask(np.tri(3)).edges
        ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
        >>> FeedforwardDAG.from_mask([[0.0, -np.inf], [-np.inf, 0.0]]).edges
        ((0, 0), (1, 1))
        """
        if hasattr(mask, "mask_mod"):
            runs, n = read_block_mask(mask)
            adjacency = choose.from_runs(n, *runs)
            if self_loops is not None:
                adjacency = _joined(n, *adjacency.pairs, self_loops=self_loops)
        else:
            n, receivers, senders = read_mask(mask, additive)
            adjacency = _joined(n, receivers, senders, self_loops=self_loops)
        labels = Nodes(range(n) if nodes is None else nodes)
        if len(labels) != n:
            message = f"{len(labels)} nodes for a mask of shape {(n, n)}"
            raise ShapeError(message)
        return cls._of(labels, adjacency)

    @classmethod
    def from_mask_mod(
        cls, mask_mod: Callable[..., Any], n: int, *, batch: int = 0, head: int = 0
    ) -> FeedforwardDAG:
        """Read a predicate of indices, as FlexAttention has it, on n queries and keys.

        Parameters
        ----------
        mask_mod : callable
            mask_mod(batch, head, query, key) is true where the query sees the key. It is called
            with integer arrays that broadcast, (r, 1) and (1, n), r rows at a time; with torch's
            where NumPy's do not do and torch is loaded.
        n : int
            The number of queries and of keys, at least 1; n² entries are evaluated, never all
            of them at once.
        batch, head : int
            What is passed as the first two.

        Returns
        -------
        FeedforwardDAG
            On the nodes 0 to n − 1.

        Raises
        ------
        NumberError, ShapeError
            Unless n is an integer from 1 to 2²⁸; for results of another shape.
        KindError
            For what cannot be called so, raises, or returns no booleans.
        CycleError
            Where the mask has a cycle of several nodes: a query that sees a later key and is
            seen by it.

        Examples
        --------
        >>> causal_documents = lambda b, h, q, k: (k <= q) & (q // 3 == k // 3)
        >>> FeedforwardDAG.from_mask_mod(causal_documents, 5).edges[:4]
        ((0, 0), (0, 1), (0, 2), (1, 1))
        """
        size = check_count(read_size(n))
        runs = Predicate(mask_mod, batch, head).runs(size)
        return cls._of(Nodes(range(size)), choose.from_runs(size, *runs))

    @classmethod
    def from_runs(
        cls,
        receivers: ArrayLike,
        starts: ArrayLike,
        stops: ArrayLike,
        steps: ArrayLike = 1,
        nodes: Iterable[Node] | None = None,
    ) -> FeedforwardDAG:
        """Read an attention mask as index ranges: query i sees the keys range(start, stop, step).

        A million positions take a few arrays: edges are never listed.

        Parameters
        ----------
        receivers, starts, stops, steps : integers, or 1-D arrays of them
            Range k gives receivers[k] an edge from every row of range(starts[k], stops[k],
            steps[k]); they are broadcast against one another. A node may have several ranges,
            which may overlap, and has no sender without one. Self-loops are edges like others.
        nodes : iterable, optional
            The labels of the rows; by default 0 to the greatest receiver.

        Returns
        -------
        FeedforwardDAG
            With the union of the ranges as its edges.

        Raises
        ------
        NumberError
            For numbers that are no integers, rows out of range, or steps below 1.
        ShapeError
            For arrays that cannot be broadcast to one dimension.
        CycleError
            Where the ranges make a cycle.

        Examples
        --------
        >>> rows = np.arange(1000)
        >>> FeedforwardDAG.from_runs(rows, np.maximum(rows - 99, 0), rows + 1)
        <FeedforwardDAG: 1000 nodes, 94050 edges, 1 range a row>
        """
        rows, first, after, step = read_runs(receivers, starts, stops, steps)
        labels = Nodes(range(int(rows.max(initial=-1)) + 1) if nodes is None else nodes)
        check_runs(len(labels), rows, first, after, step)
        return cls._of(labels, choose.from_runs(len(labels), rows, first, after, step))

    @classmethod
    def from_shifts(cls, n: int, distances: Iterable[int]) -> FeedforwardDAG:
        """Return the graph on 0 to n − 1 with the edges j → j + d for every d in some distances.

        Its mask depends on i − j only. A step of a chain adds one shifted row for each distance,
        and of more than 4,096 nodes no edge is listed.

        Parameters
        ----------
        n : int
            Nodes, 1 to 2²⁸.
        distances : iterable of int
            Each at least 0, which is for all self-loops; those of n and more have no edge.

        Returns
        -------
        FeedforwardDAG
            With n − d edges for every distance d below n.

        Raises
        ------
        NumberError, ShapeError
            For what are no such integers; where n is above 2²⁸.

        Examples
        --------
        >>> FeedforwardDAG.from_shifts(4, [0, 2]).edges
        ((0, 0), (0, 2), (1, 1), (1, 3), (2, 2), (3, 3))
        >>> FeedforwardDAG.from_shifts(10**6, [0, 1, 1000]).edge_count
        2998999
        """
        size = check_count(read_size(n))
        shifts = read_shifts(distances, size)
        return cls._of(Nodes(range(size)), choose.from_shifts(size, shifts))

    @classmethod
    def from_networkx(
        cls, graph: nx.DiGraph[Node], *, self_loops: bool | None = None
    ) -> FeedforwardDAG:
        """Read a networkx DiGraph, its edges from sender to receiver, its nodes in its own order.

        Parameters
        ----------
        graph : networkx.DiGraph
            Weights and other attributes are ignored.
        self_loops : bool or None
            True adds every self-loop, False removes all, None keeps those given.

        Returns
        -------
        FeedforwardDAG
            With the same nodes.

        Raises
        ------
        ShapeError, KindError
            For an undirected graph; for what is no graph of networkx, or another `self_loops`.
        CycleError, EmptyError
            Where the graph has a cycle, or no nodes.

        Examples
        --------
        >>> FeedforwardDAG.from_networkx(nx.DiGraph([("u", "v"), ("v", "v")])).edges
        (('u', 'v'), ('v', 'v'))
        """
        _check_networkx(graph)
        if not graph.is_directed():
            message = f"edges need a direction; got an undirected {type(graph).__name__}"
            raise ShapeError(message)
        return cls(graph.edges(), nodes=graph.nodes(), self_loops=self_loops)

    @classmethod
    def union(cls, graphs: Iterable[FeedforwardDAG]) -> FeedforwardDAG:
        """Return the graph with every edge of every graph, on the same nodes.

        Parameters
        ----------
        graphs : iterable of FeedforwardDAG
            At least one, all on the same nodes in the same order.

        Returns
        -------
        FeedforwardDAG
            With the graphs' self-loops.

        Raises
        ------
        EmptyError, HeadsError, KindError
            For no graphs, graphs on different nodes, and what are no graphs.
        CycleError
            Where the graphs share no topological order.

        Examples
        --------
        >>> line, shortcut = [FeedforwardDAG(e, nodes="abc") for e in (["ab", "bc"], ["ac"])]
        >>> FeedforwardDAG.union([line, shortcut]).out_degree("a")
        3
        """
        heads = _read_graphs(graphs, "a union")
        nodes = heads[0].nodes
        return cls._of(nodes, choose.union_of_graphs([head.adjacency for head in heads]))

    @classmethod
    def intersection(cls, graphs: Iterable[FeedforwardDAG]) -> FeedforwardDAG:
        """Return the graph with the edges that every graph has, on the same nodes.

        Parameters
        ----------
        graphs : iterable of FeedforwardDAG
            At least one, all on the same nodes in the same order.

        Returns
        -------
        FeedforwardDAG
            With the self-loops that every graph has.

        Raises
        ------
        EmptyError, HeadsError, KindError
            For no graphs, graphs on different nodes, and what are no graphs.

        Examples
        --------
        >>> from dagmix import families
        >>> near, far = families.sliding_window(9, 4), families.dilated(9, 3, 2)
        >>> FeedforwardDAG.intersection([near, far]).in_degree(7)
        3
        """
        heads = _read_graphs(graphs, "an intersection")
        nodes = heads[0].nodes
        return cls._of(nodes, choose.intersection_of_graphs([head.adjacency for head in heads]))

    def reversed(self) -> FeedforwardDAG:
        """Return the graph with every edge j → i turned into i → j.

        Returns
        -------
        FeedforwardDAG
            Its sinks are the sources of this one.

        Examples
        --------
        >>> FeedforwardDAG(["ab"], self_loops=False).reversed().edges
        (('b', 'a'),)
        """
        return self._of(self.nodes, self.adjacency.transposed())

    def to_networkx(self) -> nx.DiGraph[Node]:
        """Return a networkx DiGraph with the same nodes, edges and self-loops.

        Returns
        -------
        networkx.DiGraph
            Without weights.

        Raises
        ------
        ShapeError
            For a graph made of index ranges with too many edges to list.

        Examples
        --------
        >>> list(FeedforwardDAG(["ab"], self_loops=False).to_networkx().edges)
        [('a', 'b')]
        """
        edges = self.edges  # first: it may refuse
        graph: nx.DiGraph[Node] = nx.DiGraph()
        graph.add_nodes_from(self.nodes)
        graph.add_edges_from(edges)
        return graph

    @property
    def edges(self) -> tuple[Edge, ...]:
        """Pairs (sender, receiver), self-loops included, by sender and then by receiver.

        Raises ShapeError for a graph made of index ranges with too many edges to list.
        """
        receivers, senders = self.adjacency.pairs
        ends = zip(senders.tolist(), receivers.tolist(), strict=True)
        return tuple((self.nodes[j], self.nodes[i]) for j, i in ends)

    def out_degree(self, node: Node) -> int:
        """Return the number of edges from a node, its self-loop included.

        Parameters
        ----------
        node
            The label.

        Returns
        -------
        int
            From 0 (a sink without self-loop) to n.

        Raises
        ------
        UnknownNodeError
            For a label that the graph does not have.

        Examples
        --------
        >>> FeedforwardDAG(["ab", "ac"]).out_degree("a")
        3
        """
        return int(self.adjacency.out_degree[self.nodes.row(node)])

    def in_degree(self, node: Node) -> int:
        """Return the number of edges to a node, its self-loop included.

        Parameters
        ----------
        node
            The label.

        Returns
        -------
        int
            From 0 (a source without self-loop) to n.

        Raises
        ------
        UnknownNodeError
            For a label that the graph does not have.

        Examples
        --------
        >>> FeedforwardDAG(["ac", "bc"]).in_degree("c")
        3
        """
        return int(self.adjacency.in_degree[self.nodes.row(node)])

    @property
    def sinks(self) -> tuple[Node, ...]:
        """Nodes without an edge to another node, in node order."""
        return tuple(self.nodes[row] for row in self.adjacency.sinks.tolist())

    @property
    def sources(self) -> tuple[Node, ...]:
        """Nodes without an edge from another node, in node order."""
        return tuple(self.nodes[row] for row in self.adjacency.sources.tolist())

    @cached_property
    def unique_sink(self) -> UniqueSink:
        """The one sink (Definition 2.2); raises SinkError naming the sinks where there are more."""
        return find_unique_sink(self.adjacency, self.nodes, None)

    @cached_property
    def topological_order(self) -> tuple[Node, ...]:
        """The nodes, senders before receivers; of all such orders the first by node order."""
        order = self.adjacency.order
        if order is not None and (order == np.arange(len(order))).all():
            return tuple(self.nodes)
        graph = self._rows_graph()
        return tuple(self.nodes[row] for row in nx.lexicographical_topological_sort(graph))

    @cached_property
    def longest_path(self) -> tuple[Node, ...]:
        """The nodes of a longest directed path; it has one edge fewer than nodes.

        Of a mask kept as ranges no edge is listed where the path visits all nodes.
        """
        order = self.adjacency.order
        if isinstance(self.adjacency, IndexRanges) and order is not None:
            # One that visits all nodes is the order itself, and there is no other.
            longest = paths.longest_path(self.adjacency, order, int(order[-1]))
            if longest == len(order) - 1:
                return tuple(self.nodes[row] for row in order.tolist())
        return tuple(self.nodes[row] for row in nx.dag_longest_path(self._rows_graph()))

    def _rows_graph(self) -> nx.DiGraph[int]:
        return _digraph(self.adjacency)

    @property
    def self_loops(self) -> bool | None:
        """True with all self-loops, False with none, None with some."""
        loops = int(np.count_nonzero(self.adjacency.has_loop))
        return {0: False, len(self.nodes): True}.get(loops)

    def __eq__(self, other: object) -> bool:
        """Compare nodes, in order, and edges."""
        if not isinstance(other, FeedforwardDAG):
            return NotImplemented
        return self.nodes == other.nodes and self.adjacency.has_same_pairs(other.adjacency)

    def __hash__(self) -> int:
        """Hash nodes and degrees."""
        return hash((self.nodes, self.adjacency.degrees_hash))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle through the constructor, or as the runs that make the graph."""
        if isinstance(self.adjacency, IndexRanges):
            return self._of, (self.nodes, self.adjacency)
        return functools.partial(type(self), self_loops=None), (self.edges, tuple(self.nodes))

    def __repr__(self) -> str:
        """Read like the call that makes the graph; a large one is summarised."""
        loops, kind = self.self_loops, self.adjacency.kind
        count = self.adjacency.edges - (0 if loops is None else int(self.adjacency.has_loop.sum()))
        if count > EDGES_SHOWN or len(self.nodes) > SHOWN:
            return f"<FeedforwardDAG: {len(self.nodes)} nodes, {count} edges, {kind}>"
        edges = [pair for pair in self.edges if loops is None or pair[0] != pair[1]]
        given = "" if loops is True else f", self_loops={loops}"
        pairs = ", ".join(map(brief, edges))
        return f"FeedforwardDAG([{pairs}], nodes={brief(tuple(self.nodes))}{given})"

    def _repr_html_(self) -> str:
        return f"<code>{escape(repr(self))}</code>"


def _read_graphs(graphs: Any, what: str) -> list[FeedforwardDAG]:
    """Return graphs on the same nodes, at least one."""
    if not isinstance(graphs, Iterable):
        message = f"{what} is of a sequence of FeedforwardDAGs; got {brief(graphs)}"
        raise KindError(message)
    heads = list(graphs)
    for number, head in enumerate(heads):
        if not isinstance(head, FeedforwardDAG):
            message = f"{what} is of FeedforwardDAGs; number {number} is {brief(head)}"
            raise KindError(message)
    if not heads:
        message = f"{what} needs at least one graph"
        raise EmptyError(message)
    check_same_nodes([head.nodes for head in heads])
    return heads


def _joined(n: int, receivers: Ints, senders: Ints, *, self_loops: Any) -> Adjacency:
    """Return the adjacency of edges among n rows, self-loops added, removed or as they are."""
    if not (self_loops is None or isinstance(self_loops, bool | np.bool_)):
        message = f"self_loops is True, False or None; got {brief(self_loops)}"
        raise KindError(message)
    if self_loops is not None:
        proper = receivers != senders
        loops = np.arange(n if self_loops else 0)
        receivers = np.concatenate((receivers[proper], loops))
        senders = np.concatenate((senders[proper], loops))
    return choose.adjacency_of_pairs(n, receivers, senders)


def _check_networkx(graph: Any) -> None:
    if not isinstance(graph, nx.Graph):
        message = f"a networkx DiGraph is asked for; got {brief(graph)}"
        raise KindError(message)


def _digraph(adjacency: Adjacency) -> nx.DiGraph[int]:
    receivers, senders = adjacency.pairs
    proper = receivers != senders
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(adjacency.n))
    ends = senders[proper].tolist(), receivers[proper].tolist()
    graph.add_edges_from(zip(*ends, strict=True))
    return graph


def _name_cycle(adjacency: Adjacency, nodes: Nodes) -> str:
    """Name a shortest cycle among those through the first pair that lies on one."""
    receivers, senders = adjacency.pairs
    graph = adjacency.as_csr
    _, classes = adjacency.components
    first = int(((receivers != senders) & (classes[receivers] == classes[senders])).argmax())
    before = scipy.sparse.csgraph.breadth_first_order(graph, receivers[first])[1]
    way = [senders[first]]
    while way[-1] != receivers[first]:
        way.append(before[way[-1]])
    return " → ".join(str(nodes[int(row)]) for row in [senders[first], *reversed(way)])
