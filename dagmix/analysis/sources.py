"""Measures of one source: what the target receives of a position, and how soon it gets there."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from dagmix.operators.mixture import MultiHeadDiffusion
from dagmix.operators.walk import WalkOperator


@dataclass(frozen=True)
class SourceMeasures:
    """What the target of a layer receives of one position.

    Attributes
    ----------
    position : int
        The position, from 0.
    label
        Its token, where there are any, else its number.
    fidelity : float
        φ_j, the supremum of its signal at the target over time, a fraction of 1.
    fidelity_bounds : tuple of float
        Certified lower and upper bound of it.
    attained : bool or "undecided"
        Whether the signal ever is as large as that; it may only tend to it.
    times : tuple of int
        The steps after which it may be.
    hitting_time : float
        Expected number of steps of the successors walk from there to the target; infinite where
        it may never come there.

    Examples
    --------
    >>> import numpy as np
    >>> from dagmix.analysis import Attention
    >>> attention = Attention(np.tri(4)[None, None] / np.arange(1, 5)[:, None])
    >>> (layer,) = attention.layers(source=2)
    >>> layer.source.fidelity, layer.source.times, round(layer.source.hitting_time, 3)
    (0.25, (1,), 2.333)

    References
    ----------
    arXiv:2507.02944, Definitions 2.3, 3.2 and 3.3.
    """

    position: int
    label: Hashable
    fidelity: float
    fidelity_bounds: tuple[float, float]
    attained: bool | str
    times: tuple[int, ...]
    hitting_time: float


def measure_source(
    mix: MultiHeadDiffusion, walk: WalkOperator, source: Hashable, first_step: int
) -> SourceMeasures:
    """Return the measures of one position of a mixture and of its successors walk."""
    row = mix.nodes.row(source)
    found = mix.node_fidelity(source, first_step)
    return SourceMeasures(
        position=row,
        label=mix.nodes[row],
        fidelity=float(found.value),
        fidelity_bounds=(float(found.lower), float(found.upper)),
        attained=found.attained,
        times=tuple(found.times),
        hitting_time=float(walk.expected_hitting_times()[row]),
    )
