"""The limit of φ_min at a face: of (1 − s)B + sA as s → 0⁺, for a mixture or head B and a head A.

A φ_j is lower semicontinuous, each signal being continuous in s: its limit is at least φ_j(B). It
is φ_j(B) for all j where the recurrent classes of B that its backward chain enters from the sink
are closed for A as well: from a transient node the chain is in one of them after a time of bounded
mean, then it stays there, and in each the rows converge uniformly for small s. (A periodic class
may converge slowly, but a drift in phase raises no maximum.) Where A leaves such a class, at times
of order 1/s, it is still φ_j(B) for j transient in B, on which there is then only a probability of
order s; and for j that absorbs in B and A it is that of P(hit j), a rational function of s. For
other j it is at most 1.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from dagmix._engine.adjacency.base import Mask
from dagmix._engine.chains.composites import MixtureMatrix
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.enclosures import Bounded
from dagmix._engine.exact.scalars import HALF, Field
from dagmix._engine.fidelity.node_fidelity import node_fidelity
from dagmix._engine.fidelity.sink_context import SinkContext
from dagmix.errors import UndecidedError
from dagmix.optimal.two_heads.kernels import TwoDiffusions

SMALL = 16  # nodes up to which limits of absorption are found as rational functions


class Face:
    """B, A and the sink whose signals are followed."""

    def __init__(self, base: Transition, head: Transition, sink: int) -> None:
        """Take two diffusions, A with the weight that tends to 0."""
        self.base, self.head, self.sink = base, head, sink
        both = MixtureMatrix([HALF, HALF], [base, head])
        self.context, self.union = SinkContext(base, sink, 0), SinkContext(both, sink, 0)

    @cached_property
    def keeps_classes(self) -> bool:
        """Whether A leaves none of the recurrent classes that B enters from the sink."""
        classes = self.context.recurrent_class
        receivers, senders = self.head.adjacency.pairs
        entered = (classes >= 0) & self.context.ancestors
        leaves: Mask = entered[receivers] & (classes[receivers] != classes[senders])
        return not leaves.any()

    def is_absorbing(self, node: int) -> bool:
        """Tell whether a node is left neither by B nor by A."""
        classes = self.union.recurrent_class
        return bool(classes[node] >= 0 and (classes == classes[node]).sum() == 1)

    def limit(self, least: Any) -> Bounded[Any]:
        """Return the limit of φ_min where a class is left, between bounds: the least of all φ_j.

        All φ_j(B) are at least `least`.
        """
        nodes = [self._limit(node, least) for node in range(self.base.adjacency.n)]
        lower, upper = (min(getattr(one, end) for one in nodes) for end in ("lower", "upper"))
        return Bounded(lower if lower == upper else np.nan, lower, upper)

    def _limit(self, node: int, least: Any) -> Bounded[Any]:
        """Return the limit of φ_j, between bounds."""
        try:
            found = node_fidelity(self.base, self.sink, node, 0)
        except UndecidedError:
            return Bounded(least, least, Fraction(1))
        if self.context.recurrent_class[node] < 0 or found.lower == 1:
            return found
        rational = {self.base.field, self.head.field} == {Field.RATIONAL}
        if self.is_absorbing(node) and rational and self.base.adjacency.n <= SMALL:
            limit = TwoDiffusions((self.head, self.base), self.sink).limit(node)
            return Bounded(*(limit.enclosure(Fraction(0))[0],) * 3)
        return Bounded(found.value, found.lower, Fraction(1))
