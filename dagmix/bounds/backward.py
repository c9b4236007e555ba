"""BackwardMatrix mixing bounds fidelity, in any order of the heads (Tjandra et al. 2026).

With one source s, a diffusion Δ read as a chain from receivers to senders ends at s. For
n ≥ 2 nodes, φ_min the minimum fidelity of a node but s, T_s the time to s and T_bwd the
mixing time (ε = ¼) of that chain,

    n φ_min ≤ n min_{j≠s} P_τ(hit j),
    n φ_min ≤ n/(n−1) E_τ[nodes but s visited] ≤ n/(n−1) E_τ[T_s] ≤ 8/3 T_bwd.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dagmix._engine.adjacency.base import Vec
from dagmix._engine.chains.composites import BackwardMatrix
from dagmix._engine.chains.first_step import hits_from, hitting_times
from dagmix._engine.chains.kernel import Kernel
from dagmix._engine.exact.convert import MOST_BITS, LongNumbersError
from dagmix._engine.exact.scalars import QUARTER, Field, read_epsilon
from dagmix._engine.mixing import mixing_time
from dagmix._util.tables import Tabled
from dagmix._util.written import shown
from dagmix.errors import SourceError, SymbolicError
from dagmix.graphs.labels import Node, shorten
from dagmix.operators.base import check_kind, may_be_exact
from dagmix.operators.diffusion import DiffusionOperator

FACTOR = Fraction(8, 3)  # 4/3 for E[T_s] ≤ 4/3 T_bwd, 2 for n/(n−1) ≤ 2


@dataclass(frozen=True)
class BackwardMixing(Tabled):
    """The chain of bounds on φ_min, the minimum fidelity of a node but the source.

    n φ_min ≤ n min_{j≠s} P_τ(hit j), and n φ_min ≤ n/(n−1) E_τ[nodes but s visited] ≤
    n/(n−1) E_τ[T_s] ≤ 8/3 T_bwd. Fractions for rational operators of up to 4,096 nodes whose
    expected times have denominators of up to 4,096 bits, floats (rounded) for others; math.inf
    where the chain may miss the source.

    Attributes
    ----------
    source : node
        s, the only source.
    nodes : int
        The number n of nodes.
    fidelity : Fraction or float
        φ_min = min_{j≠s} φ_j.
    time : int or float
        T_bwd, the backward mixing time at ε = ¼, in steps.
    normalised : Fraction or float
        n φ_min, which each of the following bounds from above.
    hit : Fraction or float
        n min_{j≠s} P_τ(hit j), hits of the chain with initial state τ, the sink.
    visited : Fraction or float
        n/(n−1) E_τ[distinct nodes but s visited].
    hitting : Fraction or float
        n/(n−1) E_τ[T_s], T_s the time to the source.
    mixing : Fraction or float
        8/3 T_bwd.

    Examples
    --------
    >>> from dagmix.families import line
    >>> found = backward_mixing(DiffusionOperator(line(3)))
    >>> found.source, found.fidelity, found.time
    (0, Fraction(1, 2), 5)

    References
    ----------
    Tjandra et al. (OpenReview 7vuXbycHfO, 2026); the setting: arXiv:2507.02944, §3.1.
    """

    source: Node
    nodes: int
    fidelity: Fraction | float
    time: int | float
    normalised: Fraction | float
    hit: Fraction | float
    visited: Fraction | float
    hitting: Fraction | float
    mixing: Fraction | float

    def _title(self) -> str:
        """Return the quantities that the bounds are made of."""
        return (
            f"n = {self.nodes}, source {self.source!r}, φ_min = {shown(self.fidelity)},"
            f" T_bwd = {shown(self.time)}"
        )

    def _columns(self) -> Sequence[str]:
        """Return the names of the columns."""
        return "side", "value"

    def _rows(self) -> Sequence[Sequence[str]]:
        """Return a row for each side."""
        sides = {
            "n φ_min": self.normalised,
            "n min P_τ(hit j), j ≠ s": self.hit,
            "n/(n−1) E_τ[nodes but s visited]": self.visited,
            "n/(n−1) E_τ[T_s]": self.hitting,
            "8/3 T_bwd": self.mixing,
        }
        return [(name, shown(value)) for name, value in sides.items()]


def backward_mixing(diffusion: DiffusionOperator, *, exact: bool | None = None) -> BackwardMixing:
    """Return every side of n φ_min ≤ … ≤ 8/3 T_bwd, for a diffusion or a mixture of them.

    φ_min leaves out the source s; T_bwd is `backward_mixing_time` at ε = ¼.

    Parameters
    ----------
    diffusion : DiffusionOperator or MultiHeadDiffusion
        With one source and at least two nodes.
    exact : bool, optional
        Whether the sides of a rational operator are Fractions, however long, or floats; φ_min is
        a Fraction where `minimax_fidelity` has one. By default as `expected_hitting_times`.

    Returns
    -------
    BackwardMixing
        All sides; it prints as a table.

    Raises
    ------
    KindError
        Unless `diffusion` is a DiffusionOperator.
    SourceError
        Unless there are two nodes or more, and one source; the message names the sources.
    SymbolicError
        For symbols among the weights or heads.
    NumberError
        For `exact=True` of an operator of floats.

    Examples
    --------
    >>> from dagmix.families import complete
    >>> chain = backward_mixing(DiffusionOperator(complete(3)))
    >>> [str(side) for side in (chain.normalised, chain.hit, chain.visited, chain.hitting)]
    ['1', '3/2', '9/4', '15/4']
    >>> chain.time, chain.mixing
    (3, Fraction(8, 1))

    References
    ----------
    Tjandra et al., Feedforward Mixing is as Sharp as it is Slow in Reverse (OpenReview
    7vuXbycHfO, 2026); the two middle sides and the proof are in the guide's page on bounds.
    Fidelity: arXiv:2507.02944, Definitions 3.3 to 3.5.
    """
    source = _unique_source(diffusion)
    if len(diffusion.nodes) == 1:
        message = f"the chain needs a node besides the source {diffusion.nodes[source]!r}"
        raise SourceError(message)
    n, sink, backward = (
        len(diffusion.nodes),
        diffusion.sink.index,
        BackwardMatrix(diffusion.transition),
    )
    kernel, times = _times(backward, source, exact=exact)
    number: Any = _exact if kernel.is_exact else float
    others = [j for j in range(n) if j != source]
    probabilities = hits_from(kernel, sink)
    hits = [number(probabilities[j]) for j in others]
    steps = number(times[sink])
    fidelity = _least_fidelity(diffusion, others, certain=steps < math.inf)
    time = mixing_time.mixing_time(backward, source, QUARTER)
    spread = number(Fraction(n, n - 1))
    return BackwardMixing(
        source=diffusion.nodes[source],
        nodes=n,
        fidelity=fidelity,
        time=time,
        normalised=n * fidelity,
        hit=n * min(hits),
        visited=spread * sum(hits),
        hitting=spread * steps,
        mixing=number(FACTOR * time),
    )


def backward_mixing_time(diffusion: DiffusionOperator, epsilon: Any = QUARTER) -> int | float:
    """Return T_bwd(ε), the mixing time of Δ read as a chain from receivers to senders.

    The chain moves from receiver i to sender j with probability Δ[i, j] and ends at the unique
    source s: T_bwd(ε) = min{t : max_i P_i(T_s > t) ≤ ε}.

    Parameters
    ----------
    diffusion : DiffusionOperator or MultiHeadDiffusion
        With one source.
    epsilon : number
        0 < ε < 1, taken exactly as passed; ¼ by default.

    Returns
    -------
    int or float
        Steps, exact; math.inf where some node never reaches the source, 0 for one node.

    Raises
    ------
    KindError, SourceError, SymbolicError
        Unless `diffusion` is a DiffusionOperator; unless it has one source; for symbols.
    EpsilonError
        Unless 0 < ε < 1.

    Examples
    --------
    >>> from dagmix.families import complete, line
    >>> [backward_mixing_time(DiffusionOperator(graph(8))) for graph in (line, complete)]
    [16, 5]

    References
    ----------
    Tjandra et al. (OpenReview 7vuXbycHfO, 2026); mixing time: arXiv:2507.02944, Definition 2.7.
    """
    threshold, source = read_epsilon(epsilon), _unique_source(diffusion)
    return mixing_time.mixing_time(BackwardMatrix(diffusion.transition), source, threshold)


def _unique_source(diffusion: DiffusionOperator) -> int:
    """Return the row of the only source of the union of the heads."""
    check_kind(diffusion, DiffusionOperator)
    if diffusion.field is Field.SYMBOLIC:
        message = "backward mixing needs rational weights: for symbols use .subs({symbol: value})"
        raise SymbolicError(message)
    rows = diffusion.adjacency.sources.tolist()
    if len(rows) != 1:
        found = shorten([diffusion.nodes[row] for row in rows]) or "none"
        message = f"backward mixing needs a unique source; the sources are: {found}"
        raise SourceError(message)
    return int(rows[0])


def _times(backward: BackwardMatrix, source: int, *, exact: bool | None) -> tuple[Kernel, Vec]:
    """Return the times to the source, and the matrix that they are of: Fractions, or floats."""
    if may_be_exact(exact, backward):
        with suppress(LongNumbersError):
            most_bits = math.inf if exact else MOST_BITS
            return backward.rationals, hitting_times(backward.rationals, source, most_bits)
    kernel = backward.floats.kernel
    return kernel, hitting_times(kernel, source)


def _least_fidelity(
    diffusion: DiffusionOperator, others: Sequence[int], *, certain: bool
) -> Fraction | float:
    """Return min φ_j over the nodes but the source.

    A chain that is certain to reach the source gives it fidelity 1, which binds nowhere, and
    one row then serves all nodes.
    """
    if certain:
        return diffusion.minimax_fidelity().value
    return min(diffusion.node_fidelity(diffusion.nodes[j]).value for j in others)


def _exact(number: Any) -> Fraction | float:
    """Return a Fraction; infinity as it is."""
    return number if number == math.inf else Fraction(number)
