"""φ_min as a piecewise envelope: the minimum over nodes of the maximum over candidate signals.

On an interval of β with finitely many candidates, functions of β, the pieces end at roots of
differences of two of them: exact algebraic numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Any, Literal

from dagmix._engine.exact.algebraic import Number, between
from dagmix._engine.exact.rational_functions import Ratio, roots_inside, sign
from dagmix.graphs.labels import Node
from dagmix.optimal.two_heads.candidates import Candidates
from dagmix.optimal.two_heads.kernels import TwoDiffusions

Time = int | Literal["limit"]


@dataclass(frozen=True)
class Binding:
    """A node whose node fidelity is φ_min, and a time at which its signal has that value.

    Attributes
    ----------
    node : hashable
        The label of the node.
    time : int or "limit"
        Steps; "limit" where the signals only tend to the value. 0 for an unreachable node,
        whose signal is 0 at all times.

    Examples
    --------
    >>> from dagmix.optimal import optimal_weights
    >>> from dagmix.paper import example_3_13
    >>> optimal_weights(example_3_13()).profile.pieces[0].bindings
    (Binding(node='u', time=4),)

    References
    ----------
    Node fidelity and optimal times of a mixture: arXiv:2507.02944, Definition 3.9.
    """

    node: Any  # a row while pieces are found, then a label
    time: Time


@dataclass(frozen=True)
class Piece:
    """An interval of the weight β: function ≤ φ_min ≤ function + excess on low ≤ β ≤ high.

    At β = 0 and β = 1 this is the limit of φ_min; see `FidelityProfile`.

    Attributes
    ----------
    low, high : Fraction or Algebraic
        The closed interval.
    function : Ratio
        Where `excess` is 0, φ_min: the signal of each binding node at its time, or its limit.
    excess : Fraction
        Bounds by how much signals after those evaluated may exceed their limit.
    bindings : tuple of Binding
        The nodes and times that determine `function`; empty where φ_min is only enclosed.

    Examples
    --------
    >>> from dagmix.optimal import optimal_weights
    >>> from dagmix.paper import example_3_13
    >>> piece = optimal_weights(example_3_13()).profile.pieces[0]
    >>> piece.low, piece.high, piece.exact
    (Fraction(0, 1), Fraction(1, 4), True)
    >>> piece.function.value(Fraction(1, 5))
    Fraction(29, 80)

    References
    ----------
    φ_min of a mixture: arXiv:2507.02944, Definition 3.10.
    """

    low: Number
    high: Number
    function: Ratio
    excess: Fraction
    bindings: tuple[Binding, ...]

    @property
    def exact(self) -> bool:
        """Whether φ_min is known exactly on the piece."""
        return not self.excess

    @property
    def upper(self) -> Ratio:
        """The function plus the excess, which bounds φ_min from above."""
        return self.function.plus(self.excess) if self.excess else self.function


def labelled(piece: Piece, nodes: Sequence[Node]) -> Piece:
    """Return a piece whose bindings have the labels of their rows."""
    named = tuple(Binding(nodes[b.node], b.time) for b in piece.bindings)
    return replace(piece, bindings=named)


@dataclass(frozen=True, eq=False)
class _Choice:
    binding: Binding
    function: Ratio
    excess: Fraction

    @property
    def upper(self) -> Ratio:
        return self.function.plus(self.excess) if self.excess else self.function


def pieces_on(
    heads: TwoDiffusions,
    nodes: Sequence[Candidates],
    interval: tuple[Fraction, Fraction],
    check: Callable[[], None] = lambda: None,
) -> list[Piece]:
    """Return the pieces of min over nodes of max over candidates on an interval.

    `check` is called between any two comparisons: it may raise.
    """
    low, high = interval
    choices = [_choices(heads, one, low, high) for one in nodes]
    flat = [choice for some in choices for choice in some]
    bounds = [choice.function for choice in flat] + [c.upper for c in flat if c.excess]
    cuts: set[Number] = set()
    for one, other in combinations(bounds, 2):
        check()
        cuts.update(roots_inside(one.minus(other), low, high))
    ends: list[Number] = [low, *sorted(cuts), high]
    return merged([_piece(choices, *part) for part in pairwise(ends)])


def _choices(heads: TwoDiffusions, one: Candidates, low: Fraction, high: Fraction) -> list[_Choice]:
    found = [
        _Choice(Binding(one.node, t), heads.rows.ratio(t, one.node), Fraction(0)) for t in one.times
    ]
    if not one.limited:
        return found
    limit = _Choice(Binding(one.node, "limit"), heads.limit(one.node), one.excess)
    higher = [choice for choice in found if _ever_exceeds(choice.upper, limit.upper, low, high)]
    return [*higher, limit]


def _ever_exceeds(one: Ratio, other: Ratio, low: Fraction, high: Fraction) -> bool:
    difference = one.minus(other)
    if roots_inside(difference, low, high):
        return True
    return sign(difference, between(low, high)) > 0


def _piece(choices: list[list[_Choice]], low: Number, high: Number) -> Piece:
    """Return the piece between two neighbouring cuts, where no two bounds cross.

    With j the node of the least lower bound, φ_min is at most the upper bound of φ_j.
    """
    at = between(low, high)
    values = {choice: choice.function.enclosure(at)[0] for some in choices for choice in some}
    tops = [max(some, key=values.__getitem__) for some in choices]
    level = min(values[top] for top in tops)
    equal = [
        c
        for some, top in zip(choices, tops, strict=True)
        for c in some
        if values[top] == level == values[c]
    ]
    node = equal[0].binding.node
    mine = next(some for some in choices if some[0].binding.node == node)
    reach = max(choice.upper.enclosure(at)[0] for choice in mine)
    excess = max(choice.excess for choice in mine) if reach > level else Fraction(0)
    return Piece(low, high, equal[0].function, excess, tuple(choice.binding for choice in equal))


def merged(pieces: Sequence[Piece]) -> list[Piece]:
    """Join neighbouring pieces of the same function."""
    joined: list[Piece] = []
    for piece in pieces:
        if joined and _continues(piece, joined[-1]):
            last = joined[-1]
            common = tuple(b for b in last.bindings if b in piece.bindings) or last.bindings
            piece = Piece(last.low, piece.high, last.function, last.excess, common)  # noqa: PLW2901
            joined.pop()
        joined.append(piece)
    return joined


def _continues(piece: Piece, earlier: Piece) -> bool:
    """Tell whether a piece begins where an earlier one ends, with the same function."""
    same = piece.low == earlier.high and piece.excess == earlier.excess
    return same and not piece.function.minus(earlier.function)
