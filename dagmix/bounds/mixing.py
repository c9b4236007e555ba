"""T(ε) of a walk or mixture, and every bound on it beside its premise."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from dagmix._engine.adjacency.paths import greatest_distance, longest_path
from dagmix._engine.exact.binomial import chernoff_trials, exponential_at_most, least_trials
from dagmix._engine.exact.scalars import QUARTER, Field, read_epsilon
from dagmix._engine.mixing.rates import RationalInterval, leaving_probability, mean_time
from dagmix.bounds.results import NO_ORDER, SMALL_EPSILON, MixingBounds, PaperBound
from dagmix.errors import SymbolicError
from dagmix.operators.base import check_kind
from dagmix.operators.mixture import MultiHeadWalk
from dagmix.operators.walk import WalkOperator


def mixing_time(walk: WalkOperator, epsilon: Any = QUARTER) -> MixingBounds:
    """Return T(ε) = min{t : d(t) ≤ ε} of a walk or mixture of walks, and every bound on it.

    Every comparison is decided: in balls, and in integers at ties. p = 0 gives math.inf; so
    does a node that never reaches the sink, which in an order makes p = 0.

    Parameters
    ----------
    walk : WalkOperator or MultiHeadWalk
        A single walk counts as one head.
    epsilon : number
        0 < ε < 1, taken exactly as passed; ¼ by default.

    Returns
    -------
    MixingBounds
        T(ε), what the bounds are made of, and the bounds; it prints as a table.

    Raises
    ------
    KindError
        Unless `walk` is a WalkOperator.
    EpsilonError
        Unless 0 < ε < 1.
    SymbolicError
        For symbols among the weights or heads, those of weight 0 included.
    UndecidedError
        Where T, or a binomial tail that may tie with ε, needs numbers that are too large.

    Examples
    --------
    >>> from dagmix.families import line
    >>> found = mixing_time(WalkOperator(line(8)))
    >>> found.time, found.binomial, found.doubled, found.chernoff, found.paper.steps
    (16, 16, 28, 27, 28)

    References
    ----------
    arXiv:2507.02944, Theorem 2.8; Theorem A of the guide.
    """
    check_kind(walk, WalkOperator)
    threshold = read_epsilon(epsilon)
    time, moves = walk.mixing_time(threshold), len(walk.nodes) - 1
    heads = _head_probabilities(walk)
    p = sum((weight * head.low for weight, head in heads), Fraction(0))
    least = leaving_probability(walk.transition, walk.sink.index)
    number: Any = Fraction if walk.field is Field.RATIONAL else float
    return MixingBounds(
        epsilon=threshold,
        time=time,
        moves=moves,
        head_probabilities=tuple(number(head.low) for _, head in heads),
        head_probability=number(p),
        forward_probability=number(least.low),
        distance=greatest_distance(walk.adjacency, walk.sink.index),
        holding=least_trials(min(moves, 1), min(least.high, Fraction(1)), threshold),
        # p_min ≥ p, even where both are enclosed.
        **_by_order(walk, p, max(least.low, p), threshold),
        **_by_mean(walk, time, threshold),
    )


def _head_probabilities(walk: WalkOperator) -> list[tuple[Fraction, RationalInterval]]:
    """Return the weight of every head, and its p_h: the minimum probability to leave a node."""
    whole = ((Fraction(1), walk.transition),)
    parts = walk.parts if isinstance(walk, MultiHeadWalk) else whole
    for head, (_, transition) in enumerate(parts):
        if transition.field is Field.SYMBOLIC:
            message = f"p_h of head {head} needs rational weights: for symbols use .subs()"
            raise SymbolicError(message)
    sink = walk.sink.index
    return [(Fraction(weight), leaving_probability(head, sink)) for weight, head in parts]


def _by_order(
    walk: WalkOperator, p: Fraction, least: Fraction, epsilon: Fraction
) -> dict[str, Any]:
    """Return the bounds that need a common order, by name; `least` is p_min."""
    moves, order = len(walk.nodes) - 1, walk.adjacency.order
    premise = exponential_at_most(p * moves, epsilon)
    if order is None:
        names = ("longest_path", "chernoff", "doubled", "binomial", "path")
        paper = PaperBound(NO_ORDER, premise, guaranteed=False)
        return dict.fromkeys(names, NO_ORDER) | {"paper": paper}
    longest = longest_path(walk.adjacency, order, walk.sink.index)
    large = exponential_at_most(Fraction(2), epsilon)
    twice = math.ceil(2 * moves / p) if p else math.inf
    return {
        "longest_path": longest,
        "paper": PaperBound(twice, premise, premise or large),
        "chernoff": chernoff_trials(moves, p, epsilon) if p else math.inf,
        "doubled": twice if large else SMALL_EPSILON,
        "binomial": least_trials(moves, p, epsilon),
        # A node that is never left is another sink, which no path counts.
        "path": least_trials(longest, least, epsilon) if least else math.inf,
    }


def _by_mean(walk: WalkOperator, time: float, epsilon: Fraction) -> dict[str, Any]:
    """Return the mean time and the bounds that it gives, by name."""
    if time == math.inf:
        return dict.fromkeys(("mean", "mean_lower", "mean_upper"), math.inf)
    mean = mean_time(walk.transition, walk.sink.index)
    exact = walk.field is Field.RATIONAL and mean.low == mean.high
    lower = (1 - epsilon) * mean.low
    return {
        "mean": mean.low if exact else float(mean.low),
        "mean_lower": lower if exact else _rounded_down(lower),
        "mean_upper": max(math.ceil(mean.high / epsilon) - 1, 0),
    }


def _rounded_down(number: Fraction) -> float:
    """Return the greatest float that is no greater."""
    nearest = float(number)
    return nearest if nearest <= number else math.nextafter(nearest, 0.0)
