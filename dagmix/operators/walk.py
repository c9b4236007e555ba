"""The walk of a graph: forward, from sender to receiver, absorbed at the sink (Definition 2.3).

Its questions are those of an absorbing Markov chain: the distance to 1_τ in total variation,
the mixing time, expected hitting times. Time is counted in steps (arXiv:2507.02944, §2).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from contextlib import suppress
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from dagmix._engine.adjacency.base import Vec
from dagmix._engine.chains.first_step import hitting_times
from dagmix._engine.chains.matrices import GraphWalk
from dagmix._engine.chains.symbolic.first_step import hitting_times as symbolic_times
from dagmix._engine.chains.symbolic.rows import RowsAsFunctions
from dagmix._engine.exact.convert import MOST_BITS, LongNumbersError, objects
from dagmix._engine.exact.scalars import QUARTER, Field, read_epsilon, read_steps
from dagmix._engine.exact.vectors import others
from dagmix._engine.mixing import mixing_time, symbolic
from dagmix._util.budget import Meter
from dagmix.errors import SinkError
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.graphs.labels import Node, shorten
from dagmix.graphs.sinks import UniqueSink
from dagmix.operators.base import (
    Operator,
    frozen,
    may_be_exact,
    read_exact,
    read_symbolic_steps,
    read_variable,
)
from dagmix.operators.read_arrays import COLUMNS, TOLERANCE, read_matrix

if TYPE_CHECKING:
    from sympy import Expr


class WalkOperator(Operator):
    """W[i, j] = 1 / outdeg(j) for an edge j → i: the random walk of a graph (Definition 2.3).

    Columns sum to 1; column j is the distribution of the next node after j. Out-degrees count
    self-loops; a node without successors is absorbing, W[j, j] = 1. Time is counted in steps.

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

    References
    ----------
    arXiv:2507.02944, Definitions 2.2 to 2.7.
    """

    _asked_elsewhere = (
        frozenset(
            ("signal", "signals", "node_fidelity", "minimax_fidelity", "best_head", "amplification")
        ),
        ": it is asked of a diffusion; make a DiffusionOperator or MultiHeadDiffusion of the heads",
    )

    def __init__(self, graph: FeedforwardDAG, sink: Node | UniqueSink | None = None) -> None:
        """Take the edges of a graph."""
        self._build(GraphWalk(graph.adjacency), graph.nodes, sink, (WalkOperator, (graph, sink)))

    @classmethod
    def from_matrix(
        cls,
        matrix: Any,
        nodes: Iterable[Node] | None = None,
        sink: Node | UniqueSink | None = None,
        tolerance: float = TOLERANCE,
    ) -> WalkOperator:
        """Read a column-stochastic matrix, W[i, j] the probability of the step j → i.

        Parameters
        ----------
        matrix : (n, n) array, nested lists or SymPy matrix
            Non-negative, columns summing to 1. Nested lists and SymPy matrices of exact numbers
            (ints, Fractions, strings "1/3", SymPy numbers and symbols) stay exact. A float
            array stands for its exact rationals, each column divided by its exact sum.
        nodes : iterable, optional
            n labels, in row and column order; 0 to n − 1 by default.
        sink : node or UniqueSink, optional
            Needed where not exactly one node is absorbing.
        tolerance : float
            How far a column of floats may sum from 1, in [0, 1).

        Returns
        -------
        WalkOperator
            Rational or symbolic for exact entries, float otherwise.

        Raises
        ------
        ShapeError
            Unless the matrix is square, with n labels.
        NumberError
            For entries that are negative or no finite numbers, a tolerance out of range.
        StochasticError
            Where a column does not sum to 1.
        SinkError
            As for a graph.

        Examples
        --------
        >>> WalkOperator.from_matrix([["1/3", 0], ["2/3", 1]]).mixing_time("1/9")
        2
        """
        transition, labels = read_matrix(matrix, COLUMNS, nodes, tolerance)
        origin = (WalkOperator.from_matrix, (frozen(matrix, transition), labels, sink, tolerance))
        return WalkOperator.of(transition, labels, sink, origin)

    def distance(self, t: Any, *, exact: bool | None = None) -> Fraction | float | Expr:
        """Return d(t) = max_j ‖Wᵗ[·, j] − 1_τ‖, total variation, over all initial nodes (eq. 2).

        As 1_τ has all its mass at the sink, d(t) = max_j P_j(not absorbed within t steps).

        Parameters
        ----------
        t : int or SymPy expression
            Steps, at least 0; an expression with symbols asks for the closed form in them.
        exact : bool, optional
            Whether the distance of a rational operator is a Fraction, however long, or an
            `Enclosure`. By default it is a Fraction on up to 4,096 nodes that takes no minutes.

        Returns
        -------
        Fraction, float or SymPy expression
            In [0, 1], 1 for all t where some node does not reach the sink. A float is within
            relative error t·(k + 2 + e)·2⁻⁵³, k the most entries of a column and e the rounding
            of the stored ones. The lower bound of an `Enclosure` is 0 of the number 0 only. With
            symbols it is an expression, or the `sympy.Max` of those of several initial nodes, of
            which none is left out but where another one is absorbed later for all weights; it holds
            where the symbols that are weights are not negative, and no denominator in it is 0.

        Raises
        ------
        StepError
            For a negative or fractional t.
        NoClosedForm, SymbolicError
            As for the closed form of a diffusion's signal.
        NumberError
            For `exact=True` of an operator of floats; for a closed form on more than 64 nodes.
        UndecidedError
            Where t is too large to step, and the matrix too large to square; where a Fraction
            that is asked for would take minutes, or a bound near 0 gigabytes.

        Examples
        --------
        >>> walk = WalkOperator(FeedforwardDAG(["ab", "bc"]))
        >>> walk.distance(2), walk.distance(2, exact=False)
        (Fraction(3, 4), Enclosure(0.75, lower=0.7499999999999974, upper=0.7500000000000026))
        >>> import sympy as sp
        >>> walk.distance(sp.Symbol("t"))
        (t + 1)/2**t
        """
        asked = read_exact(exact, self.transition)
        if getattr(t, "free_symbols", None):
            return symbolic.closed_form(self.transition, self.sink.index, read_symbolic_steps(t))
        steps = read_steps(t)
        if self.field is Field.SYMBOLIC:
            table = symbolic.distances(self.transition, self.sink.index, steps)
            found: Expr = table[-1]
            return found
        return mixing_time.distance(self.transition, self.sink.index, steps, exact=asked)

    def distances(self, steps: int, *, exact: bool | None = None) -> Vec:
        """Return d(0), …, d(`steps`), as `distance` gives them one by one.

        Parameters
        ----------
        steps : int
            At least 0.
        exact : bool, optional
            Whether the distances of a rational operator are Fractions or floats. By default they
            are Fractions on up to 4,096 nodes.

        Returns
        -------
        array of shape (steps + 1,)
            Non-increasing, of Fractions or floats, with the error of `distance`, or of expressions.

        Raises
        ------
        StepError
            For a negative or fractional number of steps.
        NumberError
            For `exact=True` of an operator of floats.
        ShapeError
            For a table that would not fit into memory.

        Examples
        --------
        >>> WalkOperator(FeedforwardDAG(["ab", "bc"])).distances(3).astype(float).tolist()
        [1.0, 1.0, 0.75, 0.5]
        """
        asked, last = read_exact(exact, self.transition), read_steps(steps)
        if self.field is Field.SYMBOLIC:
            return symbolic.distances(self.transition, self.sink.index, last)
        return mixing_time.distances(self.transition, self.sink.index, last, exact=asked)

    def generating_function(self, node: Node, z: Expr) -> Expr:
        """Return Σ_t P_j(T > t) zᵗ over t ≥ 0, T the time of absorption at the sink from node j.

        At z = 1 it is E_j[T], and the generating function of T itself, Σ_t P_j(T = t) zᵗ, is
        1 − (1 − z) times it.

        Parameters
        ----------
        node
            The label of the initial node j.
        z : SymPy symbol or expression
            The variable.

        Returns
        -------
        SymPy expression
            A quotient of polynomials in z, exact, in lowest terms and in factors; with symbolic
            weights it holds for all of them. 0 for the sink.

        Raises
        ------
        UnknownNodeError
            For a node the operator does not have.
        NumberError
            For a z without symbols, and for an operator on more than 64 nodes.
        SymbolicError
            For an operator of floats, or of entries that are no rational functions of symbols.

        Examples
        --------
        >>> import sympy as sp
        >>> z = sp.Symbol("z")
        >>> found = WalkOperator(FeedforwardDAG(["ab", "bc"])).generating_function("a", z)
        >>> found, found.subs(z, 1), sp.cancel(1 - (1 - z) * found)
        (4/(z - 2)**2, 4, z**2/(z**2 - 4*z + 4))
        """
        row, variable = self.nodes.row(node), read_variable(z)
        start = others(len(self.nodes), self.sink.index, 1)
        rows = RowsAsFunctions(self.transition, start, "a generating function", Meter())
        return rows.generating_function(row, variable)

    def mixing_time(self, epsilon: Any = QUARTER) -> int | float:
        """Return T(ε) = min{t ≥ 0 : d(t) ≤ ε}, with d(t) of `distance` (Definition 2.7).

        Ties d(t) = ε are decided in exact arithmetic, for floats as for rationals.

        Parameters
        ----------
        epsilon : number or rational string
            The threshold, 0 < ε < 1, exactly as it is passed: the float 0.1 is not "1/10".

        Returns
        -------
        int or math.inf
            Steps; math.inf where some node does not reach the sink.

        Raises
        ------
        EpsilonError
            Unless 0 < ε < 1.
        SymbolicError
            For a symbolic operator.
        UndecidedError
            Where T is too large to step exactly and d(T) ties with ε to 8,192 bits.

        Examples
        --------
        >>> WalkOperator(FeedforwardDAG(["ab"])).mixing_time(Fraction(1, 8))
        3
        """
        threshold = read_epsilon(epsilon)
        self._need_numbers("a mixing time")
        return mixing_time.mixing_time(self.transition, self.sink.index, threshold)

    def stationary_distribution(self) -> Vec:
        """Return 1_τ, the only distribution π with W π = π (Lemmas 2.5 and 2.6).

        Returns
        -------
        array of shape (n,)
            In node order, of Fractions, or floats for a float operator.

        Raises
        ------
        SinkError
            Where some node does not reach the sink, so that π is not unique.

        Examples
        --------
        >>> WalkOperator(FeedforwardDAG(["ab"])).stationary_distribution().tolist()
        [Fraction(0, 1), Fraction(1, 1)]
        """
        others = np.flatnonzero(~self.adjacency.reaching(np.array([self.sink.index])))
        if others.size:
            names = shorten([self.nodes[row] for row in others])
            message = (
                f"no unique stationary distribution: {self.sink.node!r} is not reached from {names}"
            )
            raise SinkError(message)
        number = float if self.field is Field.FLOAT else Fraction
        ones = [number(row == self.sink.index) for row in range(len(self.nodes))]
        return np.array(ones) if number is float else objects(ones)

    def expected_hitting_times(self, *, exact: bool | None = None) -> Vec:
        """Return E_j[steps to the sink] of every initial node j: x = 1 + xW off the sink, x_τ = 0.

        Floats are computed without subtraction, as Grassmann, Taksar and Heyman do
        (doi:10.1287/opre.33.5.1107).

        Parameters
        ----------
        exact : bool, optional
            Whether the times of a rational operator are Fractions, however long, or floats. By
            default they are Fractions on up to 4,096 nodes whose denominators have no more than
            4,096 bits, which took up to 30 times as long as in floats for masks of 4,096 positions,
            and up to 150 times for heads given entry by entry, in one run.

        Returns
        -------
        array of shape (n,)
            In node order, math.inf where the sink may not be reached. Fractions, or floats
            within relative error 2(k + 3 + e)·E·2⁻⁵³
            or hardly more where the heads share an order, k the most entries of a row or
            column, e the roundings of the stored ones and of the heads' sum, E the maximum of
            the times; and within about n³·2⁻⁵² otherwise. With symbols they are rational functions
            that hold where all symbols that are weights are positive.

        Raises
        ------
        SymbolicError
            For entries that are no rational functions of symbols.
        NumberError
            For `exact=True` of an operator of floats.

        Examples
        --------
        >>> WalkOperator(FeedforwardDAG(["ab", "bc"])).expected_hitting_times().tolist()
        [Fraction(4, 1), Fraction(2, 1), Fraction(0, 1)]
        """
        if may_be_exact(exact, self.transition):
            most_bits = math.inf if exact else MOST_BITS
            with suppress(LongNumbersError):
                times = hitting_times(self.transition.rationals, self.sink.index, most_bits)
                return objects([x if x == np.inf else Fraction(x) for x in times])
        if self.field is Field.SYMBOLIC:
            return symbolic_times(self.transition, self.sink.index)
        return hitting_times(self.transition.floats.kernel, self.sink.index)

    def forward_probability(self) -> Fraction | float | Expr:
        """Return p = min_j (1 − W[j, j]) over j ≠ τ, the minimum probability of a move (§2.2).

        It is summed over the successors, never subtracted from 1.

        Returns
        -------
        Fraction, float or SymPy expression
            In [0, 1]; 1 for a single node. With symbols it may be a `sympy.Min`.

        Examples
        --------
        >>> WalkOperator(FeedforwardDAG(["ab", "ac", "bc"])).forward_probability()
        Fraction(1, 2)
        """
        if self.field is Field.SYMBOLIC:
            return symbolic.forward_probability(self.transition, self.sink.index)
        exact = self.field is Field.RATIONAL and self.transition.is_small
        kernel = self.transition.rationals if exact else self.transition.floats.kernel
        least = mixing_time.forward_probability(kernel, self.sink.index)
        return Fraction(least) if exact else float(least)
