"""The two worked examples of the paper, as heads (arXiv:2507.02944, §3.1)."""

from __future__ import annotations

from itertools import pairwise

from dagmix.graphs.dag import FeedforwardDAG


def example_3_8() -> list[FeedforwardDAG]:
    """Return the two heads of Example 3.8, with self-loops: u → v and v → τ.

    Either alone has φ_min = 0; every mixture of positive weights carries u to τ. The sink of
    each head alone is not unique, that of the mixture is τ.

    Returns
    -------
    list of FeedforwardDAG
        Head 0 and head 1 on the nodes u, v, τ.

    Examples
    --------
    >>> [head.sinks for head in example_3_8()]
    [('v', 'τ'), ('u', 'τ')]

    References
    ----------
    arXiv:2507.02944, Example 3.8.
    """
    return [FeedforwardDAG([edge], nodes="uvτ") for edge in (("u", "v"), ("v", "τ"))]


def example_3_13() -> list[FeedforwardDAG]:
    """Return the two heads of Example 3.13: u → v → w → τ and v → u → w → τ.

    With self-loops. Either alone has φ_min = 3/8, their uniform mixture 1/2. They share no
    topological order.

    Returns
    -------
    list of FeedforwardDAG
        Head 0 and head 1 on the nodes u, v, w, τ.

    Examples
    --------
    >>> [head.topological_order for head in example_3_13()]
    [('u', 'v', 'w', 'τ'), ('v', 'u', 'w', 'τ')]

    References
    ----------
    arXiv:2507.02944, Example 3.13.
    """
    return [FeedforwardDAG(pairwise(path), nodes="uvwτ") for path in ("uvwτ", "vuwτ")]


def without_loops(graph: FeedforwardDAG) -> FeedforwardDAG:
    """Return a graph with every self-loop removed.

    >>> without_loops(example_3_8()[0]).edges
    (('u', 'v'),)
    """
    return FeedforwardDAG(graph.edges, nodes=graph.nodes, self_loops=False)
