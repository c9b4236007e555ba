"""The diffusion of a graph: what each node hears of its senders, and the sink of all (Def. 3.1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from dagmix import fidelity, minimax, recurrences
from dagmix import signals as rows_of_powers
from dagmix.arrays import ROWS, TOLERANCE, read_matrix
from dagmix.derived import Successors
from dagmix.errors import NumberError, StochasticError, SymbolicError
from dagmix.given import GraphDiffusion
from dagmix.graph import FeedforwardDAG
from dagmix.nodes import Node
from dagmix.operators import Operator, frozen_copy
from dagmix.results import Bounded, NodeFidelity
from dagmix.scalars import Field, read_steps
from dagmix.sinks import UniqueSink
from dagmix.support import Vec
from dagmix.transition import Transition
from dagmix.walks import WalkOperator

if TYPE_CHECKING:
    from sympy import Expr

LARGEST_CLOSED_FORM = 64  # nodes


@dataclass(frozen=True)
class MinimaxFidelity(Bounded):
    """min_j φ_j and the nodes that have it.

    `value` lies between `lower` and `upper`, equal exactly where the answer is exact. For
    floats, `nodes` holds every node that is not excluded.
    """

    nodes: tuple[Node, ...]


class DiffusionOperator(Operator):
    """Δ[i, j] = 1 / indeg(i) for an edge j → i: what node i hears of node j (Definition 3.1).

    Rows sum to 1; row i is the mix that receiver i takes of its senders. Degrees count
    self-loops; a node without senders keeps its own value.

    Parameters and errors are those of `WalkOperator`.

    >>> diffusion = DiffusionOperator(FeedforwardDAG([("u", "v"), ("v", "w"), ("w", "τ")]))
    >>> diffusion.signal("v", 3), diffusion.node_fidelity("v").times
    (Fraction(3, 8), (3, 4))
    """

    def __init__(self, graph: FeedforwardDAG, sink: Node | UniqueSink | None = None) -> None:
        """Take the edges of a graph."""
        origin = (DiffusionOperator, (graph, sink))
        self._build(GraphDiffusion(graph.support), graph.nodes, sink, origin)

    @classmethod
    def from_matrix(
        cls,
        matrix: Any,
        nodes: Iterable[Node] | None = None,
        sink: Node | UniqueSink | None = None,
        tolerance: float = TOLERANCE,
    ) -> DiffusionOperator:
        """Read a row-stochastic n × n matrix, Δ[i, j] the share of sender j at receiver i.

        A float array stands for its exact rationals, each row divided by its exact sum.

        >>> DiffusionOperator.from_matrix([[1, 0], ["1/3", "2/3"]]).signal(0, 2)
        Fraction(5, 9)
        """
        transition, labels = read_matrix(matrix, ROWS, nodes, tolerance)
        origin = (DiffusionOperator.from_matrix, (frozen_copy(matrix), labels, sink, tolerance))
        return DiffusionOperator.of(transition, labels, sink, origin)

    def signal(self, node: Node, t: Any) -> Fraction | float | Expr:
        """Return (Δᵗ)[τ, j], the signal of node j at the sink after t steps (Definition 3.2).

        For an integer t a number in the operator's field; a float is within relative error
        t·(k + 2 + e)·2⁻⁵³. For a SymPy expression t a closed form, for rational operators with
        up to 64 nodes.

        Raises
        ------
        UnknownNodeError, StepError
            For a node the operator does not have, a negative or fractional t.
        NoClosedForm
            Where the signal has irrational eigenvalues; it names their polynomial.
        SymbolicError
            For a symbolic t and weights that are symbols or floats.

        Examples
        --------
        >>> import sympy as sp
        >>> line = DiffusionOperator(FeedforwardDAG(["ab", "bc"]))
        >>> line.signal("b", sp.Symbol("t"))
        t/2**t
        """
        row = self.nodes.row(node)
        if getattr(t, "free_symbols", None):
            return self._closed_form(row, t)
        return rows_of_powers.signal(self.transition, self.sink.index, row, read_steps(t))

    def signals(self, steps: int) -> Vec:
        """Return the signals of all nodes for t = 0, …, `steps`: shape (steps + 1, n).

        Fractions, or floats with the error of `signal`.

        >>> DiffusionOperator(FeedforwardDAG(["ab"])).signals(2).astype(float).tolist()
        [[0.0, 1.0], [0.5, 0.5], [0.75, 0.25]]
        """
        self._need_numbers("a table of signals")
        return rows_of_powers.signals(self.transition, self.sink.index, read_steps(steps))

    def _closed_form(self, row: int, t: Expr) -> Expr:
        if self.field is not Field.RATIONAL:
            message = "a closed form in t needs rational weights; for symbols use .subs() first"
            raise SymbolicError(message)
        if len(self.nodes) > LARGEST_CLOSED_FORM:
            message = (
                f"closed forms are made up to {LARGEST_CLOSED_FORM} nodes, not {len(self.nodes)}"
            )
            raise NumberError(message)
        table = rows_of_powers.signals(self.transition, self.sink.index, 2 * len(self.nodes) + 1)
        return recurrences.closed_form(table[:, row].tolist(), t)

    def node_fidelity(self, node: Node, first_step: int = 0) -> NodeFidelity:
        """Return φ_j = sup over t ≥ first_step of (Δᵗ)[τ, j] (Definitions 3.3 and 3.4).

        The paper writes a maximum; the supremum need not be attained, and the result says so.
        With t from 0 (Definition 2.7's convention, the default) the sink's own fidelity is 1;
        the published code starts at 1.

        Raises UndecidedError where no proof could be found within budget.

        >>> diffusion = DiffusionOperator(FeedforwardDAG(["ab"]))
        >>> diffusion.node_fidelity("a")  # doctest: +NORMALIZE_WHITESPACE
        NodeFidelity(value=Fraction(1, 1), lower=Fraction(1, 1), upper=Fraction(1, 1),
                     attained=False, times=(), onwards=False)
        """
        self._need_numbers("a fidelity")
        first = read_steps(first_step, "first_step")
        row = self.nodes.row(node)
        return fidelity.node_fidelity(self.transition, self.sink.index, row, first)

    def minimax_fidelity(self, first_step: int = 0) -> MinimaxFidelity:
        """Return min over all nodes of their fidelity, and the nodes that have it (Def. 3.5).

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

    def successors(self) -> WalkOperator:
        """Return the walk W[i, j] = Δ[i, j] / Σ_i Δ[i, j]: every column divided by its sum.

        For a mixture of heads this mixes first and divides then, as Algorithm 1 does. The
        sink, whose column may be zero, stays where it is.

        Raises StochasticError for a column of zeros at any other node.

        >>> DiffusionOperator(FeedforwardDAG(["ab", "bc"])).successors().exact[:, 0].T
        Matrix([[2/3, 1/3, 0]])
        """
        idle = np.flatnonzero(self.support.out_degree == 0)
        for row in idle[idle != self.sink.index]:
            message = f"node {self.nodes[row]!r} has a column of zeros: it has no successor"
            raise StochasticError(message)
        origin = (DiffusionOperator.successors, (self,))
        return WalkOperator.of(Successors(self.transition), self.nodes, self.sink, origin)
