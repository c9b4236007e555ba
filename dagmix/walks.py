"""The walk of a graph: forward, from sender to receiver, absorbed at the sink (Definition 2.3)."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import numpy as np

from dagmix import mixing
from dagmix.absorption import hitting_times
from dagmix.arrays import COLUMNS, TOLERANCE, read_matrix
from dagmix.convert import objects
from dagmix.errors import SinkError
from dagmix.given import GraphWalk
from dagmix.graph import FeedforwardDAG
from dagmix.nodes import Node, shorten
from dagmix.operators import QUARTER, Operator, frozen_copy
from dagmix.scalars import Field, read_epsilon, read_steps
from dagmix.sinks import UniqueSink
from dagmix.support import Vec


class WalkOperator(Operator):
    """W[i, j] = 1 / outdeg(j) for an edge j → i: the random walk of a graph (Definition 2.3).

    Columns sum to 1; column j is where a walker at j goes next. Degrees count self-loops;
    a node without successors stays where it is.

    Parameters
    ----------
    graph : FeedforwardDAG
    sink : node or UniqueSink, optional
        Needed where the graph has no unique sink.

    Raises
    ------
    SinkError
        Where there is no unique sink, or `sink` has edges to other nodes.

    Examples
    --------
    >>> walk = WalkOperator(FeedforwardDAG([("u", "v"), ("v", "w"), ("w", "τ")]))
    >>> walk.mixing_time(), walk.distance(5)
    (7, Fraction(1, 2))
    """

    def __init__(self, graph: FeedforwardDAG, sink: Node | UniqueSink | None = None) -> None:
        """Take the edges of a graph."""
        self._build(GraphWalk(graph.support), graph.nodes, sink, (WalkOperator, (graph, sink)))

    @classmethod
    def from_matrix(
        cls,
        matrix: Any,
        nodes: Iterable[Node] | None = None,
        sink: Node | UniqueSink | None = None,
        tolerance: float = TOLERANCE,
    ) -> WalkOperator:
        """Read a column-stochastic n × n matrix, W[i, j] the weight of the step j → i.

        A float array stands for its exact rationals, each column divided by its exact sum.
        Nested lists and SymPy matrices of exact numbers stay exact.

        >>> WalkOperator.from_matrix([["1/3", 0], ["2/3", 1]]).mixing_time("1/9")
        2
        """
        transition, labels = read_matrix(matrix, COLUMNS, nodes, tolerance)
        origin = (WalkOperator.from_matrix, (frozen_copy(matrix), labels, sink, tolerance))
        return WalkOperator.of(transition, labels, sink, origin)

    def distance(self, t: int) -> Fraction | float:
        """Return d(t) = max_j ‖Wᵗ[·, j] − 1_τ‖, total variation from the worst start (eq. 2).

        A Fraction, or a float within relative error t·(k + 2 + e)·2⁻⁵³, k the most entries of
        a column and e the rounding of the stored ones.

        >>> WalkOperator(FeedforwardDAG(["ab", "bc"])).distance(2)
        Fraction(3, 4)
        """
        self._need_numbers("a distance")
        return mixing.distance(self.transition, self.sink.index, read_steps(t))

    def distances(self, steps: int) -> Vec:
        """Return d(0), …, d(`steps`): shape (steps + 1,).

        Fractions, or floats within relative error t·(k + 2 + e)·2⁻⁵³, as for `distance`.

        >>> WalkOperator(FeedforwardDAG(["ab", "bc"])).distances(3).astype(float).tolist()
        [1.0, 1.0, 0.75, 0.5]
        """
        self._need_numbers("a table of distances")
        return mixing.distances(self.transition, self.sink.index, read_steps(steps))

    def mixing_time(self, epsilon: Any = QUARTER) -> int | float:
        """Return T(ε) = min{t ≥ 0 : d(t) ≤ ε}, an int, or math.inf where a node misses the sink.

        ε is taken exactly as it is passed: the float 0.1 is not 1/10. Ties d(t) = ε are
        decided in exact arithmetic (Definition 2.7).

        Raises
        ------
        EpsilonError
            Unless 0 < ε < 1.
        UndecidedError
            Where T is too large to step exactly and d(T) ties with ε to 8,192 bits.

        Examples
        --------
        >>> WalkOperator(FeedforwardDAG(["ab"])).mixing_time(Fraction(1, 8))
        3
        """
        threshold = read_epsilon(epsilon)
        self._need_numbers("a mixing time")
        return mixing.mixing_time(self.transition, self.sink.index, threshold)

    def stationary_distribution(self) -> Vec:
        """Return 1_τ, the only π with W π = π (Lemmas 2.5 and 2.6), in node order.

        Raises SinkError where some node misses the sink, so that π is not unique.

        >>> WalkOperator(FeedforwardDAG(["ab"])).stationary_distribution().tolist()
        [Fraction(0, 1), Fraction(1, 1)]
        """
        misses = np.flatnonzero(~self.support.reaching(np.array([self.sink.index])))
        if misses.size:
            names = shorten([self.nodes[row] for row in misses])
            message = f"no unique stationary distribution: {self.sink.node!r} is missed by {names}"
            raise SinkError(message)
        number = float if self.field is Field.FLOAT else Fraction
        ones = [number(row == self.sink.index) for row in range(len(self.nodes))]
        return np.array(ones) if number is float else objects(ones)

    def expected_hitting_times(self) -> Vec:
        """Return E_j[steps to the sink] in node order, math.inf where it may be missed.

        Exact for rational operators of up to 4,096 nodes. Floats are computed without
        subtraction: where the heads share an order, within relative error
        2(k + 3 + e)·E·2⁻⁵³ or hardly more (`dagmix.absorption.hitting_slack`), k the most
        entries of a row or column, e the roundings of the stored ones and of the heads' sum,
        and E the greatest of the times; and within about n³·2⁻⁵² otherwise.

        >>> WalkOperator(FeedforwardDAG(["ab", "bc"])).expected_hitting_times().tolist()
        [Fraction(4, 1), Fraction(2, 1), Fraction(0, 1)]
        """
        self._need_numbers("a hitting time")
        if self.field is Field.RATIONAL and self.transition.is_small:
            times = hitting_times(self.transition.rationals, self.sink.index)
            return objects([x if x == np.inf else Fraction(x) for x in times])
        return hitting_times(self.transition.floats.kernel, self.sink.index)

    def forward_probability(self) -> Fraction | float:
        """Return p = min_j (1 − W[j, j]) over j ≠ τ, the least chance to move on (§2.2).

        The chance is summed over the successors, never subtracted from 1. With one node it is 1.

        >>> WalkOperator(FeedforwardDAG(["ab", "ac", "bc"])).forward_probability()
        Fraction(1, 2)
        """
        self._need_numbers("a forward probability")
        exact = self.field is Field.RATIONAL and self.transition.is_small
        kernel = self.transition.rationals if exact else self.transition.floats.kernel
        least = mixing.forward_probability(kernel, self.sink.index)
        return Fraction(least) if exact else float(least)
