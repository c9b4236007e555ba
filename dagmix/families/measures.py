"""What a graph or a mixture of graphs does, in a few exact numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NoReturn

from dagmix._engine.exact.enclosures import Enclosure
from dagmix._engine.exact.scalars import QUARTER
from dagmix._util.brief import Brief, brief
from dagmix.errors import EmptyError, KindError, WeightError
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.operators.diffusion import DiffusionOperator
from dagmix.operators.mixture import MultiHead, MultiHeadDiffusion, MultiHeadWalk
from dagmix.operators.single_numbers import enclosed, greatest_hitting_time, least_fidelity
from dagmix.operators.walk import WalkOperator


@dataclass(frozen=True, repr=False)
class Measures(Brief):
    """The measures of one graph or mixture, as `describe` returns them; times are in steps.

    Attributes
    ----------
    n, edges : int
        Nodes, and edges with self-loops counted, those of every head of a mixture.
    mixing_time : int or float
        T(ε) of the walk to the sink.
    hitting_time : Fraction or Enclosure
        max_j E_j[T], the expected steps to the sink from the worst initial state.
    fidelity : Fraction or Enclosure
        φ_min of the diffusion, over t ≥ 0.
    normalised_fidelity : Fraction or Enclosure
        n · φ_min; 1 for the complete graph with n ≥ 3.
    backward_mixing_time : int or float
        T(ε) of the diffusion read as a chain that walks backward and is absorbed at the
        unique source; math.inf where there is no unique source.

    Examples
    --------
    >>> from dagmix.families import complete
    >>> describe(complete(4)).normalised_fidelity
    Fraction(1, 1)

    References
    ----------
    arXiv:2507.02944, Definitions 2.7 and 3.5; arXiv:2502.06751.
    """

    n: int
    edges: int
    mixing_time: int | float
    hitting_time: Fraction | Enclosure
    fidelity: Fraction | Enclosure
    normalised_fidelity: Fraction | Enclosure
    backward_mixing_time: int | float


def describe(
    graph: Any,
    epsilon: Any = QUARTER,
    *,
    weights: Sequence[Any] | None = None,
    exact: bool | None = None,
) -> Measures:
    """Return T(ε), max_j E_j[T], φ_min, n φ_min and the backward T(ε) of a graph or mixture.

    Parameters
    ----------
    graph : FeedforwardDAG, sequence of FeedforwardDAG, MultiHeadWalk or MultiHeadDiffusion
        A graph with a unique sink, or heads whose union has one; a mixture is one of graphs.
    epsilon : number
        0 < ε < 1, taken exactly as passed; ¼ by default.
    weights : sequence, optional
        Of a sequence of heads: they sum to 1; uniform by default.
    exact : bool, optional
        Whether the hitting time and the fidelities are Fractions, however long, or floats with
        bounds, each an `Enclosure`. By default they are Fractions where the operators give them:
        on up to 4,096 nodes, and no longer than 4,096 bits.

    Returns
    -------
    Measures
        Times are exact integers, the other numbers as `exact` says; edges are counted in every
        head.

    Raises
    ------
    SinkError
        Where there are several sinks.
    EpsilonError, KindError, NumberError
        Unless 0 < ε < 1; for what is no graph; unless `exact` is True, False or None.
    EmptyError, HeadsError, WeightError
        For no heads, heads on different nodes, weights that are not convex or of one graph.
    UndecidedError
        Where a fidelity is asked for exactly that is too late to step to.

    Examples
    --------
    >>> from dagmix.families import complete, line
    >>> describe(line(4))  # doctest: +NORMALIZE_WHITESPACE
    Measures(n=4, edges=7, mixing_time=7, hitting_time=Fraction(6, 1), fidelity=Fraction(3, 8),
             normalised_fidelity=Fraction(3, 2), backward_mixing_time=7)
    >>> describe([line(4), complete(4)], weights=["3/4", "1/4"]).mixing_time
    6

    References
    ----------
    arXiv:2507.02944, Definitions 2.7 and 3.5; arXiv:2502.06751.
    """
    heads, shares = read_heads(graph, weights)
    walk, diffusion, n = walk_of(heads, shares), diffusion_of(heads, shares), len(heads[0].nodes)
    fidelity = least_fidelity(diffusion, exact=exact)
    return Measures(
        n=n,
        edges=sum(head.edge_count for head in heads),
        mixing_time=walk.mixing_time(epsilon),
        hitting_time=greatest_hitting_time(walk, exact=exact),
        fidelity=fidelity,
        normalised_fidelity=times_enclosed(n, fidelity),
        backward_mixing_time=_backward_mixing_time(diffusion, heads, shares, epsilon),
    )


def times_enclosed(n: int, number: Fraction | Enclosure) -> Any:
    """Return n times a number, in its kind."""
    if isinstance(number, Fraction):
        return n * number
    return enclosed(n * number, n * number.lower, n * number.upper)


def read_heads(
    graph: Any, weights: Sequence[Any] | None = None
) -> tuple[tuple[FeedforwardDAG, ...], Sequence[Any] | None]:
    """Return the graphs of a graph, of a sequence of graphs or of a mixture, and their weights.

    Raises KindError for anything else, WeightError for weights of what has or needs none.

    >>> from dagmix.families import line
    >>> read_heads(MultiHeadWalk([line(3)]))[1]
    (Fraction(1, 1),)
    """
    if isinstance(graph, FeedforwardDAG | MultiHead) and weights is not None:
        message = f"weights go with a sequence of graphs; got {brief(graph)}"
        raise WeightError(message)
    if isinstance(graph, FeedforwardDAG):
        return (graph,), None
    if isinstance(graph, MultiHead):
        return _graphs(graph.heads, graph), graph.weights
    if isinstance(graph, str) or not isinstance(graph, Sequence):
        _refuse(graph)
    if not graph:
        message = "a mixture needs at least one head"
        raise EmptyError(message)
    return _graphs(tuple(graph), graph), weights


def _graphs(heads: tuple[Any, ...], given: Any) -> tuple[FeedforwardDAG, ...]:
    if not all(isinstance(head, FeedforwardDAG) for head in heads):
        _refuse(given)
    return heads


def _refuse(given: Any) -> NoReturn:
    message = f"a FeedforwardDAG is asked for; got {brief(given)}, no mixture of them either"
    raise KindError(message)


def walk_of(heads: Sequence[FeedforwardDAG], weights: Sequence[Any] | None) -> WalkOperator:
    """Return the walk of heads; of one without weights, that of the graph.

    >>> from dagmix.families import line
    >>> walk_of([line(3)], None).mixing_time()
    5
    """
    is_alone = len(heads) == 1 and weights is None
    return WalkOperator(heads[0]) if is_alone else MultiHeadWalk(heads, weights)


def diffusion_of(
    heads: Sequence[FeedforwardDAG], weights: Sequence[Any] | None
) -> DiffusionOperator:
    """Return the diffusion of heads; of one without weights, that of the graph.

    >>> from dagmix.families import line
    >>> diffusion_of([line(3)], None).minimax_fidelity().value
    Fraction(1, 2)
    """
    is_alone = len(heads) == 1 and weights is None
    return DiffusionOperator(heads[0]) if is_alone else MultiHeadDiffusion(heads, weights)


def _backward_mixing_time(
    diffusion: DiffusionOperator,
    heads: Sequence[FeedforwardDAG],
    weights: Sequence[Any] | None,
    epsilon: Any,
) -> int | float:
    """Return T(ε) of Δ as a backward chain, which is the walk of the heads with edges reversed."""
    if len(diffusion.adjacency.sources) != 1:
        return math.inf
    return walk_of([head.reversed() for head in heads], weights).mixing_time(epsilon)
