"""What operators answer about all nodes or all heads: a value, its bounds, and who has it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction

from dagmix._engine.exact.enclosures import Bounded
from dagmix.graphs.labels import Node


def ratio(value: Fraction | float, other: Fraction | float) -> Fraction | float:
    """Return value / other of non-negative numbers: math.inf for x / 0, math.nan for 0 / 0.

    >>> ratio(Fraction(1, 2), Fraction(3, 8)), ratio(0.5, 0.0), ratio(Fraction(0), Fraction(0))
    (Fraction(4, 3), inf, nan)
    """
    if other:
        return value / other
    return math.inf if value else math.nan


@dataclass(frozen=True, repr=False)
class MinimaxFidelity(Bounded[Fraction | float]):
    """φ_min = min_j φ_j, the minimum of all node fidelities, and the nodes that have it.

    It is `exact` where the bounds are equal: for rational operators on up to 4,096 nodes whose
    signals need not be stepped for more than some seconds.

    Attributes
    ----------
    value, lower, upper
        φ_min, in [0, 1], and certified bounds of it: Fractions or floats.
    nodes
        Labels, in node order. For floats, every node that is not excluded.

    Examples
    --------
    >>> from dagmix import DiffusionOperator, FeedforwardDAG
    >>> found = DiffusionOperator(FeedforwardDAG(["ab", "bc"])).minimax_fidelity()
    >>> found.value, found.exact, found.nodes
    (Fraction(1, 2), True, ('b',))

    References
    ----------
    arXiv:2507.02944, Definition 3.5; arXiv:2502.06751.
    """

    nodes: tuple[Node, ...]


@dataclass(frozen=True, repr=False)
class HeadFidelity(Bounded[Fraction | float]):
    """φ_min of one head among several, or bounds that show that another head has more.

    Attributes
    ----------
    value, lower, upper
        φ_min of the head alone, in [0, 1], and certified bounds of it: Fractions or floats. Of an
        excluded head the value is the lower bound.
    excluded
        Whether the search ended before φ_min was found, another head being certain to have more.
        Then `lower` is that of signals found until then, averaged over time where this is more,
        and `upper` the least probability with which the backward chain ever reaches a node.

    Examples
    --------
    >>> from dagmix import FeedforwardDAG, MultiHeadDiffusion
    >>> line, star = [
    ...     FeedforwardDAG(e, nodes="uvwτ") for e in (["uv", "vw", "wτ"], ["uw", "vw", "wτ"])
    ... ]
    >>> [one.value for one in MultiHeadDiffusion([line, star]).best_head().alone]
    [Fraction(3, 8), Fraction(1, 2)]

    References
    ----------
    arXiv:2507.02944, Definition 3.11.
    """

    excluded: bool


@dataclass(frozen=True, repr=False)
class BestHead(Bounded[Fraction | float]):
    """max_h φ_min(Δ_h), the maximum of the heads' minimax fidelities, and the heads that have it.

    It is `exact` where the bounds are equal: for rational heads on up to 4,096 nodes whose
    signals need not be stepped for more than some seconds.

    Attributes
    ----------
    value, lower, upper
        The maximum, in [0, 1], and certified bounds of it: Fractions or floats.
    heads
        Numbers of heads, from 0, increasing. For floats, every head that is not excluded.
    alone
        A `HeadFidelity` for every head.

    Examples
    --------
    >>> from dagmix import FeedforwardDAG, MultiHeadDiffusion
    >>> line, star = [
    ...     FeedforwardDAG(e, nodes="uvwτ") for e in (["uv", "vw", "wτ"], ["uw", "vw", "wτ"])
    ... ]
    >>> found = MultiHeadDiffusion([line, star]).best_head()
    >>> found.value, found.exact, found.heads
    (Fraction(1, 2), True, (1,))

    References
    ----------
    arXiv:2507.02944, Definitions 3.11 and 3.12.
    """

    heads: tuple[int, ...]
    alone: tuple[HeadFidelity, ...] = field(repr=False)
