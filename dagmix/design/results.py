"""What is found: graphs of the best values, and whether that is proved."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dagmix._engine.exact.enclosures import Enclosure
from dagmix._util.brief import Brief
from dagmix.graphs.dag import FeedforwardDAG


@dataclass(frozen=True, repr=False)
class Optimum(Brief):
    """A value that no graph improves on, and graphs that have it.

    Attributes
    ----------
    mixing_time : int or None
        T(ε); None where only the fidelity is asked for.
    fidelity : Fraction or None
        φ_min; None where only the mixing time is asked for.
    graphs : tuple of FeedforwardDAG
        One of each isomorphism class, on the nodes 0 … n − 1 in a topological order, by their
        number of edges; all of them where the search is finished.

    Examples
    --------
    >>> from dagmix.design import best_graphs
    >>> [best] = best_graphs(5, in_degree=2).front
    >>> best.mixing_time, str(best.fidelity), len(best.graphs)
    (4, '1/3', 1)

    References
    ----------
    The measures are those of arXiv:2507.02944, Definitions 2.7 and 3.5; arXiv:2502.06751 asks for
    graphs that are good in both.
    """

    mixing_time: int | None
    fidelity: Fraction | None
    graphs: tuple[FeedforwardDAG, ...]


@dataclass(frozen=True, repr=False)
class BestGraphs(Brief):
    """The best graphs on n nodes within limits, as `best_graphs` returns them.

    Attributes
    ----------
    n, edges, in_degree : int
        Nodes; the most edges and senders of a node, self-loops not counted.
    objective : str
        "mixing", "fidelity" or "pareto".
    epsilon : Fraction
        The threshold of the mixing time.
    front : tuple of Optimum
        By mixing time; one of them unless the objective is "pareto".
    proved : bool
        Whether the search is finished: no graph improves on the front, and no other graph, up
        to isomorphism, has one of its values.
    bound : tuple of (int or None, Fraction or None)
        Every graph within the limits is no better than one of these pairs (T, φ_min): its time
        is no smaller and its fidelity no larger. Where `proved`, the values of `front`.
    examined : int
        Partial graphs from which the search went on, in this run and in the pieces read.

    Examples
    --------
    >>> from dagmix.design import best_graphs
    >>> found = best_graphs(6, objective="fidelity")
    >>> str(found.value), found.count, found.proved
    ('1/3', 8, True)

    References
    ----------
    arXiv:2502.06751 asks what makes a good feedforward graph.
    """

    n: int
    edges: int
    in_degree: int
    objective: str
    epsilon: Fraction
    front: tuple[Optimum, ...]
    proved: bool
    bound: tuple[tuple[int | None, Fraction | None], ...]
    examined: int

    @property
    def graphs(self) -> tuple[FeedforwardDAG, ...]:
        """All graphs of the front, one of each isomorphism class.

        Returns
        -------
        tuple of FeedforwardDAG
            By mixing time, then by number of edges.

        Examples
        --------
        >>> from dagmix.design import best_graphs
        >>> [graph.adjacency.edges - 4 for graph in best_graphs(4).graphs]
        [3, 3]
        """
        return tuple(graph for best in self.front for graph in best.graphs)

    @property
    def count(self) -> int:
        """The number of those graphs.

        Returns
        -------
        int
            Up to isomorphism.

        Examples
        --------
        >>> from dagmix.design import best_graphs
        >>> best_graphs(5, objective="fidelity").count
        12
        """
        return sum(len(best.graphs) for best in self.front)

    @property
    def value(self) -> Any:
        """The least T, the largest φ_min, or for "pareto" the pairs of both.

        Returns
        -------
        int, Fraction or tuple of (int, Fraction)
            Exactly.

        Examples
        --------
        >>> from dagmix.design import best_graphs
        >>> best_graphs(5, in_degree=2, objective="mixing").value
        4
        """
        pairs = tuple((best.mixing_time, best.fidelity) for best in self.front)
        if self.objective == "pareto":
            return pairs
        return pairs[0][self.objective == "fidelity"]


@dataclass(frozen=True, repr=False)
class FoundGraph(Brief):
    """A graph that a local search found, as `found_graph` returns it: found, not proved best.

    Attributes
    ----------
    graph : FeedforwardDAG
        On the nodes 0 … n − 1 in a topological order.
    objective : str
        "mixing" or "fidelity".
    value : int, Fraction or Enclosure
        T(ε) or φ_min of the graph, exactly or with bounds.
    bound : int or Fraction
        Proved: no graph within the limits has a smaller T, or a larger φ_min.
    seed : int
        The random choices; the same seed and the same `Work` find the same graph.
    tried : int
        Changes tried.

    Examples
    --------
    >>> from dagmix import Work
    >>> from dagmix.design import found_graph
    >>> found = found_graph(12, in_degree=2, objective="mixing", budget=Work(50))
    >>> found.bound <= found.value
    True

    References
    ----------
    arXiv:2502.06751 asks what makes a good feedforward graph.
    """

    graph: FeedforwardDAG
    objective: str
    value: int | float | Fraction | Enclosure
    bound: int | Fraction
    seed: int
    tried: int
