"""Where head 1 of two helps head 0: Theorem D of the guide, for every initial state.

With V the hitting times of head 0 alone, c(i) = V(i) − E_i[V after one step of head 1] the
progress of head 1, and Ḡ(j, i) the mean number of visits to i before the sink of the mixture
with initial state j (its Green's function), the mixture's hitting times are

    Ē(j) = V(j) − α₁ Σ_i Ḡ(j, i) (c(i) − 1),

α₁ the weight of head 1. So initial state j gains exactly if the sum is positive. Times are in
steps; Green's functions of absorbing chains: doi:10.1090/mbk/107.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from dagmix._engine.adjacency.base import Vec
from dagmix._engine.exact.scalars import Field
from dagmix._util.tables import Tabled
from dagmix._util.written import shown
from dagmix.drift.green import ABSOLUTE, TwoWalks, in_balls, in_fractions
from dagmix.errors import HeadsError, SinkError, SymbolicError, WeightError
from dagmix.graphs.labels import Nodes, shorten
from dagmix.operators.base import check_kind
from dagmix.operators.mixture import MultiHeadWalk

HEADS = 2


@dataclass(frozen=True, eq=False)
class CrossDrift(Tabled):
    """The gain of mixing two walks, for every initial state, with its certificate.

    Arrays are in node order, of Fractions where the walks are rational, the sink's entries 0.
    A float is within 2⁻⁵³ of itself or within 2⁻⁶⁴ of the maximum of its array, for `gain` and
    `terms` of max_j V(j), for `progress` at least of 1, then rounded once; where a gain is no
    more than that, its sign is not known.

    Attributes
    ----------
    nodes : Nodes
        The labels, in row order.
    sink : int
        The row of the sink.
    alone, mixed : ndarray, shape (n,)
        V(j) and Ē(j): mean steps from j to the sink, of head 0 alone and of the mixture.
    gain : ndarray, shape (n,)
        V(j) − Ē(j), the steps that mixing saves from j; a loss is negative.
    progress : ndarray, shape (n,)
        c(i): how many steps of head 0 one step of head 1 is worth at i.
    visits : ndarray, shape (n, n)
        Ḡ(j, i) in [j, i]: initial state j, visited node i.
    terms : ndarray, shape (n, n)
        α₁ Ḡ(j, i) (c(i) − 1), the part of the gain from j that is made at i:
        gain[j] = Σ_i terms[j, i].

    Examples
    --------
    >>> from dagmix.paper import example_3_13
    >>> drift = cross_drift(MultiHeadWalk(example_3_13(), ["1/3", "2/3"]))
    >>> [str(steps) for steps in drift.gain]
    ['4/7', '-16/7', '0', '0']

    References
    ----------
    Theorem D of the guide; the mixtures are those of arXiv:2507.02944, §2.2.
    """

    nodes: Nodes
    sink: int
    alone: Vec
    mixed: Vec
    gain: Vec
    progress: Vec
    visits: Vec
    terms: Vec

    @property
    def initial_rows(self) -> list[int]:
        """The rows of all nodes but the sink."""
        return [row for row in range(len(self.nodes)) if row != self.sink]

    def verdict(self, row: int) -> str:
        """Return how the initial state in a row fares.

        Parameters
        ----------
        row : int
            0 ≤ row < n, in node order.

        Returns
        -------
        str
            "gains", "loses" or "even"; "undecided" where a float gain is too near 0.

        Raises
        ------
        IndexError
            For a row that there is not.

        Examples
        --------
        >>> from dagmix.paper import example_3_13
        >>> drift = cross_drift(MultiHeadWalk(example_3_13(), ["1/3", "2/3"]))
        >>> [drift.verdict(row) for row in drift.initial_rows]
        ['gains', 'loses', 'even']
        """
        gain = self.gain[row]
        least = 0 if row == self.sink else 2.0 ** (1 - ABSOLUTE) * max(self.alone)
        if not isinstance(gain, Fraction) and 0 < least >= abs(gain):
            return "undecided"
        return "gains" if gain > 0 else "loses" if gain < 0 else "even"

    def _title(self) -> str:
        """Return what was asked."""
        sink = self.nodes[self.sink]
        return f"steps to the sink {sink!r}: head 0 alone, and mixed with head 1"

    def _columns(self) -> Sequence[str]:
        """Return the names of the columns."""
        return "from", "alone", "mixed", "gain", "", "progress of head 1"

    def _rows(self) -> Sequence[Sequence[str]]:
        """Return a row for each node but the sink."""
        return [
            (
                str(self.nodes[row]),
                *(shown(each[row]) for each in (self.alone, self.mixed, self.gain)),
                self.verdict(row),
                shown(self.progress[row]),
            )
            for row in self.initial_rows
        ]


def cross_drift(mix: MultiHeadWalk) -> CrossDrift:
    """Return V(j) − Ē(j) for every j: the steps that mixing with head 1 saves head 0.

    Heads need not share an order. Exact for rational walks; walks of floats are computed in
    balls until every number is as accurate as `CrossDrift` says.

    Parameters
    ----------
    mix : MultiHeadWalk
        Of two heads, both of positive weight. Head 0 is the one to compare with.

    Returns
    -------
    CrossDrift
        Gains, and the terms whose sums they are; it prints as a table.

    Raises
    ------
    KindError, HeadsError, WeightError
        Unless `mix` is a MultiHeadWalk, of two heads, both of positive weight.
    SymbolicError
        For symbols among the weights or in the heads.
    SinkError
        Where head 0 alone does not reach the sink from some node, so that V = ∞.
    UndecidedError
        Where 8,192 bits do not suffice for walks of floats.

    Examples
    --------
    >>> from dagmix.paper import example_3_13
    >>> print(cross_drift(MultiHeadWalk(example_3_13(), ["1/3", "2/3"])))
    steps to the sink 'τ': head 0 alone, and mixed with head 1
    <BLANKLINE>
      from   alone   mixed   gain            progress of head 1
     ───────────────────────────────────────────────────────────
      u      6       38/7    4/7     gains   2
      v      4       44/7    -16/7   loses   -1
      w      2       2       0       even    1

    References
    ----------
    Theorem D of the guide; the mixtures are those of arXiv:2507.02944, §2.2.
    """
    check_kind(mix, MultiHeadWalk)
    _check_heads(mix)
    (_, first), (share, second) = mix.parts
    sink = mix.sink.index
    missed = np.flatnonzero(~first.adjacency.reaching(np.array([sink])))
    if missed.size:
        names = shorten([mix.nodes[row] for row in missed])
        message = f"head 0 alone must reach the sink {mix.sink.node!r}; it does not from {names}"
        raise SinkError(message)
    two = TwoWalks(first, second, mix.transition, Fraction(share), sink)
    found = in_fractions(two) if mix.field is Field.RATIONAL else in_balls(two)
    for array in found.values():
        array.setflags(write=False)
    return CrossDrift(mix.nodes, sink, **found)


def _check_heads(mix: MultiHeadWalk) -> None:
    if len(mix.heads) != HEADS:
        message = f"cross-drift compares two heads; this mixture has {len(mix.heads)}"
        raise HeadsError(message)
    for head, (weight, part) in enumerate(mix.parts):
        if part.field is Field.SYMBOLIC or not isinstance(weight, Fraction):
            message = f"cross-drift needs numbers; head {head} has symbols: use .subs()"
            raise SymbolicError(message)
        if not weight:
            message = f"cross-drift needs two heads of positive weight; head {head} has weight 0"
            raise WeightError(message)
