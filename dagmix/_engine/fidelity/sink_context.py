"""What a sink can receive: its ancestors, recurrent classes, and the budget of steps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dagmix._engine.adjacency.base import Adjacency, Ints, Mask, Vec
from dagmix._engine.adjacency.paths import recurrent_classes
from dagmix._engine.adjacency.ranges import IndexRanges
from dagmix._engine.chains import first_step
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.scalars import Field
from dagmix._engine.fidelity.signals import SignalRow

STEPS = 2**12  # float steps before branch and bound in balls takes over
FEW_STEPS = 2**9  # float steps before branch and bound in floats is tried
STEP_WORK = 2**16  # what calling one step costs, in multiplications
WORK = 2**35  # bits touched by exact stepping before floats take over, a second or two
LARGEST_MASKS = 2**26  # bytes of masks that are kept
SPENT = 4  # times as much may be spent on exact steps, once floats told how many there are
DIGIT = 2**5  # bits of one
OVERHEAD = 2**12  # bits touched in the time that Python takes for one operation


@dataclass(frozen=True, eq=False)
class SinkContext:
    """The sink of a diffusion and the first step from which its signals count."""

    transition: Transition
    sink: int
    first: int

    @property
    def adjacency(self) -> Adjacency:
        """Who sends to whom."""
        return self.transition.adjacency

    @cached_property
    def ancestors(self) -> Mask:
        """The nodes with a positive signal at some t ≥ first."""
        at_first = self.adjacency.senders_after(self.sink, self.first)
        return self.adjacency.reaching(np.flatnonzero(at_first))

    @cached_property
    def recurrent_class(self) -> Ints:
        """The number of each node's recurrent class in the backward chain, −1 if transient."""
        return recurrent_classes(self.adjacency.transposed())

    @cached_property
    def absorbed(self) -> Vec | None:
        """The probabilities of absorption in the sources, in floats; None without an order."""
        if self.adjacency.order is None:
            return None
        return first_step.hits_from(self.transition.floats.kernel.transposed, self.sink)

    @cached_property
    def _upstream(self) -> dict[int, Mask]:
        return {}

    def upstream(self, node: int) -> Mask:
        """Mark the nodes whose backward chain can reach `node`."""
        if node not in self._upstream:
            if len(self._upstream) * self.adjacency.n > LARGEST_MASKS:
                self._upstream.clear()
            self._upstream[node] = self.adjacency.reached(np.array([node]))
        return self._upstream[node]

    def tails(self, x: Vec) -> Vec | None:
        """Bound Σ x over the upstream of every node from above; None where that is not quick.

        Upstream of a node are nodes that follow it in the order, in a chain all of them.
        """
        if not isinstance(self.adjacency, IndexRanges) or self.adjacency.forward is None:
            return None
        way = -1 if self.adjacency.forward else 1
        return np.cumsum(x[::way])[::way]

    def row(self, *, exact: bool) -> SignalRow:
        """Return the signals at t = 0."""
        return SignalRow(self.transition, self.sink, exact=exact)

    @property
    def few_steps(self) -> int:
        """The number of float steps that cost about as much as branch and bound in floats."""
        return max(FEW_STEPS, self.adjacency.n**3 // (self.adjacency.work + STEP_WORK))

    @property
    def has_floats(self) -> bool:
        """Whether signals may be stepped in floats, with a bound of their error."""
        return math.isfinite(self.transition.floats.units)

    def is_too_long(self, row: SignalRow) -> bool:
        """Tell whether stepping on costs more than what comes next: floats, or branch and bound."""
        if row.exact:
            return self._bits_touched(row.time) > WORK
        return row.time >= max(STEPS, self.adjacency.n**3 // self.adjacency.work)

    def _bits_touched(self, steps: int, times: int = 1) -> int:
        """Return the bits that so many exact steps touch, each `times` over."""
        bits = OVERHEAD + steps * self.transition.denominator_bits * times
        return steps * self.adjacency.work * bits

    def exact_share(self, steps: int) -> float:
        """Return the cost of so many exact steps over the most that is spent where floats answer.

        A product touches a long number once for every digit of the other.
        """
        digits = 1 + self.transition.denominator_bits // DIGIT
        touched = max(self._bits_touched(steps), self._bits_touched(steps, digits) / SPENT)
        return touched / WORK


def uses_integers(transition: Transition) -> bool:
    """Tell whether an operator is answered in exact integers: small ones, if they are rational.

    Floats too small for an error bound are left to them too.
    """
    if transition.field is Field.RATIONAL and transition.is_small:
        return True
    return not math.isfinite(transition.floats.units)
