"""Heads in series: a schedule gives every layer one head, where a mixture takes all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from dagmix._engine.adjacency.base import LARGEST_DENSE, Vec
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.scalars import Field, read_count, read_steps
from dagmix._engine.exact.vectors import unit
from dagmix._engine.fidelity.results import NodeFidelity
from dagmix._util.brief import brief
from dagmix._util.frozen import Frozen
from dagmix.depth import signals
from dagmix.depth.signals import Row
from dagmix.errors import EmptyError, KindError, NumberError, ShapeError, StepError, SymbolicError
from dagmix.graphs.labels import Node
from dagmix.operators.mixture import MultiHead, MultiHeadDiffusion
from dagmix.operators.results import MinimaxFidelity

if TYPE_CHECKING:
    from sympy import Expr


class Schedule(Frozen):
    """Layers Δ_{σ_1}, …, Δ_{σ_L}, bottom first, each with one head of a list.

    The signal of node j after t layers, counted from the top, is
    x_t(j) = (Δ_{σ_L} Δ_{σ_{L−1}} ⋯ Δ_{σ_{L−t+1}})[τ, j]: the share of what j holds below these
    layers in the output of the top one at τ. Its maximum over t = 0, …, L is the fidelity of j in
    the schedule, and never falls as layers are added below.

    `dagmix.depth.schedule` makes it.

    Parameters
    ----------
    mixture : MultiHeadDiffusion
        The heads and their sink; what weights it has does not matter.
    order : iterable of int
        The number of the head of every layer, from 0, the bottom layer first.

    Raises
    ------
    KindError, EmptyError
        For what is no sequence of numbers; for no layers.
    NumberError
        For what is no number of one of the heads.

    Attributes
    ----------
    mixture, order
        The heads, and a tuple of their numbers.

    Notes
    -----
    A `LayerStack` of the same layers reads s_t(j) at the top of the t lowest layers. Both agree
    for t = L, and for all t where the layers are equal.

    Examples
    --------
    >>> from dagmix import MultiHeadDiffusion
    >>> from dagmix.paper import example_3_13
    >>> Schedule(MultiHeadDiffusion(example_3_13()), [1, 0, 0]).minimax_fidelity().value
    Fraction(1, 4)

    References
    ----------
    Theorem H of the guide; signals and fidelity: arXiv:2507.02944, Definitions 3.2 to 3.5.
    """

    mixture: MultiHeadDiffusion
    order: tuple[int, ...]

    def __init__(self, mixture: MultiHeadDiffusion, order: Iterable[int]) -> None:
        """Check the order."""
        self.mixture = read_heads(mixture)
        self.order = read_order(order, len(self.mixture.heads))

    def signal(self, node: Node, depth: int | None = None) -> Fraction | float | Expr:
        """Return x_t(j), the share of node j below the t top layers in the output at τ.

        Parameters
        ----------
        node
            The label of j.
        depth : int, optional
            t, from 0, no layer, to the number of layers, the default.

        Returns
        -------
        Fraction, float or SymPy expression
            As for `LayerStack.signal`.

        Raises
        ------
        UnknownNodeError, StepError
            For a node that is none; for a depth that is no number of these layers.
        ShapeError
            As for `signals`.

        Examples
        --------
        >>> from dagmix import FeedforwardDAG
        >>> line, star = (FeedforwardDAG(e, nodes="abc") for e in (["ab", "bc"], ["ac", "bc"]))
        >>> [str(schedule([line, star], [0, 1]).signal("a", t)) for t in (0, 1, 2)]
        ['0', '1/3', '1/2']
        """
        layers, place = len(self.order), self.mixture.nodes.row(node)
        steps = layers if depth is None else read_steps(depth, "depth")
        if steps > layers:
            message = f"a depth is at most the number of layers, {layers}; got {brief(steps)}"
            raise StepError(message)
        found: Fraction | float | Expr = self._table[steps].number(place)
        return found

    def signals(self) -> Vec:
        """Return x_t(j) for all t = 0, …, L, from the top, and all nodes j.

        Returns
        -------
        array of shape (L + 1, n)
            Row t sums to 1: as for `LayerStack.signals`.

        Raises
        ------
        ShapeError
            For a table that would not fit into memory.

        Examples
        --------
        >>> from dagmix import FeedforwardDAG
        >>> line, star = (FeedforwardDAG(e, nodes="abc") for e in (["ab", "bc"], ["ac", "bc"]))
        >>> schedule([line, star], [0, 1]).signals().astype(str).tolist()
        [['0', '0', '1'], ['1/3', '1/3', '1/3'], ['1/2', '1/3', '1/6']]
        """
        return np.array([row.numbers() for row in self._table])

    def node_fidelity(self, node: Node) -> NodeFidelity:
        """Return max over t = 0, …, L of x_t(j), the fidelity of node j in the schedule.

        Parameters
        ----------
        node
            The label of j.

        Returns
        -------
        NodeFidelity
            Its `times` are numbers t of layers from the top; for floats all that are not excluded.

        Raises
        ------
        UnknownNodeError, SymbolicError
            For a node that is none; for symbols.

        Examples
        --------
        >>> from dagmix.paper import example_3_13
        >>> found = schedule(example_3_13(), [1, 0, 0, 0, 0, 0]).node_fidelity("v")
        >>> found.value, found.times
        (Fraction(9, 16), (6,))
        """
        place = self.mixture.nodes.row(node)
        found, times = signals.greatest([row.bounded(place) for row in self._numbers])
        return NodeFidelity(found.value, found.lower, found.upper, attained=True, times=times)

    def minimax_fidelity(self) -> MinimaxFidelity:
        """Return min_j of the fidelities in the schedule, and the nodes that have it.

        Returns
        -------
        MinimaxFidelity
            The value, with bounds, and the nodes.

        Raises
        ------
        SymbolicError
            For symbols.

        Examples
        --------
        >>> from dagmix.paper import example_3_13
        >>> found = schedule(example_3_13(), [1, 0, 0, 0, 0, 0]).minimax_fidelity()
        >>> found.value, found.nodes
        (Fraction(1, 2), ('u', 'w'))
        """
        nodes, rows = self.mixture.nodes, self._numbers
        peaks = [
            signals.greatest([row.bounded(place) for row in rows])[0] for place in range(len(nodes))
        ]
        found, weakest = signals.least(peaks)
        labels = tuple(nodes[place] for place in weakest)
        return MinimaxFidelity(found.value, found.lower, found.upper, labels)

    @property
    def _matrices(self) -> list[Transition]:
        """The layers, bottom first."""
        heads = [part for _, part in self.mixture.parts]
        return [heads[head] for head in self.order]

    @cached_property
    def _table(self) -> list[Row]:
        """The rows x_0, …, x_L."""
        count, n = len(self.order) + 1, len(self.mixture.nodes)
        if count * n > LARGEST_DENSE:
            message = f"a table of {count} depths of {n} nodes is too large"
            raise ShapeError(message)
        start = unit(n, self.mixture.sink.index)
        return signals.rows_from_top(self.mixture.field, self._matrices, start)

    @property
    def _numbers(self) -> list[Row]:
        """The rows, which must have no symbols."""
        check_numbers(self.mixture, "a fidelity")
        return self._table

    def __eq__(self, other: object) -> bool:
        """Compare heads, sink and order."""
        if not isinstance(other, Schedule):
            return NotImplemented
        return self.mixture == other.mixture and self.order == other.order

    def __hash__(self) -> int:
        """Hash what is compared."""
        return hash((self.mixture, self.order))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle through the constructor."""
        return Schedule, (self.mixture, self.order)

    def __repr__(self) -> str:
        """Say what the schedule is made of."""
        heads, n = len(self.mixture.heads), len(self.mixture.nodes)
        return f"<Schedule {brief(self.order)} of {heads} heads on {n} nodes, bottom first>"


