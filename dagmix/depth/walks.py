"""The walk through the layers: up a layer at each step, through layers that may repeat."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from dagmix._engine.adjacency.base import Vec
from dagmix._engine.adjacency.explicit import from_distinct
from dagmix._engine.chains.kernel import Kernel, ScaledKernel
from dagmix._engine.chains.transition import FloatKernel, Ring, Transition
from dagmix._engine.exact.scalars import Field
from dagmix._engine.exact.vectors import others
from dagmix.depth import signals
from dagmix.depth.schedules import read_order
from dagmix.errors import SymbolicError
from dagmix.graphs.labels import Node, Nodes
from dagmix.operators.mixture import MultiHead, MultiHeadWalk
from dagmix.operators.walk import WalkOperator


@dataclass(frozen=True)
class WalkStack:
    """The product of the layers' walks W_L ⋯ W_1: begun at an input, one step a layer.

    Attributes
    ----------
    layers : tuple of WalkOperator
        The walks, bottom first, on the same nodes with the same sink.

    Examples
    --------
    >>> from dagmix import DiffusionOperator, LayerStack
    >>> layer = DiffusionOperator.from_matrix([[1, 0], ["1/2", "1/2"]])
    >>> walk = LayerStack([layer, layer], residual=0).successors()
    >>> walk.layers[0].matrix[:, 0].tolist(), walk.distance()
    ([0.6666666666666666, 0.3333333333333333], Fraction(4, 9))

    References
    ----------
    arXiv:2507.02944, Definition 2.3 and Algorithm 1, with one matrix a layer in place of a power.
    """

    layers: tuple[WalkOperator, ...]

    def distance(self) -> Fraction | float:
        """Return max_j P_j(not at the sink after all layers), j the input it begins at.

        Returns
        -------
        Fraction or float
            In [0, 1], exact for rational layers on up to 4,096 nodes; a float is an `Enclosure`.
            It is summed over the other nodes, not subtracted from 1.

        Raises
        ------
        SymbolicError
            For symbols.

        Examples
        --------
        >>> from dagmix import DiffusionOperator, LayerStack
        >>> layer = DiffusionOperator.from_matrix([[1, 0], ["1/2", "1/2"]])
        >>> LayerStack([layer]).successors().distance()
        Fraction(4, 5)
        """
        matrices = [walk.transition for walk in self.layers]
        fields = {matrix.field for matrix in matrices}
        field = next(field for field in reversed(Field) if field in fields)
        if field is Field.SYMBOLIC:
            message = "a distance needs numbers, and the walk has symbols: use .subs(…) before"
            raise SymbolicError(message)
        nodes, sink = self.layers[0].nodes, self.layers[0].sink.index
        start = others(len(nodes), sink)
        [row] = signals.rows(field, matrices, start, [len(matrices)])
        found, _ = signals.greatest([row.bounded(place) for place in range(len(nodes))])
        return signals.as_answer(found)


def repeated_walk(heads: Any, order: Iterable[int], *, sink: Node | None = None) -> WalkOperator:
    """Return the walk whose steps are by the heads of an order, again and again.

    Its nodes are (k, j) for the places k = 0, …, p − 1 of the order and the nodes j but τ, and τ:
    from (k, j) the head order[k] takes a step to i with W[i, j], to (k + 1 mod p, i), or to τ. So
    its mixing time is that of the worst place of the order to begin at; with the order (0, 1) it
    is that of two heads that alternate.

    Parameters
    ----------
    heads : iterable
        Feedforward graphs, walks or column-stochastic arrays on the same nodes, as
        `MultiHeadWalk` takes them; a mixture stands for its heads and its sink.
    order : iterable of int
        The number of the head of every step, from 0: up through the layers, the first one below.
    sink : node, optional
        τ; needed where the union of all heads has no unique sink.

    Returns
    -------
    WalkOperator
        On p (n − 1) + 1 nodes, the last one τ, in the field of the heads.

    Raises
    ------
    EmptyError, KindError, NumberError
        For no heads or no steps; for an order that is no sequence of numbers of the heads.
    RepeatedNodeError
        Where τ is labelled like one of the pairs (k, j).
    DagmixError
        The errors of `MultiHeadWalk`.

    Examples
    --------
    >>> from dagmix.families import run_pair
    >>> walk = repeated_walk(run_pair(4), [0, 1])
    >>> walk.mixing_time(), MultiHeadWalk(run_pair(4)).mixing_time()
    (108, 39)
    >>> walk.nodes[0], walk.expected_hitting_times()[0]
    ((0, 0), Fraction(80, 1))

    References
    ----------
    Theorem H of the guide; mixing time: arXiv:2507.02944, Definition 2.7.
    """
    if isinstance(heads, MultiHead):
        sink = heads.sink.node if sink is None else sink
        heads = heads.heads
    mixture = MultiHeadWalk(heads, sink=sink)
    places = read_order(order, len(mixture.heads))
    parts = [part for _, part in mixture.parts]
    row, tau = mixture.sink.index, mixture.sink.node
    others = [node for node in mixture.nodes if node != tau]
    labels = Nodes([*((k, node) for k in range(len(places)) for node in others), tau])
    steps = _InTurn([parts[head] for head in places], row, mixture.field)
    return WalkOperator.of(steps, labels, tau, (repeated_walk, (mixture, places)))


class _InTurn(Transition):
    """The walks W_0, …, W_{p−1} in turn, on p copies of the nodes but the sink, which is the last.

    The arrow of W_k from j to i goes from copy k to copy k + 1 mod p.
    """

    def __init__(self, walks: Sequence[Transition], sink: int, field: Field) -> None:
        """List the pairs of all walks that do not begin at the sink."""
        self.field, self._walks = field, walks
        n = walks[0].adjacency.n
        place = np.arange(n) - (np.arange(n) > sink)
        size, receivers, senders, kept = len(walks) * (n - 1), [], [], []
        for k, walk in enumerate(walks):
            to, begin = walk.adjacency.pairs
            kept.append(begin != sink)
            after = (k + 1) % len(walks) * (n - 1)
            receivers.append(np.where(to == sink, size, place[to] + after)[kept[-1]])
            senders.append((place[begin] + k * (n - 1))[kept[-1]])
        pairs = np.array([[*np.concatenate(receivers), size], [*np.concatenate(senders), size]])
        self._sorted = np.lexsort(pairs)
        self._kept = kept
        self.adjacency = from_distinct(size + 1, *pairs[:, self._sorted])

    def _joined(self, kernels: Sequence[Kernel], one: Any) -> Kernel:
        entries = [kernel.entries[kept] for kernel, kept in zip(kernels, self._kept, strict=True)]
        whole: Vec = np.append(np.concatenate(entries), one)[self._sorted]
        return ScaledKernel(self.adjacency, values=self.adjacency.place(whole))

    def over(self, ring: Ring) -> Kernel:
        """Return all steps in the ring."""
        return self._joined([walk.over(ring) for walk in self._walks], ring(Fraction(1)))

    @cached_property
    def floats(self) -> FloatKernel:
        """All steps in float64, of a relative error for the folding of their scales."""
        inner = [walk.floats for walk in self._walks]
        units = max(one.entry_units for one in inner) + 2
        return FloatKernel(self._joined([one.kernel for one in inner], 1.0), units)
