"""Walk and diffusion operators: the orientation is the type (Definitions 2.3 and 3.1).

Entry [i, j] of every matrix speaks of receiver i and sender j; edges run j → i. A walk has
columns that sum to 1 and moves forward to the sink; a diffusion has rows that sum to 1 and
is read backward from the sink. An attention matrix is a diffusion, never a walk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from html import escape
from inspect import signature
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from dagmix import fidelity, minimax, mixing, recurrences
from dagmix import signals as rows_of_powers
from dagmix.absorption import hitting_times
from dagmix.arrays import COLUMNS, ROWS, TOLERANCE, read_matrix
from dagmix.errors import KindError, NumberError, SinkError, StochasticError, SymbolicError
from dagmix.frozen import Frozen
from dagmix.graph import (
    SHOWN,
    FeedforwardDAG,
    Node,
    Nodes,
    UniqueSink,
    find_unique_sink,
    shorten,
)
from dagmix.kernels import objects
from dagmix.results import NodeFidelity
from dagmix.scalars import Field, read_epsilon, read_scalar, read_steps
from dagmix.support import Support, Vec
from dagmix.transition import GraphDiffusion, GraphWalk, Successors, Transition, same_matrix

if TYPE_CHECKING:
    from sympy import Expr, ImmutableMatrix

QUARTER = Fraction(1, 4)
LONGEST_REPR = 400  # characters of one argument
LARGEST_CLOSED_FORM = 64  # nodes


@dataclass(frozen=True)
class MinimaxFidelity:
    """min_j φ_j and the nodes that have it.

    `value` lies between `lower` and `upper`, equal exactly where the answer is exact. For
    floats, `nodes` holds every node that is not excluded.
    """

    value: Fraction | float
    lower: Fraction | float
    upper: Fraction | float
    nodes: tuple[Node, ...]


class Operator(Frozen):
    """What walks and diffusions share: a stochastic matrix on labelled nodes with a sink."""

    nodes: Nodes
    sink: UniqueSink
    transition: Transition
    _origin: tuple[Callable[..., Any], tuple[Any, ...]]

    def _build(
        self,
        transition: Transition,
        nodes: Nodes,
        sink: Node | UniqueSink | None,
        origin: tuple[Callable[..., Any], tuple[Any, ...]],
    ) -> None:
        found = find_unique_sink(transition.support, nodes, sink)
        self.__dict__.update(transition=transition, nodes=nodes, sink=found, _origin=origin)

    @classmethod
    def of(
        cls,
        transition: Transition,
        nodes: Nodes,
        sink: Node | UniqueSink | None,
        origin: tuple[Callable[..., Any], tuple[Any, ...]],
    ) -> Self:
        """Return the operator of a checked transition; `origin` is the call that makes it."""
        operator = cls.__new__(cls)
        cls._build(operator, transition, nodes, sink, origin)
        return operator

    @property
    def field(self) -> Field:
        """Where the answers live (rational, float or symbolic)."""
        return self.transition.field

    @property
    def support(self) -> Support:
        """Who sends to whom, with positive weight."""
        return self.transition.support

    @cached_property
    def matrix(self) -> NDArray[np.float64]:
        """The matrix as read-only float64, n × n, receiver i and sender j in [i, j].

        Exact operators round each entry once.
        """
        self._need_numbers("a float matrix")
        if self.field is Field.RATIONAL:
            matrix = np.asarray(self.transition.rationals.dense(), dtype=np.float64)
        else:
            matrix = self.transition.floats.kernel.dense()
        matrix.setflags(write=False)
        return matrix

    @property
    def exact(self) -> ImmutableMatrix:
        """The exact matrix in SymPy, n × n."""
        import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

        entries = self.transition.over(sp.sympify).dense()
        return sp.ImmutableMatrix(entries.tolist())

    def subs(self, values: Mapping[Expr, Any]) -> Self:
        """Return the operator with symbols replaced, checked anew."""
        constructor, (_, *rest) = self._origin
        if self.field is not Field.SYMBOLIC:
            return self
        made: Self = constructor(self.exact.subs(_exact_values(values)), *rest)
        return made

    def _need_numbers(self, what: str) -> None:
        if self.field is Field.SYMBOLIC:
            symbols = ", ".join(sorted(map(str, self.exact.free_symbols)))
            message = f"{what} needs rational weights; these are irrational"
            if symbols:
                message = f"{what} needs numbers for {symbols}: use .subs({{symbol: value}})"
            raise SymbolicError(message)

    def _content(self) -> tuple[Any, ...]:
        return self.nodes, self.sink, self.field

    def __eq__(self, other: object) -> bool:
        """Compare type, nodes, sink, field and the exact matrix."""
        if type(self) is not type(other) or not isinstance(other, Operator):
            return NotImplemented
        return self._content() == other._content() and same_matrix(
            self.transition, other.transition
        )

    def __hash__(self) -> int:
        """Hash what is compared, the numbers apart."""
        receivers, senders = self.support.pairs
        return hash((type(self), self._content(), receivers.tobytes(), senders.tobytes()))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle through the constructor."""
        return self._origin

    def __repr__(self) -> str:
        """Read like the call that makes the operator; matrices are summarised."""
        constructor, arguments = self._origin
        (first, given), *others = zip(signature(constructor).parameters, arguments, strict=False)
        if first == "self":
            return f"{_show(given)}.{constructor.__name__}()"
        defaults = {p.name: p.default for p in signature(constructor).parameters.values()}
        named = [f"{key}={_show(x)}" for key, x in others if x is not None and x != defaults[key]]
        return f"{constructor.__qualname__}({', '.join([_show(given), *named])})"

    def _repr_html_(self) -> str:
        return f"<code>{escape(repr(self))}</code>"

    def _repr_latex_(self) -> str:
        import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

        if len(self.nodes) > SHOWN:
            return rf"$\text{{{type(self).__name__} on {len(self.nodes)} nodes}}$"
        return f"${sp.latex(self.exact)}$"


