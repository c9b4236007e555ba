"""Every head of a mixture alone, removed, with more weight, and its Shapley value."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from dagmix._engine.exact.enclosures import Bounded, Enclosure
from dagmix._engine.exact.scalars import Field
from dagmix._util.progress import tracked
from dagmix.errors import SizeError
from dagmix.heads import fidelity_slopes, mixing_slopes
from dagmix.heads.coalitions import Coalitions, Heads, Measure, number, subsets
from dagmix.heads.fidelity_slopes import Approach
from dagmix.heads.results import Ablation
from dagmix.heads.shapley import shapley
from dagmix.operators.mixture import MultiHead

MOST_EXACT, MOST = 10, 16  # heads, of 2^H subsets each
NOWHERE = Enclosure(math.nan, 0.0, math.inf)  # the limit where no other head has weight


def ablation(mix: MultiHead, measure: Measure = "fidelity", *, progress: bool = False) -> Ablation:
    """Return what every head contributes: alone, removed, with more weight, and in all subsets.

    v(S) is the measure of the heads in S by their weights, divided by their sum; of heads of
    weight 0, and of nothing, a fidelity is 0 and a mixing time infinite.

    Parameters
    ----------
    mix : MultiHeadDiffusion or MultiHeadWalk
        The heads and their weights, at most 16 of them.
    measure : "fidelity" or "mixing"
        φ_min of a diffusion; or T(¼) of a walk, and of a diffusion's `successors()`: the
        heads in S are mixed first, and the columns divided then.
    progress : bool
        Show a progress bar on standard error, if that is a terminal.

    Returns
    -------
    Ablation
        Tuples of a number for each head: `alone`, `without`, `limits`, `derivative`, `shapley`.
        φ_min of rational heads is exact up to ten heads, T(¼) always; other fidelities are
        floats with bounds.

    Raises
    ------
    SizeError
        For more than 16 heads with weights; the message has the number of subsets.
    KindError, ObjectiveError
        For what is no mixture, another measure, or the fidelity of a walk.
    SymbolicError, WeightError, ShapeError
        For symbols, for weights per receiver, for a single node.
    UndecidedError
        Where some subset is not decided within budget, as a periodic one.

    Examples
    --------
    >>> from dagmix import FeedforwardDAG, MultiHeadDiffusion
    >>> from dagmix.paper import example_3_13
    >>> star = FeedforwardDAG(["uτ", "vτ", "wτ"], nodes="uvwτ")
    >>> found = ablation(MultiHeadDiffusion([*example_3_13(), star]))
    >>> found.value, found.shapley[2], sum(found.shapley)
    (Fraction(65, 144), Fraction(8579, 110592), Fraction(65, 144))
    >>> found.without
    (Fraction(1323, 4096), Fraction(1323, 4096), Fraction(1, 2))

    A head whose removal is a jump, not a limit (Example 3.8):

    >>> jump = ablation(
    ...     MultiHeadDiffusion([FeedforwardDAG([e], nodes="uvτ") for e in ("uv", "vτ")])
    ... )
    >>> jump.without, jump.limits
    ((Fraction(0, 1), Fraction(0, 1)), (Fraction(1, 1), Fraction(0, 1)))

    References
    ----------
    arXiv:1905.10650; arXiv:1905.09418; arXiv:2210.05709. The measures: arXiv:2507.02944,
    Definitions 2.7 and 3.10.
    """
    game = Coalitions(mix, measure)
    heads = range(game.count)
    if len(game.positive) > MOST:
        sets = 2 ** len(game.positive)
        message = (
            f"Shapley values are of at most {MOST} heads; {len(game.positive)} have {sets} subsets"
        )
        raise SizeError(message)
    value = number(game.value(game.positive))
    alone = tuple(number(game.alone(h)) for h in heads)
    rest = [tuple(other for other in game.positive if other != h) for h in heads]
    without = tuple(number(game.value(some)) for some in rest)
    limits = tuple(_approach(game, some, h).limit for h, some in zip(heads, rest, strict=True))
    slopes = tuple(_approach(game, game.positive, h).slope for h in heads)
    shares = _shapley(game, shown=None if progress else False)
    is_float = mix.field is Field.FLOAT
    given = tuple(map(float, game.weights) if is_float else game.weights)
    return Ablation(measure, value, given, alone, without, limits, slopes, shares)


def _approach(game: Coalitions, base: Heads, head: int) -> Approach:
    """Return the limit and the slope of v from a mixture of heads towards one head."""
    mixed = game.mixed(base)
    if mixed is None:
        return Approach(NOWHERE, NOWHERE)
    towards = game.mix.parts[head][1]
    if game.is_fidelity:
        return fidelity_slopes.approach(mixed, towards, game.sink)
    return mixing_slopes.approach(game, mixed, towards, game.sink)


def _shapley(game: Coalitions, *, shown: bool | None) -> tuple[Any, ...]:
    """Return the Shapley values; of a head of weight 0 it is 0."""
    if len(game.positive) > MOST_EXACT:
        game.answer_in_floats()
    total = 2 ** len(game.positive)
    for some in tracked(subsets(game.positive), "subsets", total, shown=shown):
        game.value(some)
    found = shapley(game.positive, game.value if game.is_fidelity else lambda s: _rate(game, s))
    return tuple(found.get(head, Fraction(0)) for head in range(game.count))


def _rate(game: Coalitions, heads: Heads) -> Bounded[Any]:
    """Return 1/T, which is 0 where T is infinite."""
    time = game.value(heads).value
    rate = Fraction(0) if math.isinf(time) else Fraction(1, int(time))
    return Bounded(rate, rate, rate)
