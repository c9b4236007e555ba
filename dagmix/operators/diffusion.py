"""The diffusion of a graph: what each node receives from its senders (Definition 3.1).

Its questions are those of one row of its powers: the signals (Δᵗ)[τ, j] that reach the sink, and
the fidelities, which are the suprema of the signals over t (arXiv:2507.02944, §3).
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from dagmix._engine.adjacency.base import Vec
from dagmix._engine.chains.composites import AbsorbingMatrix, SuccessorMatrix
from dagmix._engine.chains.matrices import GraphDiffusion
from dagmix._engine.chains.symbolic.rows import RowsAsFunctions
from dagmix._engine.chains.token_rank import token_rank
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.scalars import Field, read_steps
from dagmix._engine.exact.vectors import unit
from dagmix._engine.fidelity import minimax, node_fidelity
from dagmix._engine.fidelity import signals as rows_of_powers
from dagmix._engine.fidelity.results import NodeFidelity
from dagmix._util.budget import Budget, Meter
from dagmix.errors import StochasticError
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.graphs.labels import Node
from dagmix.graphs.sinks import UniqueSink
from dagmix.operators.base import (
    Operator,
    frozen,
    read_exact,
    read_symbolic_steps,
    read_variable,
)
from dagmix.operators.read_arrays import ROWS, TOLERANCE, read_matrix
from dagmix.operators.read_weights import read_restart
from dagmix.operators.results import MinimaxFidelity
from dagmix.operators.targets import Target, find_target
from dagmix.operators.walk import WalkOperator

if TYPE_CHECKING:
    from sympy import Expr


class DiffusionOperator(Operator):
    """Δ[i, j] = 1 / indeg(i) for an edge j → i: the share of j in i (Definition 3.1).

    Rows sum to 1; row i is the average that receiver i takes over its senders. In-degrees count
    self-loops; a node without senders keeps its own value, Δ[i, i] = 1.

    Parameters
    ----------
    graph : FeedforwardDAG
    sink : node, UniqueSink or Target, optional
        The node whose signals are asked for; needed where the graph has no unique sink. Any node
        may be named: the signals (Δᵗ)[i, j] at i are defined where i sends to others too, and
        `.sink` is then a `Target`.

    Raises
    ------
    SinkError
        Where there is no unique sink, or a `UniqueSink` of another graph is none here.

    Examples
    --------
    >>> diffusion = DiffusionOperator(FeedforwardDAG([("u", "v"), ("v", "w"), ("w", "τ")]))
    >>> diffusion.signal("v", 3), diffusion.node_fidelity("v").times
    (Fraction(3, 8), (3, 4))

    References
    ----------
    arXiv:2507.02944, Definitions 3.1 to 3.5.
    """

    _find_sink = staticmethod(find_target)
    _asked_elsewhere = (
        frozenset(name for name in vars(WalkOperator) if name not in vars(Operator)),
        ": it is asked of a walk, as .successors().{0}()",
    )

    def __init__(self, graph: FeedforwardDAG, sink: Node | UniqueSink | None = None) -> None:
        """Take the edges of a graph."""
        origin = (DiffusionOperator, (graph, sink))
        self._build(GraphDiffusion(graph.adjacency), graph.nodes, sink, origin)

    @classmethod
    def from_matrix(
        cls,
        matrix: Any,
        nodes: Iterable[Node] | None = None,
        sink: Node | UniqueSink | None = None,
        tolerance: float = TOLERANCE,
    ) -> DiffusionOperator:
        """Read a row-stochastic matrix, Δ[i, j] the share of sender j in receiver i.

        One head of attention is such a matrix, query i and key j.

        Parameters
        ----------
        matrix : (n, n) array, nested lists or SymPy matrix
            Non-negative, rows summing to 1. Nested lists and SymPy matrices of exact numbers
            (ints, Fractions, strings "1/3", SymPy numbers and symbols) stay exact. A float
            array stands for its exact rationals, each row divided by its exact sum.
        nodes : iterable, optional
            n labels, in row and column order; 0 to n − 1 by default.
        sink : node, UniqueSink or Target, optional
            The node whose signals are asked for, any of them; needed where not exactly one node
            sends to no other.
        tolerance : float
            How far a row of floats may sum from 1, in [0, 1).

        Returns
        -------
        DiffusionOperator
            Rational or symbolic for exact entries, float otherwise.

        Raises
        ------
        ShapeError
            Unless the matrix is square, with n labels.
        NumberError
            For entries that are negative or no finite numbers, a tolerance out of range.
        StochasticError
            Where a row does not sum to 1.
        SinkError
            As for a graph.

        Examples
        --------
        >>> DiffusionOperator.from_matrix([[1, 0], ["1/3", "2/3"]]).signal(0, 2)
        Fraction(5, 9)
        """
        transition, labels = read_matrix(matrix, ROWS, nodes, tolerance)
        origin = (
            DiffusionOperator.from_matrix,
            (frozen(matrix, transition), labels, sink, tolerance),
        )
        return DiffusionOperator.of(transition, labels, sink, origin)

    def signal(
        self, node: Node, t: Any, *, exact: bool | None = None, budget: Budget = None
    ) -> Fraction | float | Expr:
        """Return (Δᵗ)[τ, j], the signal of node j at the sink after t steps (Definition 3.2).

        It is the probability that the backward chain from τ is at j after t steps.

        Parameters
        ----------
        node
            The label of j.
        t : int or SymPy expression
            Steps, at least 0; an expression with symbols asks for the closed form in them.
        exact : bool, optional
            Whether the signal of a rational operator is a Fraction, however long, or an
            `Enclosure`. By default it is a Fraction on up to 4,096 nodes that takes no minutes.
        budget : number, Work or None
            For how many seconds a closed form or the signal of a symbolic operator is computed, or
            for how many steps, 2n + 2 of a closed form and n of one with symbolic weights; None,
            the default, is no limit. FLINT is not cut short, and numbers have no budget.

        Returns
        -------
        Fraction, float or SymPy expression
            In [0, 1], 0 where j does not reach the sink in exactly t steps. A float is within
            relative error t·(k + 2 + e)·2⁻⁵³, k the most entries of a row and e the rounding of
            the stored ones. The lower bound of an `Enclosure` is 0 of the number 0 only. A closed
            form, or the signal of a symbolic operator, is an expression. A closed form with
            symbolic weights holds at all weights at which none of its denominators is 0; where one
            is, two eigenvalues coincide, and `subs` before `signal` gives the form there.

        Raises
        ------
        UnknownNodeError, StepError
            For a node the operator does not have, a negative or fractional t.
        NoClosedForm
            Where the signal has irrational eigenvalues, or such that are no rational functions of
            symbolic weights; it names their polynomial. There are none where the heads share an
            order: the eigenvalues are then the diagonal.
        NumberError
            For a closed form of an operator on more than 64 nodes, `exact=True` of an operator of
            floats, what is no budget.
        SymbolicError
            For a closed form of an operator of floats, or of entries that are no rational functions
            of symbols.
        BudgetError
            Where the budget ends before; it says with how many steps begun.
        UndecidedError
            Where t is too large to step, and the matrix too large to square; where a Fraction
            that is asked for would take minutes, or a bound near 0 gigabytes.

        Examples
        --------
        >>> import sympy as sp
        >>> line = DiffusionOperator(FeedforwardDAG(["ab", "bc"]))
        >>> line.signal("b", sp.Symbol("t"))
        t/2**t
        >>> a = sp.Symbol("a")
        >>> weighted = DiffusionOperator.from_matrix([[1, 0], [a, 1 - a]])
        >>> weighted.signal(0, sp.Symbol("t"))
        1 - (1 - a)**t
        """
        row, meter = self.nodes.row(node), Meter(budget)
        asked = read_exact(exact, self.transition)
        if getattr(t, "free_symbols", None):
            return self._rows("a closed form in t", meter).closed_form(row, read_symbolic_steps(t))
        steps = read_steps(t)
        with meter.need(steps, "steps"):
            return rows_of_powers.signal(
                self.transition, self.sink.index, row, steps, exact=asked, meter=meter
            )

    def signals(self, steps: int, *, exact: bool | None = None) -> Vec:
        """Return the signals (Δᵗ)[τ, j] of all nodes j for t = 0, …, `steps`.

        Parameters
        ----------
        steps : int
            At least 0.
        exact : bool, optional
            Whether the signals of a rational operator are Fractions or floats. By default they
            are Fractions on up to 4,096 nodes.

        Returns
        -------
        array of shape (steps + 1, n)
            Row t sums to 1: Fractions, floats with the error of `signal`, or the expressions of a
            symbolic operator, polynomials in the weights.

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
        >>> DiffusionOperator(FeedforwardDAG(["ab"])).signals(2).astype(float).tolist()
        [[0.0, 1.0], [0.5, 0.5], [0.75, 0.25]]
        """
        asked = read_exact(exact, self.transition)
        return rows_of_powers.signals(
            self.transition, self.sink.index, read_steps(steps), exact=asked
        )

    def generating_function(self, node: Node, z: Expr) -> Expr:
        """Return Σ_t (Δᵗ)[τ, j] zᵗ over t ≥ 0, the generating function of the signals of node j.

        It is entry [τ, j] of (I − zΔ)⁻¹, a rational function of z also where the signal has no
        closed form in t.

        Parameters
        ----------
        node
            The label of j.
        z : SymPy symbol or expression
            The variable.

        Returns
        -------
        SymPy expression
            A quotient of polynomials in z, exact, in lowest terms and in factors; its expansion at
            z = 0 has the signals as coefficients. With symbolic weights it holds for all of them.

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
        >>> found = DiffusionOperator(FeedforwardDAG(["ab", "bc"])).generating_function("b", z)
        >>> found, found.series(z, 0, 4)
        (2*z/(z - 2)**2, z/2 + z**2/2 + 3*z**3/8 + O(z**4))
        """
        row, variable = self.nodes.row(node), read_variable(z)
        return self._rows("a generating function", Meter()).generating_function(row, variable)

    def _rows(self, what: str, meter: Meter) -> RowsAsFunctions:
        start = unit(len(self.nodes), self.sink.index, 1)
        return RowsAsFunctions(self.transition, start, what, meter)

    def node_fidelity(self, node: Node, first_step: int = 0) -> NodeFidelity:
        """Return φ_j = sup over t ≥ first_step of (Δᵗ)[τ, j] (Definitions 3.3 and 3.4).

        The paper writes a maximum; the supremum need not be attained, and the result says so.

        Parameters
        ----------
        node
            The label of j.
        first_step : int
            The first t that counts, at least 0. With 0 (as in Definition 2.7) the sink's own
            fidelity is 1; the paper's published code starts at 1.

        Returns
        -------
        NodeFidelity
            The value, with bounds, and the times that attain it; 0 where j does not reach the
            sink. Exact for rational operators on up to 4,096 nodes, unless that takes long.

        Raises
        ------
        UnknownNodeError, StepError
            For a node the operator does not have, a negative or fractional `first_step`.
        SymbolicError
            For a symbolic operator.
        UndecidedError
            Where no proof was found within budget.

        Examples
        --------
        >>> diffusion = DiffusionOperator(FeedforwardDAG(["ab"]))
        >>> diffusion.node_fidelity("a")  # doctest: +NORMALIZE_WHITESPACE
        NodeFidelity(value=Fraction(1, 1), lower=Fraction(1, 1), upper=Fraction(1, 1),
                     attained=False, times=(), onwards=False, period=1)
        """
        self._need_numbers("a fidelity")
        first = read_steps(first_step, "first_step")
        row = self.nodes.row(node)
        return node_fidelity.node_fidelity(self.transition, self.sink.index, row, first)

    def minimax_fidelity(self, first_step: int = 0) -> MinimaxFidelity:
        """Return φ_min = min_j φ_j, with φ_j of `node_fidelity` (Definitions 3.5 and 3.10).

        Parameters
        ----------
        first_step : int
            The first t that counts, as for `node_fidelity`.

        Returns
        -------
        MinimaxFidelity
            The value, with bounds, and the nodes that have it; 0 where some node does not
            reach the sink. Exact for rational operators on up to 4,096 nodes, unless that takes
            long.

        Raises
        ------
        StepError
            For a negative or fractional `first_step`.
        SymbolicError
            For a symbolic operator.
        UndecidedError
            Where no proof was found within budget.

        Examples
        --------
        >>> DiffusionOperator(FeedforwardDAG(["ab", "bc"])).minimax_fidelity().nodes
        ('b',)
        """
        self._need_numbers("a fidelity")
        first = read_steps(first_step, "first_step")
        return self._minimax(self.transition, first)

    def _minimax(self, transition: Transition, first: int) -> MinimaxFidelity:
        found = minimax.minimax_fidelity(transition, self.sink.index, first)
        nodes = tuple(self.nodes[row] for row in found.rows)
        return MinimaxFidelity(found.value, found.lower, found.upper, nodes)

    def token_rank(self, alpha: Any = "99/100") -> Vec:
        """Return TokenRank, π with π = π(αΔ + (1 − α) 𝟏𝟏ᵀ/n) and Σ π = 1.

        It is (1 − α)/n · 𝟏ᵀ(I − αΔ)⁻¹: how often a chain is at each node that goes from receivers
        to senders and begins anew, anywhere, with probability 1 − α. The sink does not matter.

        Parameters
        ----------
        alpha : number or rational string
            α, between 0 and 1, exactly as it is passed: the float 0.99 is not "99/100".

        Returns
        -------
        array of shape (n,)
            In node order: Fractions of a rational operator on up to 4,096 nodes, else floats.
            Where the nodes have an order they come by one substitution without a subtraction,
            within relative error n(k + 4 + e)·2⁻⁵³, k the most entries of a row or column and e
            the rounding of the stored ones; otherwise within about n³·2⁻⁵².

        Raises
        ------
        NumberError
            Unless 0 < α < 1.
        SymbolicError
            For a symbolic operator.

        Examples
        --------
        >>> rows = [[1, 0, 0], ["1/2", "1/2", 0], ["1/4", "1/4", "1/2"]]
        >>> attention = DiffusionOperator.from_matrix(rows, sink=2)
        >>> [str(share) for share in attention.token_rank("1/2")]
        ['14/27', '7/27', '2/9']

        References
        ----------
        Erel et al., arXiv:2507.17657.
        """
        share = read_restart(alpha)
        self._need_numbers("a TokenRank")
        exact = self.field is Field.RATIONAL and self.transition.is_small
        kernel = self.transition.rationals if exact else self.transition.floats.kernel
        return token_rank(kernel, share)

    def successors(self) -> WalkOperator:
        """Return the walk W[i, j] = Δ[i, j] / Σ_i Δ[i, j]: every column divided by its sum.

        A mixture of heads is mixed first and divided then, as in the paper's Algorithm 1;
        `MultiHeadWalk.from_attention` divides each head first.

        The sink is made absorbing, W[τ, τ] = 1. For a `Target`, which sends to other nodes, its
        column of the quotient is replaced: the walk stops at the target, and hitting and mixing
        times are those of the first visit.

        Returns
        -------
        WalkOperator
            In the same field, with the same nodes and an absorbing sink.

        Raises
        ------
        StochasticError
            For a column of zeros at any other node.

        Examples
        --------
        >>> DiffusionOperator(FeedforwardDAG(["ab", "bc"])).successors().exact[:, 0].T
        Matrix([[2/3, 1/3, 0]])
        """
        idle = np.flatnonzero(self.adjacency.out_degree == 0)
        for row in idle[idle != self.sink.index]:
            message = f"node {self.nodes[row]!r} has a column of zeros: it has no successor"
            raise StochasticError(message)
        origin = (DiffusionOperator.successors, (self,))
        walk: Transition = SuccessorMatrix(self.transition)
        if isinstance(self.sink, Target):
            walk = AbsorbingMatrix(walk, self.sink.index)
        return WalkOperator.of(walk, self.nodes, self.sink.node, origin)