def _exact_values(values: Mapping[Expr, Any]) -> dict[Expr, Any]:
    import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

    return {s: sp.sympify(read_scalar(v, f"the value of {s}")) for s, v in values.items()}


def _show(argument: Any) -> str:
    if hasattr(argument, "dtype"):
        return f"<{argument.dtype} array of shape {tuple(argument.shape)}>"
    if isinstance(argument, tuple) and len(argument) <= SHOWN:
        return f"({', '.join(map(_show, argument))},)"
    text = repr(argument)
    return text if len(text) <= LONGEST_REPR else f"<{type(argument).__name__}>"


def _frozen(matrix: Any) -> Any:
    """Return a matrix as it may be kept: a private copy of an array, else the thing itself."""
    return matrix.copy() if isinstance(matrix, np.ndarray) else matrix


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
        origin = (WalkOperator.from_matrix, (_frozen(matrix), labels, sink, tolerance))
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

        Exact for rational operators. Floats are computed without subtraction, within relative
        error about n·k·2⁻⁵² where the heads share an order, n³·2⁻⁵² otherwise.

        >>> WalkOperator(FeedforwardDAG(["ab", "bc"])).expected_hitting_times().tolist()
        [Fraction(4, 1), Fraction(2, 1), Fraction(0, 1)]
        """
        self._need_numbers("a hitting time")
        if self.field is Field.RATIONAL:
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
        exact = self.field is Field.RATIONAL
        kernel = self.transition.rationals if exact else self.transition.floats.kernel
        least = mixing.forward_probability(kernel, self.sink.index)
        return Fraction(least) if exact else float(least)


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
        origin = (DiffusionOperator.from_matrix, (_frozen(matrix), labels, sink, tolerance))
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


def check_kind(operator: Any, kind: type[Operator]) -> None:
    """Raise KindError unless an operator, or whatever else was passed, is of a kind."""
    if not isinstance(operator, kind):
        message = f"a {kind.__name__} is asked for, or a mixture of them; got {operator!r}"
        raise KindError(message)