def schedule(heads: Any, order: Iterable[int], *, sink: Node | None = None) -> Schedule:
    """Return the schedule that gives every layer one of the heads.

    Parameters
    ----------
    heads : iterable
        Feedforward graphs, diffusions or row-stochastic arrays on the same nodes, as
        `MultiHeadDiffusion` takes them; a mixture stands for its heads and its sink.
    order : iterable of int
        The number of the head of every layer, from 0, the bottom layer first, as the layers of
        a `LayerStack` are.
    sink : node, optional
        τ, at which signals are read; needed where the union of all heads has no unique sink.

    Returns
    -------
    Schedule
        With its signals and fidelities.

    Raises
    ------
    EmptyError, KindError, NumberError
        For no heads or no layers; for an order that is no sequence of numbers of the heads.
    DagmixError
        The errors of `MultiHeadDiffusion`.

    Examples
    --------
    In Example 3.13 five layers of head 0 above one of head 1 attain what no mixture attains:

    >>> from dagmix.paper import example_3_13
    >>> schedule(example_3_13(), [1, 0, 0, 0, 0, 0])
    <Schedule (1, 0, 0, 0, 0, 0) of 2 heads on 4 nodes, bottom first>
    >>> [str(share) for share in schedule(example_3_13(), [1, 0, 0, 0, 0, 0]).signals()[-1]]
    ['21/64', '9/16', '3/32', '1/64']

    References
    ----------
    Theorem H of the guide; the diffusion of arXiv:2507.02944, Definition 3.2, with a head of its
    own at every step.
    """
    return Schedule(read_heads(heads, sink), order)


def read_heads(heads: Any, sink: Node | None = None) -> MultiHeadDiffusion:
    """Return the uniform mixture of the heads; of a mixture, that of its heads."""
    if isinstance(heads, MultiHead):
        sink = heads.sink.node if sink is None else sink
        heads = heads.heads
    return MultiHeadDiffusion(heads, sink=sink)


def read_order(order: Any, heads: int) -> tuple[int, ...]:
    """Return the numbers of the heads of all layers, bottom first.

    >>> read_order([1, 0], 2)
    (1, 0)
    """
    if not isinstance(order, Iterable) or isinstance(order, str | bytes | Mapping | AbstractSet):
        message = f"an order is a sequence of head numbers, bottom first; got {brief(order)}"
        raise KindError(message)
    found = tuple(
        read_count(head, 0, f"the head of layer {layer}") for layer, head in enumerate(order)
    )
    if not found:
        message = "a schedule needs at least one layer"
        raise EmptyError(message)
    for layer, head in enumerate(found):
        if head >= heads:
            message = f"heads are numbered 0 to {heads - 1}; layer {layer} has {brief(head)}"
            raise NumberError(message)
    return found


def check_numbers(mixture: MultiHeadDiffusion, what: str) -> None:
    """Raise SymbolicError where heads have symbols."""
    if mixture.field is Field.SYMBOLIC:
        message = f"{what} needs numbers, and a head has symbols: use .subs(…)"
        raise SymbolicError(message)
