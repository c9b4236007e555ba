"""How much the heads of a diffusion differ, pair by pair."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dagmix._engine.adjacency.base import Floats, Vec
from dagmix._engine.exact.convert import fractions, rational_matrix
from dagmix._engine.exact.enclosures import SMALLEST, UNIT
from dagmix._engine.exact.scalars import Field
from dagmix.heads.coalitions import Coalitions, number
from dagmix.heads.results import Diversity
from dagmix.operators.mixture import MultiHeadDiffusion
from dagmix.operators.results import ratio


def diversity(mix: MultiHeadDiffusion) -> Diversity:
    """Return how much every two heads differ: in their rows, in fidelity, and in order.

    Parameters
    ----------
    mix : MultiHeadDiffusion
        The heads; their weights matter for the amplification of pairs only.

    Returns
    -------
    Diversity
        H × H arrays: Fractions where heads are rational, but for the Jensen–Shannon divergence,
        which is irrational. Floats of differences are within about n·2⁻⁵⁰; an amplification is
        within the sum of the relative widths of its two fidelities.

    Raises
    ------
    KindError, SymbolicError, WeightError, ShapeError
        For another kind of mixture, symbols, weights per receiver, a single node.
    UndecidedError
        Where a fidelity is not decided within budget.

    Examples
    --------
    >>> from dagmix import MultiHeadDiffusion
    >>> from dagmix.paper import example_3_13
    >>> found = diversity(MultiHeadDiffusion(example_3_13()))
    >>> round(float(found.jensen_shannon[0, 1]), 4), found.commute[0, 1]
    (0.2806, False)

    References
    ----------
    arXiv:1810.10183; arXiv:1906.04341, §6; amplification: arXiv:2507.02944, §3.1.
    """
    game = Coalitions(mix, "fidelity")
    is_exact = mix.field is Field.RATIONAL
    dense = [_dense(part, exact=is_exact) for _, part in mix.parts]
    floats = [matrix.astype(np.float64) for matrix in dense]
    commutator = _pairs(game.count, lambda g, h: _commutator(dense[g], dense[h]))
    commute = (commutator == 0).astype(object)
    if not is_exact:  # two products, of entries at most 1
        entries = max(part.floats.entry_units for _, part in mix.parts)
        error = 4 * (len(mix.nodes) + entries + 4) * UNIT + SMALLEST
        commute[(commutator <= error) & ~np.eye(game.count, dtype=bool)] = "undecided"
    return Diversity(
        total_variation=_pairs(game.count, lambda g, h: _variation(dense[g], dense[h])),
        jensen_shannon=_pairs(game.count, lambda g, h: _divergence(floats[g], floats[h])),
        amplification=_pairs(game.count, lambda g, h: _amplification(game, g, h)),
        commutator=commutator,
        commute=commute,
    )


def _dense(part: Any, *, exact: bool) -> Vec:
    dense: Vec = part.rationals.dense() if exact else part.floats.kernel.dense()
    return dense


def _pairs(count: int, of: Callable[[int, int], Any]) -> NDArray[Any]:
    """Return a symmetric array of something of two heads."""
    found = {(g, h): of(g, h) for g in range(count) for h in range(g, count)}
    rows = [[found[min(g, h), max(g, h)] for h in range(count)] for g in range(count)]
    is_float = all(isinstance(value, float) for value in found.values())
    return np.array(rows, dtype=np.float64 if is_float else object)


def _variation(one: Vec, other: Vec) -> Any:
    total = np.abs(one - other).sum() / 2 / len(one)
    return float(total) if isinstance(total, np.floating) else total


def _divergence(one: Floats, other: Floats) -> float:
    """Return the mean over rows of H((p + q)/2) − (H(p) + H(q))/2, in bits, term by term."""
    middle = (one + other) / 2
    return float(sum(_relative(part, middle) for part in (one, other)) / 2 / len(one))


def _relative(part: Floats, middle: Floats) -> float:
    """Return Σ p log₂(p/m) over p > 0."""
    kept = part > 0
    return float((part[kept] * np.log2(part[kept] / middle[kept])).sum())


def _amplification(game: Coalitions, one: int, other: int) -> Any:
    pair = (one,) if one == other else (one, other)
    alone = max(number(game.alone(head)) for head in pair)
    return ratio(number(game.value(pair)), alone)


def _commutator(one: Vec, other: Vec) -> Any:
    if one.dtype != object:
        return float(np.abs(one @ other - other @ one).max())
    first, second = rational_matrix(one), rational_matrix(other)
    return np.abs(fractions(first * second - second * first)).max()
