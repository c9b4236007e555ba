"""The stack of a model's layers: what of each input is in the output, exactly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from dagmix._engine.adjacency.base import LARGEST_DENSE, Vec
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.scalars import HALF, Field, read_count, read_steps
from dagmix._engine.exact.vectors import unit
from dagmix._engine.fidelity.results import NodeFidelity
from dagmix._util.brief import brief
from dagmix._util.frozen import Frozen
from dagmix.depth import flows, product, signals
from dagmix.depth.heaviest import heaviest
from dagmix.depth.layers import (
    Residual,
    check_fields,
    read_layers,
    residual_matrix,
    with_residual,
)
from dagmix.depth.results import DepthPathways, labelled
from dagmix.depth.signals import Row
from dagmix.depth.walks import WalkStack
from dagmix.errors import DagmixError, ShapeError, StepError, SymbolicError
from dagmix.graphs.labels import Node, Nodes
from dagmix.graphs.sinks import UniqueSink
from dagmix.operators.base import exact_values, substituted
from dagmix.operators.diffusion import DiffusionOperator
from dagmix.operators.mixture import MultiHeadDiffusion
from dagmix.operators.read_arrays import TOLERANCE
from dagmix.operators.read_tensors import as_numpy
from dagmix.operators.read_weights import read_residuals
from dagmix.operators.results import MinimaxFidelity

if TYPE_CHECKING:
    from sympy import Expr

TENSOR = 4  # dimensions: layers, heads, queries, keys


class LayerStack(Frozen):
    """Layers Â_l = ρ_l I + (1 − ρ_l) Ā_l, one above the other, bottom first.

    Row i of a layer Ā_l is what receiver i takes from its senders, a mixture of heads for
    instance; ρ_l is the share of the residual stream. The signal of j after t layers is
    s_t(j) = (Â_t ⋯ Â_1)[τ, j], τ the sink that the layers share.

    Parameters
    ----------
    layers : iterable of DiffusionOperator
        Each a `DiffusionOperator` or a `MultiHeadDiffusion`, on the same nodes with the same sink
        or target, the bottom layer first.
    residual : number, symbol, or sequence of them
        ρ, one for all layers or one for each, bottom first, 0 ≤ ρ < 1. Exact unless a float.

    Raises
    ------
    KindError, EmptyError
        For what are no diffusions; for no layers.
    HeadsError, SinkError
        For layers on different nodes, or with different sinks.
    WeightError, NumberError
        For a residual outside [0, 1), or not one for each layer; for what is no number.
    SymbolicError
        For symbols in one layer or residual and floats in another.

    Attributes
    ----------
    layers, residuals
        A tuple each, bottom first.
    nodes, sink
        Those of the layers.
    field
        The kind of numbers in the answers.

    Examples
    --------
    >>> bottom = DiffusionOperator.from_matrix([[1, 0], ["1/2", "1/2"]])
    >>> stack = LayerStack([bottom, bottom])
    >>> stack.signal(0), stack.flow(0), stack.rollout().exact.row(1)
    (Fraction(7, 16), Fraction(1, 2), Matrix([[7/16, 9/16]]))

    References
    ----------
    Attention rollout and flow: Abnar and Zuidema, arXiv:2005.00928. The layers without residual
    streams, all equal, are the diffusion of arXiv:2507.02944, Definition 3.2.
    """

    layers: tuple[DiffusionOperator, ...]
    residuals: tuple[Fraction | float | Expr, ...]
    nodes: Nodes
    sink: UniqueSink
    field: Field
    _matrices: tuple[Transition, ...]

    def __init__(self, layers: Iterable[DiffusionOperator], residual: Residual = HALF) -> None:
        """Check the layers and their residuals."""
        self.layers = read_layers(layers)
        self.residuals = read_residuals(residual, len(self.layers))
        check_fields(self.layers, self.residuals)
        self.nodes, self.sink = self.layers[-1].nodes, self.layers[-1].sink
        pairs = zip(self.layers, self.residuals, strict=True)
        self._matrices = tuple(residual_matrix(one.transition, share) for one, share in pairs)
        fields = {matrix.field for matrix in self._matrices}
        self.field = next(field for field in reversed(Field) if field in fields)

    @classmethod
    def from_attention(  # noqa: PLR0913 - the attention, the question, and how it is read
        cls,
        attention: ArrayLike,
        weights: ArrayLike | None = None,
        residual: Residual = HALF,
        nodes: Iterable[Node] | None = None,
        tolerance: float = TOLERANCE,
        *,
        target: Node | None = None,
        causal: bool = True,
    ) -> LayerStack:
        """Read the attention of all layers, each a mixture of its heads.

        Parameters
        ----------
        attention : (layers, heads, n, n) array
            As for `MultiHeadDiffusion.from_attention`, the bottom layer first.
        weights : (layers, heads) array, optional
            Importances of the heads, non-negative, of any scale in each layer; uniform by default.
        residual : number or sequence
            As for the stack.
        nodes, tolerance, target, causal
            As for `MultiHeadDiffusion.from_attention`.

        Returns
        -------
        LayerStack
            In floats.

        Raises
        ------
        ShapeError
            For another shape of attention or weights.
        DagmixError
            The errors of `MultiHeadDiffusion.from_attention`, with the layer, and of the stack.

        Examples
        --------
        >>> layer = [[[1, 0], [0.25, 0.75]]]
        >>> LayerStack.from_attention([layer, layer], residual=0).signal(0)
        0.4375

        References
        ----------
        arXiv:2005.00928, §3.
        """
        tensor = as_numpy(attention, "attention")
        if tensor.ndim != TENSOR or not len(tensor):
            message = f"attention has shape (layers, heads, n, n); got {tensor.shape}"
            raise ShapeError(message)
        shares: Any = [None] * len(tensor) if weights is None else as_numpy(weights, "weights")
        if len(shares) != len(tensor) or (weights is not None and shares.ndim != 2):  # noqa: PLR2004
            message = f"weights have shape {tensor.shape[:2]}, layers and heads; got {shares.shape}"
            raise ShapeError(message)
        labels = None if nodes is None else tuple(nodes)
        layers = []
        for number, (heads, share) in enumerate(zip(tensor, shares, strict=True)):
            try:
                layer = MultiHeadDiffusion.from_attention(
                    heads, share, labels, tolerance, target=target, causal=causal
                )
            except DagmixError as error:
                message = f"layer {number}: {error}"
                raise type(error)(message) from None
            layers.append(layer)
        return cls(layers, residual)

    def signal(self, node: Node, depth: int | None = None) -> Fraction | float | Expr:
        """Return s_t(j) = (Â_t ⋯ Â_1)[τ, j], the share of node j in τ after t layers.

        Parameters
        ----------
        node
            The label of j.
        depth : int, optional
            t, from 0, no layer, to the number of layers, the default.

        Returns
        -------
        Fraction, float or SymPy expression
            In [0, 1]: exact for rational layers on up to 4,096 nodes, a polynomial for symbols.
            A float is within relative error (2 + Σ_l (k_l + 10 + e_l))·2⁻⁵³, or hardly more, over
            the t layers, k_l the most entries of a row or column and e_l the rounding of the
            stored ones; an `Enclosure` for large rational layers, and below 2⁻⁸⁰⁰.

        Raises
        ------
        UnknownNodeError, StepError
            For a node that is none; for a depth that is no number of these layers.

        Examples
        --------
        >>> layer = DiffusionOperator.from_matrix([[1, 0], ["1/2", "1/2"]])
        >>> stack = LayerStack([layer, layer], residual=0)
        >>> [str(stack.signal(0, t)) for t in (0, 1, 2)]
        ['0', '1/2', '3/4']

        References
        ----------
        arXiv:2005.00928, §3 (attention rollout, row τ).
        """
        number: Fraction | float | Expr = self._rows([self._depth(depth)])[0].number(
            self.nodes.row(node)
        )
        return number

    def signals(self) -> Vec:
        """Return s_t(j) for all depths t = 0, …, L and all nodes j.

        Returns
        -------
        array of shape (L + 1, n)
            Row t sums to 1: Fractions, floats within the error of `signal` or within 2⁻⁸⁵⁰, or
            SymPy expressions.

        Raises
        ------
        ShapeError
            For a table that would not fit into memory.

        Examples
        --------
        >>> layer = DiffusionOperator.from_matrix([[1, 0], ["1/2", "1/2"]])
        >>> LayerStack([layer, layer], residual=0).signals().astype(float).tolist()
        [[0.0, 1.0], [0.5, 0.5], [0.75, 0.25]]
        """
        return np.array([row.numbers() for row in self._table])

    def node_fidelity(self, node: Node) -> NodeFidelity:
        """Return max over t = 0, …, L of s_t(j), the depth fidelity of node j.

        Parameters
        ----------
        node
            The label of j.

        Returns
        -------
        NodeFidelity
            Its `times` are depths t; for floats all that are not excluded. It is always attained.

        Raises
        ------
        UnknownNodeError, SymbolicError
            For a node that is none; for symbols.

        Examples
        --------
        >>> layer = DiffusionOperator.from_matrix([[1, 0], ["1/2", "1/2"]])
        >>> LayerStack([layer, layer], residual=0).node_fidelity(0).times
        (2,)
        """
        place = self.nodes.row(node)
        self._need_numbers("a fidelity")
        found, times = signals.greatest([row.bounded(place) for row in self._table])
        return NodeFidelity(found.value, found.lower, found.upper, attained=True, times=times)

    def minimax_fidelity(self, depth: int | None = None) -> MinimaxFidelity:
        """Return min_j of the depth fidelities, or of the signals at one depth.

        Parameters
        ----------
        depth : int, optional
            Only this t counts; by default the maximum over t = 0, …, L does. With L it is the
            least entry of the rollout's row τ.

        Returns
        -------
        MinimaxFidelity
            The value, with bounds, and the nodes that have it.

        Raises
        ------
        StepError, SymbolicError
            For a depth that is no number of these layers; for symbols.

        Examples
        --------
        >>> layer = DiffusionOperator.from_matrix([[1, 0], ["1/2", "1/2"]])
        >>> stack = LayerStack([layer, layer], residual=0)
        >>> stack.minimax_fidelity().value, stack.minimax_fidelity(2).value
        (Fraction(3, 4), Fraction(1, 4))
        """
        self._need_numbers("a fidelity")
        rows = self._table if depth is None else self._rows([self._depth(depth)])
        places = range(len(self.nodes))
        peaks = [signals.greatest([row.bounded(place) for row in rows])[0] for place in places]
        found, weakest = signals.least(peaks)
        labels = tuple(self.nodes[place] for place in weakest)
        return MinimaxFidelity(found.value, found.lower, found.upper, labels)

    def rollout(self) -> DiffusionOperator:
        """Return Â_L ⋯ Â_1, attention rollout: row i has the share of every input in output i.

        Returns
        -------
        DiffusionOperator
            On the nodes and with the sink of the layers, in the stack's field. A float entry is
            within relative error Σ_l (n + 1 + e_l)·2⁻⁵³ of the exact product, for which the
            operator stands.

        Raises
        ------
        ShapeError
            For a matrix that would not fit into memory.

        Examples
        --------
        >>> import sympy as sp
        >>> rho = sp.Symbol("rho")
        >>> layer = DiffusionOperator.from_matrix([[1, 0], ["1/2", "1/2"]])
        >>> LayerStack([layer, layer], residual=rho).rollout().exact[1, 0]
        -rho**2/4 - rho/2 + 3/4

        References
        ----------
        arXiv:2005.00928, §3; an over-squashing bound of the same form: arXiv:2406.04267, Theorem
        5.1.
        """
        matrix = product.ProductMatrix(self.field, self._matrices)
        origin: Any = (LayerStack.rollout, (self,))
        if self.field is Field.SYMBOLIC:
            exact = DiffusionOperator.of(matrix, self.nodes, self.sink.node, origin).exact
            origin = (DiffusionOperator.from_matrix, (exact, self.nodes, self.sink.node))
        return DiffusionOperator.of(matrix, self.nodes, self.sink.node, origin)

    def flow(self, node: Node) -> Fraction | float:
        """Return the maximum flow from the sink in the top layer down to j in the input.

        Node (l, i) sends to (l − 1, k) at most Â_l[i, k]: attention flow. It is at least the
        rollout, R[τ, j] ≤ flow(j) ≤ 1, with equality for one layer, and does not add up to 1
        over j.

        Parameters
        ----------
        node
            The label of j.

        Returns
        -------
        Fraction or float
            Exact for rational layers; else an `Enclosure`, within a relative error of
            (e + 3)·2⁻⁵³, e the rounding of the stored entries.

        Raises
        ------
        UnknownNodeError, SymbolicError
            For a node that is none; for symbols.
        SizeError
            For more than 2²¹ arcs in all layers.

        Examples
        --------
        >>> one = [[1, 0, 0], ["1/2", "1/2", 0], ["1/4", "1/4", "1/2"]]
        >>> two = [[1, 0, 0], [1, 0, 0], ["1/3", "1/3", "1/3"]]
        >>> stack = LayerStack([DiffusionOperator.from_matrix(x, sink=2) for x in (one, two)])
        >>> [str(stack.flow(j)) for j in stack.nodes]
        ['11/24', '7/24', '2/3']

        References
        ----------
        arXiv:2005.00928, §3 (attention flow).
        """
        place = self.nodes.row(node)
        self._need_numbers("a flow")
        exact = signals.is_exact(self.field, self._matrices)
        return flows.attention_flow(self._matrices, self.sink.index, place, exact=exact)

    def contraction(self) -> Fraction | float:
        """Return the Dobrushin coefficient of the rollout, the greatest distance of two rows.

        The distance is total variation. At 0 all outputs hear the same: rank collapse. The
        coefficient of a product is at most the product of the coefficients.

        Returns
        -------
        Fraction or float
            In [0, 1]: exact for rational layers on up to 4,096 nodes, else an `Enclosure`.

        Raises
        ------
        SymbolicError, ShapeError
            For symbols; for a matrix that would not fit into memory.

        Examples
        --------
        >>> layer = DiffusionOperator.from_matrix([[1, 0], ["1/2", "1/2"]])
        >>> LayerStack([layer, layer], residual=0).contraction()
        Fraction(1, 4)

        References
        ----------
        Dobrushin, doi:10.1137/1101006.
        """
        self._need_numbers("a contraction coefficient")
        return product.contraction(product.ProductMatrix(self.field, self._matrices))

    def successors(self) -> WalkStack:
        """Return the walk through the layers: every column of each Â_l divided by its sum.

        It begins at an input and goes up a layer at each step, by `Â_l.successors()`.

        Returns
        -------
        WalkStack
            In the same field.

        Raises
        ------
        StochasticError
            For a column of zeros at a node other than the sink, where ρ_l = 0.

        Examples
        --------
        >>> layer = DiffusionOperator.from_matrix([[1, 0], ["1/2", "1/2"]])
        >>> LayerStack([layer, layer]).successors().distance()
        Fraction(16, 25)
        """
        pairs = zip(self.layers, self.residuals, strict=True)
        return WalkStack(tuple(with_residual(*pair).successors() for pair in pairs))

    def heaviest_pathways(self, node: Node, k: int) -> DepthPathways:
        """Return the k heaviest pathways from j in the input to the sink above the top layer.

        A pathway passes each layer through one head, or through the residual stream at the same
        node. It weighs the product of ρ_l, where it stays in the stream, and of
        (1 − ρ_l) β_h A_h[receiver, sender], where head h of layer l carries it. The weights of
        all pathways add up to the signal of j. Equal weights are in the order of the sequence
        head, node, head, … from the source, the residual stream before head 0.

        Parameters
        ----------
        node
            The label of j, the source.
        k : int
            Number of pathways, at least 1.

        Returns
        -------
        DepthPathways
            Fewer than k where there are no more of positive weight. Weights and order are exact,
            for floats too, which stand for exact rationals.

        Raises
        ------
        UnknownNodeError, NumberError
            For a node that is none, k < 1.
        SymbolicError
            For symbols.
        SizeError
            For more than 2²⁵ arcs through all heads.

        Notes
        -----
        One pass from the top down finds the heaviest way on from every node; a best-first search
        from the source then makes no more than k pathways.

        Examples
        --------
        >>> layer = DiffusionOperator.from_matrix([[1, 0], ["1/2", "1/2"]])
        >>> print(LayerStack([layer, layer]).heaviest_pathways(0, 2))
        heaviest pathways through 2 layers from 0 to 1, signal 7/16
        <BLANKLINE>
          pathway               weight   share
         ──────────────────────────────────────
          0 ─L0R→ 0 ─L1H0→ 1    1/8      0.286
          0 ─L0H0→ 0 ─L1H0→ 1   1/8      0.286
        """
        place, count = self.nodes.row(node), read_count(k, 1, "k")
        self._need_numbers("a list of the heaviest pathways")
        found = heaviest(self.layers, self.residuals, place, self.sink.index, count)
        exact = self.field is Field.RATIONAL
        named = tuple(labelled(one, node, self.nodes, exact=exact) for one in found)
        signal: Any = self.signal(node)
        return DepthPathways(node, self.sink.node, len(self.layers), signal, named)

    def subs(self, values: Mapping[Expr, Any]) -> LayerStack:
        """Return the stack with symbols replaced in layers and residuals, all at once.

        Parameters
        ----------
        values : mapping
            From symbols to numbers, rational strings or expressions.

        Returns
        -------
        LayerStack
            Checked anew.

        Raises
        ------
        DagmixError
            Where the layers or residuals are then none.

        Examples
        --------
        >>> import sympy as sp
        >>> rho = sp.Symbol("rho")
        >>> layer = DiffusionOperator.from_matrix([[1, 0], ["1/2", "1/2"]])
        >>> LayerStack([layer], residual=rho).subs({rho: "1/2"}).signal(0)
        Fraction(1, 4)
        """
        exact = exact_values(values)
        residuals = [
            substituted(share, exact) if hasattr(share, "subs") else share
            for share in self.residuals
        ]
        return LayerStack([layer.subs(values) for layer in self.layers], residuals)

    @cached_property
    def _table(self) -> list[Row]:
        """The rows of all depths."""
        depth, n = len(self.layers), len(self.nodes)
        if (depth + 1) * n > LARGEST_DENSE:
            message = f"a table of {depth + 1} depths of {n} nodes is too large"
            raise ShapeError(message)
        return self._rows(range(depth + 1))

    def _rows(self, depths: Any) -> list[Row]:
        start = unit(len(self.nodes), self.sink.index)
        return signals.rows(self.field, self._matrices, start, depths)

    def _depth(self, depth: int | None) -> int:
        layers = len(self.layers)
        steps = layers if depth is None else read_steps(depth, "depth")
        if steps > layers:
            message = f"a depth is at most the number of layers, {layers}; got {brief(steps)}"
            raise StepError(message)
        return steps

    def _need_numbers(self, what: str) -> None:
        if self.field is Field.SYMBOLIC:
            message = f"{what} needs numbers, and the stack has symbols: use .subs(…)"
            raise SymbolicError(message)

    def __eq__(self, other: object) -> bool:
        """Compare layers and residuals."""
        if not isinstance(other, LayerStack):
            return NotImplemented
        return self.layers == other.layers and self.residuals == other.residuals

    def __hash__(self) -> int:
        """Hash what is compared."""
        return hash((self.layers, self.residuals))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle through the constructor."""
        return LayerStack, (self.layers, self.residuals)

    def __repr__(self) -> str:
        """Say what the stack is made of."""
        shares = dict.fromkeys(self.residuals)
        shown = brief(next(iter(shares)) if len(shares) == 1 else self.residuals)
        return f"<LayerStack of {len(self.layers)} layers, {len(self.nodes)} nodes, ρ = {shown}>"

    def _repr_html_(self) -> str:
        return f"<code>{escape(repr(self))}</code>"
