"""The fidelity of one node: a value between certified bounds, and the times that attain it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from dagmix._engine.exact.enclosures import Bounded


@dataclass(frozen=True, repr=False)
class NodeFidelity(Bounded[Fraction | float]):
    """φ_j = sup_t (Δᵗ)[τ, j], the fidelity of one node, and the times that attain it.

    It is `exact` where the bounds are equal: for rational operators on up to 4,096 nodes whose
    signals need not be stepped for more than some seconds.

    Attributes
    ----------
    value, lower, upper
        φ_j, in [0, 1], and certified bounds of it: Fractions or floats.
    attained
        Whether some t has the value: True, False, or "undecided" among floats.
    times
        All maximising t in increasing order, for floats all that are not excluded; empty where
        the supremum is not attained.
    onwards
        Whether every t after the last of `times` attains it too (for floats: may attain it).

    Examples
    --------
    >>> from dagmix import DiffusionOperator, FeedforwardDAG
    >>> found = DiffusionOperator(FeedforwardDAG(["ab", "bc"])).node_fidelity("b")
    >>> found.value, found.exact, found.attained, found.times
    (Fraction(1, 2), True, True, (1, 2))

    References
    ----------
    arXiv:2507.02944, Definitions 3.3 and 3.4.
    """

    attained: bool | Literal["undecided"]
    times: Sequence[int]
    onwards: bool = False


def exact_fidelity(value: Fraction | float, times: Sequence[int], *, onwards: bool) -> NodeFidelity:
    """Return an exact fidelity; it is attained if it has times."""
    return NodeFidelity(value, value, value, bool(times), times, onwards)
