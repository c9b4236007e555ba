"""What walks and diffusions share: a stochastic matrix on labelled nodes with a sink."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from html import escape
from inspect import signature
from typing import TYPE_CHECKING, Any, NoReturn, Self

import numpy as np
from numpy.typing import NDArray

from dagmix._engine.adjacency.base import Adjacency
from dagmix._engine.chains.matrices import FloatMatrix
from dagmix._engine.chains.transition import Transition, same_matrix
from dagmix._engine.exact.scalars import Field, read_scalar
from dagmix._util.brief import brief
from dagmix._util.frozen import Frozen
from dagmix.errors import KindError, NumberError, StepError, SymbolicError
from dagmix.graphs.labels import SHOWN, Node, Nodes
from dagmix.graphs.sinks import UniqueSink, find_unique_sink

if TYPE_CHECKING:
    from sympy import Expr, ImmutableMatrix

LONGEST_REPR = 400  # characters of one argument


def _no_attribute(operator: Operator, name: str) -> NoReturn:
    """Raise AttributeError; for a question of the other kind of operator it says whose."""
    names, where = operator._asked_elsewhere  # noqa: SLF001 - it becomes a method of the class
    hint = where.format(name) if name in names else ""
    message = f"{type(operator).__name__!r} object has no attribute {name!r}{hint}"
    raise AttributeError(message, name=name, obj=operator)


class Operator(Frozen):
    """A stochastic matrix on labelled nodes with a sink: what walks and diffusions share.

    It is made as a `WalkOperator`, a `DiffusionOperator` or a mixture of either. Frozen,
    hashable, compared by type, nodes, sink, field and exact matrix.

    Attributes
    ----------
    nodes
        The labels, in row and column order.
    sink
        The sink τ, as a `UniqueSink`: label and row. Of a diffusion it may be a `Target`.

    Examples
    --------
    >>> from dagmix import FeedforwardDAG, WalkOperator
    >>> walk = WalkOperator(FeedforwardDAG(["ab", "bc"]))
    >>> walk.nodes, walk.sink, walk.field
    (('a', 'b', 'c'), UniqueSink(node='c', index=2), <Field.RATIONAL: 'rational'>)

    References
    ----------
    arXiv:2507.02944, Definitions 2.2, 2.3 and 3.1.
    """

    nodes: Nodes
    sink: UniqueSink
    transition: Transition
    _origin: tuple[Callable[..., Any], tuple[Any, ...]]
    _find_sink = staticmethod(find_unique_sink)
    _asked_elsewhere: tuple[frozenset[str], str] = (frozenset(), "")
    __getattr__ = _no_attribute  # no `def` here, for which type checkers would let any name pass

    def _build(
        self,
        transition: Transition,
        nodes: Nodes,
        sink: Node | UniqueSink | None,
        origin: tuple[Callable[..., Any], tuple[Any, ...]],
    ) -> None:
        found = self._find_sink(transition.adjacency, nodes, sink)
        self.transition, self.nodes, self.sink, self._origin = transition, nodes, found, origin

    @classmethod
    def of(
        cls,
        transition: Transition,
        nodes: Nodes,
        sink: Node | UniqueSink | None,
        origin: tuple[Callable[..., Any], tuple[Any, ...]],
    ) -> Self:
        """Return the operator of a matrix that was checked already: internal.

        Parameters
        ----------
        transition, nodes, sink
            The matrix, its labels, and the sink or None for the only one.
        origin : (callable, arguments)
            The call that makes this operator, for `repr` and for pickling.

        Returns
        -------
        Operator
            Of the class it is called on.

        Raises
        ------
        SinkError
            Where there is no unique sink, or a walk's `sink` has edges to other nodes.

        Examples
        --------
        >>> from dagmix import FeedforwardDAG, WalkOperator
        >>> walk = WalkOperator(FeedforwardDAG(["ab"]))
        >>> origin = WalkOperator, (FeedforwardDAG(["ab"]),)
        >>> WalkOperator.of(walk.transition, walk.nodes, None, origin) == walk
        True
        """
        operator = cls.__new__(cls)
        operator._build(transition, nodes, sink, origin)  # noqa: SLF001 - a constructor
        return operator

    @property
    def field(self) -> Field:
        """The kind of numbers in the matrix and the answers (rational, float or symbolic)."""
        return self.transition.field

    @property
    def adjacency(self) -> Adjacency:
        """The adjacency of positive weights; internal."""
        return self.transition.adjacency

    @cached_property
    def matrix(self) -> NDArray[np.float64]:
        """The matrix as read-only float64, n × n, receiver i and sender j in [i, j].

        Exact operators round each entry once. Raises SymbolicError for a symbolic operator and
        ShapeError for one that would not fit into memory.

        >>> from dagmix import DiffusionOperator, FeedforwardDAG
        >>> DiffusionOperator(FeedforwardDAG(["ab"])).matrix.tolist()
        [[1.0, 0.0], [0.5, 0.5]]
        """
        self._need_numbers("a float matrix")
        self.adjacency.need_square()
        if self.field is Field.RATIONAL:
            matrix = np.asarray(self.transition.rationals.dense(), dtype=np.float64)
        else:
            matrix = self.transition.floats.kernel.dense()
        matrix.setflags(write=False)
        return matrix

    @property
    def exact(self) -> ImmutableMatrix:
        """The exact matrix in SymPy, n × n, receiver i and sender j in [i, j].

        A float operator gives the rationals that its floats stand for. Raises ShapeError for a
        matrix that would not fit into memory.

        >>> from dagmix import FeedforwardDAG, WalkOperator
        >>> WalkOperator(FeedforwardDAG(["ab"])).exact
        Matrix([
        [1/2, 0],
        [1/2, 1]])
        """
        import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

        self.adjacency.need_square()
        entries = self.transition.over(sp.sympify).dense()
        return sp.ImmutableMatrix(entries.tolist())

    def subs(self, values: Mapping[Expr, Any]) -> Self:
        """Return the operator with symbols replaced, all at once, and checked anew.

        Parameters
        ----------
        values : mapping
            From symbols to numbers, rational strings or expressions.

        Returns
        -------
        Operator
            Of the same kind; itself where it has no symbols.

        Raises
        ------
        NumberError, StochasticError
            For a value that is no finite real number or expression, or that makes an entry
            negative or a sum differ from 1.
        KindError
            For what is no mapping from symbols.

        Examples
        --------
        >>> import sympy as sp
        >>> from dagmix import DiffusionOperator
        >>> a = sp.Symbol("a")
        >>> mix = DiffusionOperator.from_matrix([[1, 0], [a, 1 - a]])
        >>> mix.subs({a: "1/3"}).signal(0, 2)
        Fraction(5, 9)
        """
        exact = exact_values(values)
        constructor, (given, *rest) = self._origin
        if self.field is not Field.SYMBOLIC:
            return self
        made_of_another = isinstance(given, Operator)  # successors of a diffusion
        first = given.subs(exact) if made_of_another else substituted(self.exact, exact)
        made: Self = constructor(first, *rest)
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
        return hash((type(self), self._content(), self.adjacency.degrees_hash))

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


def exact_values(values: Any) -> dict[Expr, Any]:
    """Return symbols and their values as expressions of SymPy; raise KindError or NumberError."""
    import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

    if not isinstance(values, Mapping):
        message = f"subs takes a mapping from symbols to values; got {brief(values)}"
        raise KindError(message)
    for symbol in values:
        if not isinstance(symbol, sp.Expr | str):
            message = f"subs replaces symbols; got {brief(symbol)} of type {type(symbol).__name__}"
            raise KindError(message)
    return {s: sp.sympify(read_scalar(v, f"the value of {s}")) for s, v in values.items()}


def substituted(given: Any, exact: dict[Expr, Any]) -> Any:
    """Return a number or a matrix of SymPy with symbols replaced, all at once: a swap swaps."""
    return given.subs(exact, simultaneous=True)


def may_be_exact(exact: Any, transition: Transition) -> bool:
    """Tell whether an answer may be exact: by default that of a rational operator, not too large.

    Raises NumberError as `read_exact` does.
    """
    asked = read_exact(exact, transition)
    is_rational = transition.field is Field.RATIONAL
    return is_rational and (transition.is_small if asked is None else asked)


def read_exact(exact: Any, transition: Transition) -> bool | None:
    """Return how exact an answer is asked to be: a Fraction, floats, or None for the default.

    Raises NumberError where exactness is asked of floats, or by what is neither True nor False.
    """
    if exact is not None and not isinstance(exact, bool):
        message = f"exact is True, False or None; got {brief(exact)}"
        raise NumberError(message)
    if exact and transition.field is Field.FLOAT:
        message = "exact=True asks for rational weights; these are floats"
        raise NumberError(message)
    return exact


def read_symbolic_steps(t: Any) -> Expr:
    """Return an expression of symbols that may be a number of steps; raise StepError."""
    import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

    is_number = (
        isinstance(t, sp.Expr) and not t.is_Matrix and not t.has(sp.oo, -sp.oo, sp.zoo, sp.nan)
    )
    if not is_number or t.is_integer is False or t.is_negative:
        message = f"steps are an integer, at least 0, or an expression for one; got {brief(t)}"
        raise StepError(message)
    return t


def read_variable(z: Any) -> Expr:
    """Return the variable of a generating function; raise NumberError for what has no symbols."""
    import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

    if not isinstance(z, sp.Expr) or not z.free_symbols:
        message = f"the variable z is a SymPy symbol, or an expression of symbols; got {brief(z)}"
        raise NumberError(message)
    return z


def _show(argument: Any) -> str:
    if hasattr(argument, "dtype"):
        return f"<{argument.dtype} array of shape {tuple(argument.shape)}>"
    if isinstance(argument, tuple) and len(argument) <= SHOWN:
        return f"({', '.join(map(_show, argument))},)"
    text = brief(argument)
    return text if len(text) <= LONGEST_REPR else f"<{type(argument).__name__}>"


def frozen(matrix: Any, transition: Transition) -> Any:
    """Return a matrix as it may be kept: the private copy of an array, others as they are."""
    if isinstance(matrix, np.ndarray) and isinstance(transition, FloatMatrix):
        return transition.matrix
    return matrix


def check_kind(operator: Any, kind: type[Operator]) -> None:
    """Raise KindError unless what was passed is an operator of a kind."""
    if not isinstance(operator, kind):
        message = f"a {kind.__name__} is asked for, or a mixture of them; got {operator!r}"
        raise KindError(message)
