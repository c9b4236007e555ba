"""What a graph does, in a few exact numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dagmix._engine.exact.enclosures import Enclosure
from dagmix._engine.exact.scalars import QUARTER
from dagmix._util.brief import Brief, brief
from dagmix.errors import KindError
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.operators.diffusion import DiffusionOperator
from dagmix.operators.single_numbers import enclosed, greatest_hitting_time, least_fidelity
from dagmix.operators.walk import WalkOperator


@dataclass(frozen=True, repr=False)
class Measures(Brief):
    """The measures of one graph, as `describe` returns them; times are in steps.

    Attributes
    ----------
    n, edges : int
        Nodes, and edges with self-loops counted.
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
        unique source; math.inf where there are several sources.

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
    graph: FeedforwardDAG, epsilon: Any = QUARTER, *, exact: bool | None = None
) -> Measures:
    """Return T(ε), max_j E_j[T], φ_min, n φ_min and the backward T(ε) of a graph.

    Parameters
    ----------
    graph : FeedforwardDAG
        With a unique sink.
    epsilon : number
        0 < ε < 1, taken exactly as passed; ¼ by default.
    exact : bool, optional
        Whether the hitting time and the fidelities are Fractions, however long, or floats with
        bounds, each an `Enclosure`. By default they are Fractions where the operators give them:
        on up to 4,096 nodes, and no longer than 4,096 bits.

    Returns
    -------
    Measures
        Times are exact integers, the other numbers as `exact` says.

    Raises
    ------
    SinkError
        Where there are several sinks.
    EpsilonError, KindError, NumberError
        Unless 0 < ε < 1; for what is no graph; unless `exact` is True, False or None.
    UndecidedError
        Where a fidelity is asked for exactly that is too late to step to.

    Examples
    --------
    >>> from dagmix.families import line
    >>> describe(line(4))  # doctest: +NORMALIZE_WHITESPACE
    Measures(n=4, edges=7, mixing_time=7, hitting_time=Fraction(6, 1), fidelity=Fraction(3, 8),
             normalised_fidelity=Fraction(3, 2), backward_mixing_time=7)

    References
    ----------
    arXiv:2507.02944, Definitions 2.7 and 3.5; arXiv:2502.06751.
    """
    _check_graph(graph)
    walk, n = WalkOperator(graph), len(graph.nodes)
    fidelity = least_fidelity(DiffusionOperator(graph), exact=exact)
    return Measures(
        n=n,
        edges=graph.adjacency.edges,
        mixing_time=walk.mixing_time(epsilon),
        hitting_time=greatest_hitting_time(walk, exact=exact),
        fidelity=fidelity,
        normalised_fidelity=_times(n, fidelity),
        backward_mixing_time=_backward_mixing_time(graph, epsilon),
    )


def _times(n: int, number: Fraction | Enclosure) -> Fraction | Enclosure:
    if isinstance(number, Fraction):
        return n * number
    return enclosed(n * number, n * number.lower, n * number.upper)


def _check_graph(graph: Any) -> None:
    if not isinstance(graph, FeedforwardDAG):
        message = f"a FeedforwardDAG is asked for; got {brief(graph)}"
        raise KindError(message)


def _backward_mixing_time(graph: FeedforwardDAG, epsilon: Any) -> int | float:
    """Return T(ε) of Δ as a backward chain, which is the walk of the graph with edges reversed."""
    if len(graph.sources) > 1:
        return math.inf
    return WalkOperator(graph.reversed()).mixing_time(epsilon)
