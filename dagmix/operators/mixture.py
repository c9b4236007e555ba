"""Convex mixtures of heads, which are operators of the same kind (Definition 3.6, §2.2).

A mixture Σ α_h M_h need not be feedforward: heads may disagree about the order of the
nodes, and then it has cycles. A head may lack a unique sink while the mixture has one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike

from dagmix._engine.chains.composites import MixtureMatrix, WeightedRows
from dagmix._engine.chains.matrices import GraphDiffusion, GraphWalk
from dagmix._engine.chains.transition import Transition, same_matrix
from dagmix._engine.exact.scalars import Field, read_steps
from dagmix._engine.fidelity.best_search import find_greatest
from dagmix._engine.fidelity.minimax import MinimaxSearch
from dagmix._util.brief import brief
from dagmix._util.written import as_html, shown
from dagmix.errors import EmptyError, HeadsError, StochasticError, SymbolicError, WeightError
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.graphs.labels import SHOWN, Node, Nodes, check_same_nodes
from dagmix.graphs.sinks import UniqueSink
from dagmix.operators.base import Operator, exact_values, substituted
from dagmix.operators.diffusion import DiffusionOperator
from dagmix.operators.read_arrays import (
    COLUMNS,
    ROWS,
    TOLERANCE,
    first_rows,
    read_attention,
    read_matrix,
)
from dagmix.operators.read_tensors import as_numpy, half_hint
from dagmix.operators.read_weights import (
    are_gates,
    as_tuples,
    read_gates,
    read_importance,
    read_weights,
)
from dagmix.operators.results import BestHead, HeadFidelity, ratio
from dagmix.operators.targets import target_row
from dagmix.operators.walk import WalkOperator

if TYPE_CHECKING:
    from sympy import Expr


LONGEST_CALL = 240  # characters of a repr that reads like a call
WEIGHTS_SHOWN, HEADS_SHOWN = 6, 32  # in a summary, in a table
CUT = 60  # characters of a label, a weight or a head in them

LONE = (FeedforwardDAG, Operator, str, Mapping)  # no sequences of heads


class MultiHead(Operator):
    """A convex mixture Σ α_h M_h of heads M_h on the same nodes, itself an operator.

    It is made as a `MultiHeadWalk` or a `MultiHeadDiffusion`.

    Parameters
    ----------
    heads : iterable
        Feedforward graphs, operators of the mixture's kind, or stochastic arrays.
    weights : sequence, optional
        Non-negative numbers or symbols that sum to 1, one for each head; uniform by default.
        A float among them makes the mixture float.
    sink : node or UniqueSink, optional
        Needed where the union of the heads of positive weight has no unique sink.
    tolerance : float
        How far floats may sum from 1, in [0, 1).

    Raises
    ------
    EmptyError, HeadsError
        For no heads, heads of another kind, or heads on different nodes.
    WeightError, SymbolicError
        For weights that are not convex, symbols mixed with floats.
    SinkError
        Where there is no unique sink, or a walk's `sink` has edges to other nodes.

    Examples
    --------
    >>> from dagmix import families
    >>> mix = MultiHeadWalk([families.line(3), families.complete(3)], ["1/3", "2/3"])
    >>> mix.weights, mix.exact[:, 0].T
    ((Fraction(1, 3), Fraction(2, 3)), Matrix([[7/18, 7/18, 2/9]]))

    References
    ----------
    arXiv:2507.02944, §2.2 and Definition 3.6.
    """

    heads: tuple[Any, ...]
    weights: tuple[Any, ...]
    _parts: list[Transition]
    _mixed: list[tuple[Fraction | Expr, Transition]]
    _kind: type[Operator]
    _axis: int
    _of_graph: type[GraphWalk | GraphDiffusion]

    def __init__(
        self,
        heads: Iterable[Any],
        weights: Sequence[Any] | None = None,
        sink: Node | UniqueSink | None = None,
        tolerance: float = TOLERANCE,
    ) -> None:
        """Check the heads and their weights and mix them."""
        if isinstance(heads, LONE) or not np.iterable(heads):
            message = f"heads come as a sequence; got {heads!r}"
            raise HeadsError(message)
        given = tuple(heads)
        if not given:
            message = "a mixture needs at least one head"
            raise EmptyError(message)
        weights = as_tuples(weights)
        is_gated = are_gates(weights)
        if is_gated and self._axis == COLUMNS:
            message = (
                "weights per receiver weigh the rows of diffusions: a walk is .successors() of a"
                " MultiHeadDiffusion that has them"
            )
            raise WeightError(message)
        read = read_gates if is_gated else read_weights
        exact, any_float = read(weights, len(given), tolerance)
        nodes, parts = self._read_heads(given, tolerance)
        mixed = list(map(_weighed, exact, parts))
        mixture = MixtureMatrix(*zip(*mixed, strict=True), as_floats=any_float)
        _refuse_floats_with_symbols(mixture, parts)
        self._build(mixture, nodes, sink, (type(self), (given, weights, sink, tolerance)))
        self.heads, self.weights = given, tuple(map(_as_floats, exact) if any_float else exact)
        self._parts, self._mixed = parts, mixed

    @property
    def is_gated(self) -> bool:
        """Whether every receiver has its own weights of the heads; internal."""
        return isinstance(self.weights[0], tuple)

    @property
    def parts(self) -> tuple[tuple[Fraction | Expr, Transition], ...]:
        """The exact weight and the matrix of every head, weights of 0 included; internal.

        Where every receiver has its own weights, they are in the rows of the matrices.
        """
        return tuple(self._mixed)

    def _read_heads(
        self, heads: tuple[Any, ...], tolerance: float
    ) -> tuple[Nodes, list[Transition]]:
        """Return the common nodes and the heads' matrices; arrays take the others' labels."""
        labelled = [h.nodes for h in heads if isinstance(h, FeedforwardDAG | Operator)]
        check_same_nodes(labelled)
        default = labelled[0] if labelled else None
        read = [self._read_head(h, head, default, tolerance) for h, head in enumerate(heads)]
        check_same_nodes([nodes for nodes, _ in read])
        return read[0][0], [transition for _, transition in read]

    def _read_head(
        self, number: int, head: Any, default: Nodes | None, tolerance: float
    ) -> tuple[Nodes, Transition]:
        if isinstance(head, FeedforwardDAG):
            return head.nodes, self._of_graph(head.adjacency)
        if isinstance(head, self._kind):
            return head.nodes, head.transition
        if isinstance(head, Operator):
            message = (
                f"{type(self).__name__} mixes {self._kind.__name__}s; head {number} is {head!r}"
            )
            raise HeadsError(message)
        if not hasattr(head, "__len__"):
            message = f"a head is a graph, an operator or a matrix; head {number} is {head!r}"
            raise HeadsError(message)
        same_size = default is not None and len(default) == len(head)
        transition, nodes = read_matrix(head, self._axis, default if same_size else None, tolerance)
        return nodes, transition

    def subs(self, values: Mapping[Expr, Any]) -> Self:
        """Return the mixture with symbols among its weights and heads replaced, all at once.

        What comes out is checked anew.

        Parameters
        ----------
        values : mapping
            From symbols to numbers, rational strings or expressions.

        Returns
        -------
        MultiHeadWalk or MultiHeadDiffusion
            Of the same kind.

        Raises
        ------
        NumberError, KindError
            For a value that is no finite real number or expression; for what is no mapping
            from symbols.
        WeightError
            Where the weights are then no longer convex.

        Examples
        --------
        >>> import sympy as sp
        >>> a = sp.Symbol("a")
        >>> mix = MultiHeadDiffusion([FeedforwardDAG(["ab"])] * 2, [a, 1 - a])
        >>> mix.subs({a: "1/4"}).weights
        (Fraction(1, 4), Fraction(3, 4))
        """
        exact = exact_values(values)
        heads = [_head_at(h, part, exact) for h, part in zip(self.heads, self._parts, strict=True)]
        weights = [substituted(w, exact) if hasattr(w, "subs") else w for w in self.weights]
        sink, tolerance = self._origin[1][2:]
        return type(self)(heads, weights, sink, tolerance)

    def _content(self) -> tuple[Any, ...]:
        return (*super()._content(), self.weights)

    def __eq__(self, other: object) -> bool:
        """Compare type, nodes, sink, weights and heads."""
        if super().__eq__(other) is not True or not isinstance(other, MultiHead):
            return False if isinstance(other, MultiHead) else NotImplemented
        return all(map(same_matrix, self._parts, other._parts))

    __hash__ = Operator.__hash__

    def __repr__(self) -> str:
        """Read like the call that makes the mixture, or tell of many heads in three lines."""
        written = super().__repr__()
        if len(written) <= LONGEST_CALL and len(self.heads) <= SHOWN:
            return written
        kinds = Counter(type(head).__name__ for head in self.heads)
        heads = ", ".join(f"{count} × {kind}" for kind, count in kinds.items())
        return f"<{self._summary()}\n heads: {heads}\n weights: {_in_short(self.weights)}>"

    def _summary(self) -> str:
        """Return kind, sizes, sink and field in a line."""
        sizes = f"{len(self.heads)} heads on {len(self.nodes)} nodes"
        sink = _cut(brief(self.sink.node))
        return f"{type(self).__name__}: {sizes}, sink {sink}, {self.field.value}"

    def _repr_html_(self) -> str:
        few = zip(self.heads[:HEADS_SHOWN], self.weights, strict=False)
        rows = [(str(h), _cut(shown(w)), _cut(repr(head))) for h, (head, w) in enumerate(few)]
        if len(self.heads) > HEADS_SHOWN:
            rows.append(("…", "…", "…"))
        return as_html(self._summary(), ("head", "weight", ""), rows)


class MultiHeadWalk(MultiHead, WalkOperator):
    """W̄ = Σ α_h W_h: in each step a head is drawn, then a step of its walk (§2.2).

    Parameters
    ----------
    heads : iterable
        FeedforwardDAGs, WalkOperators or column-stochastic arrays on the same nodes.
    weights : sequence, optional
        α, non-negative, summing to 1; uniform by default. Symbols and floats are allowed.
    sink : node or UniqueSink, optional
        Needed where the union of the heads of positive weight has no unique sink.
    tolerance : float
        How far floats, of a column or of the weights, may sum from 1, in [0, 1).

    Raises
    ------
    EmptyError, HeadsError, WeightError, SymbolicError, SinkError
        As for every mixture: heads of one kind on the same nodes, convex weights, one sink.

    Examples
    --------
    >>> one, two = [
    ...     FeedforwardDAG(e, nodes="abcd") for e in (["ad", "bc", "cd"], ["ac", "bd", "cd"])
    ... ]
    >>> [WalkOperator(one).mixing_time(), WalkOperator(two).mixing_time()]
    [5, 5]
    >>> MultiHeadWalk([one, two]).mixing_time()
    4

    References
    ----------
    arXiv:2507.02944, §2.2 and Lemma 2.6.
    """

    _kind, _axis, _of_graph = WalkOperator, COLUMNS, GraphWalk

    @classmethod
    def from_attention(
        cls,
        attention: ArrayLike,
        weights: ArrayLike | None = None,
        nodes: Iterable[Node] | None = None,
        tolerance: float = TOLERANCE,
        *,
        target: Node | None = None,
        causal: bool = True,
    ) -> MultiHeadWalk:
        """Read attention as a walk: W_h[i, j] = A_h[i, j] / Σ_i A_h[i, j], then mix (§2.2).

        The rows of attention sum to 1, its columns do not: each head is renormalised to a walk
        from key to query before the heads are mixed. The walk stops at the target, its sink.

        Parameters
        ----------
        attention : (heads, n, n) array
            Weights in [0, 1] of query i (receiver) on key j (sender) in [h, i, j]; rows sum to 1
            within `tolerance`, and causal attention has no weight above the diagonal.
        weights : (heads,) array, optional
            Importances of the heads, non-negative, of any scale; uniform by default.
        nodes : iterable, optional
            Labels of the n positions, 0 to n − 1 by default.
        tolerance : float
            How far a row may sum from 1, in [0, 1); half precision needs about 1e-2.
        target : node, optional
            The position asked about, the last one by default. Causal attention is cut to the
            positions up to it, target + 1 of n where labels are positions: no later one counts.
        causal : bool
            Whether no query sees a later key. Bidirectional attention, False, is not cut, and
            needs a target.

        Returns
        -------
        MultiHeadWalk
            In floats, with the target as its sink.

        Raises
        ------
        ShapeError, NumberError
            For another shape, entries that are negative or no finite numbers.
        KindError
            For what a model returns, and for masked or sparse arrays.
        CausalError
            Where a query gives weight to a later key, unless `causal` is False.
        UnknownNodeError, SinkError
            For a target that is no position (negative ones are none), or a missing one where
            `causal` is False.
        StochasticError
            Where a row does not sum to 1, or a head has a column of zeros before the last.
        WeightError
            For importances of another shape, negative, or all 0.

        Examples
        --------
        >>> MultiHeadWalk.from_attention([[[1, 0], [0.25, 0.75]]]).matrix.tolist()
        [[0.8, 0.0], [0.2, 1.0]]
        """
        walks = []
        heads, _ = _attention_heads(attention, nodes, tolerance, target, causal=causal)
        for head, diffusion in enumerate(heads):
            try:
                walks.append(diffusion.successors())
            except StochasticError as error:
                message = f"head {head}: {error}"
                raise StochasticError(message) from None
        exact = read_importance(weights, len(walks))
        return cls(walks, exact, walks[0].sink)


class MultiHeadDiffusion(MultiHead, DiffusionOperator):
    """Δ̄ = Σ β_h Δ_h (Definition 3.6): the diffusion of several heads at once.

    Parameters
    ----------
    heads : iterable
        FeedforwardDAGs, DiffusionOperators or row-stochastic arrays on the same nodes.
    weights : sequence, optional
        β, non-negative, summing to 1; uniform by default. Symbols and floats are allowed. Or a
        row of n numbers for each head, its weights at every receiver, where they sum to 1 over
        the heads: gated heads, Δ̄[i, j] = Σ_h β_h(i) Δ_h[i, j].
    sink : node, UniqueSink or Target, optional
        The node whose signals are asked for, any of them; needed where the union of the heads of
        positive weight has no unique sink.
    tolerance : float
        How far floats, of a row or of the weights, may sum from 1, in [0, 1).

    Raises
    ------
    EmptyError, HeadsError, WeightError, SymbolicError, SinkError
        As for every mixture: heads of one kind on the same nodes, convex weights, one sink or a
        named node.

    Examples
    --------
    >>> heads = [FeedforwardDAG(e, nodes="uvwτ") for e in (["uv", "vw", "wτ"], ["vu", "uw", "wτ"])]
    >>> mix = MultiHeadDiffusion(heads)
    >>> mix.minimax_fidelity().value, mix.best_head().value, mix.amplification()
    (Fraction(1, 2), Fraction(3, 8), Fraction(4, 3))

    Heads that are gated, so that u takes from head 1 alone:

    >>> gated = MultiHeadDiffusion(heads, [[0, "1/2", "1/2", "1/2"], [1, "1/2", "1/2", "1/2"]])
    >>> gated.weights[0][:2], gated.minimax_fidelity().value
    ((Fraction(0, 1), Fraction(1, 2)), Fraction(1, 3))

    References
    ----------
    arXiv:2507.02944, Definitions 3.6 to 3.12 and Example 3.13.
    """

    _kind, _axis, _of_graph = DiffusionOperator, ROWS, GraphDiffusion

    @classmethod
    def from_attention(
        cls,
        attention: ArrayLike,
        weights: ArrayLike | None = None,
        nodes: Iterable[Node] | None = None,
        tolerance: float = TOLERANCE,
        *,
        target: Node | None = None,
        causal: bool = True,
    ) -> MultiHeadDiffusion:
        """Read attention as a diffusion: Δ̄ = Σ β_h A_h, an attention matrix being a Δ.

        Its signals are those at the target, (Δ̄ᵗ)[target, j]. In bidirectional attention the
        target sends to other positions too, and `.sink` is a `Target`; `.successors()` makes it
        absorbing, so that hitting times are those of the first visit to the target.

        Parameters
        ----------
        attention : (heads, n, n) array
            Weights in [0, 1] of query i (receiver) on key j (sender) in [h, i, j]; rows sum to 1
            within `tolerance`, and causal attention has no weight above the diagonal.
        weights : (heads,) or (heads, n) array, optional
            Importances of the heads, non-negative, of any scale; uniform by default. β is these
            divided by their sum over the heads. With n, every receiver has its own.
        nodes : iterable, optional
            Labels of the n positions, 0 to n − 1 by default.
        tolerance : float
            How far a row may sum from 1, in [0, 1); half precision needs about 1e-2.
        target : node, optional
            The position asked about, the last one by default. Causal attention is cut to the
            positions up to it, target + 1 of n where labels are positions: no later one counts.
        causal : bool
            Whether no query sees a later key. Bidirectional attention, False, is not cut, and
            needs a target.

        Returns
        -------
        MultiHeadDiffusion
            In floats, with the target as its sink.

        Raises
        ------
        ShapeError, NumberError
            For another shape, entries that are negative or no finite numbers.
        KindError
            For what a model returns, and for masked or sparse arrays.
        CausalError
            Where a query gives weight to a later key, unless `causal` is False.
        UnknownNodeError, SinkError
            For a target that is no position (negative ones are none), or a missing one where
            `causal` is False.
        StochasticError
            Where a row does not sum to 1.
        WeightError
            For importances of another shape, negative, or all 0.

        Examples
        --------
        >>> mix = MultiHeadDiffusion.from_attention([[[1, 0], [0.25, 0.75]]], weights=[3.0])
        >>> mix.sink, mix.signal(0, 1)
        (UniqueSink(node=1, index=1), 0.25)
        >>> both_ways = [[[0.5, 0.5], [0.5, 0.5]]]
        >>> mix = MultiHeadDiffusion.from_attention(both_ways, target=0, causal=False)
        >>> mix.sink, mix.signal(1, 1), mix.successors().matrix.tolist()
        (Target(node=0, index=0), 0.5, [[1.0, 0.5], [0.0, 0.5]])
        """
        heads, whole = _attention_heads(attention, nodes, tolerance, target, causal=causal)
        exact, size = read_importance(weights, len(heads), whole), len(heads[0].nodes)
        cut = [share[:size] if isinstance(share, tuple) else share for share in exact]
        return cls(heads, cut, heads[0].sink.node)

    def best_head(self, first_step: int = 0) -> BestHead:
        """Return max_h φ_min(Δ_h) and the heads that have it (Definitions 3.11 and 3.12).

        Signals of every head are read at the mixture's sink; heads of weight 0 count. No node has
        a greater fidelity than P(the backward chain from the sink ever reaches it): heads where
        this is less for some node than φ_min of another head are excluded without a search.

        Parameters
        ----------
        first_step : int
            The first t that counts, as for `node_fidelity`.

        Returns
        -------
        BestHead
            The value, with bounds, and the numbers of the heads, from 0; the value is 0 where in
            every head some node does not reach the sink.

        Raises
        ------
        StepError
            For a negative or fractional `first_step`.
        SymbolicError
            For a symbolic mixture.
        UndecidedError
            Where no proof was found within budget.

        Examples
        --------
        >>> MultiHeadDiffusion([FeedforwardDAG(["ab"])] * 2).best_head().heads
        (0, 1)
        """
        self._need_numbers("a fidelity")
        first = read_steps(first_step, "first_step")
        searches = [MinimaxSearch(part, self.sink.index, first) for part in self._parts]
        find_greatest(searches)
        alone = tuple(map(_alone, searches))
        floor = max(one.lower for one in alone)
        heads = tuple(h for h, one in enumerate(alone) if one.upper >= floor)
        value = max(alone[h].value for h in heads)
        return BestHead(value, floor, max(alone[h].upper for h in heads), heads, alone)

    def amplification(self, first_step: int = 0) -> Fraction | float:
        """Return φ_min(Δ̄) / max_h φ_min(Δ_h), the mixture's fidelity over its best head's (§3.1).

        Parameters
        ----------
        first_step : int
            The first t that counts, as for `node_fidelity`.

        Returns
        -------
        Fraction or float
            At least 0; math.inf for x / 0, math.nan for 0 / 0. Another float is within the sum
            of the relative widths of its two parts.

        Raises
        ------
        StepError
            For a negative or fractional `first_step`.
        SymbolicError
            For a symbolic mixture.
        UndecidedError
            Where no proof was found within budget.

        Examples
        --------
        >>> heads = [FeedforwardDAG([edge], nodes="uvτ") for edge in ("uv", "vτ")]
        >>> MultiHeadDiffusion(heads).amplification()
        inf
        """
        return ratio(self.minimax_fidelity(first_step).value, self.best_head(first_step).value)


def _in_short(weights: Sequence[Any]) -> str:
    """Write weights in a line: one for all where they are equal, else the first few."""
    if all(weight == weights[0] for weight in weights):
        return f"{_cut(shown(weights[0]))} each"
    more = ", …" if len(weights) > WEIGHTS_SHOWN else ""
    return ", ".join(_cut(shown(weight)) for weight in weights[:WEIGHTS_SHOWN]) + more


def _cut(text: str) -> str:
    return text if len(text) <= CUT else f"{text[:CUT]}…"


def _head_at(head: Any, part: Transition, exact: dict[Expr, Any]) -> Any:
    """Return a head with symbols replaced: a graph or a matrix of numbers as it is."""
    if part.field is not Field.SYMBOLIC:
        return head
    if isinstance(head, Operator):
        return head.subs(exact)
    import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

    return substituted(sp.ImmutableMatrix(part.over(sp.sympify).dense().tolist()), exact)


def _weighed(weight: Any, part: Transition) -> tuple[Fraction | Expr, Transition]:
    """Return weight and matrix of a head; weights per receiver go into the rows of the matrix."""
    if not isinstance(weight, tuple):
        return weight, part
    if len(weight) != part.adjacency.n:
        message = (
            f"weights per receiver: one for each of {part.adjacency.n} nodes; got {len(weight)}"
        )
        raise WeightError(message)
    return Fraction(any(weight)), WeightedRows(weight, part)


def _as_floats(weight: Any) -> Any:
    return tuple(map(float, weight)) if isinstance(weight, tuple) else float(weight)


def _alone(search: MinimaxSearch) -> HeadFidelity:
    """Return the φ_min of a head, or the bounds by which it was excluded."""
    if (found := search.found) is not None:
        return HeadFidelity(found.value, found.lower, found.upper, excluded=False)
    return HeadFidelity(search.lower, search.lower, search.upper, excluded=True)


def _refuse_floats_with_symbols(mixture: Transition, parts: Sequence[Transition]) -> None:
    floats = any(part.field is Field.FLOAT for part in parts)
    if mixture.field is Field.SYMBOLIC and floats:
        message = "symbolic weights need exact heads; one head here is a float array"
        raise SymbolicError(message)


def _attention_heads(
    attention: ArrayLike,
    nodes: Iterable[Node] | None,
    tolerance: float,
    target: Node | None,
    *,
    causal: bool,
) -> tuple[list[DiffusionOperator], int]:
    """Return the heads of a checked attention tensor, cut to the target where it is causal.

    The number is that of its positions before the cut.
    """
    try:
        heads, labels = read_attention(
            as_numpy(attention, "attention"), nodes, tolerance, causal=causal
        )
    except StochasticError as error:
        message = f"{error}{half_hint(attention)}"
        raise StochasticError(message) from None
    row, whole = target_row(target, labels, causal=causal), len(labels)
    if causal and row + 1 < whole:
        heads, labels = first_rows(heads, row + 1), Nodes(labels[: row + 1])
    sink, made = labels[row], DiffusionOperator.from_matrix
    read = [
        DiffusionOperator.of(head, labels, sink, (made, (head.matrix, labels, sink, tolerance)))
        for head in heads
    ]
    return read, whole
