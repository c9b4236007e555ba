"""The best k heads of a mixture, by trying all sets of k."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

from dagmix._engine.exact.scalars import read_count
from dagmix._util.progress import tracked
from dagmix.errors import NumberError, SizeError
from dagmix.heads.coalitions import Coalitions, Measure
from dagmix.heads.results import BestSubset
from dagmix.operators.mixture import MultiHead

MOST = 2**16  # subsets that are tried


def best_subset(
    mix: MultiHead, k: int, measure: Measure = "fidelity", *, progress: bool = False
) -> BestSubset:
    """Return the k heads whose mixture is best: all sets of k heads are tried.

    They keep their weights, divided by their sum. That no other k heads are better at these
    weights is proved by the bounds of all of them; other weights may be better (`optimal_weights`).

    Parameters
    ----------
    mix : MultiHeadDiffusion or MultiHeadWalk
        The heads and their weights.
    k : int
        How many heads to keep, 1 ≤ k ≤ H.
    measure : "fidelity" or "mixing"
        The greatest φ_min of a diffusion, or the least T(¼) of a walk, or of a diffusion's
        `successors()`.
    progress : bool
        Show a progress bar on standard error, if that is a terminal.

    Returns
    -------
    BestSubset
        The heads, the value between bounds, and all sets that tie.

    Raises
    ------
    NumberError
        For a k that is no integer from 1 to H.
    SizeError
        For more than 65,536 sets of k heads; the message has their number.
    KindError, ObjectiveError, SymbolicError, WeightError, ShapeError
        As for `ablation`.
    UndecidedError
        Where no proof was found within budget.

    Examples
    --------
    >>> from dagmix import MultiHeadDiffusion
    >>> from dagmix.analysis import trained_attention
    >>> box = trained_attention()
    >>> layer = MultiHeadDiffusion.from_attention(box.tensor[0, 0], box.importance[0])
    >>> found = best_subset(layer, 3)
    >>> found.heads, round(found.value, 4), round(layer.minimax_fidelity().value, 4)
    ((0, 1, 2), 0.0415, 0.0261)

    References
    ----------
    φ_min and T(¼): arXiv:2507.02944, Definitions 2.7 and 3.10; pruning: arXiv:1905.10650.
    """
    game = Coalitions(mix, measure)
    size, count = read_count(k, 1, "the number of heads"), game.count
    if size > count:
        message = f"the number of heads is at most {count}, as many as there are; got {size}"
        raise NumberError(message)
    total = math.comb(count, size)
    if total > MOST:
        message = f"at most {MOST} sets of heads are tried; {size} of {count} heads are {total}"
        raise SizeError(message)
    tried = combinations(range(count), size)
    shown = tracked(tried, "heads", total, shown=None if progress else False)
    values = {heads: game.value(heads) for heads in shown}
    sign = 1 if game.is_fidelity else -1
    best = max(values, key=lambda heads: sign * _surest(values[heads], sign))
    floor = sign * _surest(values[best], sign)
    ties = tuple(heads for heads, one in values.items() if sign * _surest(one, -sign) >= floor)
    one = values[best]
    return BestSubset(one.value, one.lower, one.upper, best, ties, total)


def _surest(one: Any, sign: int) -> Any:
    """Return the worse bound of what is maximised (sign 1) or minimised (−1), or the better."""
    return one.lower if sign > 0 else one.upper
