"""Measures of every head of a layer, alone: mixing time and minimax fidelity, or bounds of them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from dagmix.errors import StochasticError
from dagmix.operators.diffusion import DiffusionOperator
from dagmix.operators.enclosed_times import enclosed_mixing_time
from dagmix.operators.results import HeadFidelity

LONG = 10**9  # steps, past which the table rounds


@dataclass(frozen=True)
class HeadMeasures:
    """The measures of one head of a layer, as if it were the only one.

    Attributes
    ----------
    head : int
        Its number, from 0.
    mixing_time : int, inf or None
        T(¼) of the head's successors walk, in steps; infinite where a position never reaches the
        sink, None where only bounds of it are known.
    mixing_time_bounds : tuple of int or inf
        Certified lower and upper bound of it.
    fidelity : float or None
        The minimax fidelity φ_min of the head, None where it was excluded.
    fidelity_bounds : tuple of float
        Certified lower and upper bound of it.
    excluded : bool
        Whether another head is certain to have a greater φ_min, so that the search ended early:
        `fidelity_bounds` are then the least signal found, of all positions, averaged over time
        where this is more, and the least probability with which the backward chain from the
        sink ever reaches a position.

    Examples
    --------
    >>> import numpy as np
    >>> from dagmix.analysis import Attention
    >>> soft = np.tri(4) / np.arange(1, 5)[:, None]
    >>> rare = [[1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0], [0.5, 0.125, 0.125, 0.25]]
    >>> (layer,) = Attention(np.array([[soft, rare]])).layers()
    >>> [(one.mixing_time, one.fidelity, one.excluded) for one in layer.heads]
    [(5, 0.25, False), (2, None, True)]
    >>> layer.heads[1].fidelity_bounds[1] < layer.best_fidelity
    True

    References
    ----------
    arXiv:2507.02944, Definitions 2.7 and 3.11.
    """

    head: int
    mixing_time: int | float | None
    mixing_time_bounds: tuple[int | float, int | float]
    fidelity: float | None
    fidelity_bounds: tuple[float, float]
    excluded: bool


def measure_head(number: int, head: DiffusionOperator, alone: HeadFidelity) -> HeadMeasures:
    """Return the measures of a head whose φ_min was found or excluded."""
    lower, upper = _mixing_time(head)
    return HeadMeasures(
        head=number,
        mixing_time=lower if lower == upper else None,
        mixing_time_bounds=(lower, upper),
        fidelity=None if alone.excluded else float(alone.value),
        fidelity_bounds=(float(alone.lower), float(alone.upper)),
        excluded=alone.excluded,
    )


def _mixing_time(head: DiffusionOperator) -> tuple[int | float, int | float]:
    """Return bounds of T(¼) of the successors walk."""
    try:
        walk = head.successors()
    except StochasticError:  # a position that no other gives weight to has no successor
        return math.inf, math.inf
    return enclosed_mixing_time(walk)


def steps(number: float) -> str:
    """Write a number of steps, rounded where it is long.

    >>> steps(45), steps(12345678901), steps(math.inf)
    ('45', '1.2346e+10', 'inf')
    """
    return f"{number:.5g}" if number > LONG else str(number)
